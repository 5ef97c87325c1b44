//! The curve of Starknet: keys, signatures, accounts, transactions and typed messages.
//!
//! Invariant: equal key and equal hash give the equal signature, and a hash of more than 251 bits is refused, never cut.

pub(crate) mod account;
mod scalar;
#[cfg(test)]
mod tests;
mod transaction;
mod typed_data;

use starknet_crypto::{poseidon_hash_many, rfc6979_generate_k};
use starknet_types_core::curve::AffinePoint;
use starknet_types_core::felt::Felt;

use super::digest::keccak256;
use super::error::KeyError;
use super::material::RawSignature;

pub(crate) use scalar::Scalar;
pub(crate) use transaction::hash as transaction_hash;
pub(crate) use typed_data::{TypedData, hash as typed_data_hash};

/// The point of a private key.
pub(crate) fn point(secret: Scalar) -> AffinePoint {
    &AffinePoint::generator() * secret.to_felt()
}

/// The compressed form of a point: 2 or 3, whichever the y coordinate is, then the x coordinate in 32 bytes.
pub(crate) fn compressed(point: &AffinePoint) -> Vec<u8> {
    let parity = point.y().to_bytes_be()[31] & 1;
    [&[2 + parity][..], &point.x().to_bytes_be()].concat()
}

/// The point of its compressed form, or of 4 and both coordinates; nothing if it is not on the curve.
pub(crate) fn point_of(bytes: &[u8]) -> Option<AffinePoint> {
    let (kind, coordinates) = bytes.split_first()?;
    match (kind, coordinates.len()) {
        (2 | 3, 32) => {
            let x = felt(coordinates.try_into().ok()?)?;
            AffinePoint::new_from_x(&x, *kind == 3)
        }
        (4, 64) => {
            let (x, y) = coordinates.split_at(32);
            AffinePoint::new(felt(x.try_into().ok()?)?, felt(y.try_into().ok()?)?).ok()
        }
        _ => None,
    }
}

/// The public key as the chain knows it, the x coordinate, of a compressed point.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if the bytes are no compressed point of the curve.
pub(crate) fn public_felt(public_key: &[u8]) -> Result<Felt, KeyError> {
    let point = (public_key.len() == 33).then(|| point_of(public_key)).flatten();
    point.map(|point| point.x()).ok_or(KeyError::InvalidPublicKey {
        expected: "a compressed point of the curve stark",
        length: public_key.len(),
    })
}

/// Signs a hash.
///
/// # Errors
/// [`KeyError::InvalidInput`] for a hash of more than 251 bits.
pub(crate) fn sign(secret: Scalar, hash: &[u8; 32]) -> Result<RawSignature, KeyError> {
    if hash[0] >= 8 {
        return Err(KeyError::input("hash", "the curve stark signs hashes below 2^251"));
    }
    let (secret, hash) = (secret.to_felt(), Felt::from_bytes_be(hash));
    // About one nonce in 2^58 does not serve; the seed counts them.
    for seed in 0..8_u64 {
        let seed = Felt::from(seed);
        let nonce = rfc6979_generate_k(&hash, &secret, (seed != Felt::ZERO).then_some(&seed));
        let Ok(signature) = starknet_crypto::sign(&secret, &hash, &nonce) else {
            continue;
        };
        return Ok(RawSignature {
            r: signature.r.to_bytes_be(),
            s: signature.s.to_bytes_be(),
            recovery_id: Some(u8::from(signature.v != Felt::ZERO)),
        });
    }
    Err(KeyError::OutsideGroup)
}

/// The element of 32 bytes, big-endian, that are below the prime of the field.
pub(crate) fn felt(bytes: &[u8; 32]) -> Option<Felt> {
    let element = Felt::from_bytes_be(bytes);
    (element.to_bytes_be() == *bytes).then_some(element)
}

/// Text of up to 31 ASCII characters as an element.
fn short_text(text: &str) -> Option<Felt> {
    (text.is_ascii() && text.len() <= 31).then(|| Felt::from_bytes_be_slice(text.as_bytes()))
}

/// A text of our own, which is short and ASCII.
fn constant(text: &'static str) -> Felt {
    Felt::from_bytes_be_slice(text.as_bytes())
}

/// The 250 low bits of Keccak-256, by which functions and types are named.
fn selector(name: &str) -> Felt {
    let mut hash = keccak256(&[name.as_bytes()]);
    hash[0] &= 3;
    Felt::from_bytes_be(&hash)
}

fn poseidon(elements: &[Felt]) -> Felt {
    poseidon_hash_many(elements)
}

/// The Pedersen hash of a list: chained from zero, the length last.
fn pedersen(elements: &[Felt]) -> Felt {
    let chained = elements.iter().fold(Felt::ZERO, |hash, element| {
        starknet_crypto::pedersen_hash(&hash, element)
    });
    starknet_crypto::pedersen_hash(&chained, &Felt::from(elements.len() as u64))
}
