//! Every kind of signature, checked with other means than those that made it.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod crypto;
mod support;

use blake2::Blake2b;
use blake2::digest::consts::U32;
use crypto::{bytes, evm_signer, halves, hex, keccak};
use dfns_emulator::Emulator;
use ed25519_dalek::Verifier;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::elliptic_curve::PrimeField;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::Signer;

const HASH: [u8; 32] = [0x5a; 32];

/// Makes a wallet; answers its key and its address.
fn wallet(service: &Signer, network: &str) -> (String, String) {
    let made = service
        .signed("POST", "/wallets", &json!({ "network": network }).to_string())
        .body;
    let field = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (field(&made["signingKey"]["id"]), field(&made["address"]))
}

/// Makes a key; answers its id and its public half.
fn key(service: &Signer, scheme: &str, curve: &str) -> (String, Vec<u8>) {
    let made = service
        .signed(
            "POST",
            "/keys",
            &json!({ "scheme": scheme, "curve": curve }).to_string(),
        )
        .body;
    (made["id"].as_str().unwrap().to_owned(), bytes(&made["publicKey"]))
}

/// A signature that was made at once.
fn sign(service: &Signer, key_id: &str, body: Value) -> Value {
    let answer = service.signed("POST", &format!("/keys/{key_id}/signatures"), &body.to_string());
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("Signed")),
        "{answer:?}"
    );
    assert_eq!(answer.body["keyId"], key_id);
    assert_eq!(answer.body["requestBody"], body);
    assert_eq!(answer.body["dateSigned"], answer.body["dateRequested"]);
    answer.body
}

fn encoded(answer: &Value) -> Vec<u8> {
    bytes(&answer["signature"]["encoded"])
}

fn verify_ed25519(public_key: &[u8], message: &[u8], signature: &[u8]) {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public_key.try_into().unwrap()).unwrap();
    key.verify(message, &ed25519_dalek::Signature::from_slice(signature).unwrap())
        .unwrap();
}

fn verify_ecdsa(public_key: &[u8], digest: &[u8], signature: &[u8]) {
    let signature = k256::ecdsa::Signature::from_slice(signature).unwrap();
    assert_eq!(signature.normalize_s(), signature, "s is the low one");
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(public_key).unwrap();
    key.verify_prehash(digest, &signature).unwrap();
}

fn tagged(tag: &str, message: &[u8]) -> [u8; 32] {
    let tag = Sha256::digest(tag);
    Sha256::digest([&tag[..], &tag[..], message].concat()).into()
}

/// The output key of taproot: the key, its y made even, plus the tweak times the generator.
fn output_key(public_key: &[u8], merkle_root: &[u8]) -> Vec<u8> {
    let even = [&[2], &public_key[1..]].concat();
    let tweak = tagged("TapTweak", &[&public_key[1..], merkle_root].concat());
    let tweak = k256::Scalar::from_repr(tweak.into()).unwrap();
    let point = k256::PublicKey::from_sec1_bytes(&even).unwrap().to_projective();
    let point = point + k256::ProjectivePoint::GENERATOR * tweak;
    k256::PublicKey::from_affine(point.to_affine()).unwrap().to_sec1_bytes()[1..].to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_ecdsa_signature_of_a_hash_verifies_and_recovers_the_key() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, public_key) = key(&service, "ECDSA", "secp256k1");
    let answer = sign(&service, &id, json!({ "kind": "Hash", "hash": hex(&HASH) }));
    verify_ecdsa(&public_key, &HASH, &halves(&answer));
    assert_eq!(answer["signature"].get("encoded"), None, "no chain, no encoding");
    let recovery = u8::try_from(answer["signature"]["recid"].as_u64().unwrap()).unwrap();
    let recovery = k256::ecdsa::RecoveryId::from_byte(recovery).unwrap();
    let signature = k256::ecdsa::Signature::from_slice(&halves(&answer)).unwrap();
    let recovered = k256::ecdsa::VerifyingKey::recover_from_prehash(&HASH, &signature, recovery).unwrap();
    assert_eq!(recovered.to_sec1_point(true).as_bytes(), public_key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_ed25519_signature_of_a_hash_and_of_a_message_verifies() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, public_key) = key(&service, "EdDSA", "ed25519");
    let answer = sign(&service, &id, json!({ "kind": "Hash", "hash": hex(&HASH) }));
    verify_ed25519(&public_key, &HASH, &halves(&answer));
    assert_eq!(answer["signature"].get("recid"), None);
    let answer = sign(
        &service,
        &id,
        json!({ "kind": "Message", "message": "0x010203", "blockchainKind": "Solana" }),
    );
    verify_ed25519(&public_key, &[1, 2, 3], &encoded(&answer));
    assert_eq!(encoded(&answer), halves(&answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_schnorr_signature_verifies_under_the_tweaked_key() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, public_key) = key(&service, "Schnorr", "secp256k1");
    for root in [&[][..], &[7; 32]] {
        let text = if root.is_empty() { String::new() } else { hex(root) };
        let answer = sign(
            &service,
            &id,
            json!({ "kind": "Hash", "hash": hex(&HASH), "taprootMerkleRoot": text }),
        );
        let verifying = k256::schnorr::VerifyingKey::from_slice(&output_key(&public_key, root)).unwrap();
        let signature = k256::schnorr::Signature::from_slice(&halves(&answer)).unwrap();
        verifying.verify_prehash(&HASH, &signature).unwrap();
    }
    let body = json!({ "kind": "Hash", "hash": hex(&HASH) }).to_string();
    let refused = service.signed("POST", &format!("/keys/{id}/signatures"), &body);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("taprootMerkleRoot"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_signed_for_evm_networks_recovers_the_address_of_the_wallet() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, address) = wallet(&service, "EthereumSepolia");
    let personal = keccak(b"\x19Ethereum Signed Message:\n5hello");
    let authorization = [&[5, 0xd7, 1, 0x94][..], &[0x11; 20], &[2]].concat();
    // The example of EIP-712 with its digest.
    let person = json!([{ "name": "name", "type": "string" }, { "name": "wallet", "type": "address" }]);
    let mail = json!([
        { "name": "from", "type": "Person" }, { "name": "to", "type": "Person" }, { "name": "contents", "type": "string" },
    ]);
    let typed = json!({
        "kind": "Eip712",
        "types": { "Person": person, "Mail": mail },
        "domain": {
            "name": "Ether Mail", "version": "1", "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "message": {
            "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            "contents": "Hello, Bob!",
        },
    });
    let mail_digest = bytes(&json!(
        "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    ));
    for (digest, mut body) in [
        (HASH, json!({ "kind": "Hash", "hash": hex(&HASH) })),
        (personal, json!({ "kind": "Message", "message": hex(b"hello") })),
        (personal, json!({ "kind": "Eip191", "message": hex(b"hello") })),
        (mail_digest.try_into().unwrap(), typed),
        (
            keccak(&authorization),
            json!({ "kind": "Eip7702", "chainId": 1, "address": hex(&[0x11; 20]), "nonce": 2 }),
        ),
    ] {
        for (name, value) in [
            ("network", "EthereumSepolia"),
            ("network", "Polygon"),
            ("blockchainKind", "Evm"),
        ] {
            body[name] = json!(value);
            let answer = sign(&service, &id, body.clone());
            assert_eq!(evm_signer(&digest, &encoded(&answer)), address, "{body}");
            body.as_object_mut().unwrap().remove(name);
        }
        // What only these networks have needs none of them named.
        if body["kind"].as_str().unwrap().starts_with("Eip") {
            assert_eq!(evm_signer(&digest, &encoded(&sign(&service, &id, body))), address);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signed_evm_transaction_holds_the_transaction_and_the_signature_of_the_wallet() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, address) = wallet(&service, "EthereumSepolia");
    // Type 2: chain 11155111, nonce 1, tip 2, fee 3, gas 21000, receiver, value 4, no data, no access list.
    let fields = [
        &[0x83, 0xaa, 0x36, 0xa7, 1, 2, 3, 0x82, 0x52, 0x08, 0x94][..],
        &[0x22; 20],
        &[4, 0x80, 0xc0],
    ]
    .concat();
    let unsigned = [&[2, 0xc0 + u8::try_from(fields.len()).unwrap()][..], &fields].concat();
    let body = json!({ "kind": "Transaction", "network": "EthereumSepolia", "transaction": hex(&unsigned) });
    let answer = sign(&service, &id, body);
    assert_eq!(evm_signer(&keccak(&unsigned), &encoded(&answer)), address);
    let signed = bytes(&answer["signedData"]);
    assert_eq!(
        (signed[0], signed[1]),
        (2, 0xf8),
        "type 2, a list with one byte of length"
    );
    assert_eq!(signed[3..3 + fields.len()], fields);
    let recovery = answer["signature"]["recid"].as_u64().unwrap();
    assert_eq!(signed[3 + fields.len()], if recovery == 0 { 0x80 } else { 1 });
    assert_eq!(answer["txHash"], hex(&keccak(&signed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_evm_transaction_in_json_is_signed_with_what_it_leaves_out() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, _) = wallet(&service, "EthereumSepolia");
    let signed = |transaction: Value| {
        let body = json!({ "kind": "Transaction", "network": "EthereumSepolia", "transaction": transaction });
        bytes(&sign(&service, &id, body)["signedData"])
    };
    let to = hex(&[0x22; 20]);
    let whole = signed(json!({
        "type": 2, "nonce": 1, "maxPriorityFeePerGas": "2", "maxFeePerGas": "3", "gasLimit": "21000", "to": to, "value": "4",
    }));
    let fields = [
        &[0x83, 0xaa, 0x36, 0xa7, 1, 2, 3, 0x82, 0x52, 0x08, 0x94][..],
        &[0x22; 20],
        &[4, 0x80, 0xc0],
    ]
    .concat();
    assert_eq!(whole[3..3 + fields.len()], fields);
    // The first transaction of the wallet: nonce 0.
    let short = signed(json!({ "to": to, "value": "4" }));
    assert_eq!(short[3..8], [0x83, 0xaa, 0x36, 0xa7, 0x80]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn each_family_has_its_own_form_of_a_signature() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (ecdsa, public_key) = key(&service, "ECDSA", "secp256k1");
    for network in ["Bitcoin", "XrpLedger"] {
        let answer = sign(
            &service,
            &ecdsa,
            json!({ "kind": "Hash", "hash": hex(&HASH), "network": network }),
        );
        let signature = k256::ecdsa::Signature::from_der(&encoded(&answer)).unwrap();
        assert_eq!(signature.to_bytes()[..], halves(&answer));
        verify_ecdsa(&public_key, &HASH, &halves(&answer));
    }
    let document = [1, 2, 3];
    let answer = sign(
        &service,
        &ecdsa,
        json!({ "kind": "SignDocDirect", "signDoc": hex(&document), "network": "CosmosHub4" }),
    );
    verify_ecdsa(&public_key, &Sha256::digest(document), &encoded(&answer));

    let (edwards, public_key) = key(&service, "EdDSA", "ed25519");
    let answer = sign(
        &service,
        &edwards,
        json!({ "kind": "SignerPayload", "payload": "0x0102", "network": "Polkadot" }),
    );
    let (kind, signature) = encoded(&answer)
        .split_first()
        .map(|(kind, rest)| (*kind, rest.to_vec()))
        .unwrap();
    assert_eq!(kind, 0, "an ed25519 signature among the kinds of Substrate");
    verify_ed25519(&public_key, &[1, 2], &signature);

    let command = r#"{"payload":{}}"#;
    let body = json!({ "kind": "PactCommand", "command": command, "blockchainKind": "Kadena" });
    let answer = sign(&service, &edwards, body);
    verify_ed25519(&public_key, &Blake2b::<U32>::digest(command), &encoded(&answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_on_the_curve_of_starknet_signs_hashes_and_typed_messages() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (id, public_key) = key(&service, "ECDSA", "stark");
    assert!(
        public_key.len() == 33 && [2, 3].contains(&public_key[0]),
        "{public_key:?}"
    );
    let felt = |bytes: &[u8]| starknet_crypto::Felt::from_bytes_be_slice(bytes);
    let verifies = |hash: &[u8], answer: &Value| {
        let signature = halves(answer);
        let (r, s) = (felt(&signature[..32]), felt(&signature[32..]));
        starknet_crypto::verify(&felt(&public_key[1..]), &felt(hash), &r, &s).unwrap()
    };
    let hash = [5; 32];
    let answer = sign(
        &service,
        &id,
        json!({ "kind": "Hash", "hash": hex(&hash), "network": "Starknet" }),
    );
    assert!(verifies(&hash, &answer));
    let refused = service.signed(
        "POST",
        &format!("/keys/{id}/signatures"),
        &json!({ "kind": "Hash", "hash": hex(&HASH) }).to_string(),
    );
    assert_eq!(
        refused.refusal(),
        (400, "hash: the curve stark signs hashes below 2^251")
    );

    let fields = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| json!({ "name": name, "type": "shortstring" }))
            .collect()
    };
    let mut body = json!({
        "kind": "Snip12",
        "network": "StarknetSepolia",
        "primaryType": "Vote",
        "types": {
            "StarknetDomain": fields(&["name", "version", "chainId", "revision"]),
            "Vote": fields(&["choice"]),
        },
        "domain": { "name": "Club", "version": "1", "chainId": "SN_SEPOLIA", "revision": "1" },
        "message": { "choice": "yes" },
    });
    let first = sign(&service, &id, body.clone());
    assert_eq!(
        first["signature"].get("encoded"),
        None,
        "r and s are what the chain takes"
    );
    body["message"]["choice"] = json!("no");
    assert_ne!(halves(&first), halves(&sign(&service, &id, body)));
}
