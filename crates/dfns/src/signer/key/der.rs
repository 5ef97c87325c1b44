//! The little of DER that key files need beyond the parsers of the curves: telling forms apart, and writing public keys.

use super::KeyError;
use super::pem::ACCEPTED;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// Tag, content and what follows of the first value.
pub(super) fn read(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            (
                digits
                    .iter()
                    .fold(0, |length, &digit| (length << 8) | usize::from(digit)),
                rest,
            )
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// One value: tag, length, content.
pub(super) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let digits = content.len().to_be_bytes();
    let digits: Vec<u8> = digits.into_iter().skip_while(|&digit| digit == 0).collect();
    let mut output = vec![tag];
    match (content.len(), u8::try_from(digits.len())) {
        (0..=0x7f, _) => output.push(digits.first().copied().unwrap_or(0)),
        (_, Ok(count)) => {
            output.push(0x80 | count);
            output.extend_from_slice(&digits);
        }
        (_, Err(_)) => unreachable!("a length has at most 8 bytes"),
    }
    output.extend_from_slice(content);
    output
}

/// `SubjectPublicKeyInfo`: the algorithm (already DER) and the bytes of the key.
pub(super) fn public_key_info(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    write(
        SEQUENCE,
        &[write(SEQUENCE, algorithm), write(BIT_STRING, &bits)].concat(),
    )
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

/// What bytes that are no PKCS#8 private key are.
pub(super) fn not_pkcs8(der: &[u8]) -> KeyError {
    const EXPECTED: &str = "a PKCS#8 private key";
    let damaged = KeyError::Damaged {
        form: "PKCS#8",
        problem: "it is no valid PrivateKeyInfo",
    };
    let Some((SEQUENCE, content, _)) = read(der) else {
        return match der {
            [b'-', b'-', ..] => KeyError::WrongForm {
                found: "PEM text".to_owned(),
                expected: "DER bytes",
            },
            _ => damaged,
        };
    };
    let Some((first, _, rest)) = read(content) else {
        return damaged;
    };
    match (first, read(rest).map(|(tag, ..)| tag)) {
        (SEQUENCE, Some(BIT_STRING)) => KeyError::PublicKey,
        (SEQUENCE, Some(OCTET_STRING)) => KeyError::Encrypted,
        (SEQUENCE, _) => KeyError::WrongForm {
            found: "a certificate or other ASN.1".to_owned(),
            expected: ACCEPTED,
        },
        (INTEGER, Some(OCTET_STRING)) => KeyError::WrongForm {
            found: "a SEC1 private key".to_owned(),
            expected: EXPECTED,
        },
        (INTEGER, Some(INTEGER)) => KeyError::WrongForm {
            found: "a PKCS#1 private key".to_owned(),
            expected: EXPECTED,
        },
        _ => damaged,
    }
}
