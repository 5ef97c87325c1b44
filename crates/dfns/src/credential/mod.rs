//! Credentials to be: what a user registers, and what replaces it when everything is lost.
//!
//! A credential begins as a key pair and the proof, over a challenge of the API, that its private half is at hand. Which
//! proof goes where:
//!
//! | kind | made by |
//! |---|---|
//! | `Key` | [`KeySigner::attest`](crate::KeySigner::attest); a key in an HSM: [`KeyAttestation`] |
//! | `Fido2` | [`NewCredential::fido2`], from what the browser or phone answered |
//! | `PasswordProtectedKey` | `PasswordProtectedKey::attest`, of the feature `protected-keys` |
//! | `RecoveryKey` | `RecoveryKey::attest`, of the same feature |
//! | `Password`, `Totp` | `PasswordFirstFactorCredential`, `TotpSecondFactorCredential` of [`types`](crate::types); the API documents them as unsupported |
//!
//! Invariant: a private key leaves this room encrypted or not at all.

mod attestation;
mod new_credential;
#[cfg(feature = "protected-keys")]
mod password_protected;
#[cfg(feature = "protected-keys")]
mod protection;
#[cfg(feature = "protected-keys")]
mod recovery_key;

pub use attestation::KeyAttestation;
pub use new_credential::{NewCredential, NewRecoveryCredential, PasskeyError};
#[cfg(feature = "protected-keys")]
pub use password_protected::{PasswordProtectedKey, PasswordSigner};
#[cfg(feature = "protected-keys")]
pub use protection::OpenError;
#[cfg(feature = "protected-keys")]
pub use recovery_key::{RecoveryCode, RecoveryKey};
