//! Enums with odd values, which stay open.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/enums/types/mod.rs",
    "../generated/enums/api/mod.rs",
    "../generated/enums/dfns/mod.rs"
);

use serde_json::json;

#[test]
fn every_value_goes_through_json_unchanged() {
    for status in OrderStatus::VALUES {
        let text = serde_json::to_value(status).unwrap();
        assert_eq!(text, status.as_str());
        assert_eq!(serde_json::from_value::<OrderStatus>(text).unwrap(), *status);
        assert_eq!(OrderStatus::from(status.as_str()), *status);
    }
}

#[test]
fn odd_values_have_names_that_can_be_said() {
    let cases = [
        (OrderStatus::X0fns, "0fns"),
        (OrderStatus::OrdersClose, "Orders:Close"),
        (OrderStatus::PublicKey, "public-key"),
        (OrderStatus::SelfValue, "Self"),
        (OrderStatus::UnknownValue, "Unknown"),
        (OrderStatus::Type, "type"),
        (OrderStatus::Closed, "closed"),
    ];
    for (status, text) in cases {
        assert_eq!(status.to_string(), text);
    }
    assert_eq!(Comparison::from(">="), Comparison::GreaterThanEqual);
    assert_eq!(Comparison::from("*"), Comparison::Star);
}

#[test]
fn an_unknown_value_is_kept_and_goes_back_out() {
    let text = json!({"status": "Paused", "comparison": "~"});
    let order: Order = serde_json::from_value(text.clone()).unwrap();
    assert!(matches!(&order.status, OrderStatus::Unknown(value) if value.as_str() == "Paused"));
    assert_eq!(serde_json::to_value(order).unwrap(), text);
}

#[test]
fn a_known_value_never_hides_in_unknown() {
    assert_eq!(OrderStatus::from("Open"), OrderStatus::Open);
    assert_eq!("Unknown".parse::<OrderStatus>().unwrap(), OrderStatus::UnknownValue);
}

#[test]
fn a_value_that_is_no_text_is_an_error_that_names_the_enum() {
    let error = serde_json::from_value::<OrderStatus>(json!(7)).unwrap_err();
    assert!(error.to_string().contains("OrderStatus"), "{error}");
}

#[tokio::test]
async fn an_answer_with_an_unknown_value_succeeds() {
    let (dfns, _) = Dfns::answering(&[r#"{"status": "Paused", "comparison": ">"}"#]);
    let order = dfns.orders().get().send().await.unwrap();
    assert_eq!(order.status.as_str(), "Paused");
    assert_eq!(order.comparison, Comparison::GreaterThan);
}
