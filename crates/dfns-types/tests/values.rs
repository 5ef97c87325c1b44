//! Amounts, hex, times, secrets and quantities: exact, and back out as they came.

use dfns_types::{Amount, EvmQuantity, Hex, NumberOrText, Secret, Timestamp};
use proptest::prelude::*;

#[test]
fn an_amount_is_text_on_the_wire_and_never_a_number() {
    let amount: Amount = serde_json::from_str("\"1000000000000000000\"").unwrap();
    assert_eq!(amount, Amount::from(1_000_000_000_000_000_000_u64));
    assert_eq!(serde_json::to_string(&amount).unwrap(), "\"1000000000000000000\"");
    assert!(serde_json::from_str::<Amount>("1000").is_err());
}

#[test]
fn an_amount_is_decimal_digits_and_nothing_else() {
    for text in ["", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1_000", "١"] {
        let error = text.parse::<Amount>().unwrap_err();
        assert!(error.to_string().contains("decimal digits"), "{text:?}: {error}");
    }
    assert!("9".repeat(79).parse::<Amount>().is_err());
    assert_eq!("007".parse::<Amount>().unwrap().as_str(), "7");
}

#[test]
fn an_amount_that_would_go_below_zero_is_none() {
    let (one, two) = (Amount::from(1_u64), Amount::from(2_u64));
    assert_eq!(one.checked_sub(&two), None);
    assert_eq!(two.checked_sub(&two), Some(Amount::zero()));
}

#[test]
fn an_amount_that_grows_too_long_is_none() {
    let most: Amount = "9".repeat(78).parse().unwrap();
    assert_eq!(most.checked_add(&Amount::from(1_u64)), None);
}

#[test]
fn a_time_is_read_with_any_offset_and_written_in_utc_with_milliseconds() {
    let time: Timestamp = "2026-11-22T15:56:55.5+01:00".parse().unwrap();
    assert_eq!(time.to_string(), "2026-11-22T14:56:55.500Z");
    assert_eq!(serde_json::to_string(&time).unwrap(), "\"2026-11-22T14:56:55.500Z\"");
}

#[test]
fn a_time_without_an_offset_is_refused() {
    let error = "2026-11-22T14:56:55".parse::<Timestamp>().unwrap_err();
    assert!(error.to_string().contains("RFC 3339"), "{error}");
}

#[test]
fn a_time_is_exact_to_the_millisecond_and_no_further() {
    let fine: Timestamp = "2026-11-22T14:56:55.123999Z".parse().unwrap();
    assert_eq!(fine, "2026-11-22T14:56:55.123Z".parse().unwrap());
    let leap: Timestamp = "2016-12-31T23:59:60Z".parse().unwrap();
    assert_eq!(leap.to_string(), "2017-01-01T00:00:00.000Z");
}

#[test]
fn a_time_outside_of_the_years_that_can_be_written_is_refused() {
    for text in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
    for text in ["9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z"] {
        let time: Timestamp = text.parse().unwrap();
        assert_eq!(time.to_string(), text);
        assert_eq!(Timestamp::from_unix_millis(time.unix_millis()), Some(time));
    }
    let last: Timestamp = "9999-12-31T23:59:59.999Z".parse().unwrap();
    assert_eq!(last.checked_add(std::time::Duration::from_millis(1)), None);
}

#[test]
fn a_secret_does_not_print() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
    assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2\"");
    assert_eq!(secret.expose_secret(), "hunter2");
}

#[test]
fn hex_has_an_even_number_of_hex_digits() {
    assert_eq!("0xAb01".parse::<Hex>().unwrap().to_bytes(), [0xab, 0x01]);
    for text in ["0x1", "xyz1", "0xgg", "1 2 "] {
        assert!(text.parse::<Hex>().is_err(), "{text:?}");
    }
}

#[test]
fn a_quantity_keeps_its_form() {
    for json in ["21000", "\"21000\"", "\"0x5208\""] {
        let quantity: EvmQuantity = serde_json::from_str(json).unwrap();
        assert_eq!(quantity.to_u128(), Some(21_000));
        assert_eq!(serde_json::to_string(&quantity).unwrap(), json);
    }
    for json in ["-1", "1.5", "\"\"", "\"0xzz\"", "\"ten\"", "true"] {
        assert!(serde_json::from_str::<EvmQuantity>(json).is_err(), "{json}");
    }
}

#[test]
fn a_number_or_a_text_keeps_its_form() {
    for json in ["1", "\"1\"", "\"SN_MAIN\"", "\"\""] {
        let either: NumberOrText = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&either).unwrap(), json);
    }
    assert_eq!(NumberOrText::from("SN_MAIN").to_string(), "SN_MAIN");
    for json in ["-1", "1.5", "true", "null", "{}"] {
        assert!(serde_json::from_str::<NumberOrText>(json).is_err(), "{json}");
    }
}

proptest! {
    #[test]
    fn sums_and_differences_are_those_of_integers(a in any::<u64>(), b in any::<u64>()) {
        let (wide_a, wide_b) = (u128::from(a), u128::from(b));
        let sum = Amount::from(a).checked_add(&Amount::from(b)).unwrap();
        prop_assert_eq!(sum.to_u128(), Some(wide_a + wide_b));
        prop_assert_eq!(Amount::from(a).checked_sub(&Amount::from(b)).and_then(|d| d.to_u128()), wide_a.checked_sub(wide_b));
        prop_assert_eq!(Amount::from(a).cmp(&Amount::from(b)), a.cmp(&b));
    }

    #[test]
    fn bytes_survive_hex(bytes in any::<Vec<u8>>()) {
        let with_prefix = Hex::from_bytes(&bytes);
        prop_assert_eq!(with_prefix.to_bytes(), bytes.clone());
        prop_assert_eq!(Hex::from_bytes_bare(&bytes).to_bytes(), bytes);
        prop_assert_eq!(with_prefix.as_str().parse::<Hex>().unwrap(), with_prefix);
    }

    #[test]
    fn milliseconds_survive_text(millis in -62_135_596_800_000_i64..253_402_300_799_999) {
        let time = Timestamp::from_unix_millis(millis).unwrap();
        prop_assert_eq!(time.to_string().parse::<Timestamp>().unwrap().unix_millis(), millis);
    }
}
