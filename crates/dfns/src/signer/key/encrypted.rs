//! Private keys under a passphrase: PKCS#8 with PBES2, as `openssl pkcs8 -topk8` writes it.
//!
//! Invariant: a key file cannot ask for more than a few seconds of work, or for more than 256 MiB of memory.

use zeroize::Zeroizing;

use super::KeyError;
#[cfg(feature = "protected-keys")]
use super::der;

/// More than any program writes: OpenSSL takes 2,048, password managers up to a million.
#[cfg(feature = "protected-keys")]
const MOST_ITERATIONS: u32 = 10_000_000;
/// What scrypt may fill, in bytes: OpenSSL's default is 16 MiB.
#[cfg(feature = "protected-keys")]
const MOST_MEMORY: u64 = 256 << 20;

/// The PKCS#8 bytes inside.
#[cfg(feature = "protected-keys")]
pub(super) fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    use pkcs8::EncryptedPrivateKeyInfoRef;
    use pkcs8::pkcs5::EncryptionScheme;
    use pkcs8::pkcs5::pbes2::Kdf;

    let unsupported = |found| KeyError::UnsupportedEncryption { found };
    let unknown = "a cipher or key derivation that is not known, or too weak";
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| match der::form(der) {
        der::Form::EncryptedPkcs8 => unsupported(unknown),
        _ => der::not("PKCS#8", "it is no valid EncryptedPrivateKeyInfo", der),
    })?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(unsupported("PBES1, which is too weak"));
    };
    let is_within_reason = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MOST_ITERATIONS,
        Kdf::Scrypt(kdf) => {
            let memory = kdf.cost_parameter.saturating_mul(128 * u64::from(kdf.block_size));
            memory.saturating_mul(u64::from(kdf.parallelization)) <= MOST_MEMORY
        }
        _ => false,
    };
    if !is_within_reason {
        return Err(unsupported(
            "a key derivation that takes more than ten million rounds or 256 MiB",
        ));
    }
    let inside = info.decrypt(passphrase).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }) => unsupported(unknown),
        _ => KeyError::WrongPassphrase,
    })?;
    Ok(Zeroizing::new(inside.as_bytes().to_vec()))
}

/// Without the feature, encrypted keys are told from others and not read.
#[cfg(not(feature = "protected-keys"))]
pub(super) fn decrypt(_: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let problem =
        "an encrypted private key needs the feature `protected-keys` of the crate `dfns`: turn it on in Cargo.toml";
    Err(KeyError::NotPossible { problem })
}
