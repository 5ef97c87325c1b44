//! The body of a delivery, and its signature.

use dfns_types::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::javascript;
use crate::server::Refusal;
use crate::store::Delivery;

/// A delivery that is ready to go.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) url: String,
    pub(crate) body: String,
    /// The value of the header `X-DFNS-WEBHOOK-SIGNATURE`.
    pub(crate) signature: String,
}

impl Parcel {
    /// Packs an attempt that is made at `sent_at`, signed with the secret of its webhook.
    ///
    /// # Errors
    /// 500 if the store holds no JSON.
    pub(crate) fn new(url: &str, secret: &str, delivery: &Delivery, sent_at: Timestamp) -> Result<Self, Refusal> {
        let broken = |problem: &str| Refusal::internal(&std::io::Error::other(format!("{}: {problem}", delivery.id)));
        let date = Timestamp::from_unix_millis(delivery.date).ok_or_else(|| broken("its date is no time"))?;
        let retry_of = match &delivery.retry_of {
            Some(id) => format!("\"retryOf\":{},", json!(id)),
            None => String::new(),
        };
        // Put together by hand to keep the order of the fields.
        let body = format!(
            "{{\"id\":{},\"kind\":{},\"date\":{},\"timestampSent\":{},\"deliveryAttempt\":{},{retry_of}\"data\":{}}}",
            json!(delivery.id),
            json!(delivery.kind),
            json!(date),
            sent_at.unix_seconds(),
            delivery.attempt,
            delivery.data,
        );
        let body = javascript::rewritten(&body).map_err(|error| Refusal::internal(&error))?;
        let signature = signature(secret, &body);
        Ok(Self {
            url: url.to_owned(),
            body,
            signature,
        })
    }
}

/// Bodies show balances and names: not for logs.
impl std::fmt::Debug for Parcel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Parcel({} bytes for {})", self.body.len(), self.url)
    }
}

/// `sha256=` and HMAC-SHA256 over the body in hexadecimal; the key is the whole secret as text.
fn signature(secret: &str, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!("any length is a key"));
    mac.update(body.as_bytes());
    let code = dfns_types::Hex::from_bytes_bare(mac.finalize().into_bytes());
    format!("sha256={code}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_delivery_is_signed_as_the_api_signs_it() {
        let vector: Value = serde_json::from_str(include_str!("../../tests/data/webhook-signature.json")).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        assert_eq!(signature(text("secret"), text("bodyUtf8")), text("headerValue"));
    }

    #[test]
    fn a_body_has_its_fields_in_the_order_of_the_api() {
        let delivery = Delivery {
            id: "whe-2".to_owned(),
            webhook_id: "wh-1".to_owned(),
            kind: "wallet.created".to_owned(),
            date: 1_741_082_542_280,
            data: r#"{"wallet":{"name":"Zürich","id":"wa-1"}}"#.to_owned(),
            attempt: 2,
            retry_of: Some("whe-1".to_owned()),
            first_at: 0,
            due_at: 0,
        };
        let sent_at = Timestamp::from_unix_millis(1_741_082_544_999).unwrap();
        let parcel = Parcel::new("http://127.0.0.1:1", "whs-1", &delivery, sent_at).unwrap();
        assert_eq!(
            parcel.body,
            "{\"id\":\"whe-2\",\"kind\":\"wallet.created\",\"date\":\"2025-03-04T10:02:22.280Z\",\
             \"timestampSent\":1741082544,\"deliveryAttempt\":2,\"retryOf\":\"whe-1\",\
             \"data\":{\"wallet\":{\"name\":\"Zürich\",\"id\":\"wa-1\"}}}"
        );
    }
}
