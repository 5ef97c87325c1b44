//! Who approves requests: signers answer the challenge of a user action.
//!
//! Invariant: a signer sees the challenge and nothing else; the client never sees a private key.

mod client_data;
mod key;
mod remote;

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dfns_types::{AuthenticationChallenge, FirstFactorAssertion};

pub use client_data::ClientData;
pub use key::{KeyError, KeyKind, KeyPair, KeySigner, PrivateKeyPem};
pub use remote::{ecdsa_signature_der, public_key_pem};

/// What [`Signer::sign`] returns.
pub type SignerFuture<'a> = Pin<Box<dyn Future<Output = Result<FirstFactorAssertion, SignerError>> + Send + 'a>>;

/// Answers the challenge of a user action with a credential: a key in memory ([`KeySigner`]), in an HSM or a key
/// management service, or a passkey on somebody's phone.
///
/// It is asked once for every attempt of every signed call, possibly for several calls at a time.
///
/// ```
/// use dfns::types::AuthenticationChallenge;
/// use dfns::{ClientData, Signer, SignerError, SignerFuture};
///
/// struct Vault {
///     credential_id: String,
/// }
///
/// impl Vault {
///     async fn sign_with_key(&self, message: &[u8]) -> Result<Vec<u8>, std::io::Error> {
/// #       Ok(message.to_vec())
///         // …ask the key management service…
///     }
/// }
///
/// impl Signer for Vault {
///     fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
///         Box::pin(async move {
///             let client_data = ClientData::new(challenge, &self.credential_id)?;
///             let signature = self.sign_with_key(client_data.as_bytes()).await.map_err(SignerError::failed)?;
///             Ok(client_data.answer(signature))
///         })
///     }
/// }
/// ```
pub trait Signer: Send + Sync {
    /// Signs the challenge with one of the credentials that it allows.
    ///
    /// # Errors
    /// [`SignerError`] if none of those credentials is at hand, or signing failed. The call is not sent then.
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a>;
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        (**self).sign(challenge)
    }
}

impl<S: Signer + ?Sized> Signer for Box<S> {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        (**self).sign(challenge)
    }
}

/// Why a challenge was not signed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The challenge does not name the credential of the signer: it belongs to another token, or is not active.
    #[error("the challenge allows the key credentials {allowed:?}, not {credential_id:?} of the signer")]
    CredentialNotAllowed {
        /// The credential of the signer.
        credential_id: String,
        /// The key credentials that the challenge allows.
        allowed: Vec<String>,
    },
    /// The challenge brings no password-protected key: a login brings them along only if it began with a mailed code.
    #[error("the challenge offers no password-protected key: a login begins with a code from `login().send_code(…)`")]
    NoPasswordProtectedKey,
    /// Signing failed.
    #[error("the signer failed")]
    Failed(#[source] Arc<dyn StdError + Send + Sync>),
}

impl SignerError {
    /// An error of a signer's own. It is shown to the user of the client: it must hold no secret.
    pub fn failed(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Failed(Arc::from(source.into()))
    }
}
