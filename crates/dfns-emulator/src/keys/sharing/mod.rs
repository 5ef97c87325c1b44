//! How private keys come in and go out: cut into shares, each encrypted for one signer or for the one who asked.
//!
//! The protocol is the one of the official import and export libraries. [`Signers`] are the parties of the emulator:
//! it plays all of them, and so holds every share.
//!
//! Invariant: a key is made from shares only if all of them are there, agree with each other and lie on one polynomial
//! of the degree that the threshold allows; no share and no key is ever printed.

mod envelope;
mod error;
mod group;
mod plaintext;
mod shamir;
mod signers;

#[cfg(test)]
mod tests;

pub(crate) use envelope::EncryptionKey;
pub(crate) use error::SharingError;
pub(crate) use signers::{EncryptedShare, Signers, THRESHOLD};
