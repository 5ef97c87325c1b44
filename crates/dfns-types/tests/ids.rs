//! Ids keep request paths what they are.

use dfns_types::{UserId, WalletId};
use proptest::prelude::*;

const WALLET: &str = "wa-2k4ls-0p1qm-8f7gh3jd5kq9vt6a";

#[test]
fn an_id_prints_and_serialises_as_its_text() {
    let id = WalletId::new(WALLET).unwrap();
    assert_eq!(id.to_string(), WALLET);
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{WALLET}\""));
    assert_eq!(format!("{id:?}"), format!("\"{WALLET}\""));
}

#[test]
fn an_id_of_another_kind_is_refused_and_the_error_says_which() {
    let error = UserId::new(WALLET).unwrap_err();
    assert_eq!(
        error.to_string(),
        "UserId: an id that begins with \"wa\" is of another kind, expected a value such as us-2k4ls-0p1qm-8f7gh3jd5kq9vt6a"
    );
}

#[test]
fn foreign_and_old_forms_are_ids() {
    for text in [
        "pm-orange-apple-2b17a80613",
        "tf-2k4ls-0p1qm-8f7gh3jd5kq9vt6a",
        "1234",
        "a.b:c@d",
    ] {
        assert!(WalletId::new(text).is_ok(), "{text}");
    }
}

#[test]
fn an_answer_may_hold_an_id_of_any_prefix() {
    let id: WalletId = serde_json::from_str("\"us-2k4ls-0p1qm-8f7gh3jd5kq9vt6a\"").unwrap();
    assert_eq!(id.as_str(), "us-2k4ls-0p1qm-8f7gh3jd5kq9vt6a");
}

#[test]
fn what_would_change_a_path_is_no_id() {
    for text in [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "../transfers",
        "a?b",
        "a#b",
        "a%2Fb",
        "a b",
        "a\nb",
        "a\0b",
    ] {
        assert!(WalletId::new(text).is_err(), "{text:?}");
        assert!(
            serde_json::from_value::<WalletId>(text.into()).is_err(),
            "{text:?} from JSON"
        );
    }
}

proptest! {
    #[test]
    fn an_id_never_holds_what_would_change_a_path(text in any::<String>()) {
        if let Ok(id) = WalletId::new(&text) {
            let text = id.as_str();
            prop_assert!(!text.is_empty() && text != "." && text != "..");
            let forbidden = |c: char| "/\\?#%".contains(c) || c.is_whitespace() || c.is_control();
            prop_assert!(!text.contains(forbidden));
        }
    }

    #[test]
    fn every_id_of_the_api_is_accepted(id in "wa-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}") {
        let wallet = WalletId::new(&id).unwrap();
        prop_assert_eq!(wallet.as_str(), id);
    }
}
