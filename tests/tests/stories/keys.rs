//! Keys: making, deriving, handing over and deleting them.

use dfns::types::{HashSignature, SignatureBody};
use dfns::types::{Hex, KeyCurve, KeyDerivation, KeyExportScheme, KeyProtocol, KeyScheme, KeyStatus};
use dfns_tests::{Person, World};

fn hash() -> SignatureBody {
    SignatureBody::Hash(HashSignature::new(Hex::from_bytes([0x5a; 32])))
}

/// Covers: createKey, getKey, listKeyStores.
#[tokio::test]
async fn a_key_reads_back_with_its_store_and_its_wallets() {
    let world = World::new().await;
    let made = world
        .dfns
        .keys()
        .create(KeyScheme::EdDSA, KeyCurve::Ed25519)
        .name("mine")
        .send()
        .await
        .unwrap();
    assert_eq!((made.status, made.name.as_deref()), (KeyStatus::Active, Some("mine")));
    assert_eq!(made.public_key.to_bytes().len(), 32);
    let read = world.dfns.keys().get(&made.id).send().await.unwrap();
    assert_eq!((&read.public_key, read.wallets.len()), (&made.public_key, 0));
    assert_eq!(read.store.key_id, made.id.as_str());
    let stores = world.dfns.key_stores().list().await.unwrap().items;
    let store = stores.iter().find(|store| store.primary).unwrap();
    assert_eq!(
        (read.store.id.as_str(), &read.store.kind),
        (store.id.as_str(), &store.kind)
    );
}

/// Covers: updateKey.
#[tokio::test]
async fn a_key_is_renamed_and_its_name_taken_away() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let named = world
        .dfns
        .keys()
        .update(&key.id, Some("cold".to_owned()))
        .send()
        .await
        .unwrap();
    assert_eq!(named.name.as_deref(), Some("cold"));
    let cleared = world.dfns.keys().update(&key.id, None).send().await.unwrap();
    assert_eq!(cleared.name, None);
}

/// Covers: createKey.
#[tokio::test]
async fn children_of_a_master_key_take_paths_of_their_own() {
    let world = World::new().await;
    let make = || world.dfns.keys().create(KeyScheme::ECDSA, KeyCurve::Secp256k1);
    let master = make().master_key(true).send().await.unwrap();
    let first = make().derive_from(KeyDerivation::new(&master.id)).send().await.unwrap();
    let second = make().derive_from(KeyDerivation::new(&master.id)).send().await.unwrap();
    let paths = [first.derived_from.unwrap().path, second.derived_from.unwrap().path];
    assert_eq!(paths, ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/1"]);
    assert_ne!(first.public_key, second.public_key);
}

/// Covers: deriveKey.
#[tokio::test]
async fn a_diffie_hellman_key_derives_the_same_output_for_the_same_seed() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::from("DH"), KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let derive = |seed: &str| {
        let (domain, seed) = (Hex::from_bytes("app"), Hex::from_bytes(seed));
        world.dfns.keys().derive(&key.id, domain, seed).send()
    };
    let first = derive("seed").await.unwrap().output;
    assert_eq!(derive("seed").await.unwrap().output, first);
    assert_ne!(derive("other").await.unwrap().output, first);
}

/// Covers: delegateKey, generateKeySignature, listKeys.
#[tokio::test]
async fn a_delegated_key_signs_for_its_end_user_only() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let theirs = world.end_user(&eve).await;
    let users = world.dfns.users().list().send().await.unwrap().items;
    let user = users
        .into_iter()
        .find(|user| user.username == eve.email)
        .unwrap()
        .user_id;
    let make = || world.dfns.keys().create(KeyScheme::ECDSA, KeyCurve::Secp256k1);
    let key = make().delay_delegation(true).send().await.unwrap();
    world.dfns.keys().delegate(&key.id, &user).send().await.unwrap();

    assert!(theirs.signatures().create(&key.id, hash()).send().await.is_ok());
    let error = world
        .dfns
        .signatures()
        .create(&key.id, hash())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.refusal().unwrap().status(), 403, "{}", error.report());
    let listed = theirs.keys().list().send().await.unwrap().items;
    assert_eq!(listed.iter().map(|key| &key.id).collect::<Vec<_>>(), [&key.id]);
}

/// Covers: deleteKey, generateKeySignature.
#[tokio::test]
async fn a_deleted_key_signs_no_more() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let deleted = world.dfns.keys().delete(&key.id).send().await.unwrap();
    assert!(deleted.date_deleted.is_some(), "{deleted:?}");
    assert!(world.dfns.signatures().create(&key.id, hash()).send().await.is_err());
}

/// Covers: exportKey, listSigners, getKey.
#[tokio::test]
async fn an_exported_key_leaves_in_as_many_shares_as_there_are_signers_and_is_marked() {
    use base64::Engine as _;
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    let recipient = k256::SecretKey::from_slice(&[7; 32])
        .unwrap()
        .public_key()
        .to_sec1_bytes();
    let recipient = base64::engine::general_purpose::STANDARD.encode([&[1], &recipient[..]].concat());
    let offered = vec![KeyExportScheme::new(KeyProtocol::CGGMP21, KeyCurve::Secp256k1)];
    let export = world
        .dfns
        .keys()
        .export(&key.id, recipient, offered)
        .send()
        .await
        .unwrap();
    assert_eq!(export.public_key, key.public_key);
    let signers = world
        .dfns
        .signers()
        .list()
        .send()
        .await
        .unwrap()
        .clusters
        .remove(0)
        .signers;
    assert!(export.encrypted_key_shares.len() >= usize::try_from(export.min_signers).unwrap());
    for share in &export.encrypted_key_shares {
        assert!(
            signers.iter().any(|signer| signer.signer_id == share.signer_id),
            "{share:?}"
        );
    }
    assert_eq!(
        world.dfns.keys().get(&key.id).send().await.unwrap().exported,
        Some(true)
    );
}
