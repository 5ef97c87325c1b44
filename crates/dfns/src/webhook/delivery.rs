//! A delivery: one attempt to tell a webhook of an event.

use dfns_types::{Secret, Timestamp, WebhookDelivery, WebhookEventId, WebhookEventKind};
use http::HeaderMap;
use serde::Deserialize;

use super::{Error, SIGNATURE_HEADER, WINDOW, locate, signature};
use crate::DecodeError;

/// A delivery that was checked and read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// The id of this attempt.
    pub id: WebhookEventId,
    /// What happened. It need not be one that this release knows.
    pub kind: WebhookEventKind,
    /// When it happened; the same for all attempts.
    pub date: Timestamp,
    /// When this attempt was made, to the second.
    pub sent_at: Timestamp,
    /// Which attempt this is: 1 is the first, 5 the last.
    pub attempt: u32,
    /// The attempt before this one, which the API counts as failed; `None` on the first.
    pub retry_of: Option<WebhookEventId>,
    /// The event itself. One of a kind that this release does not know is [`WebhookDelivery::Unknown`], kept whole.
    pub event: WebhookDelivery,
    /// The content by which attempts of the same event are known.
    pub(super) fingerprint: String,
}

/// What every delivery has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    id: WebhookEventId,
    kind: String,
    date: Timestamp,
    timestamp_sent: i64,
    delivery_attempt: u32,
    #[serde(default)]
    retry_of: Option<WebhookEventId>,
    data: serde_json::Value,
}

/// Checks and reads a delivery: its headers, the bytes of its body as they came, and the time by the receiver's clock
/// (a `SystemTime` will do).
///
/// # Errors
/// [`Error::MissingSignature`], [`Error::EmptySecret`], [`Error::MalformedSignature`], [`Error::WrongSignature`],
/// [`Error::OutsideWindow`] if it is not known to come from the API just now; [`Error::NoEvent`], [`Error::Decode`] if it does, and cannot be read.
pub fn verify(secret: &Secret, headers: &HeaderMap, body: &[u8], now: impl Into<Timestamp>) -> Result<Delivery, Error> {
    verify_signature(secret, header(headers)?, body, now)
}

/// Checks and reads a delivery, as [`verify`] does, given the value of its header [`SIGNATURE_HEADER`].
///
/// # Errors
/// As [`verify`].
pub fn verify_signature(
    secret: &Secret,
    signature: &str,
    body: &[u8],
    now: impl Into<Timestamp>,
) -> Result<Delivery, Error> {
    signature::check(secret, signature, body)?;
    read(body, now.into())
}

/// The value of the signature header.
#[inline]
pub(super) fn header(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(SIGNATURE_HEADER).iter();
    let value = values.next().ok_or(Error::MissingSignature)?;
    let malformed = |problem| Error::MalformedSignature { problem };
    if values.next().is_some() {
        return Err(malformed("it stands there twice"));
    }
    value.to_str().map_err(|_| malformed("expected ASCII text"))
}

/// Reads a body whose signature was checked.
#[inline]
pub(super) fn read(body: &[u8], now: Timestamp) -> Result<Delivery, Error> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| Error::NoEvent {
        source: DecodeError::new(&error, body),
    })?;
    let no_time = || Error::NoEvent {
        source: DecodeError::because("timestampSent is no time"),
    };
    let sent_at = envelope.timestamp_sent.checked_mul(1_000);
    let sent_at = sent_at.and_then(Timestamp::from_unix_millis).ok_or_else(no_time)?;
    let age = now.unix_seconds().saturating_sub(envelope.timestamp_sent);
    if age.unsigned_abs() >= WINDOW.as_secs() {
        return Err(Error::OutsideWindow { age });
    }
    let event = serde_json::from_slice(body).map_err(|error: serde_json::Error| Error::Decode {
        id: envelope.id.to_string(),
        kind: envelope.kind.clone(),
        source: locate::decode_error(&envelope.kind, body).unwrap_or_else(|| DecodeError::new(&error, body)),
    })?;
    let fingerprint = super::seen::fingerprint(&envelope.kind, envelope.date, &envelope.data.to_string());
    Ok(Delivery {
        id: envelope.id,
        kind: WebhookEventKind::from(envelope.kind.as_str()),
        date: envelope.date,
        sent_at,
        attempt: envelope.delivery_attempt,
        retry_of: envelope.retry_of,
        event,
        fingerprint,
    })
}
