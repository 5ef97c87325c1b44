//! The example `delegated` in a real browser: a page makes a passkey, and the passkey signs what the server sends.
//!
//! ```text
//! cargo test -p dfns-tests --test browser
//! ```
//!
//! Needs Debian's packages `chromium` and `chromium-driver`. Without them it says so and passes, except in CI.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

#[path = "../../../crates/dfns/examples/delegated/server.rs"]
mod server;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns::types::{Credential, User, Wallet};
use dfns_tests::{Browser, World};
use tokio::net::TcpListener;

const EVE: &str = "eve@example.test";

/// The product of the example, before a world's emulator. Its address.
async fn product(world: &World) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let product = server::product(world.dfns.clone());
    tokio::spawn(async move { axum::serve(listener, product).await });
    format!("http://localhost:{port}")
}

/// What the page says when it has done what it was asked for, or could not.
fn outcome(browser: &Browser) -> String {
    browser.wait_for("#status[data-state=done], #status[data-state=failed]")
}

fn register(browser: &Browser) -> String {
    browser.type_into("#email", EVE);
    browser.click("#register button");
    outcome(browser)
}

fn create_wallet(browser: &Browser, name: &str) -> String {
    browser.run("document.querySelector('#name').value = ''");
    browser.type_into("#name", name);
    browser.click("#create button");
    outcome(browser)
}

async fn wallets(world: &World) -> Vec<Wallet> {
    world.dfns.wallets().list().send().await.unwrap().items
}

async fn user(world: &World) -> Option<User> {
    let users = world.dfns.users().list().send().await.unwrap().items;
    users.into_iter().find(|user| user.username == EVE)
}

/// The credentials of the user, who reads them with a token of their own.
async fn credentials(world: &World) -> Vec<Credential> {
    let token = world.dfns.login().delegated(EVE).send().await.unwrap().token;
    let hers = world.stranger().with_auth_token(token).unwrap();
    hers.credentials().list().send().await.unwrap().items
}

/// Covers: createDelegatedRegistrationChallenge, completeEndUserRegistration, createWallet.
/// Covers: createUserActionChallenge, createUserActionSignature, listCredentials, listWallets.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_in_the_browser_registers_a_user_and_signs_a_wallet() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let authenticator = browser.add_authenticator();
    let page = product(&world).await;
    browser.open(&page);

    assert_eq!(register(&browser), "eve@example.test is registered.");
    let user = user(&world).await.unwrap();
    assert!(user.is_registered);
    let passkey = browser.passkeys(&authenticator).remove(0);
    assert_eq!(passkey.user_handle, URL_SAFE_NO_PAD.encode(user.user_id.as_str()));
    let [credential] = &credentials(&world).await[..] else {
        panic!("one passkey was registered")
    };
    assert_eq!(credential.credential_id, passkey.credential_id);
    assert_eq!(
        (credential.relying_party_id.as_str(), credential.origin.as_str()),
        ("localhost", page.as_str())
    );
    let first = wallets(&world).await.remove(0);
    assert_eq!((first.name.as_deref(), first.custodial), (Some("first"), false));

    let before = passkey.sign_count;
    assert_eq!(create_wallet(&browser, "savings"), "savings is created.");
    assert!(
        browser.passkeys(&authenticator)[0].sign_count > before,
        "the passkey has signed"
    );
    let all = wallets(&world).await;
    let [savings, _first] = &all[..] else {
        panic!("one wallet of the registration, one that the passkey signed: {all:?}")
    };
    assert_eq!(savings.signing_key.delegated_to, Some(user.user_id));
    let shown = browser.text("#wallets");
    let address = savings.address.as_deref().unwrap();
    assert!(
        shown.contains(&format!("savings on EthereumSepolia: {address}")),
        "{shown}"
    );
}

/// Covers: createUserActionChallenge.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_finger_of_the_user_nothing_is_made() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    let authenticator = browser.add_authenticator();
    browser.open(&product(&world).await);
    assert_eq!(register(&browser), "eve@example.test is registered.");

    browser.verify_user(&authenticator, false);
    let refused = create_wallet(&browser, "savings");
    assert!(refused.starts_with("NotAllowedError: "), "{refused}");
    assert_eq!(wallets(&world).await.len(), 1);
    browser.verify_user(&authenticator, true);
    assert_eq!(create_wallet(&browser, "savings"), "savings is created.");
}

/// Covers: createUserActionChallenge.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_for_another_wallet_after_the_signature_is_refused_before_anything_is_sent() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new().await;
    browser.add_authenticator();
    browser.open(&product(&world).await);
    assert_eq!(register(&browser), "eve@example.test is registered.");

    browser.run(
        "const sent = window.fetch;
         window.fetch = (path, options) => sent(path, path === '/wallets/complete'
             ? { ...options, body: options.body.replace('savings', 'another') } : options);",
    );
    let refused = create_wallet(&browser, "savings");
    assert_eq!(
        refused,
        "Error: createWallet: its body is not what was begun and approved"
    );
    assert_eq!(wallets(&world).await.len(), 1);
}
