//! What can be wrong with the shares of a key.

/// Why shares could not be made or put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SharingError {
    /// A share is addressed to nobody we know.
    #[error("{signer_id:?} is not a signer")]
    UnknownSigner { signer_id: String },
    /// A signer got two shares.
    #[error("there is more than one share for the signer {signer_id}")]
    RepeatedSigner { signer_id: String },
    /// A signer got none.
    #[error("there is no share for the signer {signer_id}")]
    MissingShare { signer_id: String },
    /// A share is not encrypted for its signer, or was changed on the way.
    #[error("the share for the signer {signer_id} cannot be decrypted")]
    Undecryptable { signer_id: String },
    /// What was encrypted is not a share of a key on the curve.
    #[error("the share for the signer {signer_id} is not valid: {problem}")]
    InvalidShare { signer_id: String, problem: &'static str },
    /// The signers were told different public shares.
    #[error("the public shares differ between the shares of the signers")]
    DifferentCommitments,
    /// A share is not the one that its public share promises.
    #[error("the share for the signer {signer_id} does not match its public share")]
    WrongCommitment { signer_id: String },
    /// More shares would be needed than the threshold says, or the shares belong to different keys.
    #[error("the shares do not belong to one key with a threshold of {threshold}")]
    WrongThreshold { threshold: usize },
    /// The shares add up to zero, which is no key.
    #[error("the shares do not add up to a private key")]
    NoKey,
    /// The public key for which shares shall be encrypted cannot be used.
    #[error("expected an encryption key in base64: the byte 1, then a compressed secp256k1 point of 33 bytes")]
    InvalidEncryptionKey,
    /// The random bytes gave no key; about once in 2^128.
    #[error("the random bytes are outside of the group of the curve")]
    OutsideGroup,
}
