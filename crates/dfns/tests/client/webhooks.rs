//! Deliveries of webhooks: which are accepted, which are refused and why, and which came before.

use axum::extract::FromRequest as _;
use axum::response::IntoResponse as _;
use dfns::Secret;
use dfns::types::{Timestamp, WebhookEventKind};
use dfns::webhook::{self, Delivery, Error, Event, RecentDeliveries, Verified, Verifier};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

/// When the deliveries of these tests were sent.
const SENT: i64 = 1_741_082_544;

fn secret() -> Secret {
    Secret::new("whs-Zk3Qm7Tn2Vb9Xc5Lp8Wr4Ys6Hd1Gf0Ja")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(seconds * 1_000).expect("a time")
}

/// The published vector: its body and the value of its header.
fn vector() -> (String, String) {
    let vector: Value = serde_json::from_str(include_str!("../data/webhook-signature.json")).expect("the vector");
    let text = |name: &str| vector[name].as_str().expect("text").to_owned();
    (text("bodyUtf8"), text("headerValue"))
}

fn verify(body: &str, signature: &str, now: i64) -> Result<Delivery, Error> {
    webhook::verify_signature(&secret(), signature, body.as_bytes(), at(now))
}

/// Signs and checks a body, sent just now.
fn signed(body: &str) -> Result<Delivery, Error> {
    verify(body, &webhook::sign(&secret(), body.as_bytes()), SENT)
}

fn event(kind: &str, data: &Value) -> Value {
    json!({
        "id": "whe-6t1cq-b2m4n-1a2b3c4d5e6f7g8h", "kind": kind, "date": "2025-03-04T10:02:22.280Z",
        "timestampSent": SENT, "deliveryAttempt": 1, "data": data,
    })
}

#[test]
fn the_published_delivery_is_accepted_and_read() {
    let (body, header) = vector();
    let delivery = verify(&body, &header, SENT).expect("accepted");
    assert_eq!(delivery.kind, WebhookEventKind::WalletTransferRequested);
    assert_eq!((delivery.attempt, &delivery.retry_of), (1, &None));
    assert_eq!(
        (delivery.sent_at, delivery.date.unix_millis()),
        (at(SENT), 1_741_082_542_280)
    );
    match delivery.event {
        Event::WalletTransferRequested(event) => {
            assert_eq!(
                event.data.transfer_request.id.as_str(),
                "xfr-1vs8g-c1ub1-1a2b3c4d5e6f7g8h"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_test_delivery_is_signed_as_the_published_one() {
    let (body, header) = vector();
    assert_eq!(webhook::sign(&secret(), body.as_bytes()), header);
}

#[test]
fn a_body_that_was_tampered_with_is_refused() {
    let (body, header) = vector();
    let tampered = body.replace("1000000000", "9000000000");
    assert_eq!(verify(&tampered, &header, SENT).unwrap_err(), Error::WrongSignature);
}

#[test]
fn a_body_that_was_parsed_and_written_again_in_another_order_is_refused() {
    let (body, header) = vector();
    let rewritten = serde_json::from_str::<Value>(&body).expect("JSON").to_string();
    assert_ne!(rewritten, body, "the fields are sorted");
    assert_eq!(verify(&rewritten, &header, SENT).unwrap_err(), Error::WrongSignature);
}

#[test]
fn the_secret_of_another_webhook_is_of_no_use() {
    let (body, header) = vector();
    // Without its prefix, the secret is another one.
    for other in ["whs-other", "Zk3Qm7Tn2Vb9Xc5Lp8Wr4Ys6Hd1Gf0Ja"] {
        let refused = webhook::verify_signature(&Secret::new(other), &header, body.as_bytes(), at(SENT));
        assert_eq!(refused.unwrap_err(), Error::WrongSignature);
    }
}

#[test]
fn an_empty_secret_accepts_nothing_not_even_what_was_signed_with_it() {
    let (body, nothing) = (vector().0, Secret::new(""));
    let forged = webhook::sign(&nothing, body.as_bytes());
    let refused = webhook::verify_signature(&nothing, &forged, body.as_bytes(), at(SENT));
    assert_eq!(refused.unwrap_err(), Error::EmptySecret);
    let mut headers = HeaderMap::new();
    headers.insert(
        webhook::SIGNATURE_HEADER,
        HeaderValue::from_str(&forged).expect("a header"),
    );
    let verifier = Verifier::new(nothing, || at(SENT)).or_secret("whs-other");
    let refused = verifier.verify(&headers, body.as_bytes()).unwrap_err();
    assert!(refused.is_forgery(), "{refused}");
}

#[test]
fn a_delivery_is_accepted_for_less_than_five_minutes() {
    let (body, header) = vector();
    for (now, age) in [(SENT + 300, 300), (SENT + 86_400, 86_400), (SENT - 300, -300)] {
        assert_eq!(verify(&body, &header, now).unwrap_err(), Error::OutsideWindow { age });
    }
    for now in [SENT + 299, SENT - 299] {
        assert!(verify(&body, &header, now).is_ok());
    }
}

#[test]
fn a_header_that_is_no_signature_is_named() {
    let (body, header) = vector();
    let digits = header.strip_prefix("sha256=").expect("the prefix");
    let cases = [
        (digits.to_owned(), "expected `sha256=` in front"),
        (format!("sha1={digits}"), "expected `sha256=` in front"),
        (String::new(), "expected `sha256=` in front"),
        (
            format!("sha256={}", &digits[2..]),
            "expected 64 hexadecimal digits after `sha256=`",
        ),
        (
            format!("sha256={}zz", &digits[2..]),
            "expected 64 hexadecimal digits after `sha256=`",
        ),
        (
            format!("sha256={}+f", &digits[2..]),
            "expected 64 hexadecimal digits after `sha256=`",
        ),
    ];
    for (header, problem) in cases {
        assert_eq!(
            verify(&body, &header, SENT).unwrap_err(),
            Error::MalformedSignature { problem }
        );
    }
}

#[test]
fn the_header_must_be_there_once() {
    let (body, header) = vector();
    let check = |headers: &HeaderMap| webhook::verify(&secret(), headers, body.as_bytes(), at(SENT));
    let mut headers = HeaderMap::new();
    assert_eq!(check(&headers).unwrap_err(), Error::MissingSignature);
    let header = HeaderValue::from_str(&header).expect("a header");
    headers.insert("X-DFNS-WEBHOOK-SIGNATURE", header.clone());
    assert!(check(&headers).is_ok());
    headers.append("X-DFNS-WEBHOOK-SIGNATURE", header);
    assert!(matches!(check(&headers), Err(Error::MalformedSignature { .. })));
}

#[test]
fn one_address_serves_several_webhooks() {
    let (body, header) = vector();
    let mut headers = HeaderMap::new();
    headers.insert(
        webhook::SIGNATURE_HEADER,
        HeaderValue::from_str(&header).expect("a header"),
    );
    let verifier = Verifier::new("whs-first", || at(SENT));
    assert_eq!(
        verifier.verify(&headers, body.as_bytes()).unwrap_err(),
        Error::WrongSignature
    );
    let verifier = verifier.or_secret(secret());
    assert!(verifier.verify(&headers, body.as_bytes()).is_ok());
    assert!(!format!("{verifier:?}").contains("whs-"), "{verifier:?}");
}

#[test]
fn an_event_of_a_kind_that_is_news_is_kept_whole() {
    let body = event("wallet.sold", &json!({ "price": 7 }));
    let delivery = signed(&body.to_string()).expect("accepted");
    assert_eq!(delivery.kind.as_str(), "wallet.sold");
    match delivery.event {
        Event::Unknown(object) => assert_eq!(Value::Object(object.fields().clone()), body),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_that_cannot_be_read_is_named_with_its_event() {
    let (body, _) = vector();
    let cases = [
        ("\"status\":\"Pending\"", "\"status\":7", "data.transferRequest.status"),
        (
            "\"userId\":\"us-3v1ag-v6b36-1a2b3c4d5e6f7g8h\"",
            "\"userId\":null",
            "data.transferRequest.requester.userId",
        ),
        ("\"network\":\"EthereumSepolia\",", "", "data.transferRequest.network"),
        ("\"transferRequest\"", "\"transfer\"", "data.transferRequest"),
    ];
    for (good, bad, place) in cases {
        let spoilt = body.replacen(good, bad, 1);
        assert_ne!(spoilt, body);
        match signed(&spoilt).unwrap_err() {
            Error::Decode { id, kind, source } => {
                assert_eq!(id, "whe-6t1cq-b2m4n-1a2b3c4d5e6f7g8h");
                assert_eq!((kind.as_str(), source.path()), ("wallet.transfer.requested", place));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_spoilt_event_of_any_kind_names_the_field() {
    let free = [
        "vault.",
        "address_watch.",
        "payout.",
        "allocation.",
        "swap.",
        "wallet.blockchain_event.",
    ];
    for kind in Event::KINDS {
        let error = signed(&event(kind, &json!(7)).to_string()).unwrap_err();
        assert!(
            error.report().contains(&format!("({kind}) cannot be read: data")),
            "{}",
            error.report()
        );
        if free.iter().any(|prefix| kind.starts_with(prefix)) {
            continue;
        }
        match signed(&event(kind, &json!({})).to_string()).unwrap_err() {
            // What is missing is the one field that the data of this kind has.
            Error::Decode { source, .. } => assert!(source.path().starts_with("data."), "{kind}: {source}"),
            other => panic!("{kind}: {other:?}"),
        }
    }
}

#[test]
fn a_signed_body_that_is_no_event_is_said_to_be_none() {
    for body in ["", "7", "[]", "{}", "{\"id\":\"whe-1\"}", "<html>", "\u{0}"] {
        let error = signed(body).unwrap_err();
        assert!(matches!(error, Error::NoEvent { .. }), "{body}: {error:?}");
        assert!(!error.is_forgery());
    }
    let mut timeless = event("wallet.created", &json!({}));
    timeless["timestampSent"] = json!(i64::MAX);
    assert!(matches!(signed(&timeless.to_string()), Err(Error::NoEvent { .. })));
}

/// A delivery of the same event, by its id and the one before it.
fn attempt(number: u32, id: &str, retry_of: Option<&str>, data: &Value) -> Delivery {
    let mut body = event("wallet.sold", data);
    body["id"] = json!(id);
    body["deliveryAttempt"] = json!(number);
    if let Some(before) = retry_of {
        body["retryOf"] = json!(before);
    }
    signed(&body.to_string()).expect("accepted")
}

#[test]
fn an_event_is_new_once_however_often_it_comes() {
    let mut seen = RecentDeliveries::new(100);
    let data = json!({ "price": 7 });
    let first = attempt(1, "whe-1", None, &data);
    assert!(seen.is_new(&first));
    assert!(!seen.is_new(&first), "the very same delivery");
    assert!(!seen.is_new(&attempt(2, "whe-2", Some("whe-1"), &data)), "a retry");
    assert!(
        !seen.is_new(&attempt(4, "whe-4", Some("whe-3"), &data)),
        "a retry of one that never arrived"
    );
    assert!(
        !seen.is_new(&attempt(
            3,
            "whe-3",
            Some("whe-2"),
            &json!({ "price": 7, "written": "otherwise" })
        )),
        "by the chain alone"
    );
    assert!(
        seen.is_new(&attempt(1, "whe-9", None, &json!({ "price": 8 }))),
        "another event"
    );
}

#[test]
fn an_event_that_could_not_be_acted_upon_is_new_again() {
    let mut seen = RecentDeliveries::new(100);
    let first = attempt(1, "whe-1", None, &json!({}));
    assert!(seen.is_new(&first));
    seen.forget(&first);
    assert!(seen.is_new(&attempt(2, "whe-2", Some("whe-1"), &json!({}))));
}

#[test]
fn no_more_is_remembered_than_was_asked_for() {
    let mut seen = RecentDeliveries::new(2);
    let delivery = |number: u32| attempt(1, &format!("whe-{number}"), None, &json!(number));
    for number in 1..=3 {
        assert!(seen.is_new(&delivery(number)));
    }
    assert!(!seen.is_new(&delivery(3)) && !seen.is_new(&delivery(2)));
    assert!(seen.is_new(&delivery(1)), "it was forgotten");
}

proptest! {
    #[test]
    fn any_signed_bytes_are_answered_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let signature = webhook::sign(&secret(), &body);
        prop_assert!(webhook::verify_signature(&secret(), &signature, &body, at(SENT)).is_err());
    }

    #[test]
    fn any_header_is_answered_without_a_panic(header in any::<String>()) {
        let refused = webhook::verify_signature(&secret(), &header, b"{}", at(SENT)).unwrap_err();
        prop_assert!(refused.is_forgery());
    }

    #[test]
    fn a_delivery_that_was_spoilt_anywhere_is_answered_without_a_panic(
        place in 0usize..700, byte in any::<u8>(), length in 0usize..800,
    ) {
        let mut body = vector().0.into_bytes();
        let place = place % body.len();
        body[place] = byte;
        body.truncate(length);
        let signature = webhook::sign(&secret(), &body);
        // Accepted or not: whoever signs a body with nonsense in it may get that nonsense.
        let _answered = webhook::verify_signature(&secret(), &signature, &body, at(SENT));
        prop_assert!(verify(&vector().0, &signature, SENT).is_err() || body == vector().0.as_bytes());
    }
}

/// What the extractor for axum makes of a request.
async fn extracted(body: &str, signature: Option<&str>) -> Result<Verified, (u16, String)> {
    let mut request = axum::http::Request::post("/hooks");
    if let Some(signature) = signature {
        request = request.header(webhook::SIGNATURE_HEADER, signature);
    }
    let request = request
        .body(axum::body::Body::from(body.to_owned()))
        .expect("a request");
    let verifier = Verifier::new(secret(), || at(SENT));
    match Verified::from_request(request, &verifier).await {
        Ok(accepted) => Ok(accepted),
        Err(rejection) => {
            let answer = rejection.into_response();
            let status = answer.status().as_u16();
            let body = axum::body::to_bytes(answer.into_body(), 1_000).await.expect("a body");
            Err((status, String::from_utf8_lossy(&body).into_owned()))
        }
    }
}

#[tokio::test]
async fn the_extractor_hands_over_checked_deliveries_only() {
    let (body, header) = vector();
    let Verified(delivery) = extracted(&body, Some(&header)).await.expect("accepted");
    assert_eq!(delivery.kind, WebhookEventKind::WalletTransferRequested);
    let silent = |status| Err((status, String::new()));
    assert_eq!(extracted(&body, None).await.map(drop), silent(401));
    assert_eq!(extracted("{}", Some(&header)).await.map(drop), silent(401));
    let other = event("wallet.created", &json!({})).to_string();
    let signature = webhook::sign(&secret(), other.as_bytes());
    assert_eq!(extracted(&other, Some(&signature)).await.map(drop), silent(422));
    let long = " ".repeat(3 << 20);
    assert_eq!(extracted(&long, Some(&header)).await.map(drop).unwrap_err().0, 413);
}
