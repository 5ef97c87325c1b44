//! What a call costs before its request leaves and after its answer arrived: build, sign, decode. No connection is made.
//!
//! `cargo bench -p dfns`; see `docs/performance.md`.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dfns::types::{AuthenticationChallenge, Transfer, WalletId, WalletPage};
use dfns::{KeyKind, KeyPair, KeySigner, Signer};
use dfns_api::{Answer as _, Client, Request, Response, Transport, TransportFuture};
use serde_json::json;

const WALLET: &str = "wa-1f04s-lqc9q-0000000000000001";
const CREDENTIAL: &str = "cr-bench-ed25519-0000000000000000";

/// Requests are made for it, and none is sent.
struct Nobody;

impl Transport for Nobody {
    fn execute(&self, _: Request) -> TransportFuture<'_> {
        Box::pin(async { Ok(Response::default()) })
    }
}

fn build_request(criterion: &mut Criterion) {
    let client = Client::new(Arc::new(Nobody));
    let wallet: WalletId = WALLET.parse().expect("an id");
    let transfer = Transfer::from(Transfer::native("0x00e3495cf6af59008f22ffaf32d4c92ac33dac47", 1_u64));
    let mut group = criterion.benchmark_group("build-request");
    group.bench_function("get a wallet", |bencher| {
        bencher.iter(|| client.get_wallet(black_box(&wallet)).into_request().expect("a request"));
    });
    group.bench_function("list wallets", |bencher| {
        bencher.iter(|| {
            let call = client.list_wallets(Some(100), None, None, None, Some(black_box("WzAsMTAwXQ==")));
            call.into_request().expect("a request")
        });
    });
    group.bench_function("transfer", |bencher| {
        bencher.iter(|| {
            client
                .transfer_asset(black_box(&wallet), &transfer)
                .into_request()
                .expect("a request")
        });
    });
    group.finish();
}

fn sign(criterion: &mut Criterion) {
    let challenge: AuthenticationChallenge = serde_json::from_value(json!({
        "challenge": "MTQ4ZmUwZmIyNzZhNDg0ZTk3ODRiNzEwYjBlN2E0ZmI0YjE4ZWIxNWQ2ZjE0ZDRk",
        "challengeIdentifier": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.identifier.signature",
        "supportedCredentialKinds": [{"kind": "Key", "factor": "either", "requiresSecondFactor": false}],
        "userVerification": "required",
        "attestation": "direct",
        "externalAuthenticationUrl": "",
        "allowCredentials": {"key": [{"type": "public-key", "id": CREDENTIAL}], "webauthn": []},
    }))
    .expect("a challenge");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut group = criterion.benchmark_group("sign");
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
        let pair = KeyPair::generate(kind).expect("a key");
        let signer = KeySigner::new(CREDENTIAL, pair).expect("a signer");
        group.bench_function(BenchmarkId::from_parameter(kind), |bencher| {
            bencher.iter(|| {
                runtime
                    .block_on(signer.sign(black_box(&challenge)))
                    .expect("an assertion")
            });
        });
    }
    group.finish();
}

fn decode(criterion: &mut Criterion) {
    let wallet = json!({
        "id": WALLET,
        "network": "EthereumSepolia",
        "address": "0x00e3495cf6af59008f22ffaf32d4c92ac33dac47",
        "signingKey": {
            "id": "key-1f04s-lqc9q-0000000000000001",
            "scheme": "ECDSA",
            "curve": "secp256k1",
            "publicKey": "02ab".repeat(16),
        },
        "status": "Active",
        "dateCreated": "2026-11-22T14:56:55.123Z",
        "name": "treasury",
        "custodial": true,
        "tags": ["a", "b"],
    });
    let mut group = criterion.benchmark_group("decode");
    for count in [1_usize, 100] {
        let page = json!({"items": vec![wallet.clone(); count], "nextPageToken": "WzAsMTAwXQ=="}).to_string();
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_with_input(
            BenchmarkId::new("page of wallets", count),
            page.as_bytes(),
            |bencher, page| {
                bencher.iter(|| WalletPage::read(200, black_box(page)).expect("a page"));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, build_request, sign, decode);
criterion_main!(benches);
