//! What the builder accepts, and that it never shows a secret.

use std::time::Duration;

use dfns::{Dfns, Error};

fn problem(result: Result<Dfns, Error>) -> (&'static str, String) {
    match result {
        Err(Error::Config {
            field,
            problem,
            operation: None,
        }) => (field, problem),
        other => panic!("expected Error::Config, found {other:?}"),
    }
}

#[test]
fn base_url_is_kept_without_the_slash_at_its_end() {
    let cases = [
        ("https://api.dfns.io", "https://api.dfns.io"),
        ("https://api.uae.dfns.io/", "https://api.uae.dfns.io"),
        ("https://proxy.example/dfns/", "https://proxy.example/dfns"),
        ("HTTPS://API.DFNS.IO", "https://api.dfns.io"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.1:8080/dfns", "http://127.8.9.1:8080/dfns"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
    ];
    for (given, kept) in cases {
        let dfns = Dfns::builder().base_url(given).build().expect(given);
        assert_eq!(dfns.base_url(), kept);
    }
}

#[test]
fn base_url_is_production_by_default() {
    assert_eq!(
        Dfns::builder().build().expect("a client").base_url(),
        "https://api.dfns.io"
    );
}

#[test]
fn base_url_that_would_leak_a_token_or_cannot_be_used_is_refused() {
    let http = "http is for this machine only (127.0.0.0/8, [::1], localhost), expected https";
    let cases = [
        ("", "it is not absolute, expected https://host"),
        ("api.dfns.io", "it is not absolute, expected https://host"),
        ("/wallets", "it is not absolute, expected https://host"),
        ("localhost:8080", "it is not absolute, expected https://host"),
        ("https://", "it is no URL: empty host"),
        ("ftp://api.dfns.io", "the scheme is ftp, expected https"),
        ("http://api.dfns.io", http),
        ("http://127.0.0.1.example.com", http),
        ("http://localhost.example.com", http),
        ("http://128.0.0.1", http),
        ("http://[::2]", http),
        ("http://0.0.0.0:8080", http),
        (
            "https://user@api.dfns.io",
            "it holds credentials, expected them in `auth_token`",
        ),
        (
            "https://user:hunter2@api.dfns.io",
            "it holds credentials, expected them in `auth_token`",
        ),
        ("https://api.dfns.io?key=hunter2", "it has a query, expected none"),
        ("https://api.dfns.io/#top", "it has a fragment, expected none"),
    ];
    for (given, expected) in cases {
        assert_eq!(
            problem(Dfns::builder().base_url(given).build()),
            ("base_url", expected.to_owned()),
            "{given}"
        );
    }
}

#[test]
fn token_that_a_header_cannot_carry_is_refused() {
    let cases = [
        ("", "it is empty"),
        (
            "abc\n",
            "character 4 of 4 is a space, a line break or not ASCII, which a header cannot carry",
        ),
        (
            "Bearer abc",
            "character 7 of 10 is a space, a line break or not ASCII, which a header cannot carry",
        ),
        (
            "äbc",
            "character 1 of 4 is a space, a line break or not ASCII, which a header cannot carry",
        ),
    ];
    for (given, expected) in cases {
        let result = Dfns::builder().auth_token(given).build();
        assert_eq!(problem(result), ("auth_token", expected.to_owned()));
    }
}

#[test]
fn other_settings_are_checked() {
    assert_eq!(problem(Dfns::builder().timeout(Duration::ZERO).build()).0, "timeout");
    assert_eq!(problem(Dfns::builder().user_agent(" ").build()).0, "user_agent");
    assert_eq!(problem(Dfns::builder().user_agent("a\nb").build()).0, "user_agent");
}

#[test]
fn debug_says_what_is_set_and_never_shows_it() {
    let builder = Dfns::builder()
        .base_url("http://127.0.0.1:1")
        .auth_token("eyJ-the-token")
        .user_agent("app/1");
    assert!(!format!("{builder:?}").contains("the-token"));
    let dfns = builder.build().expect("a client");
    let expected = r#"Dfns { base_url: "http://127.0.0.1:1", auth_token: "set", signer: "not set", .. }"#;
    assert_eq!(format!("{dfns:?}"), expected);
}

#[test]
fn config_errors_show_neither_the_url_nor_the_token() {
    for error in [
        Dfns::builder().base_url("https://user:hunter2@api.dfns.io").build(),
        Dfns::builder().auth_token("hunter2 ").build(),
    ] {
        let error = error.expect_err("a refusal");
        assert!(!format!("{error:?} {}", error.report()).contains("hunter2"));
    }
}

#[test]
fn client_with_another_token_leaves_the_first_as_it_was() {
    let dfns = Dfns::builder()
        .base_url("http://127.0.0.1:1")
        .build()
        .expect("a client");
    let other = dfns.with_auth_token("eyJ").expect("a client");
    assert!(format!("{dfns:?}").contains(r#"auth_token: "not set""#));
    assert!(format!("{other:?}").contains(r#"auth_token: "set""#));
    assert!(dfns.with_auth_token("").is_err());
}

#[test]
fn client_neither_needs_nor_installs_a_process_wide_crypto_provider() {
    for base_url in ["https://api.dfns.io", "http://127.0.0.1:1"] {
        Dfns::builder().base_url(base_url).build().expect("a client");
    }
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[test]
fn client_signer_and_streams_can_be_moved_between_threads() {
    fn movable<T: Send + Sync + 'static>() {}
    fn sendable<T: Send + 'static>(_: T) {}
    movable::<Dfns>();
    movable::<Error>();
    movable::<dfns::KeySigner>();
    let dfns = Dfns::builder()
        .base_url("http://127.0.0.1:1")
        .build()
        .expect("a client");
    sendable(dfns.wallets().list().stream());
    sendable(dfns.wallets().list().send());
}
