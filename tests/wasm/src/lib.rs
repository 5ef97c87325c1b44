//! A program as a page would have it: it signs, sends over `fetch`, pages, waits, runs out of time and is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dfns::types::{Network, Transfer};
use dfns::{CallOptions as _, Dfns, Error, KeySigner, Middleware, MiddlewareFuture, Next, OutgoingRequest};
use wasm_bindgen::prelude::*;

/// Counts what passes.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Middleware for Count {
    fn handle<'a>(&'a self, request: OutgoingRequest, next: Next<'a>) -> MiddlewareFuture<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(next.run(request))
    }
}

/// Plays against the API at `url`; what was done, in words.
#[wasm_bindgen]
pub async fn play(url: String, token: String, credential: String, key: String) -> Result<String, JsError> {
    run(url, token, credential, key)
        .await
        .map_err(|error| JsError::new(&error.to_string()))
}

async fn run(
    url: String,
    token: String,
    credential: String,
    key: String,
) -> Result<String, Box<dyn std::error::Error>> {
    let signer = KeySigner::from_pem(credential, key)?;
    let count = Count::default();
    let dfns = Dfns::builder()
        .base_url(url)
        .auth_token(token)
        .signer(signer)
        .middleware(count.clone())
        .build()?;

    let wallet = dfns.wallets().create(Network::EthereumSepolia).name("browser").await?;
    let requests = count.0.load(Ordering::Relaxed);
    assert_eq!(requests, 3, "challenge, signature, call");

    dfns.wallets().create(Network::Bitcoin).await?;
    let mut names = Vec::new();
    let mut wallets = dfns.wallets().list().page_size(1).stream();
    while let Some(wallet) = wallets.try_next().await? {
        names.push(wallet.name.unwrap_or_default());
    }
    assert_eq!(names, ["", "browser"], "the newest first");

    // There is no money in it, which shows after a while.
    let to = wallet.address.clone().unwrap_or_default();
    let transfer = dfns
        .wallet(&wallet.id)
        .transfer(Transfer::native(to, 1_u64))
        .await?
        .done()?;
    let waiting = dfns
        .transfers()
        .get(&wallet.id, transfer.id)
        .wait()
        .interval(Duration::from_millis(250));
    let failure = waiting.limit(Duration::from_secs(20)).await.expect_err("no money");
    assert!(matches!(failure, Error::Failed { .. }), "{failure:?}");

    let late = dfns
        .wallets()
        .get(&wallet.id)
        .call_timeout(Duration::from_nanos(1))
        .await;
    assert!(matches!(late, Err(Error::TimedOut { .. })), "{late:?}");
    Ok(format!("signed, listed {names:?}, waited until {}", failure.report()))
}
