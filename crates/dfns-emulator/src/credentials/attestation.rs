//! Attestations: proof that whoever registers a key holds it.

use std::fmt::Write;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::public_key::{Digest, PublicKey};
use super::{ClientDataType, CredentialError, check_client_data, decode_base64url};

/// What an attestation may say it was made by.
const ALGORITHMS: [&str; 3] = ["RSA-SHA256", "SHA256", "SHA512"];

/// The attestation of a key, as it is received.
#[derive(Clone, Debug)]
pub(crate) struct KeyAttestation<'a> {
    /// base64url of the client data.
    pub(crate) client_data: &'a str,
    /// base64url of `{"publicKey","signature","algorithm"?}`.
    pub(crate) attestation_data: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationData {
    public_key: String,
    signature: String,
    #[serde(default)]
    algorithm: Option<String>,
}

/// Checks an attestation against its challenge and answers the public key, exactly as it was received in PEM.
pub(crate) fn verify_key_attestation(
    attestation: &KeyAttestation<'_>,
    challenge: &str,
) -> Result<String, CredentialError> {
    let client_data = decode_base64url(attestation.client_data, "clientData")?;
    check_client_data(&client_data, ClientDataType::KeyCreate, challenge)?;
    let data = decode_base64url(attestation.attestation_data, "attestationData")?;
    let data: AttestationData = serde_json::from_slice(&data).map_err(|_| CredentialError::AttestationData)?;
    let signature = decode_hex(&data.signature).ok_or(CredentialError::Hex("signature"))?;
    if data
        .algorithm
        .as_deref()
        .is_some_and(|name| !ALGORITHMS.contains(&name))
    {
        return Err(CredentialError::Algorithm);
    }
    let key = PublicKey::from_pem(&data.public_key)?;
    let fingerprint = fingerprint(&client_data, &data.public_key);
    key.verify(
        fingerprint.as_bytes(),
        &signature,
        Digest::of_algorithm(data.algorithm.as_deref()),
    )?;
    Ok(data.public_key)
}

/// The text that a new key signs: the hash of the client data and the key itself, in this order and without spaces.
fn fingerprint(client_data: &[u8], public_key: &str) -> String {
    let hash = Sha256::digest(client_data);
    let hash = hash.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ok = write!(hex, "{byte:02x}");
        hex
    });
    format!(
        r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#,
        serde_json::Value::from(public_key)
    )
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match *pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use serde_json::{Value, json};

    use super::super::BASE64URL;
    use super::super::tests::{KEYS, text};
    use super::*;

    #[test]
    fn an_attestation_names_an_algorithm_that_there_is_or_none() {
        let keys: Value = serde_json::from_str(KEYS).unwrap();
        let vector = &keys["keys"]["P-256"]["attestations"][0];
        let client_data = text(vector, "/clientData");
        let decoded: Value = serde_json::from_slice(&BASE64URL.decode(client_data).unwrap()).unwrap();
        let (public_key, signature) = (
            &keys["keys"]["P-256"]["publicKeySpkiPem"],
            text(vector, "/signatureHex"),
        );
        let verify = |algorithm: Value| {
            let data = json!({ "publicKey": public_key, "signature": signature, "algorithm": algorithm });
            let attestation = KeyAttestation {
                client_data,
                attestation_data: &BASE64URL.encode(data.to_string()),
            };
            verify_key_attestation(&attestation, text(&decoded, "/challenge")).map(|_| ())
        };
        for good in [json!(null), json!("SHA256"), json!("RSA-SHA256")] {
            assert_eq!(verify(good.clone()), Ok(()), "{good}");
        }
        assert_eq!(verify(json!("SHA512")), Err(CredentialError::Signature));
        for unknown in ["MD5", "sha256", ""] {
            assert_eq!(verify(json!(unknown)), Err(CredentialError::Algorithm), "{unknown}");
        }
    }
}
