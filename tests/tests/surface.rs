//! The surface of the API, one line an operation: the part of a change that a person must read.

use dfns_types::operation::{Authentication, Lifecycle, OPERATIONS, Operation, Principal};

fn line(operation: &Operation) -> String {
    let mut marks = Vec::new();
    match operation.authentication {
        Authentication::None => marks.push("open".to_owned()),
        Authentication::TemporaryToken => marks.push("temporary-token".to_owned()),
        Authentication::Token => {}
    }
    for (set, mark) in [
        (operation.user_action, "signed"),
        (operation.paged, "paged"),
        (operation.idempotent, "idempotent"),
    ] {
        if set {
            marks.push(mark.to_owned());
        }
    }
    match operation.lifecycle {
        Lifecycle::Current => {}
        Lifecycle::Deprecated => marks.push("deprecated".to_owned()),
        Lifecycle::Legacy => marks.push("legacy".to_owned()),
    }
    let principals: String = operation
        .principals
        .iter()
        .map(|principal| match principal {
            Principal::Employee => 'U',
            Principal::EndUser => 'E',
            Principal::ServiceAccount => 'S',
            Principal::PersonalAccessToken => 'P',
        })
        .collect();
    format!(
        "{id}: {method} {path} = {call} [{marks}] {principals} {permissions}",
        id = operation.id,
        method = operation.method,
        path = operation.path,
        call = operation.call,
        marks = marks.join(" "),
        permissions = operation.permissions.join(" "),
    )
    .trim_end()
    .to_owned()
}

/// One snapshot a domain, so that none grows past what a reviewer reads.
#[test]
fn every_operation_is_as_it_was_when_a_person_last_read_it() {
    let mut domains: Vec<&str> = OPERATIONS.iter().map(|operation| operation.domain).collect();
    domains.sort_unstable();
    domains.dedup();
    for domain in domains {
        let lines: Vec<String> = OPERATIONS
            .iter()
            .filter(|operation| operation.domain == domain)
            .map(line)
            .collect();
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_path => "../snapshots",
        }, {
            insta::assert_snapshot!(format!("surface__{}", domain.replace('-', "_")), lines.join("\n"));
        });
    }
}

#[test]
fn operations_are_sorted_and_unique() {
    assert!(OPERATIONS.is_sorted_by(|a, b| a.function < b.function));
    let mut requests: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| (operation.path, operation.method.as_str()))
        .collect();
    let count = requests.len();
    requests.sort_unstable();
    requests.dedup();
    assert_eq!(requests.len(), count, "two operations have the same method and path");
}

#[test]
fn whatever_changes_something_with_a_token_is_signed_or_known_not_to_be() {
    // What the API documents as unsigned although it is no GET.
    let unsigned = [
        "createUserActionChallenge",
        "createUserActionSignature",
        "createCredentialChallenge",
        "logout",
        "callCantonLedgerApi",
        "callFunction",
        "createAllocationQuote",
        "createOidcLoginCredential",
        "createPayinQuote",
        "createPayoutQuote",
        "createSwapQuote",
        "exchangeAccessToken",
        "readContract",
    ];
    let strange: Vec<&str> = OPERATIONS
        .iter()
        .filter(|operation| operation.method.as_str() != "GET" && operation.authentication == Authentication::Token)
        .filter(|operation| !operation.user_action && !unsigned.contains(&operation.id))
        .map(|operation| operation.id)
        .collect();
    assert_eq!(strange, Vec::<&str>::new());
    let signed_reads: Vec<&str> = OPERATIONS
        .iter()
        .filter(|operation| operation.method.as_str() == "GET" && operation.user_action)
        .map(|operation| operation.id)
        .collect();
    assert_eq!(signed_reads, Vec::<&str>::new());
}
