//! Cardano transactions: a list of body, witnesses and what may follow them; the hash of the body is signed.
//!
//! Invariant: the body stays byte for byte, as it is the transaction's id; witnesses of others stay.

use super::cbor::Container;
use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::material::KeyMaterial;
use crate::keys::{digest, hex};

const INPUTS: u8 = 0;
const OUTPUTS: u8 = 1;
const FEE: u8 = 2;
/// The witnesses that are keys with signatures.
const KEY_WITNESSES: u8 = 0;
/// The tag of a set, which writers put before lists since the Conway era.
const SET: [u8; 3] = [0xd9, 0x01, 0x02];

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let malformed = || invalid("not the list of body and witnesses that a Cardano transaction is");
    let transaction = Container::list(bytes).ok_or_else(malformed)?;
    let [body, witnesses, following @ ..] = &transaction.items[..] else {
        return Err(malformed());
    };
    let fields = Container::map(body).filter(|_| matches!(following.len(), 1 | 2));
    let fields = fields.ok_or_else(malformed)?;
    if [INPUTS, OUTPUTS, FEE]
        .iter()
        .any(|field| fields.value(*field).is_none())
    {
        return Err(invalid("its body lacks inputs, outputs or the fee"));
    }
    let id = digest::blake2b_256(&[body]);
    let signature = key.sign_message(&id)?;
    let witness = Witness {
        key: key.public_key(),
        signature: &signature.to_bytes(),
        has_sets: fields.value(INPUTS).is_some_and(|inputs| inputs.starts_with(&SET)),
    };
    let witnesses = witness.among(witnesses)?;
    Ok(SignedTransaction {
        signature,
        bytes: transaction.with(&[&[*body, &witnesses], following].concat()),
        hash: hex::encode(&id),
    })
}

struct Witness<'a> {
    key: &'a [u8],
    signature: &'a [u8],
    /// Whether the transaction marks its sets.
    has_sets: bool,
}

impl Witness<'_> {
    /// The witnesses of a transaction with this one behind those of other keys.
    fn among(&self, witnesses: &[u8]) -> Result<Vec<u8>, KeyError> {
        let malformed = || invalid("its witnesses are no map of lists");
        let all = Container::map(witnesses).ok_or_else(malformed)?;
        let named = [&[0x82, 0x58, 0x20][..], self.key].concat();
        let own = [&named[..], &[0x58, 0x40], self.signature].concat();
        let Some(known) = all.value(KEY_WITNESSES) else {
            let mark: &[u8] = if self.has_sets { &SET } else { &[] };
            let list = [mark, &[0x81], &own].concat();
            return Ok(all.with(&[&[&[KEY_WITNESSES][..], &list], &all.items[..]].concat()));
        };
        let (mark, list) = known.split_at(if known.starts_with(&SET) { SET.len() } else { 0 });
        let list = Container::list(list).ok_or_else(malformed)?;
        if list.items.iter().any(|witness| witness.starts_with(&named)) {
            return Err(invalid("it is signed already"));
        }
        let grown = [mark, &list.with(&[&list.items[..], &[&own]].concat())].concat();
        let pairs = all.items.chunks_exact(2);
        let items = pairs.flat_map(|pair| [pair[0], if *pair[0] == [KEY_WITNESSES] { &grown } else { pair[1] }]);
        Ok(all.with(&items.collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::sign;
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    const BODY: &str = "a300d901028182582007070707070707070707070707070707070707070707070707070707070707070101800205";
    /// What Emurgo's library makes of the key of 32 nines.
    const WITNESS: &str = "825820fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f6185840\
        5c53265832cdfba1b7ed5588a3b39fcade3a3d90e858af10901cb10b3e5ef7ba4c8ef018ddf19133c1a2e5dc76973c769e5e64c5b30902\
        814352a107f184b60c";

    fn key(byte: u8) -> KeyMaterial {
        KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[byte; 32], None).unwrap()
    }

    fn signed(byte: u8, transaction: &str) -> String {
        encode(&sign(&key(byte), &decode(transaction).unwrap()).unwrap().bytes)
    }

    #[test]
    fn a_transaction_is_signed_as_another_library_signs_it() {
        let unsigned = format!("84{BODY}a0f5f6");
        assert_eq!(signed(9, &unsigned), format!("84{BODY}a100d9010281{WITNESS}f5f6"));
    }

    #[test]
    fn sets_are_marked_only_where_the_transaction_marks_its_own() {
        let body = BODY.replace("d90102", "");
        let found = signed(9, &format!("83{body}a0f6"));
        assert!(found.starts_with(&format!("83{body}a1008182582")), "{found}");
    }

    #[test]
    fn the_witnesses_of_others_and_what_follows_them_stay() {
        let scripts = "01818200581c00000000000000000000000000000000000000000000000000000000";
        let data = "a11902a2a1636d73678163616263";
        let unsigned = format!("84{BODY}a200d9010281{WITNESS}{scripts}f5{data}");
        let found = signed(8, &unsigned);
        assert!(
            found.starts_with(&format!("84{BODY}a200d9010282{WITNESS}825820")),
            "{found}"
        );
        assert!(found.ends_with(&format!("{scripts}f5{data}")), "{found}");
    }

    #[test]
    fn what_is_signed_by_the_key_or_no_transaction_is_refused() {
        for refused in [
            format!("84{BODY}a100d9010281{WITNESS}f5f6"),
            format!("82{BODY}a0"),
            format!("84{BODY}80f5f6"),
            format!("84{BODY}a10000f5f6"),
            "84a20080018081a0f5f6".to_owned(),
            "80".to_owned(),
            String::new(),
        ] {
            let found = sign(&key(9), &decode(&refused).unwrap());
            let is_refused = matches!(
                found,
                Err(KeyError::InvalidInput {
                    field: "transaction",
                    ..
                })
            );
            assert!(is_refused, "{refused} {found:?}");
        }
    }
}
