//! Solana transactions: a list of signatures, then the message that every signer signs.
//!
//! Invariant: the signature is put where the message expects that of this key; other signatures stay.

use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::material::{Curve, KeyMaterial};

const SIGNATURE: usize = 64;
/// A first byte of the message with this bit set is a version.
const VERSIONED: u8 = 0x80;

/// Reads a length of one to three bytes, seven bits each.
fn compact_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0_usize;
    for (place, byte) in bytes.iter().take(3).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let canonical = place == 0 || *byte != 0;
            return (canonical && u16::try_from(length).is_ok()).then_some((length, &bytes[place + 1..]));
        }
    }
    None
}

struct Parsed<'a> {
    signatures: usize,
    message: &'a [u8],
    signers: Vec<&'a [u8]>,
}

fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    let (signatures, rest) = compact_length(bytes)?;
    let message = rest.get(signatures.checked_mul(SIGNATURE)?..)?;
    let header = match message.first()? {
        first if first & VERSIONED != 0 => message.get(1..)?,
        _ => message,
    };
    let required = usize::from(*header.first()?);
    let (accounts, rest) = compact_length(header.get(3..)?)?;
    let keys = rest.get(..accounts.checked_mul(32)?)?;
    // Behind the keys stands a block hash, then the instructions, of which there is at least a count.
    if required > accounts || rest.len() < keys.len() + 33 {
        return None;
    }
    Some(Parsed {
        signatures,
        message,
        signers: keys.chunks_exact(32).take(required).collect(),
    })
}

/// Whether everybody has signed whose signature the message needs.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let signatures = parse(bytes).map(|parsed| {
        let first = bytes.len() - parsed.message.len() - parsed.signatures * SIGNATURE;
        &bytes[first..first + parsed.signatures * SIGNATURE]
    });
    signatures.is_some_and(|all| all.chunks_exact(SIGNATURE).all(|one| one.iter().any(|byte| *byte != 0)))
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    if key.curve() != Curve::Ed25519 {
        return Err(KeyError::WrongScheme {
            network: "Solana".to_owned(),
            scheme: key.scheme(),
        });
    }
    let parsed = parse(bytes).ok_or_else(|| invalid("not a serialised Solana transaction"))?;
    if parsed.signatures != parsed.signers.len() {
        return Err(invalid(format!(
            "the message needs {} signatures, the transaction has room for {}",
            parsed.signers.len(),
            parsed.signatures
        )));
    }
    let place = parsed.signers.iter().position(|signer| *signer == key.public_key());
    let place = place.ok_or_else(|| invalid("the key is not among the signers"))?;
    let signature = key.sign_message(parsed.message)?;
    let first = bytes.len() - parsed.message.len() - parsed.signatures * SIGNATURE;
    let mut signed = bytes.to_vec();
    signed[first + place * SIGNATURE..][..SIGNATURE].copy_from_slice(&signature.to_bytes());
    let hash = bs58::encode(&signed[first..first + SIGNATURE]).into_string();
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash,
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Verifier as _;

    use super::{SIGNATURE, compact_length, sign};
    use crate::keys::error::KeyError;
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    fn key(id: &str) -> KeyMaterial {
        KeyMaterial::derive(b"seed", id, Scheme::EdDsa, Curve::Ed25519).unwrap()
    }

    /// A transaction whose message needs the signatures of `signers` and has one more account.
    fn unsigned(version: Option<u8>, signers: &[&KeyMaterial]) -> Vec<u8> {
        let count = u8::try_from(signers.len()).unwrap();
        let mut message: Vec<u8> = version.into_iter().collect();
        message.extend([count, 0, 1, count + 1]);
        for key in signers {
            message.extend_from_slice(key.public_key());
        }
        message.extend([0; 32]);
        message.extend([9; 32]);
        message.extend([1, count, 1, 0, 0]);
        [&[count][..], &vec![0; signers.len() * SIGNATURE], &message].concat()
    }

    #[test]
    fn the_signature_stands_at_the_place_of_its_key_and_verifies() {
        let (first, second) = (key("first"), key("second"));
        for version in [None, Some(0x80)] {
            let bytes = unsigned(version, &[&first, &second]);
            let signed = sign(&second, &bytes).unwrap();
            let message = &bytes[1 + 2 * SIGNATURE..];
            assert_eq!(&signed.bytes[1 + 2 * SIGNATURE..], message, "the message changed");
            assert_eq!(
                signed.bytes[1..=SIGNATURE],
                [0; SIGNATURE],
                "the place of the other signer changed"
            );
            let signature = ed25519_dalek::Signature::from_slice(&signed.bytes[1 + SIGNATURE..][..SIGNATURE]).unwrap();
            let verifying = ed25519_dalek::VerifyingKey::from_bytes(second.public_key().try_into().unwrap()).unwrap();
            verifying.verify(message, &signature).unwrap();
        }
    }

    #[test]
    fn the_id_is_the_first_signature() {
        let first = key("first");
        let signed = sign(&first, &unsigned(None, &[&first])).unwrap();
        assert_eq!(signed.hash, bs58::encode(signed.signature.to_bytes()).into_string());
    }

    #[test]
    fn a_key_that_is_no_signer_is_refused() {
        let refused = sign(&key("stranger"), &unsigned(None, &[&key("first")])).unwrap_err();
        assert_eq!(
            refused,
            KeyError::input("transaction", "the key is not among the signers")
        );
    }

    #[test]
    fn what_is_cut_off_or_miscounted_is_refused() {
        let first = key("first");
        let bytes = unsigned(None, &[&first]);
        for end in 0..bytes.len() - 4 {
            assert!(
                matches!(sign(&first, &bytes[..end]), Err(KeyError::InvalidInput { .. })),
                "{end}"
            );
        }
        let without_room = [&[0][..], &bytes[1 + SIGNATURE..]].concat();
        assert!(matches!(
            sign(&first, &without_room),
            Err(KeyError::InvalidInput { .. })
        ));
    }

    #[test]
    fn lengths_are_read_as_the_standard_writes_them() {
        assert_eq!(compact_length(&[0x7f]), Some((0x7f, &[][..])));
        assert_eq!(compact_length(&[0x80, 0x01, 9]), Some((0x80, &[9][..])));
        assert_eq!(compact_length(&[0xff, 0xff, 0x03]), Some((0xffff, &[][..])));
        assert_eq!(compact_length(&[0x80, 0x00]), None);
        assert_eq!(compact_length(&[0xff, 0xff, 0x04]), None);
        assert_eq!(compact_length(&[0x80]), None);
    }
}
