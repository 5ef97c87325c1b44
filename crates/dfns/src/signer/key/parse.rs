//! Reads a private key out of DER. The object identifiers say what it is; nothing is tried in turn.

use zeroize::Zeroizing;

use super::backend::{self, PrivateKey};
use super::container::{self, Identifier};
use super::{KeyError, KeyKind, der, encrypted, pem};

/// `1.3.101.112`
const ED25519: Identifier<'static> = &[0x2b, 0x65, 0x70];
/// `1.2.840.10045.2.1`
const EC: Identifier<'static> = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `1.2.840.113549.1.1.1`
const RSA: Identifier<'static> = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `1.2.840.10045.3.1.7`
const P256: Identifier<'static> = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// `1.3.132.0.10`
const SECP256K1: Identifier<'static> = &[0x2b, 0x81, 0x04, 0x00, 0x0a];

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

/// A key in PEM text; `passphrase` is for one that is encrypted, and not looked at otherwise.
pub(super) fn from_pem(text: &str, passphrase: Option<&[u8]>) -> Result<PrivateKey, KeyError> {
    let (form, der) = pem::read(text)?;
    match form {
        pem::Form::Pkcs8 => from_pkcs8(&der),
        pem::Form::EncryptedPkcs8 => from_encrypted_pkcs8(&der, passphrase),
        pem::Form::Sec1 => from_sec1(&der, "SEC1", None),
        pem::Form::Pkcs1 => from_pkcs1(&der, "PKCS#1"),
    }
}

/// A key in DER of any form.
pub(super) fn from_der(der: &[u8], passphrase: Option<&[u8]>) -> Result<PrivateKey, KeyError> {
    match der::form(der) {
        der::Form::Pkcs8 => from_pkcs8(der),
        der::Form::EncryptedPkcs8 => from_encrypted_pkcs8(der, passphrase),
        der::Form::Sec1 => from_sec1(der, "SEC1", None),
        der::Form::Pkcs1 => from_pkcs1(der, "PKCS#1"),
        der::Form::PublicKey | der::Form::Other | der::Form::None => {
            Err(der::not("DER", "it is no PKCS#8, SEC1 or PKCS#1 private key", der))
        }
    }
}

/// A key of the bytes that it is made of: a seed for Ed25519, a number for the curves.
pub(super) fn from_raw(kind: KeyKind, bytes: &[u8]) -> Result<PrivateKey, KeyError> {
    if bytes.len() != 32 {
        let problem = "it is not 32 bytes long";
        return Err(KeyError::Damaged { form: "raw", problem });
    }
    match kind {
        KeyKind::Ed25519 => backend::ed25519(bytes, None, "raw"),
        KeyKind::P256 => backend::p256(bytes, None, "raw"),
        KeyKind::Secp256k1 => backend::secp256k1(bytes, None, "raw"),
        KeyKind::Rsa => Err(KeyError::NotPossible {
            problem: "an RSA key is not made of raw bytes, expected PKCS#8 or PKCS#1",
        }),
    }
}

/// A new key.
pub(super) fn generate(kind: KeyKind) -> Result<PrivateKey, KeyError> {
    if kind == KeyKind::Rsa {
        let problem = "RSA keys are not made here, only read (`openssl genrsa 3072`); make one of Ed25519";
        return Err(KeyError::NotPossible { problem });
    }
    // A number outside of the range of the curve is as likely as guessing a key; the attempts are bounded all the same.
    let mut bytes = Zeroizing::new([0; 32]);
    for _ in 0..8 {
        getrandom::fill(&mut *bytes).map_err(|_| KeyError::NoRandomness)?;
        match from_raw(kind, &*bytes) {
            Err(KeyError::Damaged { .. }) => {}
            made => return made,
        }
    }
    Err(KeyError::NoRandomness)
}

pub(super) fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let info = container::pkcs8(der).map_err(|_| der::not("PKCS#8", "it is no valid PrivateKeyInfo", der))?;
    match info.algorithm {
        ED25519 => {
            let Some((der::OCTET_STRING, seed, [])) = der::read(info.key) else {
                let problem = "the Ed25519 seed in it is no octet string";
                return Err(KeyError::Damaged {
                    form: "PKCS#8",
                    problem,
                });
            };
            backend::ed25519(seed, info.public_key, "PKCS#8")
        }
        EC => match info.curve {
            Some(curve) => from_sec1(info.key, "PKCS#8", Some(curve)),
            None => Err(KeyError::UnsupportedCurve {
                found: "of explicit parameters, without a name".to_owned(),
            }),
        },
        RSA => from_pkcs1(info.key, "PKCS#8"),
        other => Err(KeyError::UnsupportedAlgorithm { found: name(other) }),
    }
}

fn from_encrypted_pkcs8(der: &[u8], passphrase: Option<&[u8]>) -> Result<PrivateKey, KeyError> {
    let passphrase = passphrase.ok_or(KeyError::Encrypted)?;
    from_pkcs8(&encrypted::decrypt(der, passphrase)?)
}

fn from_sec1(der: &[u8], form: &'static str, outer_curve: Option<Identifier<'_>>) -> Result<PrivateKey, KeyError> {
    let damaged = |problem| KeyError::Damaged { form, problem };
    let key = container::sec1(der).map_err(|_| damaged("it is no valid ECPrivateKey of a named curve"))?;
    match (outer_curve, key.curve) {
        (Some(outer), Some(inner)) if outer != inner => Err(damaged("it names two different curves")),
        (None, None) => Err(damaged("it names no curve, and nothing else does")),
        (Some(curve), _) | (None, Some(curve)) => match curve {
            P256 => backend::p256(key.key, key.public_key, form),
            SECP256K1 => backend::secp256k1(key.key, key.public_key, form),
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
    backend::rsa(der, form)
}

fn name(identifier: Identifier<'_>) -> String {
    let identifier = container::dotted(identifier);
    match NAMES.iter().find(|(known, _)| *known == identifier) {
        Some((_, name)) => format!("{name} ({identifier})"),
        None => identifier,
    }
}
