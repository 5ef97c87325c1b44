//! Public keys in PEM, and signatures by them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
};
use sha2::{Digest as _, Sha256, Sha512};

use super::CredentialError;
use super::der::{BIT_STRING, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, Reader, SEQUENCE};

const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SECP256K1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x0a];
const RSA_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ED25519_KEY: &[u8] = &[0x2b, 0x65, 0x70];

/// The digest that ECDSA and RSA signatures are over; Ed25519 signs the bytes themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Digest {
    /// What is meant when nothing is said.
    #[default]
    Sha256,
    Sha512,
}

impl Digest {
    /// The digest that an `algorithm` field asks for: SHA-512 for `SHA512` and `RSA-SHA512`, SHA-256 otherwise.
    pub(crate) fn of_algorithm(algorithm: Option<&str>) -> Self {
        match algorithm {
            Some("SHA512" | "RSA-SHA512") => Self::Sha512,
            _ => Self::Sha256,
        }
    }
}

/// A public key of a kind that credentials may have.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    key: Key,
    /// The SubjectPublicKeyInfo, from which the fingerprint is made.
    spki: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Key {
    Ed25519(Vec<u8>),
    P256(p256::ecdsa::VerifyingKey),
    Secp256k1(k256::ecdsa::VerifyingKey),
    /// PKCS#1 `RSAPublicKey`.
    Rsa(Vec<u8>),
}

impl PublicKey {
    /// Reads a key from PEM: SubjectPublicKeyInfo, or PKCS#1 for RSA; with any line length, with line breaks or with
    /// the two characters `\n` in their place.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, CredentialError> {
        let body = |label: &str| {
            let begin = pem.strip_prefix(&format!("-----BEGIN {label}-----"))?;
            begin.trim_end().strip_suffix(&format!("-----END {label}-----"))
        };
        let (text, is_pkcs1) = match (body("PUBLIC KEY"), body("RSA PUBLIC KEY")) {
            (Some(text), _) => (text, false),
            (None, Some(text)) => (text, true),
            (None, None) => return Err(CredentialError::Pem),
        };
        let text: String = text
            .replace("\\r", "")
            .replace("\\n", "")
            .chars()
            .filter(|c| !matches!(c, '\r' | '\n'))
            .collect();
        let der = STANDARD.decode(text).map_err(|_| CredentialError::Pem)?;
        let key = if is_pkcs1 {
            Self::from_pkcs1(&der)
        } else {
            Self::from_spki(&der)
        };
        key.ok_or(CredentialError::PublicKey)
    }

    /// The key in a certificate (X.509), of which nothing else is looked at.
    pub(super) fn from_certificate(certificate: &[u8]) -> Result<Self, CredentialError> {
        let spki = || {
            let mut fields = Reader::new(Reader::new(certificate).value(SEQUENCE)?);
            let mut fields = Reader::new(fields.value(SEQUENCE)?);
            // Version, serial number, algorithm, issuer, validity, subject.
            fields.value(CONTEXT_0)?;
            fields.value(INTEGER)?;
            for _ in 0..4 {
                fields.value(SEQUENCE)?;
            }
            fields.whole(SEQUENCE)
        };
        spki().and_then(Self::from_spki).ok_or(CredentialError::PublicKey)
    }

    /// The key on P-256 with this point, not compressed.
    pub(super) fn from_p256_point(point: &[u8]) -> Option<Self> {
        /// The DER of the algorithm: ecPublicKey on P-256.
        const ALGORITHM: &[u8] = &[
            0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x03, 0x01, 0x07,
        ];
        let bits = encode(BIT_STRING, &[&[0][..], point].concat())?;
        Self::from_spki(&encode(SEQUENCE, &[ALGORITHM, &bits].concat())?)
    }

    /// The RSA key with this modulus and exponent, both unsigned, the highest byte first.
    pub(super) fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let integer = |number: &[u8]| {
            // DER has signs: a number that would look negative begins with a zero.
            let sign: &[u8] = if *number.first()? >= 0x80 { &[0] } else { &[] };
            encode(INTEGER, &[sign, number].concat())
        };
        Self::from_pkcs1(&encode(SEQUENCE, &[integer(modulus)?, integer(exponent)?].concat())?)
    }

    /// The key as SubjectPublicKeyInfo in PEM, in lines of 64 characters.
    pub(super) fn to_pem(&self) -> String {
        let text = STANDARD.encode(&self.spki);
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        for (place, letter) in text.chars().enumerate() {
            if place > 0 && place % 64 == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem + "\n-----END PUBLIC KEY-----\n"
    }

    fn from_spki(spki: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(spki);
        let mut fields = Reader::new(outer.value(SEQUENCE)?);
        let mut algorithm = Reader::new(fields.value(SEQUENCE)?);
        let (&unused_bits, bits) = fields.value(BIT_STRING)?.split_first()?;
        if !outer.is_at_end() || !fields.is_at_end() || unused_bits != 0 {
            return None;
        }
        let key = match algorithm.value(OBJECT_IDENTIFIER)? {
            EC_KEY => match algorithm.value(OBJECT_IDENTIFIER)? {
                P256 => Key::P256(p256::ecdsa::VerifyingKey::from_sec1_bytes(bits).ok()?),
                SECP256K1 => Key::Secp256k1(k256::ecdsa::VerifyingKey::from_sec1_bytes(bits).ok()?),
                _ => return None,
            },
            ED25519_KEY if bits.len() == 32 => Key::Ed25519(bits.to_vec()),
            RSA_KEY if is_rsa_key(bits) => Key::Rsa(bits.to_vec()),
            _ => return None,
        };
        Some(Self {
            key,
            spki: spki.to_vec(),
        })
    }

    fn from_pkcs1(der: &[u8]) -> Option<Self> {
        /// The DER of the algorithm: rsaEncryption, NULL.
        const ALGORITHM: &[u8] = &[
            0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
        ];
        if !is_rsa_key(der) {
            return None;
        }
        let bits = encode(BIT_STRING, &[&[0][..], der].concat())?;
        let spki = encode(SEQUENCE, &[ALGORITHM, &bits].concat())?;
        Some(Self {
            key: Key::Rsa(der.to_vec()),
            spki,
        })
    }

    /// Checks a signature over a message: Ed25519 over the bytes, ECDSA (in DER) and RSA (PKCS#1 v1.5) over the digest.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8], digest: Digest) -> Result<(), CredentialError> {
        let by_ring = |algorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok()
        };
        let hash = || match digest {
            Digest::Sha256 => Sha256::digest(message).to_vec(),
            Digest::Sha512 => Sha512::digest(message).to_vec(),
        };
        let is_valid = match (&self.key, digest) {
            (Key::Ed25519(key), _) => by_ring(&ED25519, key),
            (Key::Rsa(key), Digest::Sha256) => by_ring(&RSA_PKCS1_2048_8192_SHA256, key),
            (Key::Rsa(key), Digest::Sha512) => by_ring(&RSA_PKCS1_2048_8192_SHA512, key),
            (Key::P256(key), Digest::Sha256) => by_ring(&ECDSA_P256_SHA256_ASN1, key.to_sec1_point(false).as_bytes()),
            // ring has no P-256 with SHA-512.
            (Key::P256(key), Digest::Sha512) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash(), &signature).is_ok()),
            // Both values of s are valid in the API; k256 takes the lower one only.
            (Key::Secp256k1(key), _) => k256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash(), &signature.normalize_s()).is_ok()),
        };
        if is_valid {
            Ok(())
        } else {
            Err(CredentialError::Signature)
        }
    }

    /// How the API shows a key: `SHA256:` and the base64 of the SHA-256 of the SubjectPublicKeyInfo.
    pub(crate) fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD.encode(Sha256::digest(&self.spki)))
    }
}

/// True for a DER sequence of two integers, of which the first, the modulus, has 2,048 to 8,192 bits: by no other key a
/// signature would ever verify.
fn is_rsa_key(der: &[u8]) -> bool {
    let mut outer = Reader::new(der);
    let Some(fields) = outer.value(SEQUENCE) else {
        return false;
    };
    let mut fields = Reader::new(fields);
    let (Some(modulus), Some(_exponent)) = (fields.value(INTEGER), fields.value(INTEGER)) else {
        return false;
    };
    let unsigned = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let bits = unsigned
        .first()
        .map_or(0, |first| unsigned.len() * 8 - first.leading_zeros() as usize);
    (2_048..=8_192).contains(&bits) && fields.is_at_end() && outer.is_at_end()
}

fn encode(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let mut der = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ 0..=0x7f) => der.push(short),
        Ok(long) => der.extend([0x81, long]),
        Err(_) => {
            der.push(0x82);
            der.extend(u16::try_from(content.len()).ok()?.to_be_bytes());
        }
    }
    der.extend_from_slice(content);
    Some(der)
}
