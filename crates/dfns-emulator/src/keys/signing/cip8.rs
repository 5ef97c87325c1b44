//! Messages of Cardano after CIP-8: a COSE signature by one signer, who is named by address.

use crate::keys::cbor::{bytes, list, map, number, text};
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, RawSignature};

/// What the first byte of a CBOR number below zero is for -8, the number of EdDSA.
const EDDSA: u8 = 0x27;
const NULL: u8 = 0xf6;
const FALSE: u8 = 0xf4;

/// The signature, and the message that holds it. Without a payload the message is sent apart from it.
pub(super) fn sign(
    key: &KeyMaterial,
    address: &[u8],
    payload: Option<&[u8]>,
    external: &[u8],
) -> Result<(RawSignature, Vec<u8>), KeyError> {
    let protected = map(&[(number(1), vec![EDDSA]), (text("address"), bytes(address))]);
    let signed = list(&[
        text("Signature1"),
        bytes(&protected),
        bytes(external),
        bytes(payload.unwrap_or_default()),
    ]);
    let signature = key.sign_message(&signed)?;
    let message = list(&[
        bytes(&protected),
        map(&[(text("hashed"), vec![FALSE])]),
        payload.map_or_else(|| vec![NULL], bytes),
        bytes(&signature.to_bytes()),
    ]);
    Ok((signature, message))
}
