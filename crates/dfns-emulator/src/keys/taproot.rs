//! The taproot tweak of BIP-341: from the key a wallet has to the key its output shows.
//!
//! Invariant: the tweaked private key and the tweaked public key belong together, whatever the parity of the key.

use k256::elliptic_curve::PrimeField;
use k256::{FieldBytes, NonZeroScalar, ProjectivePoint, PublicKey, Scalar};

use super::digest::tagged;
use super::error::KeyError;
use super::hex;

/// What a taproot key is tweaked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MerkleRoot {
    /// No script tree: the default tweak of BIP-86.
    None,
    /// The root of a script tree.
    Root([u8; 32]),
}

impl MerkleRoot {
    /// Reads the `taprootMerkleRoot` of a request: empty text, or `0x` alone, is the default tweak.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] if it is neither empty nor 32 bytes.
    pub(crate) fn parse(text: &str) -> Result<Self, KeyError> {
        if matches!(text, "" | "0x") {
            return Ok(Self::None);
        }
        hex::decode_array(text)
            .map(Self::Root)
            .ok_or_else(|| KeyError::input("taprootMerkleRoot", "expected an empty text or 32 bytes in hexadecimal"))
    }
}

fn tweak(x_only: &[u8], root: MerkleRoot) -> Result<Scalar, KeyError> {
    let hash = match root {
        MerkleRoot::None => tagged("TapTweak", &[x_only]),
        MerkleRoot::Root(root) => tagged("TapTweak", &[x_only, &root]),
    };
    Scalar::from_repr(FieldBytes::from(hash))
        .into_option()
        .ok_or(KeyError::OutsideGroup)
}

/// The 32 bytes of the output key of a compressed public key.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if it is no compressed point.
pub(crate) fn output_key(public_key: &[u8], root: MerkleRoot) -> Result<[u8; 32], KeyError> {
    let invalid = || KeyError::InvalidPublicKey {
        expected: "a compressed secp256k1 point",
        length: public_key.len(),
    };
    let compressed: [u8; 33] = public_key.try_into().map_err(|_| invalid())?;
    let mut even = compressed;
    even[0] = 2;
    let point = PublicKey::from_sec1_bytes(&even).map_err(|_| invalid())?;
    let output = point.to_projective() + ProjectivePoint::GENERATOR * tweak(&even[1..], root)?;
    let output = PublicKey::from_affine(output.to_affine()).map_err(|_| KeyError::OutsideGroup)?;
    output.to_sec1_bytes()[1..]
        .try_into()
        .map_err(|_| KeyError::OutsideGroup)
}

/// The private key that signs for [`output_key`].
///
/// # Errors
/// [`KeyError::OutsideGroup`] if the tweak cancels the key out.
pub(crate) fn tweaked_secret(secret: NonZeroScalar, root: MerkleRoot) -> Result<NonZeroScalar, KeyError> {
    let public_key = PublicKey::from_secret_scalar(&secret).to_sec1_bytes();
    let even = if public_key[0] == 3 { -*secret } else { *secret };
    NonZeroScalar::new(even + tweak(&public_key[1..], root)?)
        .into_option()
        .ok_or(KeyError::OutsideGroup)
}
