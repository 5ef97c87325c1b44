//! The keys of `tests/data/key-credentials.json`, and PEM text made of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::pkcs8::PrivateKeyInfoRef;
use sec1::der::{Decode, Encode};
use serde_json::Value;

/// One key of the vectors.
pub(crate) struct VectorKey {
    pub(crate) name: String,
    pub(crate) pkcs8: Vec<u8>,
    pub(crate) public_pem: String,
    pub(crate) deterministic: bool,
    pub(crate) assertion: Value,
}

pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../data/key-credentials.json")).expect("the vectors are JSON")
}

pub(crate) fn all() -> Vec<VectorKey> {
    let vectors = vectors();
    let keys = vectors["keys"].as_object().expect("keys");
    assert_eq!(keys.len(), 4, "Ed25519, P-256, secp256k1, RSA-2048");
    keys.iter().map(|(name, key)| read(name, key)).collect()
}

pub(crate) fn named(name: &str) -> VectorKey {
    all()
        .into_iter()
        .find(|key| key.name == name)
        .expect("a key of the vectors")
}

fn read(name: &str, key: &Value) -> VectorKey {
    let assertions = key["assertions"].as_array().expect("assertions");
    let assertion = assertions
        .iter()
        .find(|assertion| assertion["serialization"] == "minimal_type_first");
    VectorKey {
        name: name.to_owned(),
        pkcs8: STANDARD
            .decode(key["privateKeyPkcs8Base64"].as_str().expect("base64"))
            .expect("base64"),
        public_pem: key["publicKeySpkiPem"].as_str().expect("PEM").to_owned(),
        deterministic: key["deterministicSignature"].as_bool().expect("a flag"),
        assertion: assertion.expect("the serialisation of the official signers").clone(),
    }
}

/// PEM text with lines of 64 characters.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = (0..body.len())
        .step_by(64)
        .map(|at| &body[at..body.len().min(at + 64)])
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The SEC1 form of an EC key, which names its curve.
pub(crate) fn sec1_der(pkcs8: &[u8]) -> Vec<u8> {
    let info = PrivateKeyInfoRef::try_from(pkcs8).expect("PKCS#8");
    let mut key = sec1::EcPrivateKey::from_der(info.private_key.as_bytes()).expect("ECPrivateKey");
    key.parameters = Some(sec1::EcParameters::NamedCurve(
        info.algorithm.parameters_oid().expect("a curve"),
    ));
    key.to_der().expect("DER")
}

/// The PKCS#1 form of an RSA key.
pub(crate) fn pkcs1_der(pkcs8: &[u8]) -> Vec<u8> {
    PrivateKeyInfoRef::try_from(pkcs8)
        .expect("PKCS#8")
        .private_key
        .as_bytes()
        .to_vec()
}
