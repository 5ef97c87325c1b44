//! Why a software authenticator did not answer, by the names that a browser gives to the same failures.

use super::PasskeyAlgorithm;

/// Why a [`SoftwareAuthenticator`](super::SoftwareAuthenticator) did not register or sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorError {
    /// The text is no origin, or one where browsers offer no WebAuthn.
    #[error("{origin:?} is not an origin with passkeys: expected https://host[:port], or http with the host localhost")]
    Origin {
        /// What was given.
        origin: String,
    },
    /// A browser's `SecurityError`: a page may use its own host as relying party, and the domains that the host is in.
    #[error("a page of {origin} cannot use the relying party {relying_party:?}")]
    RelyingParty {
        /// The page.
        origin: String,
        /// The relying party that it asked for.
        relying_party: String,
    },
    /// A browser's `NotSupportedError`: the challenge offers no algorithm that the authenticator has.
    #[error("the challenge offers the algorithms {offered:?}, and the authenticator has {available:?}")]
    Algorithm {
        /// The COSE numbers of the challenge.
        offered: Vec<i64>,
        /// What the authenticator would do.
        available: Vec<PasskeyAlgorithm>,
    },
    /// A browser's `InvalidStateError`: the authenticator holds a passkey that the challenge excludes.
    #[error("the passkey {credential_id} is registered already")]
    Registered {
        /// The id of the passkey, base64url.
        credential_id: String,
    },
    /// A browser's `NotAllowedError`: the authenticator has no passkey that the challenge allows.
    #[error("no passkey for {relying_party}; the challenge allows {allowed:?}")]
    NoPasskey {
        /// Whose passkeys were looked at.
        relying_party: String,
        /// The ids that the challenge allows; any passkey will do if there are none.
        allowed: Vec<String>,
    },
    /// The private key that was handed in cannot be used.
    #[error("the private key is not {0:?} in PKCS#8 with its public key")]
    PrivateKey(PasskeyAlgorithm),
    /// The system has no randomness, or the key does not sign.
    #[error("the authenticator failed: {0}")]
    Failed(&'static str),
}
