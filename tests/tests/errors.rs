//! Every error that a caller can meet, reached for real: what `Display` shows, and what belongs into a log.
//!
//! Invariant: none of them holds a token or a key.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use dfns::types::{Network, Wallet, WalletId};
use dfns::{Dfns, Error, Result, Sent, Step};
use dfns_tests::{Fate, Person, Tamperer, World};

/// Where nothing of interest happens.
const NOWHERE: &str = "wa-00000-00000-0000000000000000";

fn nowhere() -> WalletId {
    NOWHERE.parse().unwrap()
}

fn assert_error<T: std::fmt::Debug>(name: &str, world: &World, result: Result<T>) -> Error {
    let error = result.unwrap_err();
    let shown = |text: &str| {
        text.replace(world.emulator.org_id(), "[organisation]")
            .replace(world.emulator.credential_id(), "[credential]")
            // The number differs from one operating system to the other.
            .replace("(os error 111)", "(os error)")
            .replace("(os error 61)", "(os error)")
    };
    let (display, report) = (shown(&error.to_string()), shown(&error.report()));
    for text in [&display, &report, &format!("{error:?}")] {
        assert!(!text.contains(world.emulator.auth_token()), "a token is shown: {text}");
        assert!(!text.contains("PRIVATE KEY") && !text.contains('\n'), "{text}");
    }
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => "../snapshots",
    }, {
        insta::assert_snapshot!(format!("error__{name}"), format!("display: {display}\nreport:  {report}"));
    });
    error
}

async fn create(dfns: &Dfns) -> Result<Wallet> {
    dfns.wallets().create(Network::EthereumSepolia).send().await
}

/// A client behind a proxy that does this to requests for this path and method.
async fn behind(
    world: &World,
    request: &'static str,
    fate: impl Fn() -> Fate + Send + Sync + 'static,
) -> (Tamperer, Dfns) {
    let proxy = Tamperer::start(&world.emulator.url(), move |underway| {
        let path = underway.target.split('?').next().unwrap_or_default();
        if format!("{} {path}", underway.method) == request {
            fate()
        } else {
            Fate::PassOn
        }
    })
    .await;
    let client = world.client_through(&proxy.url());
    (proxy, client)
}

#[tokio::test]
async fn a_wrong_setting_is_named_with_what_is_expected() {
    let world = World::new().await;
    let plain = Dfns::builder().base_url("http://api.example.test").build();
    assert_error("config_base_url", &world, plain);
    let token = Dfns::builder().auth_token("two words").build();
    assert_error("config_auth_token", &world, token);
}

#[tokio::test]
async fn a_missing_token_is_said_before_anything_is_sent() {
    let world = World::new().await;
    let error = assert_error(
        "token_missing",
        &world,
        world.stranger().wallets().get(nowhere()).send().await,
    );
    assert!(
        matches!(
            error,
            Error::Config {
                field: "auth_token",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_missing_signer_is_said_before_anything_is_sent() {
    let world = World::new().await;
    let mute = world.stranger().with_auth_token(world.emulator.auth_token()).unwrap();
    let error = assert_error("signer_missing", &world, create(&mute).await);
    assert!(matches!(error, Error::Config { field: "signer", .. }), "{error:?}");
    assert!(mute.wallets().list().send().await.is_ok(), "reading needs no signer");
}

#[tokio::test]
async fn a_signer_with_the_wrong_credential_says_which_are_right() {
    let world = World::new().await;
    let client = world.client_signing(Person::new("eve").signer());
    let error = assert_error("signer_not_allowed", &world, create(&client).await);
    assert!(matches!(error, Error::Signer { .. }), "{error:?}");
    assert!(world.wallets().await.is_empty());
}

#[tokio::test]
async fn an_argument_that_would_reach_another_path_is_not_sent() {
    let world = World::new().await;
    for (name, argument) in [("request_dots", ".."), ("request_empty", "")] {
        let error = assert_error(name, &world, world.dfns.user_groups().get(argument).send().await);
        assert!(matches!(error, Error::Argument { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_carries_the_words_and_the_details_of_the_api() {
    let world = World::new().await;
    let error = assert_error(
        "refused_not_found",
        &world,
        world.dfns.wallets().get(nowhere()).send().await,
    );
    let details = error.refusal().unwrap().details();
    assert_eq!(details.text("walletId"), Some(NOWHERE));
    assert_eq!(details.text("orgId"), Some(world.emulator.org_id()));
    let long = "x".repeat(101);
    let create = |dfns: &Dfns| dfns.wallets().create(Network::Bitcoin).name(&long);
    assert_error("argument_too_long", &world, create(&world.dfns).send().await);
    let unchecked = world.dfns.with_check_arguments(false);
    let error = assert_error("refused_invalid", &world, create(&unchecked).send().await);
    assert_eq!(error.refusal().unwrap().details().text("field"), Some("name"));
}

#[tokio::test]
async fn a_refusal_of_a_signing_step_names_the_step() {
    let (world, foreign) = (World::new().await, World::with_seed(8).await);
    let client = world.client_as(foreign.emulator.auth_token(), world.signer());
    let error = assert_error("refused_challenge", &world, create(&client).await);
    assert!(
        error.is_unauthorized()
            && matches!(
                error,
                Error::Refused {
                    step: Step::Challenge,
                    ..
                }
            )
    );
    let mut mallory = Person::new("mallory");
    world.emulator.credential_id().clone_into(&mut mallory.credential_id);
    let error = assert_error(
        "refused_signature",
        &world,
        create(&world.client_signing(mallory.signer())).await,
    );
    assert!(matches!(
        error,
        Error::Refused {
            step: Step::Signature,
            ..
        }
    ));
}

#[tokio::test]
async fn what_the_emulator_does_not_have_is_501_with_the_operation() {
    let world = World::new().await;
    assert_error(
        "refused_not_implemented",
        &world,
        world.dfns.vaults().list().send().await,
    );
}

#[tokio::test]
async fn a_page_of_a_gateway_is_a_refusal_too() {
    let world = World::new().await;
    let page = || Fate::Answer(502, "<html>\n<h1>Bad Gateway</h1>\n</html>".to_owned());
    let (_proxy, client) = behind(&world, "GET /wallets", page).await;
    let error = assert_error("refused_by_gateway", &world, client.wallets().list().send().await);
    assert_eq!(error.refusal().unwrap().status(), 502);
}

#[tokio::test]
async fn a_call_to_a_port_where_nobody_listens_was_not_sent() {
    let world = World::new().await;
    // Bound, so that nobody else gets the port, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = socket.local_addr().unwrap();
    let client = world.client_through(&format!("http://{closed}"));
    let error = assert_error("transport_nobody_listens", &world, client.wallets().list().send().await);
    assert!(
        matches!(
            error,
            Error::Transport {
                sent: Sent::No,
                step: Step::Call,
                ..
            }
        ),
        "{error:?}"
    );
    let error = assert_error("transport_nobody_listens_signed", &world, create(&client).await);
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_may_have_taken_effect_and_here_it_has() {
    let world = World::new().await;
    let (_proxy, client) = behind(&world, "POST /wallets", || Fate::LoseAnswer).await;
    let error = assert_error("transport_answer_lost", &world, create(&client).await);
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
    assert_eq!(world.wallets().await.len(), 1);
}

#[tokio::test]
async fn a_call_that_was_lost_before_the_server_may_have_taken_effect_for_all_the_client_knows() {
    let world = World::new().await;
    let (_proxy, client) = behind(&world, "POST /wallets", || Fate::Lose).await;
    let error = create(&client).await.unwrap_err();
    assert!(matches!(error, Error::Transport { sent: Sent::Maybe, .. }), "{error:?}");
    assert!(world.wallets().await.is_empty());
}

#[tokio::test]
async fn a_call_whose_signing_was_cut_off_was_not_sent() {
    let world = World::new().await;
    for (name, request) in [
        ("transport_challenge_lost", "POST /auth/action/init"),
        ("transport_signature_lost", "POST /auth/action"),
    ] {
        let (_proxy, client) = behind(&world, request, || Fate::LoseAnswer).await;
        let error = assert_error(name, &world, create(&client).await);
        assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    }
    assert!(world.wallets().await.is_empty());
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_where() {
    let world = World::new().await;
    for (name, answer) in [
        ("decode_wrong_type", r#"{"items":[{"id":7}]}"#),
        ("decode_missing_field", r#"{"items":[{}]}"#),
        ("decode_no_json", "OK"),
    ] {
        let (_proxy, client) = behind(&world, "GET /wallets", move || Fate::Answer(200, answer.to_owned())).await;
        let error = assert_error(name, &world, client.wallets().list().send().await);
        assert!(matches!(error, Error::Decode { step: Step::Call, .. }), "{error:?}");
    }
    let challenge = || Fate::Answer(200, r#"{"challenge":"secret-challenge"}"#.to_owned());
    let (_proxy, client) = behind(&world, "POST /auth/action/init", challenge).await;
    let error = assert_error("decode_challenge", &world, create(&client).await);
    assert!(!error.report().contains("secret-challenge"), "{}", error.report());
}

#[tokio::test]
async fn a_status_that_is_not_documented_is_an_error_although_it_is_a_success() {
    let world = World::new().await;
    let held_back = || Fate::Answer(202, r#"{"id":"cr-1"}"#.to_owned());
    let (_proxy, client) = behind(&world, "POST /wallets", held_back).await;
    let error = assert_error("unexpected_status", &world, create(&client).await);
    assert!(
        matches!(error, Error::Decode { .. }) && error.report().contains("202"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_list_whose_page_token_comes_back_ends_after_all_items_before_it() {
    let world = World::new().await;
    world.wallet(Network::Bitcoin).await;
    let wallet = serde_json::to_value(world.dfns.wallets().list().send().await.unwrap().items.remove(0)).unwrap();
    let page = serde_json::json!({ "items": [wallet], "nextPageToken": "again" }).to_string();
    let (_proxy, client) = behind(&world, "GET /wallets", move || Fate::Answer(200, page.clone())).await;
    let mut stream = client.wallets().list().stream();
    let mut items = 0;
    let end = loop {
        match stream.try_next().await {
            Ok(Some(_)) => items += 1,
            end => break end,
        }
    };
    assert_eq!(items, 2);
    let error = assert_error("page_loop", &world, end);
    assert!(matches!(error, Error::PageLoop { pages: 2, .. }), "{error:?}");
}
