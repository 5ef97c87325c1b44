//! EVM transactions: legacy (with and without EIP-155), 2930, 1559 and 7702.
//!
//! Invariant: a transaction that is signed already, or has the wrong fields, is refused.

use super::{SignedTransaction, invalid};
use crate::keys::digest::keccak256;
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, RawSignature};
use crate::keys::rlp::{self, Item};
use crate::keys::taproot::MerkleRoot;
use crate::keys::uint::Uint256;
use crate::keys::{digest, hex};

/// The first byte of a typed transaction and what its fields are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// No first byte, six fields; the signature does not name the chain.
    Legacy,
    /// No first byte, nine fields: chain id and two zeros at the end.
    Eip155 {
        chain_id: u64,
    },
    Typed(u8),
}

/// What a field holds: numbers (at most so many bytes), an address, anything, or a list.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Number(usize),
    Address,
    Bytes,
    List,
}

use Shape::{Address, Bytes, List, Number};

const LEGACY: &[Shape] = &[Number(8), Number(32), Number(8), Address, Number(32), Bytes];
const EIP155: &[Shape] = &[
    Number(8),
    Number(32),
    Number(8),
    Address,
    Number(32),
    Bytes,
    Number(8),
    Number(0),
    Number(0),
];
const EIP2930: &[Shape] = &[
    Number(8),
    Number(8),
    Number(32),
    Number(8),
    Address,
    Number(32),
    Bytes,
    List,
];
const EIP1559: &[Shape] = &[
    Number(8),
    Number(8),
    Number(32),
    Number(32),
    Number(8),
    Address,
    Number(32),
    Bytes,
    List,
];
const EIP7702: &[Shape] = &[
    Number(8),
    Number(8),
    Number(32),
    Number(32),
    Number(8),
    Address,
    Number(32),
    Bytes,
    List,
    List,
];

impl Shape {
    fn fits(self, item: &Item<'_>) -> bool {
        let length = item.payload.len();
        match self {
            Number(most) => !item.is_list && length <= most && item.payload.first() != Some(&0),
            Address => !item.is_list && matches!(length, 0 | 20),
            Bytes => !item.is_list,
            List => item.is_list,
        }
    }
}

/// An unsigned transaction, ready to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsigned {
    kind: Kind,
    /// The fields, encoded, without those that only stand for the chain id of EIP-155.
    fields: Vec<Vec<u8>>,
    /// What is hashed.
    bytes: Vec<u8>,
}

impl Unsigned {
    /// Reads a serialised transaction.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] if it is none, of an unknown type, or signed already.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
        let (first, list) = match bytes.first() {
            None => return Err(invalid("empty")),
            Some(first @ 0..0x80) => (Some(*first), &bytes[1..]),
            Some(_) => (None, bytes),
        };
        let items = rlp::decode_list(list).ok_or_else(|| invalid("the fields are no canonical RLP list"))?;
        let shapes = match (first, items.len()) {
            (None, 6) => LEGACY,
            (None, 9) => EIP155,
            (Some(1), 8) => EIP2930,
            (Some(2), 9) => EIP1559,
            (Some(4), 10) => EIP7702,
            (Some(1), 11) | (Some(2), 12) | (Some(4), 13) => return Err(invalid("it is signed already")),
            (Some(kind @ (1 | 2 | 4)), found) => {
                return Err(invalid(format!(
                    "{found} fields are wrong for a transaction of type {kind}"
                )));
            }
            (Some(kind), _) => return Err(invalid(format!("transactions of type {kind} are not supported"))),
            (None, found) => return Err(invalid(format!("{found} fields are wrong for a legacy transaction"))),
        };
        if let Some((place, _)) = items
            .iter()
            .zip(shapes)
            .enumerate()
            .find(|(_, (item, shape))| !shape.fits(item))
        {
            return Err(invalid(format!(
                "field {} of {} is malformed or signed already",
                place + 1,
                items.len()
            )));
        }
        let (kind, kept) = match first {
            Some(first) => (Kind::Typed(first), items.len()),
            None if items.len() == 9 => (
                Kind::Eip155 {
                    chain_id: number_of(&items[6]),
                },
                6,
            ),
            None => (Kind::Legacy, 6),
        };
        let fields = items[..kept].iter().map(|item| item.encoded.to_vec()).collect();
        Ok(Self {
            kind,
            fields,
            bytes: bytes.to_vec(),
        })
    }

    /// The serialised transaction without a signature.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is signed.
    pub(crate) fn digest(&self) -> [u8; 32] {
        keccak256(&[&self.bytes])
    }

    /// The transaction with this signature of its digest.
    fn with(&self, signature: RawSignature) -> SignedTransaction {
        let recovery_id = u64::from(signature.recovery_id.unwrap_or_default());
        let recovery = match self.kind {
            Kind::Legacy => rlp::number(27 + recovery_id),
            Kind::Eip155 { chain_id } => {
                // The sum may need more than 64 bits.
                let sum = u128::from(chain_id) * 2 + 35 + u128::from(recovery_id);
                rlp::text(&sum.to_be_bytes()[(sum.leading_zeros() / 8) as usize..])
            }
            Kind::Typed(_) => rlp::number(recovery_id),
        };
        let mut fields = self.fields.clone();
        fields.push(recovery);
        fields.extend([signature.r, signature.s].map(|half| rlp::text(Uint256(half).significant())));
        let list = rlp::list(&fields);
        let bytes = match self.kind {
            Kind::Typed(first) => [&[first][..], &list].concat(),
            Kind::Legacy | Kind::Eip155 { .. } => list,
        };
        let hash = hex::encode_prefixed(&digest::keccak256(&[&bytes]));
        SignedTransaction { signature, bytes, hash }
    }
}

fn number_of(item: &Item<'_>) -> u64 {
    item.payload.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let unsigned = Unsigned::parse(bytes)?;
    Ok(unsigned.with(key.sign_digest(&unsigned.digest(), MerkleRoot::None)?))
}

#[cfg(test)]
mod tests {
    use super::{Unsigned, sign};
    use crate::keys::address::evm::of_key as evm_address_bytes;
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};
    use crate::keys::rlp;

    fn key() -> KeyMaterial {
        KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Secp256k1, &[0x46; 32], None).unwrap()
    }

    const EIP155: &str = "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080";

    #[test]
    fn the_example_of_eip155_is_met() {
        let unsigned = Unsigned::parse(&decode(EIP155).unwrap()).unwrap();
        assert_eq!(
            encode(&unsigned.digest()),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
        );
        let signed = sign(&key(), &decode(EIP155).unwrap()).unwrap();
        assert_eq!(
            encode(&signed.bytes),
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025\
             a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276\
             a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
        );
    }

    fn typed(kind: u8) -> Vec<u8> {
        let mut fields = vec![rlp::number(11_155_111), rlp::number(7)];
        fields.extend(std::iter::repeat_n(
            rlp::number(1_500_000_000),
            if kind == 1 { 1 } else { 2 },
        ));
        fields.extend([
            rlp::number(21_000),
            rlp::text(&[0x35; 20]),
            rlp::number(1),
            rlp::text(b""),
            rlp::list(&[]),
        ]);
        if kind == 4 {
            fields.push(rlp::list(&[rlp::list(&[rlp::number(1)])]));
        }
        [&[kind][..], &rlp::list(&fields)].concat()
    }

    #[test]
    fn the_sender_of_a_typed_transaction_is_recovered_from_what_was_written() {
        for kind in [1, 2, 4] {
            let unsigned = typed(kind);
            let signed = sign(&key(), &unsigned).unwrap();
            assert_eq!(signed.bytes[0], kind);
            let fields = rlp::decode_list(&signed.bytes[1..]).unwrap();
            let [.., parity, r, s] = &fields[..] else {
                panic!("no signature")
            };
            let half = |bytes: &[u8]| <[u8; 32]>::try_from([&vec![0; 32 - bytes.len()], bytes].concat()).unwrap();
            let signature = k256::ecdsa::Signature::from_scalars(half(r.payload), half(s.payload)).unwrap();
            let parity = k256::ecdsa::RecoveryId::new(parity.payload == [1], false);
            let digest = Unsigned::parse(&unsigned).unwrap().digest();
            let sender = k256::ecdsa::VerifyingKey::recover_from_prehash(&digest, &signature, parity).unwrap();
            let sender = evm_address_bytes(sender.to_sec1_point(true).as_bytes()).unwrap();
            assert_eq!(sender, evm_address_bytes(key().public_key()).unwrap());
            let unsigned_fields = rlp::decode_list(&unsigned[1..]).unwrap();
            assert_eq!(fields[..fields.len() - 3], unsigned_fields[..], "the fields changed");
        }
    }

    #[test]
    fn a_legacy_transaction_without_chain_id_is_signed_with_27_or_28() {
        let fields = [
            rlp::number(0),
            rlp::number(1),
            rlp::number(21_000),
            rlp::text(&[1; 20]),
            rlp::number(0),
            rlp::text(b""),
        ];
        let signed = sign(&key(), &rlp::list(&fields)).unwrap();
        let v = rlp::decode_list(&signed.bytes).unwrap()[6].payload.to_vec();
        assert!(v == [27] || v == [28], "{v:?}");
    }

    #[test]
    fn a_signed_transaction_is_refused() {
        for unsigned in [decode(EIP155).unwrap(), typed(1), typed(2), typed(4)] {
            let signed = sign(&key(), &unsigned).unwrap();
            assert!(matches!(
                Unsigned::parse(&signed.bytes),
                Err(KeyError::InvalidInput { .. })
            ));
        }
    }

    #[test]
    fn what_is_no_transaction_is_refused() {
        let mut long_address = typed(2);
        long_address.truncate(long_address.len() - 1);
        for bytes in [
            vec![],
            vec![2],
            vec![2, 0xc0],
            vec![0xc0],
            vec![3, 0xc0],
            long_address,
            b"hello".to_vec(),
        ] {
            assert!(matches!(
                Unsigned::parse(&bytes),
                Err(KeyError::InvalidInput {
                    field: "transaction",
                    ..
                })
            ));
        }
    }
}
