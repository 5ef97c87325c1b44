//! The page for people, as a browser without scripts sees it.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use dfns_emulator::{Clock, Emulator, Fault};
use dfns_types::Timestamp;
use serde_json::{Value, json};
use support::{Signer, exchange};

async fn start() -> (Emulator, Signer) {
    let clock = Clock::fixed(Timestamp::from_unix_millis(1_767_225_600_000).unwrap());
    let emulator = Emulator::builder().seed(7).clock(clock).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    (emulator, caller)
}

fn ask(caller: &Signer, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    String::from_utf8(exchange(&caller.url, method, path, headers, b"")).unwrap()
}

fn page(caller: &Signer) -> String {
    let page = ask(caller, "GET", "/__admin/", &[]);
    assert!(
        page.starts_with("HTTP/1.1 200 ") && page.contains("<!DOCTYPE html>"),
        "{page}"
    );
    page
}

fn make_wallet(caller: &Signer, name: &str) -> Value {
    let body = json!({ "network": "EthereumSepolia", "name": name }).to_string();
    let made = caller.signed("POST", "/wallets", &body);
    assert_eq!(made.status, 200, "{made:?}");
    made.body
}

/// A wallet whose signatures wait for an approval, and one that does.
fn pending(caller: &Signer) -> String {
    let policy = json!({
        "name": "everything", "activityKind": "Wallets:Sign", "rule": { "kind": "AlwaysTrigger" },
        "action": { "kind": "RequestApproval", "approvalGroups": [{ "quorum": 1, "approvers": {} }] },
    });
    assert_eq!(caller.signed("POST", "/v2/policies", &policy.to_string()).status, 200);
    let wallet = make_wallet(caller, "treasury");
    let transfer = json!({ "kind": "Native", "to": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "amount": "1" });
    let path = format!("/wallets/{}/transfers", wallet["id"].as_str().unwrap());
    let held = caller.signed("POST", &path, &transfer.to_string());
    held.body["approvalId"]
        .as_str()
        .unwrap_or_else(|| panic!("{held:?}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_world_says_so_in_every_section() {
    let (_emulator, caller) = start().await;
    let page = page(&caller);
    for said in [
        "Nothing waits",
        "There are no wallets",
        "No webhook was told",
        "No code was mailed",
        "Nobody has called",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(
        page.contains("2026-01-01T00:00:00.000Z") && page.contains("stands still"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_are_shown_with_what_they_hold() {
    let (emulator, caller) = start().await;
    let wallet = make_wallet(&caller, "treasury");
    let id = wallet["id"].as_str().unwrap().parse().unwrap();
    emulator.admin().fund(&id, 1_234_567_u64).await.unwrap();
    let page = page(&caller);
    for shown in [
        "treasury",
        "EthereumSepolia",
        wallet["address"].as_str().unwrap(),
        "0.000000000001234567 ",
    ] {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_shown_with_the_steps_of_its_signature_and_the_fault_that_struck_it() {
    let (emulator, caller) = start().await;
    make_wallet(&caller, "treasury");
    emulator
        .admin()
        .faults()
        .arm(Fault::status(503).on("listWallets"))
        .await
        .unwrap();
    caller.call("GET", "/wallets", "");
    let page = page(&caller);
    assert!(
        page.contains("#1 createUserActionChallenge") && page.contains("#2 createUserActionSignature"),
        "{page}"
    );
    assert!(page.contains("struck by fault-1"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_text_and_never_markup() {
    let (_emulator, caller) = start().await;
    make_wallet(&caller, "<script>alert(1)</script>\"'&");
    let page = page(&caller);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    let policy = page.to_ascii_lowercase();
    assert!(
        policy.contains("content-security-policy: default-src 'none'; "),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_decided_with_a_button() {
    for (button, status) in [("approve", "Executing"), ("deny", "Rejected")] {
        let (_emulator, caller) = start().await;
        let approval = pending(&caller);
        let action = format!("/__admin/page/approvals/{approval}/{button}");
        assert!(page(&caller).contains(&format!("action=\"{action}\"")));
        let own = [("origin", caller.url.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = ask(&caller, "POST", &action, &own);
        assert!(
            answer.starts_with("HTTP/1.1 302 ") && answer.contains("location: /__admin/\r\n"),
            "{answer}"
        );
        assert!(page(&caller).contains("Nothing waits"));
        let wallets = caller.call("GET", "/wallets", "").body;
        let path = format!("/wallets/{}/transfers", wallets["items"][0]["id"].as_str().unwrap());
        assert_eq!(caller.call("GET", &path, "").body["items"][0]["status"], status);
        let again = ask(&caller, "POST", &action, &own);
        assert!(
            again.starts_with("HTTP/1.1 400 ") && again.contains("role=\"alert\""),
            "{again}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_decides_nothing_and_reads_nothing() {
    let (_emulator, caller) = start().await;
    let approval = pending(&caller);
    let action = format!("/__admin/page/approvals/{approval}/approve");
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for path in [action.as_str(), "/__admin/reset", "/__admin/sessions"] {
            let refused = ask(&caller, "POST", path, &[foreign]);
            assert!(refused.starts_with("HTTP/1.1 403 "), "{foreign:?}: {refused}");
        }
    }
    assert!(page(&caller).contains(&action), "it still waits");
    let secret = ask(
        &caller,
        "GET",
        "/__admin/employee",
        &[("origin", "https://evil.example")],
    );
    assert!(!secret.contains("access-control-allow-origin"), "{secret}");
    let api = ask(&caller, "GET", "/wallets", &[("origin", "https://app.example")]);
    assert!(
        api.contains("access-control-allow-origin: *"),
        "the API is open to pages: {api}"
    );
}
