//! Signatures held against those that the libraries of the chains make.

use serde_json::json;

use super::{SignatureRequest, Target, sign};
use crate::keys::error::KeyError;
use crate::keys::material::{Curve, KeyMaterial, Scheme};

fn request(body: serde_json::Value) -> SignatureRequest {
    SignatureRequest::from_json(&body).unwrap()
}

/// What the libraries of the chains make of the Ed25519 seed of 32 bytes 0x07; see the file.
fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("../reading/vectors.json")).unwrap()
}

fn key_of_vectors() -> KeyMaterial {
    KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[7; 32], None).unwrap()
}

#[test]
fn a_message_of_cardano_is_the_one_that_its_library_signs() {
    let body = json!({"kind": "Cip8", "payload": "68656c6c6f", "externalAad": "0xaa", "context": "Signature1"});
    let signed = sign(&key_of_vectors(), Target::Network("CardanoPreprod"), &request(body)).unwrap();
    let case = &vectors()["cardano"]["cip8"];
    let prefixed = |name: &str| Some(format!("0x{}", case[name].as_str().unwrap()));
    assert_eq!(signed.signed_data, prefixed("cose"));
    assert_eq!(signed.signature.unwrap().encoded, prefixed("sig"));
    let detached = request(json!({"kind": "Cip8", "context": "Signature1"}));
    let detached = sign(&key_of_vectors(), Target::Network("Cardano"), &detached).unwrap();
    let data = detached.signed_data.unwrap();
    assert!(
        data.contains("686173686564f4f65840"),
        "nothing in place of the payload: {data}"
    );
}

#[test]
fn a_fee_bump_of_stellar_is_the_one_that_its_library_builds() {
    use base64::Engine as _;

    let case = &vectors()["stellar"]["feeBump"];
    let inner = case["inner"].as_str().unwrap();
    let in_base_64 = base64::engine::general_purpose::STANDARD.encode(crate::keys::hex::decode(inner).unwrap());
    for inner in [inner, &in_base_64] {
        let body = json!({"kind": "StellarFeeBumpTransaction", "innerTransaction": inner, "transactionReference": "t"});
        let signed = sign(&key_of_vectors(), Target::Network("StellarTestnet"), &request(body)).unwrap();
        assert_eq!(
            signed.signed_data.unwrap(),
            format!("0x{}", case["signed"].as_str().unwrap())
        );
        assert_eq!(signed.transaction_hash.as_deref(), case["hash"].as_str());
    }
    let unsigned = vectors()["stellar"]["unsigned"].clone();
    let body = json!({"kind": "StellarFeeBumpTransaction", "innerTransaction": unsigned});
    let refused = sign(&key_of_vectors(), Target::Network("StellarTestnet"), &request(body)).unwrap_err();
    assert!(
        matches!(
            refused,
            KeyError::InvalidInput {
                field: "innerTransaction",
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn the_payload_of_substrate_is_signed_alike_in_bytes_and_as_an_object() {
    let case = &vectors()["substrate"];
    let expected = format!("0x00{}", case["sig"].as_str().unwrap());
    for payload in [&case["payload"], &case["json"]] {
        let request = request(json!({"kind": "SignerPayload", "payload": payload}));
        let signed = sign(&key_of_vectors(), Target::Network("Polkadot"), &request).unwrap();
        assert_eq!(signed.signature.unwrap().encoded.as_ref(), Some(&expected));
    }
}
