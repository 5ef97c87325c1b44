//! What tests of money in and out of banks share: a wallet with ether and coins, on a clock that the tests move.

use dfns_emulator::{Clock, Emulator};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::support::{Answer, Signer};

/// The coin that providers pay and take.
pub(crate) const TOKEN: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

/// An emulator, its service account, and the wallet.
pub(crate) struct Bank {
    pub(crate) emulator: Emulator,
    pub(crate) clock: Clock,
    pub(crate) service: Signer,
    pub(crate) wallet: String,
}

impl Bank {
    /// A wallet with an ether and so much of USDC, in millionths.
    pub(crate) async fn with(coins: &str) -> Self {
        let scene = Scene::new().await;
        let wallet = scene.wallet("EthereumSepolia");
        scene.fund(&wallet, "1000000000000000000");
        let Scene {
            emulator,
            service,
            clock,
        } = scene;
        let bank = Self {
            emulator,
            clock,
            service,
            wallet: wallet.id,
        };
        let token = json!({ "kind": "Erc20", "contract": TOKEN, "symbol": "USDC", "decimals": 6 });
        let given = bank.admin(
            "/faucet",
            &json!({ "walletId": bank.wallet, "amount": coins, "asset": token }),
        );
        assert_eq!(given.status, 200, "{given:?}");
        bank
    }

    /// A request to the admin interface.
    pub(crate) fn admin(&self, path: &str, body: &Value) -> Answer {
        let path = format!("/__admin{path}");
        crate::support::send(&self.emulator.url(), "POST", &path, &[], body.to_string().as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.service.call("GET", path, "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.service.signed("POST", path, &body.to_string())
    }

    /// How much of the coin the wallet holds.
    pub(crate) fn held(&self) -> Value {
        self.get(&format!("/wallets/{}/assets", self.wallet))["assets"][1]["balance"].clone()
    }
}
