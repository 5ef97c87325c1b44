//! Signatures as the chains write them.

use crate::keys::error::KeyError;
use crate::keys::material::{RawSignature, Scheme};
use crate::keys::network::Family;

/// What a Substrate chain calls an Ed25519 signature among its kinds.
const SUBSTRATE_ED25519: u8 = 0;

/// The bytes of a signature: r and s and 27 or 28 for EVM and Tron, DER for Bitcoin and XRPL, a leading 0 for
/// Substrate; r and s everywhere else, also for Polymesh, whose adapter puts the 0 there itself.
pub(super) fn encode(family: Option<Family>, scheme: Scheme, raw: RawSignature) -> Result<Vec<u8>, KeyError> {
    let halves = raw.to_bytes();
    Ok(match (family, scheme) {
        (Some(Family::Evm | Family::Tron), Scheme::Ecdsa) => {
            let recovery = 27 + raw.recovery_id.unwrap_or_default();
            [&halves[..], &[recovery]].concat()
        }
        (Some(Family::Bitcoin | Family::BitcoinCash | Family::Xrpl), Scheme::Ecdsa) => der(raw)?,
        (Some(Family::Substrate), Scheme::EdDsa) => [&[SUBSTRATE_ED25519][..], &halves].concat(),
        _ => halves.to_vec(),
    })
}

/// The DER form, without the byte that Bitcoin adds for what is signed.
pub(crate) fn der(raw: RawSignature) -> Result<Vec<u8>, KeyError> {
    let signature = k256::ecdsa::Signature::from_scalars(raw.r, raw.s).map_err(|_| KeyError::OutsideGroup)?;
    Ok(signature.to_der().as_bytes().to_vec())
}
