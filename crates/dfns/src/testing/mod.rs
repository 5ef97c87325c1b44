//! What tests of an application need in place of a person: a WebAuthn authenticator in software.
//!
//! [`SoftwareAuthenticator`] plays the browser page and the passkey behind it. It registers, signs in and signs user
//! actions like a real one, so that a flow whose last step is a finger on a sensor can be tested without a browser.
//!
//! ```
//! use dfns::testing::SoftwareAuthenticator;
//! use dfns::types::{Fido2FirstFactorCredential, FirstFactorCredential, NewUserKind};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = dfns_emulator::Emulator::start().await?;
//! # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
//! # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
//! let phone = SoftwareAuthenticator::at("https://app.example.test")?;
//! let challenge = dfns.registration().delegated("eve@example.test", NewUserKind::EndUser).send().await?;
//! let credential = Fido2FirstFactorCredential::new(phone.register(&challenge)?);
//! let hers = dfns.with_auth_token(challenge.temporary_authentication_token.clone())?;
//! hers.registration().complete(FirstFactorCredential::Fido2(credential)).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Never for production: its private keys lie in memory, and its user always agrees.

mod authenticator;
mod authenticator_data;
mod cbor;
mod creation;
mod error;
mod page;
mod passkey;

pub use authenticator::SoftwareAuthenticator;
pub use creation::Creation;
pub use error::AuthenticatorError;
pub use passkey::PasskeyAlgorithm;
