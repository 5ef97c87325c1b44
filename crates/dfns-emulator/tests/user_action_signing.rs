//! User action signing: what opens a request, and everything that does not.

mod support;

use dfns_emulator::Emulator;
use serde_json::json;
use support::{Declared, Signer, advance, challenge, client_data};

const MISSING_OR_INVALID: (u16, &str) = (403, "user action signature is missing or invalid");
const ALREADY_USED: (u16, &str) = (400, "user action has already been used");
const CHALLENGE_NOT_VALID: (u16, &str) = (400, "Challenge token is not valid.");
const NO_CREDENTIAL: (u16, &str) = (
    401,
    "User does not have a credential that can be used for the application.",
);
const INVALID_SIGNATURE: (u16, &str) = (401, "Invalid signature.");

const BODY: &str = r#"{"isSSORequired":true,"amount":9007199254740993}"#;

/// An emulator and its two callers. `path` is the employee, whom either may update.
struct Scene {
    emulator: Emulator,
    service: Signer,
    employee: Signer,
    path: String,
}

impl Scene {
    async fn new() -> Self {
        let emulator = Emulator::start()
            .await
            .expect("nothing is in the way of an emulator in memory");
        let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
        let path = format!("/auth/users/{}", emulator.employee().user_id());
        Self {
            emulator,
            service,
            employee,
            path,
        }
    }

    fn update<'a>(&'a self, payload: &'a str) -> Declared<'a> {
        Declared {
            method: "PUT",
            path: &self.path,
            payload,
        }
    }

    /// Sends `sent` to `target` with an action that was signed for `declared`.
    fn send(&self, declared: Declared<'_>, method: &str, target: &str, sent: &str) -> support::Answer {
        let action = self.service.sign(declared);
        self.service.call_with(method, target, sent, Some(&action))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signed_request_is_carried_out() {
    let scene = Scene::new().await;
    let answer = scene.service.signed("PUT", &scene.path, BODY);
    assert_eq!((answer.status, &answer.body["isSSORequired"]), (200, &json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_challenge_names_the_one_credential_of_the_token() {
    let scene = Scene::new().await;
    let answer = scene.service.init(scene.update(BODY));
    let expected = json!({
        "key": [{ "type": "public-key", "id": scene.emulator.credential_id() }], "webauthn": [],
    });
    assert_eq!(answer.body["allowCredentials"], expected);
    let kinds = json!([{ "kind": "Key", "factor": "either", "requiresSecondFactor": false }]);
    assert_eq!(answer.body["supportedCredentialKinds"], kinds);
    assert_eq!(answer.body["externalAuthenticationUrl"], "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_serialisation_of_client_data_is_accepted() {
    let scene = Scene::new().await;
    let forms = [
        r#"{"type":"key.get","challenge":"C"}"#,
        r#"{"challenge":"C","type":"key.get"}"#,
        r#"{"challenge":"C","crossOrigin":false,"origin":"https://x.test","type":"key.get"}"#,
        r#"{"type":"key.get","challenge":"C","origin":"https://x.test","crossOrigin":false}"#,
        r#"{"challenge":"C","crossOrigin":false,"type":"key.get"}"#,
    ];
    for form in forms {
        let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
        let assertion = scene
            .service
            .assertion(&form.replace("\"C\"", &format!("{challenge:?}")));
        let completed = scene.service.complete(&identifier, &assertion);
        assert_eq!(completed.status, 200, "{form}: {completed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn padded_base64url_is_accepted() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    // A client data text whose length is no multiple of three, so that there is padding.
    let data = format!(r#"{{"type":"key.get","challenge":"{challenge}","x":1}}"#);
    let assertion = scene.service.padded_assertion(&data);
    assert!(
        assertion["credentialAssertion"]["signature"]
            .as_str()
            .unwrap()
            .ends_with('=')
    );
    assert_eq!(scene.service.complete(&identifier, &assertion).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_body_with_other_spelling_but_the_same_value_is_accepted() {
    let scene = Scene::new().await;
    let spellings = [
        r#"{ "amount" : 9007199254740993, "isSSORequired" : true }"#,
        r#"{"is\u0053SORequired":true,"amount":9007199254740993.0}"#,
    ];
    for sent in spellings {
        let answer = scene.send(scene.update(BODY), "PUT", &scene.path, sent);
        assert_eq!(answer.status, 200, "{sent}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_empty_object_is_the_same_as_no_body() {
    let scene = Scene::new().await;
    let path = format!("{}/activate", scene.path);
    for (payload, sent) in [("", "{}"), ("{}", ""), ("", ""), ("{}", " { } ")] {
        let answer = scene.send(
            Declared {
                method: "PUT",
                path: &path,
                payload,
            },
            "PUT",
            &path,
            sent,
        );
        assert_eq!(answer.status, 200, "{payload:?} {sent:?}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_query_may_be_declared_or_not() {
    let scene = Scene::new().await;
    let path = format!("{}/activate", scene.path);
    let sent = format!("{path}?force=true");
    for declared in [&path, &sent] {
        let answer = scene.send(
            Declared {
                method: "PUT",
                path: declared,
                payload: "",
            },
            "PUT",
            &sent,
            "",
        );
        assert_eq!(answer.status, 200, "{declared}: {answer:?}");
    }
    for other in [format!("{path}?force=false"), path.clone()] {
        let answer = scene.send(
            Declared {
                method: "PUT",
                path: &sent,
                payload: "",
            },
            "PUT",
            &other,
            "",
        );
        assert_eq!(answer.refusal(), MISSING_OR_INVALID, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_escaped_path_is_the_same_as_a_plain_one() {
    let scene = Scene::new().await;
    let escaped = scene.path.replace("us-", "%75s%2D");
    let answer = scene.send(scene.update(BODY), "PUT", &escaped, BODY);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_changed_body_is_refused() {
    let scene = Scene::new().await;
    for sent in [
        r#"{"isSSORequired":false,"amount":9007199254740993}"#,
        r#"{"isSSORequired":true,"amount":9007199254740992}"#,
        r#"{"isSSORequired":true}"#,
        "",
        "{",
    ] {
        let answer = scene.send(scene.update(BODY), "PUT", &scene.path, sent);
        assert_eq!(answer.refusal(), MISSING_OR_INVALID, "{sent}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_path_is_refused() {
    let scene = Scene::new().await;
    let declared = Declared {
        method: "PUT",
        path: "/auth/users/us-other",
        payload: BODY,
    };
    assert_eq!(
        scene.send(declared, "PUT", &scene.path, BODY).refusal(),
        MISSING_OR_INVALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_method_is_refused() {
    let scene = Scene::new().await;
    let declared = Declared {
        method: "DELETE",
        path: &scene.path,
        payload: BODY,
    };
    assert_eq!(
        scene.send(declared, "PUT", &scene.path, BODY).refusal(),
        MISSING_OR_INVALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_action_of_another_caller_is_refused() {
    let scene = Scene::new().await;
    let action = scene.employee.sign(scene.update(BODY));
    let answer = scene.service.call_with("PUT", &scene.path, BODY, Some(&action));
    assert_eq!(answer.refusal(), MISSING_OR_INVALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_action_of_another_token_of_the_same_user_is_refused() {
    let scene = Scene::new().await;
    let second_session = Signer::employee(&scene.emulator);
    let action = second_session.sign(scene.update(BODY));
    let answer = scene.employee.call_with("PUT", &scene.path, BODY, Some(&action));
    assert_eq!(answer.refusal(), MISSING_OR_INVALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_works_once() {
    let scene = Scene::new().await;
    let action = scene.service.sign(scene.update(BODY));
    let send = || scene.service.call_with("PUT", &scene.path, BODY, Some(&action));
    assert_eq!(send().status, 200);
    assert_eq!(send().refusal(), ALREADY_USED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_is_used_up_by_a_request_that_is_then_refused() {
    let scene = Scene::new().await;
    let invalid = r#"{"isSSORequired":7}"#;
    let action = scene.service.sign(scene.update(invalid));
    let send = || scene.service.call_with("PUT", &scene.path, invalid, Some(&action));
    let refused = send();
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("isSSORequired"), "{refused:?}");
    assert_eq!(send().refusal(), ALREADY_USED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_is_not_used_up_by_a_request_that_it_does_not_fit() {
    let scene = Scene::new().await;
    let action = scene.service.sign(scene.update(BODY));
    let unfit = scene.service.call_with("PUT", &scene.path, "{}", Some(&action));
    assert_eq!(unfit.refusal(), MISSING_OR_INVALID);
    assert_eq!(
        scene.service.call_with("PUT", &scene.path, BODY, Some(&action)).status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_expires_after_five_minutes() {
    let scene = Scene::new().await;
    let [in_time, late] = [0, 1].map(|_| scene.service.sign(scene.update(BODY)));
    advance(&scene.emulator.url(), 290);
    assert_eq!(
        scene.service.call_with("PUT", &scene.path, BODY, Some(&in_time)).status,
        200
    );
    advance(&scene.emulator.url(), 10);
    assert_eq!(
        scene.service.call_with("PUT", &scene.path, BODY, Some(&late)).refusal(),
        MISSING_OR_INVALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_missing_or_garbage_action_is_refused() {
    let scene = Scene::new().await;
    let token = scene.service.token.clone();
    for action in [None, Some(""), Some("garbage"), Some("a.b.c"), Some(token.as_str())] {
        let answer = scene.service.call_with("PUT", &scene.path, BODY, action);
        assert_eq!(answer.refusal(), MISSING_OR_INVALID, "{action:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_on_a_call_that_needs_none_is_ignored() {
    let scene = Scene::new().await;
    let answer = scene.service.call_with("GET", &scene.path, "", Some("garbage"));
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_challenge_expires_after_five_minutes() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    advance(&scene.emulator.url(), 300);
    let answer = scene
        .service
        .complete(&identifier, &scene.service.assertion(&client_data(&challenge)));
    assert_eq!(answer.refusal(), CHALLENGE_NOT_VALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_challenge_completes_once() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let assertion = scene.service.assertion(&client_data(&challenge));
    assert_eq!(scene.service.complete(&identifier, &assertion).status, 200);
    assert_eq!(
        scene.service.complete(&identifier, &assertion).refusal(),
        CHALLENGE_NOT_VALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_garbage_or_misused_challenge_identifier_is_refused() {
    let scene = Scene::new().await;
    let (_, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let assertion = scene.service.assertion(&client_data(&challenge));
    for identifier in ["garbage", "", scene.service.token.as_str()] {
        assert_eq!(
            scene.service.complete(identifier, &assertion).refusal(),
            CHALLENGE_NOT_VALID,
            "{identifier}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_challenge_of_another_caller_is_refused() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.employee.init(scene.update(BODY)));
    let answer = scene
        .service
        .complete(&identifier, &scene.service.assertion(&client_data(&challenge)));
    assert_eq!(answer.refusal(), CHALLENGE_NOT_VALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_forged_signature_is_refused_and_the_right_one_still_completes() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let right = scene.service.assertion(&client_data(&challenge));
    let mut forged = right.clone();
    let by_other_key = scene.employee.assertion(&client_data(&challenge));
    forged["credentialAssertion"]["signature"] = by_other_key["credentialAssertion"]["signature"].clone();
    assert_eq!(
        scene.service.complete(&identifier, &forged).refusal(),
        INVALID_SIGNATURE
    );
    for garbage in ["AAAA", "%%%"] {
        forged["credentialAssertion"]["signature"] = garbage.into();
        assert_eq!(
            scene.service.complete(&identifier, &forged).refusal(),
            INVALID_SIGNATURE,
            "{garbage}"
        );
    }
    assert_eq!(scene.service.complete(&identifier, &right).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn client_data_of_another_type_are_refused() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    for kind in ["key.create", "webauthn.get", "KEY.GET"] {
        let data = client_data(&challenge).replace("key.get", kind);
        let answer = scene.service.complete(&identifier, &scene.service.assertion(&data));
        assert_eq!(answer.refusal(), INVALID_SIGNATURE, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn client_data_with_another_challenge_are_refused() {
    let scene = Scene::new().await;
    let (identifier, _) = challenge(&scene.service.init(scene.update(BODY)));
    let (_, other) = challenge(&scene.service.init(scene.update(BODY)));
    let answer = scene
        .service
        .complete(&identifier, &scene.service.assertion(&client_data(&other)));
    assert_eq!(answer.refusal(), INVALID_SIGNATURE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_credential_of_somebody_else_is_refused() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let answer = scene
        .service
        .complete(&identifier, &scene.employee.assertion(&client_data(&challenge)));
    assert_eq!(answer.refusal(), NO_CREDENTIAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unknown_credential_or_the_wrong_kind_is_refused() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let mut assertion = scene.service.assertion(&client_data(&challenge));
    assertion["kind"] = "PasswordProtectedKey".into();
    assert_eq!(scene.service.complete(&identifier, &assertion).refusal(), NO_CREDENTIAL);
    assertion["kind"] = "Key".into();
    assertion["credentialAssertion"]["credId"] = "unknown".into();
    assert_eq!(scene.service.complete(&identifier, &assertion).refusal(), NO_CREDENTIAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_password_is_not_accepted_as_a_factor() {
    let scene = Scene::new().await;
    let (identifier, _) = challenge(&scene.service.init(scene.update(BODY)));
    let answer = scene
        .service
        .complete(&identifier, &json!({ "kind": "Password", "password": "x" }));
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deactivated_user_can_sign_nothing() {
    let scene = Scene::new().await;
    let answer = scene.service.signed("PUT", &format!("{}/deactivate", scene.path), "{}");
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = scene.employee.init(scene.update(BODY));
    assert_eq!(answer.refusal(), (400, "User account has been deactivated."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deleted_user_is_not_found_when_signing() {
    let scene = Scene::new().await;
    assert_eq!(scene.service.signed("DELETE", &scene.path, "").status, 200);
    assert_eq!(
        scene.employee.init(scene.update(BODY)).refusal(),
        (401, "User not found")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_declared_is_checked_at_once() {
    let scene = Scene::new().await;
    for (method, path, field) in [
        ("PATCH", "/x", "userActionHttpMethod"),
        ("PUT", "x", "userActionHttpPath"),
    ] {
        let answer = scene.service.init(Declared {
            method,
            path,
            payload: "",
        });
        assert_eq!(answer.status, 400);
        assert!(answer.message().starts_with(field), "{answer:?}");
    }
}
