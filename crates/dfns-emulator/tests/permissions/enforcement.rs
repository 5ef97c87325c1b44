//! Every operation asks for its own permission, and for no other.

use std::collections::BTreeSet;

use dfns_types::operation::{Authentication, OPERATIONS, Operation, Principal};

use crate::scene::Scene;
use crate::support::Answer;

/// The operations that ask an employee for a permission, whatever the request.
fn guarded() -> impl Iterator<Item = (&'static Operation, Vec<&'static str>)> {
    OPERATIONS.iter().filter_map(|operation| {
        let always: Vec<&str> = operation
            .permissions
            .iter()
            .copied()
            .filter(|name| !name.ends_with('?'))
            .collect();
        let is_open = operation.principals.is_empty() || operation.principals.contains(&Principal::Employee);
        let asks = operation.authentication == Authentication::Token && !always.is_empty() && is_open;
        asks.then_some((operation, always))
    })
}

/// The path of an operation, with an id that nothing has in place of each parameter.
fn path(operation: &Operation) -> String {
    let segments = operation.path.split('/').map(|segment| {
        if segment.starts_with('{') {
            "xx-00000-00000-00000000000000"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn missing(answer: &Answer) -> Option<&str> {
    let message = answer.message();
    let is_about_permissions = answer.status == 403 && message.contains("is not authorized to perform operation");
    is_about_permissions.then(|| message.rsplit_once('(').unwrap().1.trim_end_matches(')'))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_operation_is_refused_to_who_holds_nothing_and_says_what_is_missing() {
    let scene = Scene::new().await;
    let nobody = scene.member("nobody", &[]);
    let mut count = 0;
    for (operation, always) in guarded() {
        let answer = nobody.signer.call(operation.method.as_str(), &path(operation), "{}");
        if answer.status == 501 {
            continue;
        }
        assert_eq!(missing(&answer), Some(always[0]), "{}: {answer:?}", operation.id);
        count += 1;
    }
    assert!(count > 70, "{count} operations are answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn each_permission_opens_its_own_operations_and_no_other_of_its_domain() {
    let scene = Scene::new().await;
    let names: BTreeSet<&str> = guarded().flat_map(|(_, always)| always).collect();
    for name in names {
        let member = scene.member(&name.replace(':', "-"), &[name]);
        // What is about something else altogether is not asked for: that alone would be ten thousand calls.
        let domain = |name: &str| name.split(':').next().unwrap().to_owned();
        let is_near = |always: &[&str]| always.iter().any(|needed| domain(needed) == domain(name));
        for (operation, always) in guarded().filter(|(_, always)| is_near(always)) {
            let answer = member.signer.call(operation.method.as_str(), &path(operation), "{}");
            if answer.status == 501 {
                continue;
            }
            let lacking = always.iter().copied().find(|needed| *needed != name);
            assert_eq!(missing(&answer), lacking, "{name}, {}: {answer:?}", operation.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_older_name_opens_what_the_newer_one_opens() {
    let scene = Scene::new().await;
    let member = scene.member("old hand", &["Policies:Approvals:Read", "Wallets:TransferAsset"]);
    assert_eq!(member.signer.call("GET", "/v2/policy-approvals", "").status, 200);
    let transfer = member.signer.call("POST", "/wallets/wa-1/transfers", "{}");
    assert_eq!(missing(&transfer), None, "{transfer:?}");
    assert_eq!(member.signer.call("GET", "/v2/policies", "").status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn rights_add_up_over_all_assignments() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &["Wallets:Read"]);
    scene.assign(&scene.permission("keys", &["Keys:Read"]), &member.id);
    let statuses = ["/wallets", "/keys", "/auth/users"].map(|path| member.signer.call("GET", path, "").status);
    assert_eq!(statuses, [200, 200, 403]);
}
