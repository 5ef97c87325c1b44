//! Over https, with a certificate that the emulator makes for itself.

use std::time::Duration;

use dfns::types::Network;
use dfns::{Dfns, Error, KeySigner, RetryPolicy, Sent};
use dfns_emulator::{Clock, Emulator};
use dfns_types::Timestamp;

/// Covers: createWallet, getWalletAssets.
#[tokio::test]
async fn a_client_that_trusts_the_certificate_signs_and_is_funded_over_https() {
    // The emulator's time is not the one that a certificate is held against.
    let clock = Clock::fixed(Timestamp::from_unix_millis(0).unwrap());
    let emulator = Emulator::builder().tls().clock(clock).start().await.unwrap();
    assert!(emulator.url().starts_with("https://"));
    let signer = KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().unwrap()).unwrap();
    let dfns = Dfns::builder()
        .base_url(emulator.url())
        .root_certificate_pem(emulator.ca_certificate_pem().unwrap())
        .auth_token(emulator.auth_token())
        .signer(signer)
        .build()
        .unwrap();
    let wallet = dfns.wallets().create(Network::EthereumSepolia).send().await.unwrap();
    emulator.admin().fund(&wallet.id, 1_000_u64).await.unwrap();
    let assets = dfns.wallets().assets(&wallet.id).send().await.unwrap();
    assert_eq!(assets.assets.len(), 1, "{assets:?}");
}

/// Covers: listWallets.
#[tokio::test]
async fn a_client_that_does_not_trust_the_certificate_sends_nothing() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let dfns = Dfns::builder()
        .base_url(emulator.url())
        .auth_token(emulator.auth_token())
        .retry(RetryPolicy::new().first_delay(Duration::ZERO))
        .build()
        .unwrap();
    let error = dfns.wallets().list().send().await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::No);
    let calls = emulator.admin().requests().await.unwrap();
    assert!(calls.iter().all(|call| call.path != "/wallets"), "{calls:?}");
}
