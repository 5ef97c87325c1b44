//! An emulator, and a client of its service account.

use dfns::{Dfns, KeySigner};
use dfns_emulator::{Clock, Emulator};
use dfns_types::Timestamp;

/// The time at which every world begins, in milliseconds: 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000;

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
            .start()
            .await
            .expect("the emulator starts");
        let dfns = Self::client_at(&emulator, &emulator.url());
        Self { emulator, dfns }
    }

    /// The client of the service account, at another address: that of a recorder, or of a proxy that breaks things.
    pub fn client_through(&self, base_url: &str) -> Dfns {
        Self::client_at(&self.emulator, base_url)
    }

    #[expect(clippy::expect_used, reason = "the emulator's own credentials are good")]
    fn client_at(emulator: &Emulator, base_url: &str) -> Dfns {
        let key = emulator.private_key_pem().expect("the emulator made the key pair");
        let signer = KeySigner::from_pem(emulator.credential_id(), key).expect("the key is one that signs");
        let builder = Dfns::builder()
            .base_url(base_url)
            .auth_token(emulator.auth_token())
            .signer(signer);
        builder.build().expect("the settings are right")
    }
}
