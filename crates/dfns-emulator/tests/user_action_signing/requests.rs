//! The request that an action opens, and those that it does not.

use serde_json::json;

use crate::scene::{ALREADY_USED, BODY, MISSING_OR_INVALID, Scene};
use crate::support::{Declared, Signer, advance};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signed_request_is_carried_out() {
    let scene = Scene::new().await;
    let answer = scene.service.signed("PUT", &scene.path, BODY);
    assert_eq!((answer.status, &answer.body["isSSORequired"]), (200, &json!(true)));
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
