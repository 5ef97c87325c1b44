//! The little of DER that key files need: one value after the other, telling forms apart, and writing keys.

use zeroize::Zeroizing;

use super::KeyError;
use super::pem::ACCEPTED;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[1]`, constructed: where the public key stands in a SEC1 private key.
pub(super) const SECOND_FIELD: u8 = 0xa1;
/// Version 0.
const VERSION: &[u8] = &[INTEGER, 1, 0];

/// The forms of a private key that DER bytes without a label can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Pkcs8,
    EncryptedPkcs8,
    Sec1,
    Pkcs1,
    PublicKey,
    Other,
    /// No DER at all.
    None,
}

/// Tag, content and what follows of the first value. A length that could be written shorter is no DER, and tags of several
/// bytes do not come in key files.
pub(super) fn read(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            let mut length = 0;
            for &digit in digits {
                length = (length << 8) | usize::from(digit);
            }
            if length < 0x80 || digits.first() == Some(&0) {
                return None;
            }
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// One value: tag, length, content.
pub(super) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(content.len() + 8);
    write_head(&mut output, tag, content.len());
    output.extend_from_slice(content);
    output
}

/// One value whose content is these parts. It is written where it stays, so that no copy of a secret is left behind.
pub(super) fn write_secret(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut output = Zeroizing::new(Vec::with_capacity(length + 8));
    write_head(&mut output, tag, length);
    for part in parts {
        output.extend_from_slice(part);
    }
    output
}

fn write_head(output: &mut Vec<u8>, tag: u8, length: usize) {
    output.push(tag);
    let digits: Vec<u8> = length
        .to_be_bytes()
        .into_iter()
        .skip_while(|&digit| digit == 0)
        .collect();
    match (length, u8::try_from(digits.len())) {
        (0..=0x7f, _) => output.push(digits.first().copied().unwrap_or(0)),
        (_, Ok(count)) => {
            output.push(0x80 | count);
            output.extend_from_slice(&digits);
        }
        (_, Err(_)) => unreachable!("a length has at most 8 bytes"),
    }
}

/// A bit string of whole bytes.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend_from_slice(bytes);
    write(BIT_STRING, &bits)
}

/// `SubjectPublicKeyInfo`: the algorithm (already DER) and the bytes of the key.
pub(super) fn public_key_info(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    write(SEQUENCE, &[write(SEQUENCE, algorithm), bit_string(key)].concat())
}

/// PKCS#8 `PrivateKeyInfo`: the algorithm (already DER) and the private key in the form of that algorithm.
pub(super) fn private_key_info(algorithm: &[u8], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let algorithm = write(SEQUENCE, algorithm);
    write_secret(SEQUENCE, &[VERSION, &algorithm, &write_secret(OCTET_STRING, &[key])])
}

/// The length in bits of the modulus of a PKCS#1 RSA private key.
pub(super) fn rsa_bits(pkcs1: &[u8]) -> Option<usize> {
    let (SEQUENCE, content, _) = read(pkcs1)? else {
        return None;
    };
    let (INTEGER, _version, rest) = read(content)? else {
        return None;
    };
    let (INTEGER, modulus, _) = read(rest)? else {
        return None;
    };
    let first = modulus.iter().position(|&byte| byte != 0)?;
    Some((modulus.len() - first) * 8 - modulus.get(first)?.leading_zeros() as usize)
}

/// What these bytes look like. Nothing is checked beyond the first two fields.
pub(super) fn form(der: &[u8]) -> Form {
    let Some((SEQUENCE, content, _)) = read(der) else {
        return Form::None;
    };
    let Some((first, _, rest)) = read(content) else {
        return Form::None;
    };
    match (first, read(rest).map(|(tag, ..)| tag)) {
        (INTEGER, Some(SEQUENCE)) => Form::Pkcs8,
        (INTEGER, Some(OCTET_STRING)) => Form::Sec1,
        (INTEGER, Some(INTEGER)) => Form::Pkcs1,
        (SEQUENCE, Some(BIT_STRING)) => Form::PublicKey,
        (SEQUENCE, Some(OCTET_STRING)) => Form::EncryptedPkcs8,
        (SEQUENCE, _) => Form::Other,
        _ => Form::None,
    }
}

/// What bytes that are not of the expected form are.
pub(super) fn not(form_name: &'static str, problem: &'static str, der: &[u8]) -> KeyError {
    let wrong = |found: &str, expected| KeyError::WrongForm {
        found: found.to_owned(),
        expected,
    };
    let expected = match form_name {
        "PKCS#8" => "a PKCS#8 private key",
        _ => ACCEPTED,
    };
    match form(der) {
        Form::PublicKey => KeyError::PublicKey,
        Form::EncryptedPkcs8 => KeyError::Encrypted,
        Form::Other => wrong("a certificate or other ASN.1", ACCEPTED),
        Form::Sec1 => wrong("a SEC1 private key", expected),
        Form::Pkcs1 => wrong("a PKCS#1 private key", expected),
        Form::None if der.starts_with(b"--") => wrong("PEM text", "DER bytes"),
        Form::None | Form::Pkcs8 => KeyError::Damaged {
            form: form_name,
            problem,
        },
    }
}
