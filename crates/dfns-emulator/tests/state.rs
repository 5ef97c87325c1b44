//! Time and state as a whole: moved, made anew, kept, put back.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::time::Duration;

use dfns_emulator::{AdminError, Clock, Emulator, Fault, StartError};
use dfns_types::Timestamp;
use serde_json::{Value, json};
use support::{Signer, send};

const WALLET: &str = r#"{"network":"EthereumSepolia"}"#;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis).unwrap()
}

async fn start(seed: u64) -> Emulator {
    let clock = Clock::fixed(at(1_767_225_600_000));
    Emulator::builder().seed(seed).clock(clock).start().await.unwrap()
}

/// The ids of all wallets, newest first.
fn wallets(caller: &Signer) -> Vec<String> {
    let list = caller.call("GET", "/wallets", "");
    assert_eq!(list.status, 200, "{list:?}");
    let items = list.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|wallet| wallet["id"].as_str().unwrap().to_owned())
        .collect()
}

fn make_wallet(caller: &Signer) -> Value {
    let made = caller.signed("POST", "/wallets", WALLET);
    assert_eq!(made.status, 200, "{made:?}");
    made.body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_stands_still_when_it_is_frozen_and_runs_on_from_there() {
    let emulator = Emulator::start().await.unwrap();
    let admin = emulator.admin();
    admin.set_clock(at(1_767_225_600_000)).await.unwrap();
    let frozen = admin.freeze_clock().await.unwrap();
    assert!((1_767_225_600_000..1_767_225_660_000).contains(&frozen.unix_millis()));
    assert_eq!(admin.now().await.unwrap(), frozen);
    let moved = admin.advance(Duration::from_millis(1_500)).await.unwrap();
    assert_eq!(moved.unix_millis(), frozen.unix_millis() + 1_500);
    assert!(admin.run_clock().await.unwrap() >= moved);
    let shown = send(&emulator.url(), "GET", "/__admin/clock", &[], b"");
    assert_eq!(shown.body["isFrozen"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_not_set_to_a_time_that_cannot_be_written() {
    let emulator = start(7).await;
    for now in ["1969-12-31T23:59:59.999Z", "yesterday"] {
        let body = json!({ "now": now }).to_string();
        let refused = send(&emulator.url(), "POST", "/__admin/clock/set", &[], body.as_bytes());
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    assert_eq!(emulator.clock().now(), at(1_767_225_600_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_clock_is_still_frozen_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let first = Emulator::builder().data_file(&file).start().await.unwrap();
    let frozen = first.admin().freeze_clock().await.unwrap();
    first.stop().await.unwrap();
    let second = Emulator::builder().data_file(&file).start().await.unwrap();
    assert_eq!(second.admin().now().await.unwrap(), frozen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_makes_the_same_world_again() {
    let emulator = start(7).await;
    let (caller, admin) = (Signer::service_account(&emulator), emulator.admin());
    let first = make_wallet(&caller);
    admin.advance(Duration::from_secs(60)).await.unwrap();
    admin.faults().arm(Fault::status(503).on("getKey")).await.unwrap();
    let access = admin.reset().await.unwrap();
    assert_eq!(access.org_id, emulator.org_id());
    assert_eq!(access.auth_token.expose_secret(), emulator.auth_token());
    assert_eq!(emulator.clock().now(), at(1_767_225_600_000));
    assert_eq!(admin.faults().list().await.unwrap().len(), 0);
    assert_eq!(wallets(&caller), [""; 0]);
    assert_eq!(
        make_wallet(&caller),
        first,
        "ids, keys and times are those of the first run"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_with_another_seed_is_the_world_of_that_seed() {
    let (emulator, other) = (start(7).await, start(8).await);
    let access = emulator.admin().reset_with_seed(8).await.unwrap();
    assert_eq!(access.org_id, other.org_id());
    let gone = Signer::service_account(&emulator).call("GET", "/wallets", "");
    assert_eq!(gone.status, 401, "the token of the old world is worth nothing");
    let (key, credential) = (access.private_key.unwrap(), access.credential_id);
    let token = access.auth_token.expose_secret();
    let caller = Signer::new(&emulator.url(), token, &credential, key.expose_secret());
    let wallet = make_wallet(&caller);
    let same = make_wallet(&Signer::service_account(&other));
    assert_eq!((&wallet["id"], &wallet["address"]), (&same["id"], &same["address"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_brings_back_what_was_and_forgets_what_came_after() {
    let emulator = start(7).await;
    let (caller, admin) = (Signer::service_account(&emulator), emulator.admin());
    make_wallet(&caller);
    let before = wallets(&caller);
    admin.snapshots().take("before").await.unwrap();
    let action = caller.sign(support::Declared {
        method: "POST",
        path: "/wallets",
        payload: WALLET,
    });
    admin.advance(Duration::from_secs(24 * 60 * 60)).await.unwrap();
    admin.snapshots().restore("before").await.unwrap();
    assert_eq!(wallets(&caller), before);
    assert_eq!(emulator.clock().now(), at(1_767_225_600_000));
    let unknown = caller.call_with("POST", "/wallets", WALLET, Some(&action));
    assert_eq!(
        unknown.status, 403,
        "what was signed afterwards was never signed: {unknown:?}"
    );
    let again = make_wallet(&caller);
    admin.snapshots().restore("before").await.unwrap();
    assert_eq!(make_wallet(&caller), again, "what follows is the same each time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_moves_to_another_emulator_as_a_file() {
    let (from, to) = (start(7).await, start(8).await);
    let caller = Signer::service_account(&from);
    make_wallet(&caller);
    from.admin().snapshots().take("a name/with ä").await.unwrap();
    let file = from.admin().snapshots().download("a name/with ä").await.unwrap();
    to.admin().snapshots().upload("theirs", file.clone()).await.unwrap();
    let access = to.admin().snapshots().restore("theirs").await.unwrap();
    assert_eq!(access.org_id, from.org_id());
    let there = Signer::new(
        &to.url(),
        from.auth_token(),
        from.credential_id(),
        from.private_key_pem().unwrap(),
    );
    assert_eq!(wallets(&there), wallets(&caller));
    make_wallet(&there);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    std::fs::write(&path, file).unwrap();
    let third = Emulator::builder().data_file(&path).start().await.unwrap();
    assert_eq!(wallets(&Signer::service_account(&third)), wallets(&caller));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_put_back_into_a_data_file() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        Emulator::builder()
            .data_file(folder.path().join("data.db"))
            .seed(7)
            .start()
    };
    let first = open().await.unwrap();
    let caller = Signer::service_account(&first);
    make_wallet(&caller);
    let kept = wallets(&caller);
    first.admin().snapshots().take("kept").await.unwrap();
    make_wallet(&caller);
    first.admin().snapshots().restore("kept").await.unwrap();
    first.stop().await.unwrap();
    let second = open().await.unwrap();
    assert_eq!(wallets(&Signer::service_account(&second)), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_snapshot_changes_nothing() {
    let emulator = start(7).await;
    let (caller, admin) = (Signer::service_account(&emulator), emulator.admin());
    make_wallet(&caller);
    admin.snapshots().take("mine").await.unwrap();
    let mut damaged = admin.snapshots().download("mine").await.unwrap();
    damaged.truncate(damaged.len() / 2);
    admin.snapshots().upload("damaged", damaged).await.unwrap();
    admin
        .snapshots()
        .upload("text", b"no snapshot at all".to_vec())
        .await
        .unwrap();
    for (name, expected) in [("damaged", 400), ("text", 400), ("nobody's", 404)] {
        match admin.snapshots().restore(name).await.unwrap_err() {
            AdminError::Refused { status, .. } => assert_eq!(status, expected, "{name}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(wallets(&caller).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_emulator_on_the_same_file_is_told_so_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.db");
    let first = Emulator::builder().data_file(&file).start().await.unwrap();
    let error = Emulator::builder().data_file(&file).start().await.unwrap_err();
    assert!(matches!(error, StartError::DataFile { .. }), "{error:?}");
    let expected = format!("{}: the data file is in use by another emulator", file.display());
    assert_eq!(error.to_string(), expected);
    first.stop().await.unwrap();
    Emulator::builder().data_file(&file).start().await.unwrap();
}
