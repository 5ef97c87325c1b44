//! Calls without an async runtime.

use dfns::blocking::{IntoBlocking as _, Wait as _};
use dfns::types::{Network, WalletId};
use dfns::{Dfns, Error, KeySigner};
use dfns_emulator::Emulator;
use tokio::runtime::Runtime;

/// The API on this machine, on a runtime of its own, and a client that knows of none.
fn start() -> (Runtime, Emulator, Dfns) {
    let runtime = Runtime::new().expect("a runtime");
    let emulator = runtime.block_on(Emulator::start()).expect("an emulator");
    let key = emulator.private_key_pem().expect("a key");
    let dfns = Dfns::builder()
        .base_url(emulator.url())
        .auth_token(emulator.auth_token())
        .signer(KeySigner::from_pem(emulator.credential_id(), key).expect("a signer"))
        .build()
        .expect("a client");
    (runtime, emulator, dfns)
}

#[test]
fn signed_call_is_made_without_a_runtime() {
    let (_runtime, _emulator, dfns) = start();
    let made = dfns
        .wallets()
        .create(Network::EthereumSepolia)
        .name("treasury")
        .send_blocking();
    let id = made.expect("a wallet").id;
    let found = dfns.wallets().get(id.clone()).send_blocking().expect("a wallet");
    assert_eq!((found.id, found.name.as_deref()), (id, Some("treasury")));
}

#[test]
fn refusal_is_the_same_error() {
    let (_runtime, _emulator, dfns) = start();
    let id: WalletId = "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().expect("an id");
    let error = dfns.wallets().get(id).send_blocking().expect_err("no such wallet");
    assert!(error.is_not_found(), "{error:?}");
}

#[test]
fn list_is_an_iterator_over_all_pages() {
    let (_runtime, _emulator, dfns) = start();
    for _ in 0..5 {
        dfns.wallets()
            .create(Network::EthereumSepolia)
            .send_blocking()
            .expect("a wallet");
    }
    let list = dfns.wallets().list().page_size(2);
    let items = list.clone().stream().into_blocking().collect::<Result<Vec<_>, Error>>();
    assert_eq!(items.expect("wallets").len(), 5);
    let pages = list.pages().into_blocking().collect::<Result<Vec<_>, Error>>();
    assert_eq!(pages.expect("pages").len(), 3);
}

#[test]
fn threads_wait_side_by_side() {
    let (_runtime, _emulator, dfns) = start();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                dfns.wallets()
                    .create(Network::EthereumSepolia)
                    .send_blocking()
                    .expect("a wallet")
            });
        }
    });
    assert_eq!(dfns.wallets().list().send_blocking().expect("a page").items.len(), 4);
}

#[test]
fn call_that_would_block_an_async_runtime_is_an_error() {
    let (runtime, _emulator, dfns) = start();
    let error = runtime.block_on(async { dfns.wallets().list().send_blocking() });
    let error = error.expect_err("a runtime that must not be blocked");
    assert_eq!(
        error.report(),
        "blocking: a call that blocks was made on a thread of an async runtime, expected `.await`"
    );
    let first = runtime.block_on(async { dfns.wallets().list().stream().into_blocking().next() });
    assert!(matches!(first, Some(Err(Error::Config { field: "blocking", .. }))));
}
