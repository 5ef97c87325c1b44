//! Signatures of several kinds, verified here with other means than those that made them.

use std::collections::BTreeMap;

use dfns::types::{
    BlockchainKind, Eip712Domain, Eip712Signature, Hex, KeyCurve, KeyScheme, Network, Signature, SignatureRequest,
    SignatureStatus, TypedDataField, TypedDataMessage,
};
use dfns::types::{HashSignature, MessageSignature, SignatureBody};
use dfns_tests::World;
use ed25519_dalek::Verifier as _;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha3::{Digest as _, Keccak256};

const HASH: [u8; 32] = [0x5a; 32];

fn signed(request: &SignatureRequest) -> &Signature {
    assert_eq!(request.status, SignatureStatus::Signed, "{request:?}");
    request.signature.as_ref().unwrap()
}

fn halves(signature: &Signature) -> Vec<u8> {
    [signature.r.to_bytes(), signature.s.to_bytes()].concat()
}

/// The address whose key made a signature of 65 bytes over a digest.
fn evm_signer(digest: &[u8], encoded: &[u8]) -> String {
    let recovery = k256::ecdsa::RecoveryId::from_byte(encoded[64] - 27).unwrap();
    let signature = k256::ecdsa::Signature::from_slice(&encoded[..64]).unwrap();
    let key = k256::ecdsa::VerifyingKey::recover_from_prehash(digest, &signature, recovery).unwrap();
    let point = key.to_sec1_point(false);
    Hex::from_bytes(&Keccak256::digest(&point.as_bytes()[1..])[12..]).to_string()
}

/// Covers: createKey, generateKeySignature.
#[tokio::test]
async fn a_signature_of_a_hash_on_secp256k1_verifies() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let body = SignatureBody::Hash(HashSignature::new(Hex::from_bytes(HASH)));
    let made = world
        .dfns
        .signatures()
        .create(&key.id, body)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    let signature = k256::ecdsa::Signature::from_slice(&halves(signed(&made))).unwrap();
    let public = k256::ecdsa::VerifyingKey::from_sec1_bytes(&key.public_key.to_bytes()).unwrap();
    public.verify_prehash(&HASH, &signature).unwrap();
}

/// Covers: createKey, generateKeySignature.
#[tokio::test]
async fn a_signature_of_a_message_on_ed25519_verifies() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::EdDSA, KeyCurve::Ed25519)
        .send()
        .await
        .unwrap();
    let mut message = MessageSignature::new(Hex::from_bytes("hello"));
    message.blockchain_kind = Some(BlockchainKind::Solana);
    let made = world
        .dfns
        .signatures()
        .create(&key.id, SignatureBody::Message(message))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&halves(signed(&made))).unwrap();
    let public: [u8; 32] = key.public_key.to_bytes().try_into().unwrap();
    ed25519_dalek::VerifyingKey::from_bytes(&public)
        .unwrap()
        .verify(b"hello", &signature)
        .unwrap();
}

/// Covers: createWallet, generateKeySignature.
#[tokio::test]
async fn a_message_signed_with_the_key_of_a_wallet_recovers_its_address() {
    let world = World::new().await;
    let wallet = world.wallet(Network::EthereumSepolia).await;
    let mut message = MessageSignature::new(Hex::from_bytes("hello"));
    message.network = Some(Network::EthereumSepolia);
    let body = SignatureBody::Message(message);
    let made = world
        .dfns
        .signatures()
        .create(&wallet.signing_key.id, body)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    let encoded = made.signature.unwrap().encoded.unwrap().to_bytes();
    let digest = Keccak256::digest(b"\x19Ethereum Signed Message:\n5hello");
    assert_eq!(
        Some(evm_signer(&digest, &encoded)),
        wallet.address.map(|address| address.to_lowercase())
    );
}

/// Covers: createWallet, generateKeySignature.
#[tokio::test]
async fn the_example_of_eip_712_is_signed_as_its_authors_say() {
    let world = World::new().await;
    let wallet = world.wallet(Network::Ethereum).await;
    let fields = |fields: &[(&str, &str)]| -> Vec<TypedDataField> {
        fields
            .iter()
            .map(|(name, kind)| TypedDataField::new(*name, *kind))
            .collect()
    };
    let types = BTreeMap::from([
        (
            "Person".to_owned(),
            fields(&[("name", "string"), ("wallet", "address")]),
        ),
        (
            "Mail".to_owned(),
            fields(&[("from", "Person"), ("to", "Person"), ("contents", "string")]),
        ),
    ]);
    let mut domain = Eip712Domain::new();
    domain.name = Some("Ether Mail".to_owned());
    domain.version = Some("1".to_owned());
    domain.chain_id = Some(1_u64.into());
    domain.verifying_contract = Some("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC".to_owned());
    let person = |name: &str, wallet: &str| serde_json::json!({ "name": name, "wallet": wallet });
    let mail = [
        ("from", person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")),
        ("to", person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")),
        ("contents", "Hello, Bob!".into()),
    ];
    let mail = mail.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut request = Eip712Signature::new(types, domain, TypedDataMessage(mail));
    request.blockchain_kind = Some(BlockchainKind::Evm);
    let body = SignatureBody::Eip712(request);
    let made = world
        .dfns
        .signatures()
        .create(&wallet.signing_key.id, body)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    let encoded = made.signature.unwrap().encoded.unwrap().to_bytes();
    let digest: Hex = "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
        .parse()
        .unwrap();
    assert_eq!(
        Some(evm_signer(&digest.to_bytes(), &encoded)),
        wallet.address.map(|address| address.to_lowercase())
    );
}

/// Covers: generateKeySignature, listKeySignatures, getKeySignature.
#[tokio::test]
async fn signatures_are_listed_and_the_same_external_id_makes_one() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let sign = |byte: u8| {
        let mut body = HashSignature::new(Hex::from_bytes([byte; 32]));
        body.external_id = Some("s-1".to_owned());
        world
            .dfns
            .signatures()
            .create(&key.id, SignatureBody::Hash(body))
            .send()
    };
    let first = sign(1).await.unwrap().done().unwrap();
    assert_eq!(sign(1).await.unwrap().done().unwrap().id, first.id);
    assert!(sign(2).await.unwrap_err().is_conflict());
    let listed = world.dfns.signatures().list(&key.id).send().await.unwrap().items;
    assert_eq!(
        listed.iter().map(|signature| &signature.id).collect::<Vec<_>>(),
        [&first.id]
    );
    let read = world.dfns.signatures().get(&key.id, &first.id).send().await.unwrap();
    assert_eq!(halves(signed(&read)), halves(signed(&first)));
}

/// Covers: generateWalletSignature, getWalletSignature, listWalletSignatures.
#[tokio::test]
#[expect(deprecated, reason = "the API still takes it")]
async fn a_signature_asked_of_a_wallet_is_that_of_its_address_and_reads_back_there() {
    let world = World::new().await;
    let (wallet, other) = (
        world.wallet(Network::EthereumSepolia).await,
        world.wallet(Network::EthereumSepolia).await,
    );
    let signatures = world.dfns.wallet_signatures();
    let body = SignatureBody::Hash(HashSignature::new(Hex::from_bytes(HASH)));
    let made = signatures.create(&wallet.id, body).await.unwrap().done().unwrap();
    assert_eq!(made.status, SignatureStatus::Signed, "{made:?}");
    assert_eq!(made.wallet_id, wallet.id);
    let read = signatures.get(&wallet.id, &made.id).await.unwrap();
    let encoded = read.signature.unwrap().encoded.unwrap().to_bytes();
    assert_eq!(Some(evm_signer(&HASH, &encoded)), wallet.address);
    let listed = signatures.list(&wallet.id).await.unwrap().items;
    assert_eq!(
        listed.iter().map(|signature| &signature.id).collect::<Vec<_>>(),
        [&made.id]
    );
    assert!(signatures.get(&other.id, &made.id).await.unwrap_err().is_not_found());
}
