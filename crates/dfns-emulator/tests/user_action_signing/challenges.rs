//! Challenges: what completes them, and what does not.

use serde_json::json;

use crate::scene::{BODY, CHALLENGE_NOT_VALID, INVALID_SIGNATURE, NO_CREDENTIAL, Scene};
use crate::support::{Declared, advance, challenge, client_data};

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
async fn a_second_factor_that_nobody_asked_for_has_to_be_good_all_the_same() {
    let scene = Scene::new().await;
    let (identifier, challenge) = challenge(&scene.service.init(scene.update(BODY)));
    let good = scene.service.assertion(&client_data(&challenge));
    let complete = |second: serde_json::Value| {
        let request = json!({ "challengeIdentifier": identifier, "firstFactor": good, "secondFactor": second });
        scene.service.call("POST", "/auth/action", &request.to_string())
    };
    let forged = scene.service.assertion(&client_data("another"));
    assert_eq!(complete(forged).refusal(), INVALID_SIGNATURE);
    let theirs = scene.employee.assertion(&client_data(&challenge));
    assert_eq!(complete(theirs).refusal(), NO_CREDENTIAL);
    assert_eq!(complete(json!({ "kind": "Totp", "otpCode": "123456" })).status, 400);
    assert_eq!(complete(good.clone()).status, 200);
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
        assert!(answer.message().contains(field), "{answer:?}");
    }
}
