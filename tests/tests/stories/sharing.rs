//! Keys that come in and go out in encrypted shares; the caller's side of the protocol is played here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns::types::{
    EncryptedKeyShare, HashSignature, Hex, KeyCurve, KeyExport, KeyExportScheme, KeyProtocol, Network, SignatureBody,
    SignatureStatus,
};
use dfns_tests::World;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::elliptic_curve::PrimeField as _;
use k256::{ProjectivePoint, PublicKey, Scalar, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use serde_json::{Value, json};

const HASH: [u8; 32] = [0x5a; 32];
/// How many shares give the key.
const THRESHOLD: i32 = 3;

fn bare(bytes: &[u8]) -> String {
    Hex::from_bytes_bare(bytes).to_string()
}

fn scalar(value: &Value) -> Scalar {
    let text: Hex = value["scalar"].as_str().unwrap().parse().unwrap();
    Scalar::from_repr(<[u8; 32]>::try_from(text.to_bytes()).unwrap().into()).unwrap()
}

/// What two people encrypt with who know each the public half of the other's key.
fn cipher(public: &PublicKey, secret: &SecretKey) -> LessSafeKey {
    let shared = public.to_projective() * *secret.to_nonzero_scalar();
    let shared = PublicKey::from_affine(shared.to_affine()).unwrap().to_sec1_bytes();
    let key = Salt::new(HKDF_SHA256, b"DFNS_KEY_IMPORT").extract(&shared);
    let key = key.expand(&[b"ENCRYPTION_KEY"], &AES_256_GCM).map(UnboundKey::from);
    LessSafeKey::new(key.unwrap())
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// The key that shares are sent to.
fn recipient() -> SecretKey {
    SecretKey::from_slice(&[7; 32]).unwrap()
}

/// Cuts a key into one share for each signer of the cluster.
async fn deal(world: &World, secret: &SecretKey) -> Vec<EncryptedKeyShare> {
    let mut signers = world.dfns.signers().list().await.unwrap().clusters.remove(0).signers;
    signers.sort_by_key(|signer| STANDARD.decode(&signer.signer_id).unwrap());
    // The polynomial could be any of the second degree whose value at zero is the key.
    let share = |place: u64| {
        let place = Scalar::from(place);
        *secret.to_nonzero_scalar() + place * (Scalar::from(11_u64) + place * Scalar::from(13_u64))
    };
    let shares: Vec<Scalar> = (1..).zip(&signers).map(|(place, _)| share(place)).collect();
    let commitment = |share: &Scalar| {
        let point = PublicKey::from_affine((ProjectivePoint::GENERATOR * share).to_affine()).unwrap();
        json!({ "curve": "secp256k1", "point": bare(&point.to_sec1_bytes()) })
    };
    let commitments: Vec<Value> = shares.iter().map(commitment).collect();
    let mut sealed = Vec::new();
    for ((signer, share), ephemeral) in signers.iter().zip(&shares).zip(1..) {
        let secret_share = json!({ "curve": "secp256k1", "scalar": bare(&share.to_bytes()) });
        let plaintext = json!({ "version": 1, "secret_share": secret_share, "public_shares": commitments });
        let to = STANDARD.decode(&signer.encryption_key).unwrap();
        let to = PublicKey::from_sec1_bytes(&to[1..]).unwrap();
        let once = SecretKey::from_slice(&[ephemeral; 32]).unwrap();
        let mut bytes = plaintext.to_string().into_bytes();
        let cipher = cipher(&to, &once);
        cipher
            .seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes)
            .unwrap();
        bytes.extend_from_slice(&once.public_key().to_sec1_bytes());
        sealed.push(EncryptedKeyShare::new(signer.signer_id.clone(), STANDARD.encode(bytes)));
    }
    sealed
}

/// Puts an exported key together again.
fn recover(export: &KeyExport) -> SecretKey {
    let open = |share: &EncryptedKeyShare| {
        let mut bytes = STANDARD.decode(&share.encrypted_key_share).unwrap();
        let once = PublicKey::from_sec1_bytes(&bytes.split_off(bytes.len() - 33)).unwrap();
        let cipher = cipher(&once, &recipient());
        let plaintext = cipher.open_in_place(nonce(), Aad::empty(), &mut bytes).unwrap();
        let plaintext: Value = serde_json::from_slice(plaintext).unwrap();
        (scalar(&plaintext["index"]), scalar(&plaintext["secret_share"]))
    };
    let shares: Vec<(Scalar, Scalar)> = export.encrypted_key_shares.iter().map(open).collect();
    let mut secret = Scalar::ZERO;
    for (place, value) in &shares {
        let others = shares.iter().filter(|(other, _)| other != place);
        secret += others.fold(*value, |product, (other, _)| {
            product * other * (other - place).invert().unwrap()
        });
    }
    SecretKey::from_slice(&secret.to_bytes()).unwrap()
}

/// Covers: importKey, listSigners, getKey, generateKeySignature.
#[tokio::test]
async fn a_key_that_was_cut_into_shares_comes_in_as_it_was_and_signs() {
    let world = World::new().await;
    let secret = SecretKey::from_slice(&[0x0f; 32]).unwrap();
    let shares = deal(&world, &secret).await;
    let keys = world.dfns.keys();
    let import = || keys.import(KeyCurve::Secp256k1, KeyProtocol::CGGMP21, THRESHOLD, shares.clone());
    let key = import().name("old").await.unwrap();
    assert_eq!(key.public_key.to_bytes()[..], secret.public_key().to_sec1_bytes()[..]);
    let read = keys.get(&key.id).await.unwrap();
    assert_eq!((read.imported, read.name.as_deref()), (Some(true), Some("old")));

    let body = SignatureBody::Hash(HashSignature::new(Hex::from_bytes(HASH)));
    let signed = world
        .dfns
        .signatures()
        .create(&key.id, body)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(signed.status, SignatureStatus::Signed);
    let signature = signed.signature.unwrap();
    let halves = [signature.r.to_bytes(), signature.s.to_bytes()].concat();
    let signature = k256::ecdsa::Signature::from_slice(&halves).unwrap();
    let public = k256::ecdsa::VerifyingKey::from(secret.public_key());
    public.verify_prehash(&HASH, &signature).unwrap();

    let again = import().await.unwrap_err();
    assert!(again.refusal().unwrap().is_conflict(), "{}", again.report());
}

/// Covers: exportWallet, importWallet, getWallet, generateKeySignature.
#[tokio::test]
#[expect(deprecated, reason = "the API still takes it")]
async fn a_wallet_moves_to_another_organisation_with_its_address_and_signs_here_no_more() {
    let (here, there) = (World::new().await, World::with_seed(8).await);
    let wallet = here.wallet(Network::EthereumSepolia).await;
    let to = recipient().public_key().to_sec1_bytes();
    let to = STANDARD.encode([&[1], &to[..]].concat());
    let offered = vec![KeyExportScheme::new(KeyProtocol::CGGMP21, KeyCurve::Secp256k1)];
    let export = here.dfns.wallets().export(&wallet.id, to, offered).await.unwrap();
    let secret = recover(&export);
    assert_eq!(
        export.public_key.to_bytes()[..],
        secret.public_key().to_sec1_bytes()[..]
    );

    let shares = deal(&there, &secret).await;
    let wallets = there.dfns.wallets();
    let network = Network::EthereumSepolia;
    let import = wallets.import(network, KeyCurve::Secp256k1, KeyProtocol::CGGMP21, THRESHOLD, shares);
    let moved = import.name("moved").await.unwrap();
    let read = wallets.get(&moved.id).await.unwrap();
    assert_eq!((&read.address, read.name.as_deref()), (&wallet.address, Some("moved")));

    let sign = |world: &World, key| {
        let body = SignatureBody::Hash(HashSignature::new(Hex::from_bytes(HASH)));
        world.dfns.signatures().create(key, body).send()
    };
    let refused = sign(&here, &wallet.signing_key.id).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
    sign(&there, &read.signing_key.id).await.unwrap().done().unwrap();
}
