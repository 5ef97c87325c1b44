//! Who gets in: bearer tokens, routes, limits, and what a second start finds.

mod support;

use std::time::Duration;

use dfns_emulator::{Clock, Emulator, StartError};
use dfns_types::Timestamp;
use serde_json::{Value, json};
use support::{Signer, advance, send};

const NO_TOKEN: (u16, &str) = (401, "user token is missing or invalid");

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_without_a_good_token_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let token = emulator.auth_token();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let changed = format!("Bearer {head}.{}", signature.chars().rev().collect::<String>());
    let basic = format!("Basic {token}");
    for value in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer garbage"),
        Some("Bearer a.b.c"),
        Some(&*changed),
        Some(&*basic),
    ] {
        let headers: Vec<_> = value.map(|value| ("authorization", value)).into_iter().collect();
        let answer = send(&emulator.url(), "GET", "/auth/users", &headers, b"");
        assert_eq!(answer.refusal(), NO_TOKEN, "{value:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_another_emulator_is_refused() {
    let (ours, theirs) = (Emulator::start().await.unwrap(), Emulator::start().await.unwrap());
    let mut stranger = Signer::service_account(&theirs);
    stranger.url = ours.url();
    assert_eq!(stranger.call("GET", "/auth/users", "").refusal(), NO_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_expires() {
    let emulator = Emulator::start().await.unwrap();
    let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
    let statuses = || [&service, &employee].map(|caller| caller.call("GET", "/auth/users", "").status);
    assert_eq!(statuses(), [200, 200]);
    advance(&emulator.url(), 6 * 60 * 60);
    assert_eq!(statuses(), [200, 401], "a login lasts 6 hours");
    advance(&emulator.url(), 730 * 24 * 60 * 60);
    assert_eq!(statuses(), [401, 401], "a service account's token lasts 730 days");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_a_deactivated_user_is_refused_until_the_user_is_active_again() {
    let emulator = Emulator::start().await.unwrap();
    let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
    let path = format!("/auth/users/{}", emulator.employee().user_id());
    assert_eq!(
        service.signed("PUT", &format!("{path}/deactivate"), "{}").body["isActive"],
        false
    );
    assert_eq!(employee.call("GET", "/auth/users", "").refusal(), NO_TOKEN);
    assert_eq!(
        service.signed("PUT", &format!("{path}/activate"), "{}").body["isActive"],
        true
    );
    assert_eq!(employee.call("GET", "/auth/users", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_deactivates_or_deletes_themselves() {
    let emulator = Emulator::start().await.unwrap();
    let employee = Signer::employee(&emulator);
    let path = format!("/auth/users/{}", emulator.employee().user_id());
    assert_eq!(employee.signed("PUT", &format!("{path}/deactivate"), "{}").status, 400);
    assert_eq!(employee.signed("DELETE", &path, "").status, 400);
    assert_eq!(employee.call("GET", &path, "").body["isActive"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deleted_user_is_no_longer_listed() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let path = format!("/auth/users/{}", emulator.employee().user_id());
    assert_eq!(
        service.call("GET", "/auth/users", "").body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(service.signed("DELETE", &path, "").body["isActive"], false);
    assert_eq!(service.call("GET", "/auth/users", "").body, json!({ "items": [] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unknown_entity_is_named_in_the_refusal() {
    let emulator = Emulator::start().await.unwrap();
    let answer = Signer::service_account(&emulator).call("GET", "/auth/users/us-nobody", "");
    assert_eq!(answer.refusal(), (404, "user not found"));
    assert_eq!(
        answer.body["error"]["details"],
        json!({ "userId": "us-nobody", "orgId": emulator.org_id() })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_list_takes_a_limit_in_range_and_its_own_tokens_only() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=",
        "paginationToken=garbage",
        "kind=Nobody",
    ] {
        let answer = service.call("GET", &format!("/auth/users?{query}"), "");
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
    }
    assert_eq!(
        service
            .call("GET", "/auth/users?limit=1&kind=EndUser&kind=CustomerEmployee", "")
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_caller_without_the_permission_is_refused_by_name() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let created = service.signed(
        "POST",
        "/auth/users",
        r#"{"email":"new@example.com","kind":"CustomerEmployee"}"#,
    );
    let id = created.body["userId"].as_str().unwrap_or_else(|| panic!("{created:?}"));
    let request = json!({ "orgId": emulator.org_id(), "userId": id }).to_string();
    let session = send(&emulator.url(), "POST", "/__admin/sessions", &[], request.as_bytes());
    let mut newcomer = service.clone();
    session.body["token"].as_str().unwrap().clone_into(&mut newcomer.token);
    let answer = newcomer.call("GET", "/auth/users", "");
    let message = format!("CustomerEmployee {id} is not authorized to perform operation (Auth:Users:Read)");
    assert_eq!(answer.refusal(), (403, message.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_operation_refuses_callers_of_a_kind_that_it_is_not_for() {
    let emulator = Emulator::start().await.unwrap();
    let answer = Signer::service_account(&emulator).call("GET", "/auth/credentials", "");
    let id = emulator.service_account_id();
    let message = format!("CustomerEmployee {id} is not authorized to perform operation (listCredentials)");
    assert_eq!(answer.refusal(), (403, message.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unknown_path_is_404_and_an_unknown_method_405() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for path in ["/", "/nope", "/auth/users/", "/__admin/nope", "//auth/users"] {
        assert_eq!(service.call("GET", path, "").status, 404, "{path}");
    }
    assert_eq!(service.call("PATCH", "/auth/users", "").status, 405);
    assert_eq!(service.call("GET", "/auth/users/%zz", "").status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_body_of_more_than_10_megabytes_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let body = " ".repeat(10_000_001);
    let answer = Signer::service_account(&emulator).call("POST", "/auth/action/init", &body);
    assert_eq!(answer.status, 413, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_browser_may_call_from_any_page() {
    let emulator = Emulator::start().await.unwrap();
    let answer = send(
        &emulator.url(),
        "OPTIONS",
        "/wallets",
        &[("origin", "https://x.test")],
        b"",
    );
    assert_eq!(answer.status, 204);
    for expected in [
        "access-control-allow-origin: *",
        "access-control-expose-headers: *",
        "x-dfns-useraction",
        "authorization",
        "delete",
    ] {
        assert!(answer.headers.contains(expected), "{expected}: {}", answer.headers);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_key_that_signs_tokens_is_published() {
    let emulator = Emulator::start().await.unwrap();
    let keys = send(&emulator.url(), "GET", "/.well-known/jwks.json", &[], b"").body;
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    let token: Vec<&str> = emulator.auth_token().split('.').collect();
    let decode = |text: &str| base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).unwrap();
    let public_key = decode(keys["keys"][0]["x"].as_str().unwrap());
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, public_key);
    key.verify(format!("{}.{}", token[0], token[1]).as_bytes(), &decode(token[2]))
        .unwrap();
    let claims: Value = serde_json::from_slice(&decode(token[1])).unwrap();
    let metadata = &claims["https://custom/app_metadata"];
    assert_eq!(
        (&claims["sub"], &metadata["orgId"]),
        (&json!(emulator.org_id()), &json!(emulator.org_id()))
    );
    assert_eq!(
        (&metadata["tokenKind"], &metadata["userId"]),
        (&json!("ServiceAccount"), &json!(emulator.service_account_id()))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_seed_and_time_give_the_same_organisation_and_keys() {
    let start = || {
        let clock = Clock::fixed(Timestamp::from_unix_millis(1_800_000_000_000).unwrap());
        Emulator::builder().seed(7).clock(clock).start()
    };
    let (one, other) = (start().await.unwrap(), start().await.unwrap());
    let facts = |emulator: &Emulator| {
        [
            emulator.org_id(),
            emulator.credential_id(),
            emulator.private_key_pem().unwrap(),
        ]
        .map(str::to_owned)
    };
    assert_eq!(facts(&one), facts(&other));
    let third = Emulator::builder().seed(8).start().await.unwrap();
    assert_ne!(facts(&one), facts(&third));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_fixed_clock_moves_only_when_it_is_advanced() {
    let clock = Clock::fixed(Timestamp::from_unix_millis(1_800_000_000_000).unwrap());
    let emulator = Emulator::builder().clock(clock.clone()).start().await.unwrap();
    let now = || send(&emulator.url(), "GET", "/__admin/clock", &[], b"").body["now"].clone();
    assert_eq!(now(), "2027-01-15T08:00:00.000Z");
    clock.advance(Duration::from_millis(1_500));
    assert_eq!(now(), "2027-01-15T08:00:01.500Z");
    advance(&emulator.url(), 60);
    assert_eq!(now(), "2027-01-15T08:01:01.500Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_clock_is_not_moved_beyond_the_year_9999() {
    let emulator = Emulator::start().await.unwrap();
    let now = || send(&emulator.url(), "GET", "/__admin/clock", &[], b"").body["now"].clone();
    for seconds in ["9223372036854775807", "300000000000"] {
        let body = format!(r#"{{"seconds":{seconds}}}"#);
        let answer = send(&emulator.url(), "POST", "/__admin/clock/advance", &[], body.as_bytes());
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(now().as_str().unwrap().starts_with("20"), "{}", now());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_second_start_on_the_same_file_finds_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("emulator.db");
    let first = Emulator::builder().data_file(&file).start().await.unwrap();
    let mut line: Value = serde_json::from_str(&first.ready_line()).unwrap();
    let action_path = format!("/auth/users/{}", first.employee().user_id());
    assert_eq!(
        Signer::service_account(&first)
            .signed("PUT", &action_path, r#"{"isSSORequired":true}"#)
            .status,
        200
    );
    first.stop().await.unwrap();

    let second = Emulator::builder().data_file(&file).start().await.unwrap();
    let mut again: Value = serde_json::from_str(&second.ready_line()).unwrap();
    for line in [&mut line, &mut again] {
        line["url"].take();
        line["admin"].take();
    }
    assert_eq!(line, again);
    let user = Signer::service_account(&second).call("GET", &action_path, "").body;
    assert_eq!(user["isSSORequired"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_clock_that_was_moved_is_where_it_was_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let clock = Clock::fixed(Timestamp::from_unix_millis(1_800_000_000_000).unwrap());
        Emulator::builder()
            .clock(clock)
            .data_file(folder.path().join("emulator.db"))
            .start()
    };
    let first = start().await.unwrap();
    advance(&first.url(), 60);
    first.stop().await.unwrap();
    let second = start().await.unwrap();
    assert_eq!(second.clock().now().unix_millis(), 1_800_000_060_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_file_of_another_version_or_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let other_version = folder.path().join("other-version.db");
    let connection = rusqlite::Connection::open(&other_version).unwrap();
    connection.pragma_update(None, "application_id", 0x4446_4e53).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let text = folder.path().join("text.txt");
    std::fs::write(
        &text,
        "this is no database, and long enough to be looked at as one".repeat(20),
    )
    .unwrap();
    for file in [other_version, text] {
        let error = Emulator::builder().data_file(&file).start().await.unwrap_err();
        assert!(matches!(error, StartError::DataFile { .. }), "{error:?}");
        assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_seed_or_key_than_that_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("emulator.db");
    Emulator::builder()
        .data_file(&file)
        .seed(7)
        .start()
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let other_seed = Emulator::builder().data_file(&file).seed(8).start().await.unwrap_err();
    assert!(matches!(other_seed, StartError::OtherSeed));
    let other_key = Emulator::builder()
        .data_file(&file)
        .public_key_pem("x")
        .start()
        .await
        .unwrap_err();
    assert!(matches!(other_key, StartError::PublicKey(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_given_public_key_is_used_and_a_bad_one_refused() {
    let vectors: Value = serde_json::from_str(include_str!("data/key-credentials.json")).unwrap();
    for (name, key) in vectors["keys"].as_object().unwrap() {
        let pem = key["publicKeySpkiPem"].as_str().unwrap();
        let emulator = Emulator::builder().public_key_pem(pem).start().await.unwrap();
        assert_eq!(emulator.private_key_pem(), None, "{name}");
    }
    let error = Emulator::builder().public_key_pem("no key").start().await.unwrap_err();
    assert!(matches!(error, StartError::PublicKey(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_emulator_that_was_stopped_no_longer_listens() {
    let emulator = Emulator::start().await.unwrap();
    let address = emulator.url().strip_prefix("http://").unwrap().to_owned();
    emulator.stop().await.unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_that_never_ends_does_not_keep_an_emulator_from_stopping() {
    use std::io::Write as _;

    let emulator = Emulator::start().await.unwrap();
    let address = emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut half = std::net::TcpStream::connect(&address).unwrap();
    half.write_all(b"POST /auth/action/init HTTP/1.1\r\nContent-Length: 10\r\n\r\n{")
        .unwrap();
    emulator.stop().await.unwrap();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn secrets_are_not_printed() {
    let emulator = Emulator::start().await.unwrap();
    let printed = format!("{emulator:?}");
    assert!(!printed.contains(emulator.auth_token()));
    assert!(!printed.contains("PRIVATE KEY"));
}
