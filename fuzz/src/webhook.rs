//! Deliveries to a webhook: signed ones of any content, and any header before them.

use dfns::Secret;
use dfns::http::{HeaderMap, HeaderValue};
use dfns::types::Timestamp;
use dfns::webhook::{self, Error, RecentDeliveries, SIGNATURE_HEADER};

/// Checks and reads the bytes as the body of a delivery that is signed; then what stands behind their first line, with that
/// line as the signature. True if either was read.
///
/// # Panics
/// If a signed body counts as forged, one that is not signed is read, or a delivery is not known when it comes again.
pub fn webhook(bytes: &[u8]) -> bool {
    let secret = Secret::new("whs-secret");
    let is_read = signed(&secret, bytes);
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (header, body) = bytes.split_at(line);
    forged(&secret, header, body.get(1..).unwrap_or_default()) || is_read
}

fn signed(secret: &Secret, body: &[u8]) -> bool {
    let signature = webhook::sign(secret, body);
    match webhook::verify_signature(secret, &signature, body, sent_at(body)) {
        Ok(delivery) => {
            assert!(delivery.keys().count() >= 2, "its id and its content are known");
            assert!(delivery.keys().all(|key| key.len() <= 512), "{delivery:?}");
            let mut seen = RecentDeliveries::new(2);
            assert!(seen.is_new(&delivery));
            assert!(!seen.is_new(&delivery), "it was seen before");
            seen.forget(&delivery);
            assert!(seen.is_new(&delivery), "it was forgotten");
            true
        }
        Err(error) => {
            let outside = matches!(error, Error::OutsideWindow { .. });
            assert!(outside || !error.is_forgery(), "it is signed: {error:?}");
            assert!(!error.report().is_empty());
            false
        }
    }
}

fn forged(secret: &Secret, header: &[u8], body: &[u8]) -> bool {
    let Ok(value) = HeaderValue::from_bytes(header) else {
        return false;
    };
    let right = webhook::sign(secret, body);
    let is_right = header.eq_ignore_ascii_case(right.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE_HEADER, value);
    match webhook::verify(secret, &headers, body, sent_at(body)) {
        Err(error) if error.is_forgery() => false,
        outcome => {
            assert!(is_right, "accepted with another signature: {outcome:?}");
            outcome.is_ok()
        }
    }
}

/// A clock of the receiver by which the delivery has just been sent, if it says when.
fn sent_at(body: &[u8]) -> Timestamp {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let millis = value["timestampSent"].as_i64().and_then(|sent| sent.checked_mul(1_000));
    millis
        .and_then(Timestamp::from_unix_millis)
        .or_else(|| Timestamp::from_unix_millis(1_767_323_045_000))
        .expect("a time")
}
