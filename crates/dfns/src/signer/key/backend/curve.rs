//! What P-256 and secp256k1 have in common.

use zeroize::Zeroizing;

use crate::signer::key::{KeyError, der};

/// Refuses a scalar that is none of the curve.
pub(super) fn bad_scalar(form: &'static str) -> KeyError {
    KeyError::Damaged {
        form,
        problem: "its number is not of the length or not in the range of the curve",
    }
}

/// Refuses a key beside which the public half of another was found.
pub(super) fn foreign_public_key(form: &'static str) -> KeyError {
    KeyError::Damaged {
        form,
        problem: "the public key in it belongs to another private key",
    }
}

/// PKCS#8 around an `ECPrivateKey` with its public point (uncompressed), as OpenSSL and browsers write it.
pub(super) fn private_key_der(algorithm: &[u8], scalar: &[u8], point: &[u8]) -> Zeroizing<Vec<u8>> {
    const VERSION: &[u8] = &[0x02, 0x01, 0x01];
    let secret = der::write_secret(der::OCTET_STRING, &[scalar]);
    let public = der::write(der::SECOND_FIELD, &der::bit_string(point));
    der::private_key_info(
        algorithm,
        &der::write_secret(der::SEQUENCE, &[VERSION, &secret, &public]),
    )
}
