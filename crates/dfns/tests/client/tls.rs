//! Whom the built-in engine trusts.

use dfns::{Dfns, Error, Sent};

use crate::support::fixtures::{TOKEN, wallet_id};
use crate::support::{keys, tls};

fn problem(pem: impl AsRef<[u8]>) -> String {
    match Dfns::builder().root_certificate_pem(pem).build() {
        Err(Error::Config {
            field: "root_certificate_pem",
            problem,
            ..
        }) => problem,
        other => panic!("expected Error::Config, found {other:?}"),
    }
}

#[tokio::test]
async fn server_of_an_unknown_authority_is_refused_before_anything_is_sent() {
    let (address, server) = tls::serve_a_wallet().await;
    let builder = Dfns::builder().base_url(format!("https://{address}")).auth_token(TOKEN);
    let dfns = builder.build().expect("a client");
    let error = dfns.wallets().get(wallet_id()).send().await.expect_err("a refusal");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    assert!(error.report().contains("UnknownIssuer"), "{}", error.report());
    server.await.expect("the server").expect_err("no request");
}

#[tokio::test]
async fn server_of_an_authority_that_was_added_is_trusted() {
    let (address, server) = tls::serve_a_wallet().await;
    let builder = Dfns::builder().base_url(format!("https://{address}")).auth_token(TOKEN);
    let dfns = builder
        .root_certificate_pem(tls::authority_pem())
        .build()
        .expect("a client");
    let wallet = dfns.wallets().get(wallet_id()).send().await.expect("a wallet");
    assert_eq!(wallet.id, wallet_id());
    let request = server.await.expect("the server").expect("a request");
    assert_eq!(request.header("host"), Some(address.to_string().as_str()));
}

#[tokio::test]
async fn server_with_a_certificate_for_another_name_is_refused_before_anything_is_sent() {
    let (address, server) = tls::serve_a_wallet().await;
    let builder = Dfns::builder().base_url(format!("https://localhost:{}", address.port()));
    let builder = builder.auth_token(TOKEN).root_certificate_pem(tls::authority_pem());
    let error = builder
        .build()
        .expect("a client")
        .wallets()
        .get(wallet_id())
        .send()
        .await;
    let error = error.expect_err("a refusal");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    assert!(error.report().contains("not valid for name"), "{}", error.report());
    server.await.expect("the server").expect_err("no request");
}

#[test]
fn root_certificate_may_stand_among_others_and_beside_other_text() {
    let pem = format!(
        "# ours\n{}\n{}{}",
        tls::private_key_pem(),
        tls::authority_pem(),
        tls::authority_pem()
    );
    Dfns::builder().root_certificate_pem(pem).build().expect("a client");
}

#[test]
fn root_certificate_that_is_none_is_refused() {
    let none = "it holds no certificate, expected PEM text with `-----BEGIN CERTIFICATE-----`";
    assert_eq!(problem(""), none);
    assert_eq!(problem("corporate-root.pem"), none);
    assert_eq!(problem(tls::private_key_pem()), none);
    assert_eq!(problem([0_u8, 159, 146, 150]), none);

    let whole = tls::authority_pem();
    let cut = &whole[..whole.len() / 2];
    assert_eq!(problem(cut), "certificate 1 is no well-formed PEM section");
    let second = format!("{whole}{cut}");
    assert_eq!(problem(second), "certificate 2 is no well-formed PEM section");
    let bent = whole.replacen("MII", "M!I", 1);
    assert_eq!(problem(bent), "certificate 1 is no well-formed PEM section");

    let problem = problem(keys::pem("CERTIFICATE", b"no DER"));
    let expected = "certificate 1 cannot be a certificate authority: ";
    assert!(problem.starts_with(expected), "{problem}");
}

#[cfg(feature = "reqwest")]
#[test]
fn root_certificate_beside_an_own_http_client_is_refused_since_it_would_have_no_effect() {
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let builder = Dfns::builder()
        .root_certificate_pem(tls::authority_pem())
        .http_client(http);
    let error = builder.build().expect_err("a refusal");
    let expected = "root_certificate_pem: it is for the built-in HTTP client, but `http_client` is set: give the \
                    certificate to that";
    assert_eq!(error.to_string(), expected);
}
