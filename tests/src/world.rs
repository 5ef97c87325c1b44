//! An emulator, and clients of those who live there.

use std::time::Duration;

use dfns::testing::SoftwareAuthenticator;
use dfns::{Dfns, KeySigner, RetryPolicy, Signer};
use dfns_emulator::{Clock, Emulator};
use dfns_types::{Amount, Network, NewUserKind, Timestamp, UserId, Wallet, WalletId};
use dfns_types::{Fido2FirstFactorCredential, FirstFactorCredential};

use crate::person::Person;

/// The time at which every world begins, in milliseconds: 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000;
/// How long the emulator's networks take for a block.
pub const BLOCK: Duration = Duration::from_millis(100);

/// An emulator whose time stands still until a story moves it, and a client that may do everything.
#[derive(Debug)]
pub struct World {
    /// The API.
    pub emulator: Emulator,
    /// A client with the token and the key of the service account.
    pub dfns: Dfns,
}

impl World {
    /// A new world; every one is the same, down to ids and keys.
    ///
    /// # Panics
    /// If the emulator cannot start, which is the end of the story.
    pub async fn new() -> Self {
        Self::with_seed(7).await
    }

    /// A new world whose ids and keys follow from another seed.
    ///
    /// # Panics
    /// As [`World::new`].
    #[expect(clippy::expect_used, reason = "without an emulator there is no story to tell")]
    pub async fn with_seed(seed: u64) -> Self {
        let beginning = Timestamp::from_unix_millis(BEGINNING).expect("the beginning is a time");
        let emulator = Emulator::builder()
            .seed(seed)
            .clock(Clock::fixed(beginning))
            .allow_end_users("Keys:Create")
            .allow_end_users("Wallets:Create")
            .start()
            .await
            .expect("the emulator starts");
        let dfns = Self::client_of(&emulator.url(), emulator.auth_token(), Self::key(&emulator));
        Self { emulator, dfns }
    }

    /// The client of the service account, at another address: that of a recorder, or of a proxy that breaks things.
    pub fn client_through(&self, base_url: &str) -> Dfns {
        Self::client_of(base_url, self.emulator.auth_token(), self.signer())
    }

    /// The key of the service account.
    pub fn signer(&self) -> KeySigner {
        Self::key(&self.emulator)
    }

    /// The service account with a signer of the story's own.
    pub fn client_signing(&self, signer: impl Signer + 'static) -> Dfns {
        Self::client_of(&self.emulator.url(), self.emulator.auth_token(), signer)
    }

    /// A client with a token and a key of somebody's own.
    pub fn client_as(&self, token: &str, signer: impl Signer + 'static) -> Dfns {
        Self::client_of(&self.emulator.url(), token, signer)
    }

    /// A client without token and key, for what is open to everybody.
    ///
    /// # Panics
    /// If the client cannot be built.
    #[expect(clippy::expect_used, reason = "the settings are the emulator's own")]
    pub fn stranger(&self) -> Dfns {
        Dfns::builder()
            .base_url(self.emulator.url())
            .build()
            .expect("the settings are right")
    }

    /// The client of the first employee, logged in through the API.
    ///
    /// # Panics
    /// If the API does not let the employee in.
    #[expect(clippy::expect_used, reason = "the emulator's own credentials are good")]
    pub async fn employee(&self) -> Dfns {
        let employee = self.emulator.employee();
        let key = || KeySigner::from_pem(employee.credential_id(), employee.private_key_pem()).expect("a key");
        let open = self.stranger();
        let challenge = open.login().challenge().username(employee.username());
        let challenge = challenge.org_id(self.org_id()).send().await.expect("a challenge");
        let answer = key().sign(&challenge).await.expect("an answer");
        let login = open.login().complete(challenge.challenge_identifier, answer);
        let token = login.send().await.expect("a login").token.expect("a token");
        self.client_as(token.expose_secret(), key())
    }

    /// Registers a person as an end user and logs them in.
    ///
    /// # Panics
    /// If the API does not take the person.
    pub async fn end_user(&self, person: &Person) -> Dfns {
        self.registered(person, NewUserKind::EndUser).await.0
    }

    /// Registers a person as an end user and logs them in; answers their id, too.
    ///
    /// # Panics
    /// If the API does not take the person.
    pub async fn end_user_with_id(&self, person: &Person) -> (Dfns, UserId) {
        self.registered(person, NewUserKind::EndUser).await
    }

    /// Registers a person as an employee who holds no permission, and logs them in; answers their id, too.
    ///
    /// # Panics
    /// If the API does not take the person.
    pub async fn newcomer(&self, person: &Person) -> (Dfns, UserId) {
        self.registered(person, NewUserKind::CustomerEmployee).await
    }

    /// Registers a person as an employee who may do everything, and logs them in; answers their id, too.
    ///
    /// # Panics
    /// If the API does not take the person.
    #[expect(clippy::expect_used, reason = "a story of people who decide needs them")]
    pub async fn member(&self, person: &Person) -> (Dfns, UserId) {
        let (client, id) = self.newcomer(person).await;
        let permissions = self.dfns.permissions().list().await.expect("permissions").items;
        let all = permissions.iter().find(|permission| permission.is_immutable);
        let all = &all.expect("a permission that grants everything").id;
        let assignments = self.dfns.permission_assignments();
        let assigned = assignments.create(all, id.as_str()).await.expect("an assignment");
        assigned.done().expect("no policy holds it back");
        (client, id)
    }

    #[expect(clippy::expect_used, reason = "a story of somebody needs them")]
    async fn registered(&self, person: &Person, kind: NewUserKind) -> (Dfns, UserId) {
        let registration = self.dfns.registration();
        let begun = registration.delegated(person.email.as_str(), kind);
        let begun = begun.send().await.expect("a challenge");
        let temporary = begun.temporary_authentication_token.expose_secret();
        let client = self.stranger().with_auth_token(temporary).expect("a token");
        let complete = client
            .registration()
            .complete(person.first_credential(&begun.challenge));
        complete.send().await.expect("a registration");
        let login = self.dfns.login().delegated(person.email.as_str());
        let token = login.send().await.expect("a login").token;
        (self.client_as(token.expose_secret(), person.signer()), begun.user.id)
    }

    /// Registers an end user with a passkey, and logs them in. The client has the user's token and no signer.
    ///
    /// # Panics
    /// If the API does not take the user.
    #[expect(clippy::expect_used, reason = "a story of an end user needs one")]
    pub async fn end_user_with_passkey(&self, email: &str, phone: &SoftwareAuthenticator) -> Dfns {
        let registration = self.dfns.registration();
        let begun = registration.delegated(email, dfns_types::NewUserKind::EndUser);
        let begun = begun.send().await.expect("a challenge");
        let temporary = begun.temporary_authentication_token.expose_secret();
        let client = self.stranger().with_auth_token(temporary).expect("a token");
        let credential = Fido2FirstFactorCredential::new(phone.register(&begun).expect("a passkey"));
        let complete = client.registration().complete(FirstFactorCredential::Fido2(credential));
        complete.send().await.expect("a registration");
        let login = self.dfns.login().delegated(email).send().await.expect("a login");
        self.stranger()
            .with_auth_token(login.token.expose_secret())
            .expect("a token")
    }

    /// The organisation.
    ///
    /// # Panics
    /// If the emulator's id is none.
    #[expect(clippy::expect_used, reason = "the emulator makes good ids")]
    pub fn org_id(&self) -> dfns_types::OrgId {
        self.emulator.org_id().parse().expect("an id of an organisation")
    }

    /// A new wallet of the organisation.
    ///
    /// # Panics
    /// If there is none to be had.
    #[expect(clippy::expect_used, reason = "a story of wallets needs one")]
    pub async fn wallet(&self, network: Network) -> Wallet {
        self.dfns.wallets().create(network).send().await.expect("a wallet")
    }

    /// A new wallet of the organisation with money in it.
    ///
    /// # Panics
    /// If there is none to be had.
    #[expect(clippy::expect_used, reason = "a story of money needs some")]
    pub async fn funded(&self, network: Network, amount: u128) -> Wallet {
        let wallet = self.wallet(network).await;
        self.emulator.admin().fund(&wallet.id, amount).await.expect("money");
        wallet
    }

    /// Waits for that many blocks.
    pub fn pass_blocks(&self, count: u32) {
        self.emulator.clock().advance(BLOCK * count);
    }

    /// The balance of a wallet in its network's native asset.
    ///
    /// # Panics
    /// If the wallet has none.
    #[expect(clippy::expect_used, reason = "every wallet of the emulator has a native asset")]
    pub async fn balance(&self, wallet: &WalletId) -> u128 {
        let list = self.dfns.wallets().assets(wallet).send().await.expect("assets");
        let native = list.assets.into_iter().find_map(|asset| match asset {
            dfns_types::WalletAsset::Native(native) => Some(native.balance),
            _ => None,
        });
        Amount::to_u128(&native.expect("a native asset")).expect("a balance of less than 2^128")
    }

    /// Every wallet of the organisation with its name, newest first: what a refused request must leave as it was.
    ///
    /// # Panics
    /// If the list cannot be had.
    #[expect(clippy::expect_used, reason = "without it a story proves nothing")]
    pub async fn wallets(&self) -> Vec<(WalletId, Option<String>)> {
        let (mut all, mut stream) = (Vec::new(), self.dfns.wallets().list().stream());
        while let Some(wallet) = stream.try_next().await.expect("a list") {
            all.push((wallet.id, wallet.name));
        }
        all
    }

    #[expect(clippy::expect_used, reason = "the emulator's own credentials are good")]
    fn key(emulator: &Emulator) -> KeySigner {
        let key = emulator.private_key_pem().expect("the emulator made the key pair");
        KeySigner::from_pem(emulator.credential_id(), key).expect("the key is one that signs")
    }

    #[expect(clippy::expect_used, reason = "a story uses settings that are right")]
    fn client_of(base_url: &str, token: &str, signer: impl Signer + 'static) -> Dfns {
        let builder = Dfns::builder().base_url(base_url).auth_token(token).signer(signer);
        // A story waits for nothing: what is tried again is tried again at once.
        let builder = builder.retry(RetryPolicy::new().first_delay(Duration::ZERO));
        builder.build().expect("the settings are right")
    }
}
