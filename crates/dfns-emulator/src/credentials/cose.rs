//! The keys of authenticators, as COSE (RFC 9052, RFC 8230) writes them.
//!
//! Invariant: a key is one of the kinds that challenges offer, for the algorithm that it names itself.

use super::cbor::Value;
use super::public_key::PublicKey;

/// ECDSA over P-256 with SHA-256.
const ES256: i64 = -7;
/// RSA (PKCS#1 v1.5) with SHA-256.
const RS256: i64 = -257;
/// The algorithms that challenges offer, the one most wanted first.
pub(crate) const OFFERED: [i64; 2] = [ES256, RS256];

/// A key, and the number of its algorithm.
pub(super) fn public_key(key: &Value) -> Option<(PublicKey, i64)> {
    let number = |at| key.at(at).and_then(Value::integer);
    let bytes = |at| key.at(at).and_then(Value::bytes);
    let algorithm = number(3)?;
    let key = match (number(1)?, algorithm) {
        // 1 is the curve P-256.
        (2, ES256) if number(-1) == Some(1) => {
            let coordinate = |at| bytes(at).filter(|bytes| bytes.len() == 32);
            PublicKey::from_p256_point(&[&[4][..], coordinate(-2)?, coordinate(-3)?].concat())
        }
        (3, RS256) => PublicKey::from_rsa_numbers(bytes(-1)?, bytes(-2)?),
        _ => None,
    };
    Some((key?, algorithm))
}
