//! What key management services and HSMs give, in the forms that Dfns takes.

use super::key;

/// An ECDSA signature in DER, made of the two numbers of 32 bytes each (`r` and `s`, big-endian) that many HSMs,
/// PKCS#11 and WebCrypto answer. `None` if it is not 64 bytes.
///
/// ```
/// let mut numbers = [0; 64];
/// (numbers[31], numbers[63]) = (1, 0x80);
/// assert_eq!(dfns::ecdsa_signature_der(&numbers).as_deref(), Some(&[0x30, 7, 2, 1, 1, 2, 2, 0, 0x80][..]));
/// assert_eq!(dfns::ecdsa_signature_der(&[0; 63]), None);
/// ```
pub fn ecdsa_signature_der(numbers: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = numbers.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
    let mut content = Vec::with_capacity(72);
    for number in [r, s] {
        let first = number.iter().position(|&byte| byte != 0).unwrap_or(31);
        let number = number.get(first..).unwrap_or_default();
        // A leading zero keeps a number positive whose highest bit is set.
        let sign = usize::from(number.first().is_some_and(|&byte| byte >= 0x80));
        content.push(0x02);
        content.push(u8::try_from(number.len() + sign).ok()?);
        content.extend_from_slice(&[0][..sign]);
        content.extend_from_slice(number);
    }
    let mut der = vec![0x30, u8::try_from(content.len()).ok()?];
    der.append(&mut content);
    Some(der)
}

/// The PEM text of a public key, made of its DER `SubjectPublicKeyInfo`: what key management services answer when they
/// are asked for a public key.
pub fn public_key_pem(der: &[u8]) -> String {
    key::write_pem("PUBLIC KEY", der).to_string()
}
