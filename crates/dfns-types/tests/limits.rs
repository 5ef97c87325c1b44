//! The limits of the real request bodies.

use dfns_types::limits::{Shape, Violation, check};
use dfns_types::operation::{OPERATIONS, by_function};
use dfns_types::{Erc20Transfer, Transfer};
use serde::Serialize;
use serde_json::json;

fn problem(function: &str, body: &impl Serialize) -> Option<String> {
    let shape: &Shape = by_function(function)
        .and_then(|operation| operation.body_limits)
        .expect("limits");
    let Violation { path, problem } = check(&json!(body), shape).err()?;
    Some(format!("{path}: {problem}"))
}

#[test]
fn external_id_of_every_transfer_transaction_and_signature_has_at_most_50_characters() {
    let wanted = [
        "transferAsset",
        "broadcastTransaction",
        "generateKeySignature",
        "generateWalletSignature",
    ];
    for operation in OPERATIONS.iter().filter(|operation| wanted.contains(&operation.id)) {
        let shape = operation
            .body_limits
            .unwrap_or_else(|| panic!("{} has limits", operation.id));
        let kinds = shape.kinds.map_or(&[][..], |(_, kinds)| kinds);
        for shape in kinds
            .iter()
            .map(|(_, shape)| *shape)
            .chain(kinds.is_empty().then_some(shape))
        {
            let field = shape.fields.iter().find(|field| field.name == "externalId");
            let field = field.unwrap_or_else(|| panic!("{} limits its external id", operation.id));
            assert_eq!(
                (field.limits.shortest, field.limits.longest),
                (1, 50),
                "{}",
                operation.id
            );
        }
    }
}

#[test]
fn address_has_the_form_of_the_kind_of_transfer() {
    // What a union writes first is its kind.
    let transfer = |to: &str| Erc20Transfer::new(to, to, 1_u64);
    let problem = |transfer: Erc20Transfer| problem("transfer_asset", &Transfer::from(transfer));
    let good = format!("0x{}", "aB".repeat(20));
    assert_eq!(problem(transfer(&good)), None);
    for bad in ["", "0x", &good[..41], &format!("{good}0"), &good.replace('a', "g")] {
        let expected = "contract: it has not the form ^0x[0-9a-fA-F]{40}$";
        assert_eq!(problem(transfer(bad)).as_deref(), Some(expected), "{bad}");
    }
}

#[test]
fn tags_are_counted_and_each_has_its_form() {
    let wallet = |tags: Vec<&str>| json!({"network": "Bitcoin", "tags": tags});
    assert_eq!(problem("create_wallet", &wallet(vec!["a:b/c+d.e-f_1"; 10])), None);
    let expected = "tags: it has 11 items, expected at most 10";
    assert_eq!(
        problem("create_wallet", &wallet(vec!["a"; 11])).as_deref(),
        Some(expected)
    );
    let expected = "tags[1]: it has not the form ^[a-zA-Z0-9_.:/+-]{1,100}$";
    assert_eq!(
        problem("create_wallet", &wallet(vec!["a", "a b"])).as_deref(),
        Some(expected)
    );
}

#[test]
fn name_is_measured_in_characters() {
    let wallet = |name: String| json!({"network": "Bitcoin", "name": name});
    assert_eq!(problem("create_wallet", &wallet("ä".repeat(100))), None);
    let expected = "name: it has 101 characters, expected at most 100";
    assert_eq!(
        problem("create_wallet", &wallet("ä".repeat(101))).as_deref(),
        Some(expected)
    );
}
