//! Each kind of error, and that none of them shows a secret.

use std::time::Duration;

use crate::support::fixtures::{TOKEN, USER_ACTION, challenge, client, key_id, refusal, signed, wallet, wallet_id};
use dfns::{Dfns, Error, KeySigner, RetryPolicy, Sent, Step};
use serde_json::json;

use crate::support::server::{Answer, Server, json};
use crate::support::{fixtures, keys};

/// The error of an unsigned call that gets this answer.
async fn read(answer: Answer) -> Error {
    let server = Server::start(vec![answer]).await;
    client(&server)
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect_err("an error")
}

/// The error of a signed call that gets these answers.
async fn write(answers: Vec<Answer>) -> (Error, usize) {
    let server = Server::start(answers).await;
    let error = client(&server)
        .wallets()
        .update(wallet_id())
        .name("a")
        .send()
        .await
        .expect_err("an error");
    (error, server.received().len())
}

#[tokio::test]
async fn refusal_carries_the_words_of_the_api_and_the_request_id() {
    let body = json!({"error": {"message": "wallet not found", "details": {"walletId": "wa-1"}}}).to_string();
    let error = read(Answer::Text(404, "x-request-id: req-7\r\n", body)).await;
    assert_eq!(error.to_string(), "getWallet: 404: wallet not found (request req-7)");
    assert_eq!(error.operation(), Some("getWallet"));
    assert!(error.is_not_found());
    let refusal = error.refusal().expect("a refusal");
    assert_eq!(
        (refusal.status(), refusal.details().text("walletId")),
        (404, Some("wa-1"))
    );
}

#[tokio::test]
async fn refusal_tells_how_long_to_wait() {
    let error = read(Answer::Text(429, "retry-after: 7\r\n", String::new())).await;
    assert!(error.is_rate_limited());
    let Error::RateLimited {
        retry_after, refusal, ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
    assert_eq!(refusal.retry_after(), retry_after);
}

#[tokio::test]
async fn conflict_names_what_is_there_already() {
    let details = json!({"duplicate": {"id": "xfr-1", "externalId": "order-1"}});
    let body = json!({"error": {"message": "Conflicting transfer with same externalId", "details": details}});
    let error = read(json(409, body.clone())).await;
    assert!(error.is_conflict());
    let duplicate = error.duplicate().expect("a duplicate");
    assert_eq!((duplicate.id, duplicate.external_id), ("xfr-1", Some("order-1")));

    assert!(
        read(json(400, body)).await.duplicate().is_none(),
        "only a conflict has one"
    );
    assert!(read(refusal(409, "taken")).await.duplicate().is_none());
}

#[tokio::test]
async fn error_says_whether_the_call_may_have_taken_effect() {
    for (expected, answers) in [
        (Sent::No, vec![Answer::Close]),
        (Sent::No, vec![refusal(500, "no")]),
        (Sent::No, signed(refusal(400, "no"))),
        (Sent::No, signed(refusal(429, "no"))),
        (Sent::Maybe, signed(refusal(500, "no"))),
        (Sent::Maybe, signed(Answer::Close)),
        (Sent::Maybe, signed(json(200, json!({})))),
    ] {
        let (error, _) = write(answers).await;
        assert_eq!(error.sent(), expected, "{error:?}");
    }
}

#[tokio::test]
async fn redirect_is_a_refusal_and_is_not_followed() {
    let error = read(Answer::Text(307, "location: http://127.0.0.1:1/\r\n", String::new())).await;
    assert_eq!(error.to_string(), "getWallet: 307: no message");
}

#[tokio::test]
async fn refused_challenge_names_the_call_and_the_step() {
    let (error, requests) = write(vec![refusal(401, "user token is missing or invalid")]).await;
    let expected = "updateWallet (asking for its user action challenge): 401: user token is missing or invalid";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(
        error,
        Error::Refused {
            step: Step::Challenge,
            ..
        }
    ));
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn refused_signature_names_the_call_and_the_step() {
    let (error, requests) = write(vec![json(200, challenge()), refusal(401, "Invalid signature.")]).await;
    let expected = "updateWallet (handing in its user action signature): 401: Invalid signature.";
    assert_eq!(error.to_string(), expected);
    assert_eq!(requests, 2);
}

#[tokio::test]
async fn signer_of_another_credential_ends_the_call_before_anything_is_signed() {
    let server = Server::start(vec![json(200, challenge())]).await;
    let signer = KeySigner::from_pkcs8_der("credential-2", keys::named("Ed25519").pkcs8).expect("a key");
    let builder = Dfns::builder().base_url(&server.url).auth_token(TOKEN).signer(signer);
    let dfns = builder.build().expect("a client");
    let error = dfns.keys().delete(key_id()).send().await.expect_err("an error");
    let expected = "deleteKey: the user action was not signed: the challenge allows the key credentials \
                    [\"credential-1\"], not \"credential-2\" of the signer";
    assert_eq!(error.report(), expected);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn missing_token_and_missing_signer_are_found_before_anything_is_sent() {
    let server = Server::start(Vec::new()).await;
    let bare = Dfns::builder().base_url(&server.url).build().expect("a client");
    let error = bare.wallets().get(wallet_id()).send().await.expect_err("an error");
    assert!(
        matches!(
            error,
            Error::Config {
                field: "auth_token",
                operation: Some("getWallet"),
                ..
            }
        ),
        "{error:?}"
    );

    let unsigned = bare.with_auth_token(TOKEN).expect("a client");
    let error = unsigned.keys().delete(key_id()).send().await.expect_err("an error");
    assert!(
        matches!(
            error,
            Error::Config {
                field: "signer",
                operation: Some("deleteKey"),
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn request_to_a_closed_port_was_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let dfns = Dfns::builder()
        .base_url(url)
        .auth_token(TOKEN)
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    let error = dfns.wallets().get(wallet_id()).send().await.expect_err("an error");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    assert_eq!(error.to_string(), "getWallet: no answer; the request was not sent");
    assert!(
        error.report().len() > error.to_string().len(),
        "the report names the cause: {}",
        error.report()
    );
}

#[tokio::test]
async fn request_without_a_secure_connection_was_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { listener.accept().await.map(drop) });
    let dfns = Dfns::builder()
        .base_url(url)
        .auth_token(TOKEN)
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    let error = dfns.wallets().get(wallet_id()).send().await.expect_err("an error");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
}

#[tokio::test]
async fn connection_that_closes_without_an_answer_may_have_carried_the_request() {
    let (error, requests) = write(signed(Answer::Close)).await;
    assert!(
        matches!(
            error,
            Error::Transport {
                sent: Sent::Maybe,
                step: Step::Call,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(requests, 3, "nothing is tried again");
}

#[tokio::test]
async fn answer_that_is_cut_off_may_have_been_preceded_by_the_effect() {
    let error = read(Answer::Cut).await;
    assert!(matches!(error, Error::Transport { sent: Sent::Maybe, .. }), "{error:?}");
}

#[tokio::test]
async fn connection_lost_while_signing_means_that_the_call_was_not_sent() {
    for answers in [
        vec![Answer::Close],
        vec![json(200, challenge()), Answer::Close],
        vec![Answer::Cut],
    ] {
        let (error, _) = write(answers).await;
        assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn answer_of_another_shape_names_the_field_and_not_the_content() {
    let mut wrong = wallet();
    wrong["tags"] = json!(USER_ACTION);
    let error = read(json(200, wrong)).await;
    assert_eq!(error.to_string(), "getWallet: accepted, but the answer cannot be read");
    assert!(error.report().contains(": tags: invalid type"), "{}", error.report());
    assert!(!format!("{error:?} {}", error.report()).contains("the-user-action"));
}

#[tokio::test]
async fn challenge_of_another_shape_is_told_from_the_answer_of_the_call() {
    let (error, _) = write(vec![json(200, json!({}))]).await;
    assert!(
        matches!(
            error,
            Error::Decode {
                step: Step::Challenge,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn status_that_the_operation_does_not_describe_is_named() {
    let (error, _) = write(signed(json(202, json!({})))).await;
    assert!(
        matches!(
            error,
            Error::Decode {
                operation: "updateWallet",
                step: Step::Call,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_error_and_no_debug_text_shows_a_secret() {
    let echo = format!("you sent Bearer {TOKEN} and {USER_ACTION}");
    let details = json!({"error": {"message": "no", "details": {"authorization": echo}}});
    let mut shown = Vec::new();
    for error in [
        write(vec![refusal(401, &echo)]).await.0,
        write(signed(refusal(403, &echo))).await.0,
        write(signed(json(400, details))).await.0,
        write(signed(Answer::Text(502, "", echo.clone()))).await.0,
        write(signed(Answer::Close)).await.0,
        write(signed(json(200, json!({"id": USER_ACTION})))).await.0,
    ] {
        shown.push(format!("{error} {error:?} {error:#?} {}", error.report()));
    }
    let server = Server::start(Vec::new()).await;
    let dfns = client(&server);
    shown.push(format!(
        "{dfns:?} {:?} {:?} {:?}",
        dfns.api(),
        dfns.wallets().get(wallet_id()),
        fixtures::signer()
    ));
    let shown = shown.join("\n");
    for secret in [
        "the-auth-token",
        "the-user-action",
        "the-challenge-identifier",
        "MC4CAQAwBQYDK2Vw",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
