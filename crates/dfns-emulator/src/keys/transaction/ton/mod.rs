//! Transactions of TON: the message from outside to the contract of the wallet, whose body is signed.
//!
//! Invariant: address, fee and state of the message stay bit for bit; the signature is put before the body.

mod boc;

use boc::{Bag, Cell, MOST_BITS, MOST_REFERENCES};

use super::{SignedTransaction, invalid};
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::{KeyMaterial, RawSignature};

/// Reads the bits of a cell from the front, and counts the references that they stand for.
struct Slice<'a> {
    cell: &'a Cell,
    bits: usize,
    references: usize,
}

impl Slice<'_> {
    fn number(&mut self, width: usize) -> Option<usize> {
        let bits = self.cell.bits.get(self.bits..self.bits + width)?;
        self.bits += width;
        Some(bits.iter().fold(0, |number, bit| number << 1 | usize::from(*bit)))
    }

    fn flag(&mut self) -> Option<bool> {
        self.number(1).map(|bit| bit == 1)
    }

    fn skip(&mut self, width: usize) -> Option<()> {
        self.bits += width;
        (self.bits <= self.cell.bits.len()).then_some(())
    }

    fn reference(&mut self) -> Option<usize> {
        self.references += 1;
        self.cell.references.get(self.references - 1).copied()
    }

    /// Passes over all of a message from outside that stands before its body; nothing if it is none.
    fn pass_header(&mut self) -> Option<()> {
        // A message from outside, from nobody or from an address of the outside.
        if self.number(2)? != 0b10 {
            return None;
        }
        match self.number(2)? {
            0b00 => {}
            0b01 => {
                let length = self.number(9)?;
                self.skip(length)?;
            }
            _ => return None,
        }
        // To a usual address: chain and 256 bits, without the prefix of a shard.
        if self.number(3)? != 0b100 {
            return None;
        }
        self.skip(8 + 256)?;
        let fee = self.number(4)?;
        self.skip(8 * fee)?;
        self.pass_state()
    }

    /// Passes over the state that the contract begins with, if the message brings it.
    fn pass_state(&mut self) -> Option<()> {
        if !self.flag()? {
            return Some(());
        }
        if self.flag()? {
            return self.reference().map(|_| ());
        }
        // How deep it is split, and which clock calls it.
        for width in [5, 2] {
            if self.flag()? {
                self.skip(width)?;
            }
        }
        // Code, data and libraries.
        for _ in 0..3 {
            if self.flag()? {
                self.reference()?;
            }
        }
        Some(())
    }
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    let malformed = || invalid("not a bag of cells with a message from outside");
    let mut bag = Bag::read(bytes).ok_or_else(malformed)?;
    let digests = bag.digests();
    let root = bag.cells[0].clone();
    let mut slice = Slice {
        cell: &root,
        bits: 0,
        references: 0,
    };
    slice.pass_header().ok_or_else(malformed)?;
    let is_apart = slice.flag().ok_or_else(malformed)?;
    let body = if is_apart {
        let place = slice.reference().ok_or_else(malformed)?;
        bag.cells[place].clone()
    } else {
        Cell {
            bits: root.bits[slice.bits..].to_vec(),
            references: root.references[slice.references..].to_vec(),
        }
    };
    let signature = key.sign_message(&body.digest(&digests).hash)?;
    let signed = after_signature(&signature, body);
    // The header with the bit that says where the body is.
    let mut message = Cell {
        bits: root.bits[..slice.bits - 1].to_vec(),
        references: root.references[..slice.references - usize::from(is_apart)].to_vec(),
    };
    let fits = message.bits.len() + 1 + signed.bits.len() <= MOST_BITS
        && message.references.len() + signed.references.len() <= MOST_REFERENCES;
    let is_apart = is_apart || !fits;
    if signed.bits.len() > MOST_BITS || (is_apart && message.references.len() == MOST_REFERENCES) {
        return Err(invalid("its body has no room for a signature"));
    }
    message.bits.push(is_apart);
    if is_apart {
        // The body becomes the second cell, and those behind the first one move by one.
        bag.cells.insert(1, signed);
        let behind = bag.cells[1..].iter_mut().chain([&mut message]);
        behind.for_each(|cell| cell.references.iter_mut().for_each(|place| *place += 1));
        message.references.push(1);
    } else {
        message.bits.extend(signed.bits);
        message.references.extend(signed.references);
    }
    bag.cells[0] = message;
    let bag = bag.without_unused();
    Ok(SignedTransaction {
        signature,
        bytes: bag.write(),
        hash: hex::encode(&bag.digests()[0].hash),
    })
}

/// Signs a cell, and puts the signature before its bits, as the contract of a wallet takes it; nothing if the bytes are no
/// bag of cells.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the cell has no room for a signature.
pub(crate) fn sign_cell(key: &KeyMaterial, bytes: &[u8]) -> Option<Result<(RawSignature, Vec<u8>), KeyError>> {
    let mut bag = Bag::read(bytes)?;
    let hash = bag.digests()[0].hash;
    Some(key.sign_message(&hash).and_then(|signature| {
        let signed = after_signature(&signature, bag.cells[0].clone());
        if signed.bits.len() > MOST_BITS {
            return Err(KeyError::input("message", "the cell has no room for a signature"));
        }
        bag.cells[0] = signed;
        Ok((signature, bag.write()))
    }))
}

fn after_signature(signature: &RawSignature, cell: Cell) -> Cell {
    let bytes = signature.to_bytes();
    let marks = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    Cell {
        bits: marks.chain(cell.bits).collect(),
        references: cell.references,
    }
}

#[cfg(test)]
mod tests {
    use super::boc::{Bag, Cell};
    use super::{sign, sign_cell};
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    /// Messages, what the chain's own library makes of them with the key of 32 nines, and the hash of that.
    const MESSAGES: [[&str; 3]; 3] = [
        // The body stands in the message.
        [
            "b5ee9c7241010201003700015f88000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0492492492492492\
            4924924924c00100030054d06827cd",
            "b5ee9c724101020100770001df88000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e03c59b9f7d47dc8e\
            ca5435ae4cfc81693a6171dda937559e42308e3e12c65455b350f3a151fef0fc31bc11e3a45a1a92179b98a5f6280da1b1b99619822fdc\
            903c924924924924924924924924c00100030054536ea9df",
            "cb7449f06dd33802f95d32af61a1d9b8ab9f503b7f01f980782defd1d002dfac",
        ],
        // The body finds no room in the message any more.
        [
            "b5ee9c7241010201005000019188000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0492492492492492\
            492492492492492492492492492492492492492492492492492492492492400100030054bc85ddba",
            "b5ee9c7241010301009300014588000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0c0101cb486753cf\
            d016318767fda227a4f7b85e738e24b6cff85b59cb519adfc1f0df4887b0fb13b92506a2937ff76bd2a1e68f47e2578e3ad8dffb05dec6\
            c841dcc90392492492492492492492492492492492492492492492492492492492492492492492492492480200030054aeecb5d7",
            "935308dbd6720b194932d29983a192a7abd60df7af3dd1bf1b9107d893e6f50b",
        ],
        // The message brings the state of the contract.
        [
            "b5ee9c7241010601004900045f88000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e1192492492492492\
            492492492493010304050100020003000c00030014000300540003005c44705405",
            "b5ee9c724101060100890004df88000e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e118ec5d060f08dd1\
            c6d1fa7fae9c67758231eb51d9eca0f720024098dcb0f6804be3767e9b1d4ae720611de8302491a54c0723206120a3354ef038750c7397\
            c68052492492492492492492492493010304050100020003000c00030014000300540003005cd6b69194",
            "d752f10e8660e12220dd6ecf0ca05dbc78e3a3e034ae7ad3fb69deb3c815eefc",
        ],
    ];

    fn key() -> KeyMaterial {
        KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[9; 32], None).unwrap()
    }

    #[test]
    fn messages_are_signed_as_the_library_of_the_chain_signs_them() {
        for [unsigned, expected, hash] in MESSAGES {
            let signed = sign(&key(), &decode(unsigned).unwrap()).unwrap();
            assert_eq!(signed.hash, hash);
            assert_eq!(encode(&signed.bytes), expected);
        }
    }

    #[test]
    fn a_cell_gets_the_signature_of_its_hash_before_its_bits() {
        let bytes = decode(MESSAGES[0][0]).unwrap();
        let (signature, signed) = sign_cell(&key(), &bytes).unwrap().unwrap();
        let (before, after) = (Bag::read(&bytes).unwrap(), Bag::read(&signed).unwrap());
        assert_eq!(key().sign_message(&before.digests()[0].hash).unwrap(), signature);
        assert_eq!(after.cells[0].bits[512..], before.cells[0].bits);
        assert_eq!(after.cells[1..], before.cells[1..]);
        // No room for a second one.
        assert!(sign_cell(&key(), &signed).unwrap().is_err());
        assert!(sign_cell(&key(), b"hello").is_none());
    }

    #[test]
    fn a_body_that_stands_apart_stays_there() {
        /// Address, fee and the bit that there is no state.
        const HEADER: usize = 276;
        let mut bag = Bag::read(&decode(MESSAGES[0][0]).unwrap()).unwrap();
        let mut body = bag.cells[0].clone();
        bag.cells[0].bits.truncate(HEADER);
        bag.cells[0].bits.push(true);
        bag.cells[0].references = vec![1];
        body.bits.drain(..=HEADER);
        body.references = vec![2];
        bag.cells.insert(1, body);
        let signed = sign(&key(), &bag.write()).unwrap();
        let after = Bag::read(&signed.bytes).unwrap();
        assert_eq!(after.cells[0], bag.cells[0]);
        assert_eq!(after.cells[1].bits[512..], bag.cells[1].bits);
        assert_eq!(after.cells[2..], bag.cells[2..]);
    }

    #[test]
    fn a_body_without_room_for_a_signature_is_refused() {
        let refused = sign(&key(), &decode(MESSAGES[1][1]).unwrap()).unwrap_err();
        assert!(refused.to_string().contains("no room"), "{refused}");
    }

    #[test]
    fn what_is_no_message_from_outside_is_refused() {
        let inside = Bag {
            cells: vec![Cell {
                bits: vec![false; 300],
                references: Vec::new(),
            }],
        };
        let short = Bag {
            cells: vec![Cell {
                bits: [true, false].repeat(20),
                references: Vec::new(),
            }],
        };
        for bytes in [
            &inside.write()[..],
            &short.write(),
            b"",
            &decode(MESSAGES[0][0]).unwrap()[..40],
        ] {
            let refused = sign(&key(), bytes);
            assert!(
                matches!(
                    refused,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{refused:?}"
            );
        }
    }
}
