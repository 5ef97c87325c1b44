//! Where the story plays: the emulator in this process, or the API that the environment names.

use std::env;

use dfns::types::Wallet;
use dfns::{Dfns, KeySigner};
use dfns_emulator::{Admin, Emulator};

use crate::Outcome;

/// A client, and the emulator behind it if there is one.
pub(crate) struct Stage {
    pub(crate) dfns: Dfns,
    emulator: Option<Emulator>,
}

impl Stage {
    /// The API of the environment if `DFNS_API_URL` is set, else an emulator.
    pub(crate) async fn set() -> Outcome<Self> {
        let Ok(url) = env::var("DFNS_API_URL") else {
            let emulator = Emulator::start().await?;
            let key = emulator
                .private_key_pem()
                .ok_or("the emulator was given a public key")?;
            let dfns = client(&emulator.url(), emulator.auth_token(), emulator.credential_id(), key)?;
            return Ok(Self {
                dfns,
                emulator: Some(emulator),
            });
        };
        let variable = |name: &'static str| env::var(name).map_err(|_| format!("DFNS_API_URL is set, {name} is not"));
        let (token, credential) = (variable("DFNS_AUTH_TOKEN")?, variable("DFNS_CREDENTIAL_ID")?);
        let dfns = client(&url, &token, &credential, &variable("DFNS_PRIVATE_KEY")?)?;
        Ok(Self { dfns, emulator: None })
    }

    pub(crate) fn describe(&self) -> String {
        match &self.emulator {
            Some(emulator) => format!("The emulator, in this process, at {}", emulator.url()),
            None => format!("The API at {}", self.dfns.base_url()),
        }
    }

    /// Puts an amount on a wallet: by the faucet of an emulator, or by asking a person.
    pub(crate) async fn fund(&self, wallet: &Wallet, amount: u64) -> Outcome<()> {
        let admin = match &self.emulator {
            Some(emulator) => emulator.admin(),
            // An API that is reached without TLS is an emulator of its own.
            None if self.dfns.base_url().starts_with("http://") => Admin::new(self.dfns.base_url())?,
            None => {
                println!("  needs a balance; if there is none, send test ether to the address above and run again");
                return Ok(());
            }
        };
        admin.fund(&wallet.id, amount).await?;
        println!("  the faucet gave {amount} wei");
        Ok(())
    }
}

fn client(url: &str, token: &str, credential_id: &str, private_key: &str) -> Outcome<Dfns> {
    let signer = KeySigner::from_pem(credential_id, private_key)?;
    Ok(Dfns::builder().base_url(url).auth_token(token).signer(signer).build()?)
}
