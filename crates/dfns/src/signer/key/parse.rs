//! Reads a private key out of DER. The object identifiers say what it is; nothing is tried in turn.

use p256::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use sec1::EcPrivateKey;
use sec1::der::Decode;

use super::private::PrivateKey;
use super::{KeyError, der, pem};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");

/// Names for errors: what people mistake for a supported key.
const NAMES: &[(&str, &str)] = &[
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.113", "Ed448"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
];

pub(super) fn from_pem(text: &str) -> Result<PrivateKey, KeyError> {
    let (form, der) = pem::read(text)?;
    match form {
        pem::Form::Pkcs8 => from_pkcs8(&der),
        pem::Form::Sec1 => from_sec1(&der, "SEC1", None),
        pem::Form::Pkcs1 => from_pkcs1(&der, "PKCS#1"),
    }
}

pub(super) fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| der::not_pkcs8(der))?;
    match info.algorithm.oid {
        ED25519 => PrivateKey::ed25519(info),
        EC => {
            let curve = info
                .algorithm
                .parameters_oid()
                .map_err(|_| KeyError::UnsupportedCurve {
                    found: "of explicit parameters, without a name".to_owned(),
                })?;
            from_sec1(info.private_key.as_bytes(), "PKCS#8", Some(curve))
        }
        RSA => from_pkcs1(info.private_key.as_bytes(), "PKCS#8"),
        other => Err(KeyError::UnsupportedAlgorithm { found: name(other) }),
    }
}

fn from_sec1(der: &[u8], form: &'static str, outer_curve: Option<ObjectIdentifier>) -> Result<PrivateKey, KeyError> {
    let damaged = |problem| KeyError::Damaged { form, problem };
    let key = EcPrivateKey::from_der(der).map_err(|_| damaged("it is no valid ECPrivateKey of a named curve"))?;
    let inner_curve = key.parameters.and_then(sec1::EcParameters::named_curve);
    match (outer_curve, inner_curve) {
        (Some(outer), Some(inner)) if outer != inner => Err(damaged("it names two different curves")),
        (None, None) => Err(damaged("it names no curve, and nothing else does")),
        (Some(curve), _) | (None, Some(curve)) => match curve {
            P256 => PrivateKey::p256(&key, form),
            SECP256K1 => PrivateKey::secp256k1(&key, form),
            other => Err(KeyError::UnsupportedCurve { found: name(other) }),
        },
    }
}

fn from_pkcs1(der: &[u8], form: &'static str) -> Result<PrivateKey, KeyError> {
    let bits = der::rsa_bits(der).ok_or(KeyError::Damaged {
        form,
        problem: "it is no valid RSAPrivateKey",
    })?;
    if !(2048..=4096).contains(&bits) {
        return Err(KeyError::RsaSize { bits });
    }
    PrivateKey::rsa(der, form)
}

fn name(identifier: ObjectIdentifier) -> String {
    let identifier = identifier.to_string();
    match NAMES.iter().find(|(known, _)| *known == identifier) {
        Some((_, name)) => format!("{name} ({identifier})"),
        None => identifier,
    }
}
