//! What goes over the wire.

use crate::support::fixtures::{CREDENTIAL, TOKEN, USER_ACTION, client, key_id, signed, wallet, wallet_id};
use dfns::Dfns;
use serde_json::json;

use crate::support::server::{Server, json};
use crate::support::{fixtures, keys};

const OURS: &str = concat!("dfns-rs/", env!("CARGO_PKG_VERSION"));

#[tokio::test]
async fn read_is_one_request_with_the_token() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let found = client(&server)
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect("a wallet");
    assert_eq!(found.id, wallet_id());

    let [request] = &server.received()[..] else {
        panic!("expected one request")
    };
    assert_eq!(request.line, "GET /wallets/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs HTTP/1.1");
    assert_eq!(
        request.header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("user-agent"), Some(OURS));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("x-dfns-useraction"), None);
    assert_eq!(request.header("api-version"), None);
    assert_eq!(request.body, "");
}

#[tokio::test]
async fn signed_call_declares_the_bytes_that_it_sends() {
    let server = Server::start(signed(json(200, wallet()))).await;
    let name = "Tresor \"ä\" \u{1f512} /\\";
    client(&server)
        .wallets()
        .update(wallet_id())
        .name(name)
        .send()
        .await
        .expect("a wallet");

    let [init, complete, call] = &server.received()[..] else {
        panic!("expected three requests")
    };
    assert_eq!(init.line, "POST /auth/action/init HTTP/1.1");
    let declared = init.json();
    assert_eq!(declared["userActionHttpMethod"], "PUT");
    assert_eq!(
        declared["userActionHttpPath"],
        "/wallets/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
    );
    assert_eq!(declared["userActionPayload"], call.body);
    assert_eq!(call.json(), json!({"name": name}));

    assert_eq!(complete.line, "POST /auth/action HTTP/1.1");
    let assertion = keys::named("Ed25519").assertion;
    let expected = json!({
        "challengeIdentifier": "eyJ.the-challenge-identifier.x",
        "firstFactor": {
            "kind": "Key",
            "credentialAssertion": {
                "credId": CREDENTIAL,
                "clientData": assertion["clientData"],
                "signature": assertion["signature"],
            },
        },
    });
    assert_eq!(complete.json(), expected);

    assert_eq!(call.line, "PUT /wallets/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs HTTP/1.1");
    assert_eq!(call.header("x-dfns-useraction"), Some(USER_ACTION));
}

#[tokio::test]
async fn every_request_of_a_signed_call_carries_the_same_headers() {
    let server = Server::start(signed(json(200, wallet()))).await;
    client(&server)
        .wallets()
        .update(wallet_id())
        .name("a")
        .send()
        .await
        .expect("a wallet");

    let received = server.received();
    assert_eq!(received.len(), 3);
    for request in received {
        assert_eq!(
            request.header("authorization"),
            Some(format!("Bearer {TOKEN}").as_str())
        );
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("user-agent"), Some(OURS));
        assert_eq!(request.header("api-version"), None);
    }
}

#[tokio::test]
async fn signed_call_without_a_body_declares_an_empty_payload() {
    let refused = fixtures::refusal(404, "key not found");
    let server = Server::start(signed(refused)).await;
    client(&server)
        .keys()
        .delete(key_id())
        .send()
        .await
        .expect_err("a refusal");

    let [init, _, call] = &server.received()[..] else {
        panic!("expected three requests")
    };
    assert_eq!(init.json()["userActionPayload"], "");
    assert_eq!(init.json()["userActionHttpMethod"], "DELETE");
    assert_eq!((call.body.as_str(), call.header("content-type")), ("", None));
}

#[tokio::test]
async fn path_of_the_base_url_is_in_front_of_every_request_and_not_in_what_is_declared() {
    let server = Server::start(signed(json(200, wallet()))).await;
    let builder = Dfns::builder().base_url(format!("{}/dfns/", server.url));
    let dfns = builder
        .auth_token(TOKEN)
        .signer(fixtures::signer())
        .build()
        .expect("a client");
    dfns.wallets()
        .update(wallet_id())
        .name("a")
        .send()
        .await
        .expect("a wallet");

    let [init, complete, call] = &server.received()[..] else {
        panic!("expected three requests")
    };
    assert_eq!(init.line, "POST /dfns/auth/action/init HTTP/1.1");
    assert_eq!(complete.line, "POST /dfns/auth/action HTTP/1.1");
    assert_eq!(call.line, "PUT /dfns/wallets/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs HTTP/1.1");
    assert_eq!(
        init.json()["userActionHttpPath"],
        "/wallets/wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
    );
}

#[tokio::test]
async fn open_call_does_not_show_the_token() {
    let server = Server::start(vec![json(200, json!({"message": "success"}))]).await;
    client(&server)
        .login()
        .send_code("a@example.test")
        .send()
        .await
        .expect("an acknowledgement");

    let [request] = &server.received()[..] else {
        panic!("expected one request")
    };
    assert_eq!(request.header("authorization"), None);
}

#[tokio::test]
async fn application_is_named_in_front_of_ours() {
    let server = Server::start(vec![json(200, json!({"message": "success"}))]).await;
    let dfns = Dfns::builder()
        .base_url(&server.url)
        .user_agent("treasury/2.1")
        .build()
        .expect("a client");
    dfns.login()
        .send_code("a@example.test")
        .send()
        .await
        .expect("an acknowledgement");
    assert_eq!(
        server.received()[0].header("user-agent"),
        Some(format!("treasury/2.1 {OURS}").as_str())
    );
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn own_http_client_sends_the_same_headers() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let http = reqwest::Client::builder().user_agent("mine").no_proxy();
    let http = http.build().expect("an HTTP client");
    let builder = Dfns::builder()
        .base_url(&server.url)
        .auth_token(TOKEN)
        .http_client(http);
    builder
        .build()
        .expect("a client")
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect("a wallet");
    assert_eq!(server.received()[0].header("user-agent"), Some(OURS));
}

#[tokio::test]
async fn client_with_another_token_sends_that_token() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let dfns = client(&server).with_auth_token("eyJ.other.x").expect("a client");
    dfns.wallets().get(wallet_id()).send().await.expect("a wallet");
    assert_eq!(server.received()[0].header("authorization"), Some("Bearer eyJ.other.x"));
}

#[tokio::test]
async fn list_goes_through_the_pages_by_their_tokens() {
    let first = json!({"items": [wallet()], "nextPageToken": "page/2="});
    let second = json!({"items": [wallet()]});
    let server = Server::start(vec![json(200, first), json(200, second)]).await;
    let mut wallets = client(&server).wallets().list().page_size(1).stream();
    let mut count = 0;
    while wallets.try_next().await.expect("a page").is_some() {
        count += 1;
    }
    assert_eq!(count, 2);
    let lines: Vec<String> = server.received().into_iter().map(|request| request.line).collect();
    let expected = [
        "GET /wallets?limit=1 HTTP/1.1",
        "GET /wallets?limit=1&paginationToken=page%2F2%3D HTTP/1.1",
    ];
    assert_eq!(lines, expected);
}
