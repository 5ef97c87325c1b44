//! The request log: who asked for what, with the steps of each signature, and never a secret.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use dfns_emulator::{Emulator, Fault, LoggedRequest, When};
use support::{Declared, Signer, challenge, client_data, exchange, send};

const WALLET: &str = r#"{"network":"EthereumSepolia"}"#;

async fn log(emulator: &Emulator) -> Vec<LoggedRequest> {
    emulator.admin().requests().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_call_is_shown_with_the_steps_of_its_signature() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    caller.call("GET", "/wallets", "");
    caller.signed("POST", "/wallets", WALLET);
    caller.signed("POST", "/keys", r#"{"scheme":"ECDSA","curve":"secp256k1"}"#);
    let log = log(&emulator).await;
    let numbers: Vec<u64> = log.iter().map(|request| request.number).collect();
    assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
    let made = &log[3];
    assert_eq!(
        (made.method.as_str(), made.path.as_str(), made.status),
        ("POST", "/wallets", Some(200))
    );
    let steps = |request: &LoggedRequest| -> Vec<(u64, String)> {
        let steps = request.signing.iter();
        steps
            .map(|step| (step.number, step.operation.clone().unwrap()))
            .collect()
    };
    let expected = [
        (2, "createUserActionChallenge"),
        (3, "createUserActionSignature"),
        (4, "createWallet"),
    ];
    for part in &log[3..6] {
        assert_eq!(
            steps(part),
            expected.map(|(number, operation)| (number, operation.to_owned()))
        );
    }
    assert!(log[4].credential.as_deref().unwrap().starts_with("cr-"));
    assert_eq!(log[6].operation.as_deref(), Some("listWallets"));
    assert!(log[6].signing.is_empty());
    let who = made.caller.as_ref().unwrap();
    assert_eq!(
        (who.user_id.as_str(), who.token_kind.as_str()),
        (emulator.service_account_id(), "ServiceAccount")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_shown_with_the_reason_and_what_it_was_signed_with() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    let action = caller.sign(Declared {
        method: "POST",
        path: "/wallets",
        payload: WALLET,
    });
    caller.call_with("POST", "/wallets", WALLET, Some(&action));
    caller.call_with("POST", "/wallets", WALLET, Some(&action));
    send(&emulator.url(), "GET", "/nowhere", &[], b"");
    let log = log(&emulator).await;
    assert_eq!(
        (log[0].status, log[0].operation.as_deref(), log[0].caller.is_none()),
        (Some(404), None, true)
    );
    assert_eq!(log[1].message.as_deref(), Some("user action has already been used"));
    assert_eq!(
        log[1].signing.len(),
        4,
        "both uses and the two calls that signed: {:?}",
        log[1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_fault_strikes_says_which_and_whether_it_was_performed() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    let (faults, bearer) = (emulator.admin(), format!("Bearer {}", caller.token));
    for when in [When::Before, When::After] {
        faults.faults().arm(Fault::drop(when).times(1)).await.unwrap();
    }
    for _ in 0..2 {
        exchange(&caller.url, "GET", "/wallets", &[("authorization", &bearer)], b"");
    }
    let seen: Vec<_> = log(&emulator)
        .await
        .into_iter()
        .map(|request| (request.fault, request.status))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("fault-2".to_owned()), Some(200)),
            (Some("fault-1".to_owned()), None)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_can_be_narrowed_and_forgotten() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    caller.call("GET", "/wallets", "");
    caller.call("GET", "/keys", "");
    caller.call("GET", "/wallets/wa-00000-00000-0000000000000000", "");
    let count = |query: &str| {
        let answer = send(&caller.url, "GET", &format!("/__admin/requests{query}"), &[], b"");
        answer.body["items"].as_array().map(Vec::len)
    };
    let id = emulator.service_account_id();
    for (query, expected) in [
        (String::new(), Some(3)),
        ("?operation=listKeys".to_owned(), Some(1)),
        ("?status=404".to_owned(), Some(1)),
        (format!("?userId={id}"), Some(3)),
        ("?userId=us-1".to_owned(), Some(0)),
        ("?limit=2".to_owned(), Some(2)),
        ("?limit=many".to_owned(), None),
    ] {
        assert_eq!(count(&query), expected, "{query}");
    }
    emulator.admin().clear_requests().await.unwrap();
    assert_eq!(count(""), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_last_thousand_calls_are_kept() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    for _ in 0..1_003 {
        send(&emulator.url(), "GET", "/nowhere", &[], b"");
    }
    let log = log(&emulator).await;
    assert_eq!((log.len(), log[0].number, log[999].number), (1_000, 1_003, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_log() {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    let (identifier, text) = challenge(&caller.init(Declared {
        method: "POST",
        path: "/wallets",
        payload: WALLET,
    }));
    let factor = caller.assertion(&client_data(&text));
    let action = caller.complete(&identifier, &factor).body["userAction"]
        .as_str()
        .unwrap()
        .to_owned();
    caller.call_with("POST", "/wallets", WALLET, Some(&action));
    // A code in the wrong place, and a body that quotes it.
    let body = br#"{"username":{"hunter2":"hunter2"},"loginCode":["hunter2"]}"#;
    send(&emulator.url(), "POST", "/auth/login/init", &[], body);
    let log = exchange(&emulator.url(), "GET", "/__admin/requests", &[], b"");
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("createWallet"));
    let signature = factor["credentialAssertion"]["signature"].as_str().unwrap();
    for secret in [caller.token.as_str(), &identifier, &text, &action, signature, "hunter2"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}
