//! The signature of a delivery: HMAC-SHA256 over its body, with the whole secret as the key.
//!
//! Invariant: signatures are compared in constant time, and never against that of an empty secret.

use std::fmt::Write as _;

use dfns_types::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Error;

/// The header that holds the signature of a delivery.
pub const SIGNATURE_HEADER: &str = "x-dfns-webhook-signature";

/// What the value of the header begins with.
const SCHEME: &str = "sha256=";

/// What the API puts into the header [`SIGNATURE_HEADER`] for this body: for tests of a receiver.
#[inline]
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    let code = mac(secret, body).finalize().into_bytes();
    let mut header = SCHEME.to_owned();
    for byte in code {
        // Text takes everything.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

/// Checks the value of the header.
#[inline]
pub(super) fn check(secret: &Secret, header: &str, body: &[u8]) -> Result<(), Error> {
    if secret.expose_secret().is_empty() {
        return Err(Error::EmptySecret);
    }
    let malformed = |problem| Error::MalformedSignature { problem };
    let digits = header
        .strip_prefix(SCHEME)
        .ok_or_else(|| malformed("expected `sha256=` in front"))?;
    let code = bytes(digits).ok_or_else(|| malformed("expected 64 hexadecimal digits after `sha256=`"))?;
    mac(secret, body).verify_slice(&code).map_err(|_| Error::WrongSignature)
}

#[inline]
fn mac(secret: &Secret, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .unwrap_or_else(|_| unreachable!("a key of any length will do"));
    mac.update(body);
    mac
}

#[inline]
fn bytes(digits: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = digits.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| {
            char::from(digit)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        };
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}
