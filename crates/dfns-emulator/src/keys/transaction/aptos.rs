//! Transactions of Aptos and of the chains built on it, in BCS.
//!
//! One that its sender alone signs is given raw. One that others sign, too, or that another account pays for, is given as a
//! signed transaction in which signatures are missing; the one of the key is put at its place.
//!
//! Invariant: the raw transaction stays byte for byte, and so do the signatures of others.

use super::{SignedTransaction, invalid};
use crate::keys::digest::sha3_256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::KeyMaterial;

/// What is hashed to mark what is signed, alone and with others, and what the id is a hash of.
const RAW_MARK: &[u8] = b"APTOS::RawTransaction";
const SHARED_MARK: &[u8] = b"APTOS::RawTransactionWithData";
const ID_MARK: &[u8] = b"APTOS::Transaction";
/// A transaction of a user is the first kind of transaction.
const USER_TRANSACTION: u8 = 0;
/// Behind the payload: the most gas, its price, when it runs out, and the chain.
const BEHIND_PAYLOAD: usize = 8 + 8 + 8 + 1;
/// The mark of a single ed25519 key behind the key, where it is hashed to an address.
const ED25519: u8 = 0;
/// How deep types may stand within types.
const MAX_DEPTH: usize = 16;

type Address = [u8; 32];

#[derive(Debug, Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn address(&mut self) -> Option<Address> {
        self.take(32)?.try_into().ok()
    }

    /// A number of seven bits a byte, the lowest first; no list or text is so long that it takes more than four.
    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for place in 0..4 {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.length()?;
        // Every item takes a byte at least.
        (count <= self.0.len()).then_some(())?;
        (0..count).map(|_| item(self)).collect()
    }

    fn pass_type(&mut self, depth: usize) -> Option<()> {
        (depth < MAX_DEPTH).then_some(())?;
        match self.byte()? {
            // Truth values, numbers, addresses and signers.
            0..=5 | 8..=10 => Some(()),
            6 => self.pass_type(depth + 1),
            7 => {
                self.take(32)?;
                self.counted()?;
                self.counted()?;
                self.list(|reader| reader.pass_type(depth + 1)).map(|_| ())
            }
            _ => None,
        }
    }

    fn pass_call(&mut self) -> Option<()> {
        self.take(32)?;
        self.counted()?;
        self.counted()?;
        self.list(|reader| reader.pass_type(0))?;
        self.list(Self::counted).map(|_| ())
    }

    fn pass_argument_of_script(&mut self) -> Option<()> {
        let width = match self.byte()? {
            0 | 5 => 1,
            1 => 8,
            2 => 16,
            3 | 8 => 32,
            4 | 9 => return self.counted().map(|_| ()),
            6 => 2,
            7 => 4,
            _ => return None,
        };
        self.take(width).map(|_| ())
    }

    /// Passes over a raw transaction; nothing if its payload is of a kind that is not known here.
    fn pass_raw(&mut self) -> Option<()> {
        self.take(32 + 8)?;
        match self.byte()? {
            0 => {
                self.counted()?;
                self.list(|reader| reader.pass_type(0))?;
                self.list(Self::pass_argument_of_script)?;
            }
            2 => self.pass_call()?,
            // In the name of several owners, who know the call already or see it here.
            3 => {
                self.take(32)?;
                if self.byte()? == 1 {
                    self.take(1).filter(|kind| *kind == [0])?;
                    self.pass_call()?;
                }
            }
            _ => return None,
        }
        self.take(BEHIND_PAYLOAD).map(|_| ())
    }

    /// What shows that an account agrees, as it is written.
    fn authenticator(&mut self) -> Option<&'a [u8]> {
        let before = self.0;
        match self.byte()? {
            // One key and its signature, or several.
            0 | 1 => {
                self.counted()?;
                self.counted()?;
            }
            // A key that says of which kind it is: ed25519 or secp256k1.
            2 => {
                for _ in 0..2 {
                    self.length().filter(|kind| *kind < 2)?;
                    self.counted()?;
                }
            }
            NOT_YET => {}
            _ => return None,
        }
        Some(&before[..before.len() - self.0.len()])
    }
}

/// The authenticator that stands where one is missing.
const NOT_YET: u8 = 4;

/// The signatures of a transaction that several accounts sign.
#[derive(Debug)]
struct Shared<'a> {
    sender: &'a [u8],
    others: Vec<(Address, &'a [u8])>,
    payer: Option<(Address, &'a [u8])>,
}

impl<'a> Shared<'a> {
    const WITH_OTHERS: u8 = 2;
    const WITH_PAYER: u8 = 3;

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let kind = reader.byte()?;
        if !matches!(kind, Self::WITH_OTHERS | Self::WITH_PAYER) {
            return None;
        }
        let sender = reader.authenticator()?;
        let addresses = reader.list(Reader::address)?;
        let signers = reader.list(Reader::authenticator)?;
        // There may be none at all before anybody has signed.
        if !signers.is_empty() && signers.len() != addresses.len() {
            return None;
        }
        let signers = signers.into_iter().chain(std::iter::repeat(&[NOT_YET][..]));
        let others = addresses.into_iter().zip(signers).collect();
        let payer = match kind {
            Self::WITH_PAYER => Some((reader.address()?, reader.authenticator()?)),
            _ => None,
        };
        reader.0.is_empty().then_some(Self { sender, others, payer })
    }

    /// What all of them sign.
    fn signed(&self, raw: &[u8]) -> Vec<u8> {
        let kind = u8::from(self.payer.is_some());
        let mut bytes = [&sha3_256(&[SHARED_MARK])[..], &[kind], raw, &length(self.others.len())].concat();
        let payer = self.payer.iter().map(|(address, _)| address);
        let addresses = self.others.iter().map(|(address, _)| address).chain(payer);
        addresses.for_each(|address| bytes.extend(address));
        bytes
    }

    /// Puts the authenticator of an account at the first of its places that is empty; false if there is none.
    fn put(&mut self, sender: &[u8], address: Address, own: &'a [u8]) -> bool {
        let is_open = |authenticator: &[u8]| authenticator == [NOT_YET];
        if sender == address && is_open(self.sender) {
            self.sender = own;
            return true;
        }
        let others = self.others.iter_mut().chain(&mut self.payer);
        for (other, authenticator) in others {
            if *other == address && is_open(authenticator) {
                *authenticator = own;
                return true;
            }
        }
        false
    }

    fn write(&self) -> Vec<u8> {
        let kind = if self.payer.is_some() {
            Self::WITH_PAYER
        } else {
            Self::WITH_OTHERS
        };
        let count = length(self.others.len());
        let mut bytes = [&[kind][..], self.sender, &count].concat();
        self.others.iter().for_each(|(address, _)| bytes.extend(address));
        bytes.extend(count);
        self.others
            .iter()
            .for_each(|(_, authenticator)| bytes.extend_from_slice(authenticator));
        if let Some((address, authenticator)) = &self.payer {
            bytes.extend(address);
            bytes.extend_from_slice(authenticator);
        }
        bytes
    }
}

fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
    bytes
}

pub(super) fn sign(key: &KeyMaterial, bytes: &[u8]) -> Result<SignedTransaction, KeyError> {
    // Sender, sequence number and kind of payload stand before it.
    if bytes.len() < 32 + 8 + 1 + BEHIND_PAYLOAD {
        return Err(invalid("not a raw transaction of Aptos"));
    }
    let mut reader = Reader(bytes);
    // What cannot be passed over is taken to be all of it.
    let rest = reader.pass_raw().map_or(&[][..], |()| reader.0);
    let raw = &bytes[..bytes.len() - rest.len()];
    let authenticator = |signature: &[u8]| [&[0, 32][..], key.public_key(), &[64], signature].concat();
    let (signature, behind) = if rest.is_empty() {
        let signature = key.sign_message(&[&sha3_256(&[RAW_MARK])[..], raw].concat())?;
        (signature, authenticator(&signature.to_bytes()))
    } else {
        let shared = Shared::read(rest);
        let mut shared = shared.ok_or_else(|| invalid("what stands behind the raw transaction lacks no signature"))?;
        let signature = key.sign_message(&shared.signed(raw))?;
        let own = authenticator(&signature.to_bytes());
        let address = sha3_256(&[key.public_key(), &[ED25519]]);
        if !shared.put(&raw[..32], address, &own) {
            return Err(invalid("it lacks no signature of this key"));
        }
        (signature, shared.write())
    };
    let signed = [raw, &behind].concat();
    let hash = sha3_256(&[&sha3_256(&[ID_MARK]), &[USER_TRANSACTION], &signed]);
    Ok(SignedTransaction {
        signature,
        bytes: signed,
        hash: hex::encode_prefixed(&hash),
    })
}

#[cfg(test)]
mod tests {
    use super::{Reader, Shared, length, sign};
    use crate::keys::error::KeyError;
    use crate::keys::hex::{decode, encode};
    use crate::keys::material::{Curve, KeyMaterial, Scheme};

    /// The accounts of the keys of 32 nines, eights and sevens.
    const OWN: &str = "98daebe878907e39cb1350e288e3b049f35ae68429bf30d6740c75d14637b75c";
    const OTHER: &str = "6ba2d5977478e2a7bc0355f51fea09cde2cf4ae8378b49ccc78034406fa5f636";
    /// The rest of a raw transaction: the call of `coin::transfer`, as the library of the chain writes it.
    const CALL: &str = "070000000000000002000000000000000000000000000000000000000000000000000000000000000104636f696e087472616e736665\
        72010700000000000000000000000000000000000000000000000000000000000000010a6170746f735f636f696e094170746f73436f\
        696e0002206ba2d5977478e2a7bc0355f51fea09cde2cf4ae8378b49ccc78034406fa5f636080500000000000000d007000000000000\
        640000000000000080d8db700000000002";
    /// Behind it: the sender's signature, and that of who pays still missing.
    const WITH_PAYER: &str = "0300201398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca403b174826dc755de71f56a8c3b09bed0e81c6\
        6c9394c75d2e479d2756d144044905b5f63c859b69c2a5b441063681339d384f5af7f1b09911903df1266f3e9608000098daebe87890\
        7e39cb1350e288e3b049f35ae68429bf30d6740c75d14637b75c04";
    /// The sender's signature, that of a second account, and that of a third still missing.
    const WITH_OTHERS: &str = "0200201398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216218dc8997e416bd17d93ca40808da488465e4b190d93de7ea751e049ee71\
        483cb12135314e8325c5849c239e84fd26baa945187262c1a6466c12b4b5aae2c9cc84afc695f1eec7ee31e9470f02cc405722b15c00\
        a19d37e51d9a756de1e61b780ad0935f3363bc7fce64edbdad98daebe878907e39cb1350e288e3b049f35ae68429bf30d6740c75d146\
        37b75c020020ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c4001b23e95eacef1ca019619decd8000\
        83c15afe057f149428dd3b201a0603f1c8488b591be13fd9d356c408ef7e84bca996cd8f88ee2588b36770c211d0efb60f04";
    /// What the library signs, alone, to pay and as the third, with the key of 32 nines.
    const SIGNATURES: [&str; 3] = [
        "740b4bb8cf13cc19941c8483d42739b731099e1db1de0e73dcdddc862bc6c856fc1734b09b75b5556552402cd8d0a2cf4112abb809c4\
            4307401b1cdc6c44010d",
        "9ec8d3c1724911ca8fc6c5c15d1d300bb1e2599ace800a41ae27bc4117f8b1cfccf31991980a241a31dcaf89a529c5c429050c08fcfe\
            2bd95a61ab49bce12e06",
        "78d6a4afeecd676a1804714c7f5028548214e4331f28f25ee0841cd1cb081091001d63e4452ed7b90d19e0f941e44a1b5904258c6771\
            f27a594f89fc2df9ff04",
    ];
    const ID: &str = "0x03d8d02c6c09bb7aee57801aa9e5ed0d9a341b0148ec9b646d94821342304f00";

    fn key() -> KeyMaterial {
        KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[9; 32], None).unwrap()
    }

    fn signed(transaction: &str) -> Result<String, KeyError> {
        sign(&key(), &decode(transaction).unwrap()).map(|signed| encode(&signed.bytes))
    }

    fn own(signature: &str) -> String {
        format!("0020{}40{signature}", encode(key().public_key()))
    }

    #[test]
    fn a_raw_transaction_is_signed_as_the_library_of_the_chain_signs_it() {
        let raw = format!("{OWN}{CALL}");
        let found = sign(&key(), &decode(&raw).unwrap()).unwrap();
        assert_eq!(encode(&found.bytes), format!("{raw}{}", own(SIGNATURES[0])));
        assert_eq!(found.hash, ID);
    }

    #[test]
    fn a_missing_signature_is_put_at_its_place_and_those_of_others_stay() {
        for (rest, signature) in [(WITH_PAYER, SIGNATURES[1]), (WITH_OTHERS, SIGNATURES[2])] {
            let unsigned = format!("{OTHER}{CALL}{rest}");
            let without = unsigned.strip_suffix("04").unwrap();
            assert_eq!(signed(&unsigned).unwrap(), format!("{without}{}", own(signature)));
        }
    }

    #[test]
    fn the_sender_signs_first_where_nobody_has_signed() {
        // Two other accounts, and no signature of theirs; the payer is not known yet.
        let accounts = format!("02{OTHER}{OTHER}");
        let payer = "00".repeat(32);
        let found = signed(&format!("{OWN}{CALL}0304{accounts}00{payer}04")).unwrap();
        assert!(found.starts_with(&format!("{OWN}{CALL}03{}", own(""))), "{found}");
        assert!(found.ends_with(&format!("{accounts}020404{payer}04")), "{found}");
    }

    #[test]
    fn what_lacks_no_signature_of_the_key_is_refused() {
        let whole = signed(&format!("{OTHER}{CALL}{WITH_PAYER}")).unwrap();
        let simple = format!("{OWN}{CALL}00");
        let stranger = format!("{OTHER}{CALL}02040000");
        for refused in [whole, simple, stranger, OWN.to_owned()] {
            let found = signed(&refused);
            assert!(
                matches!(
                    found,
                    Err(KeyError::InvalidInput {
                        field: "transaction",
                        ..
                    })
                ),
                "{found:?}"
            );
        }
    }

    #[test]
    fn every_kind_of_payload_is_passed_over() {
        let head = [&[1; 32][..], &[0; 8]].concat();
        // Two bytes of code, two types, and three arguments: bytes, a truth value and 32 bits.
        let script = vec![0, 2, 7, 7, 2, 6, 1, 10, 3, 4, 1, 9, 5, 0, 7, 0, 0, 0, 0];
        let owners = [&[3][..], &[2; 32], &[0]].concat();
        let call = [&[3][..], &[2; 32], &[1, 0], &[3; 32], &[1, b'a', 1, b'b', 0, 0]].concat();
        for (payload, is_known) in [(script, true), (owners, true), (call, true), (vec![4, 0], false)] {
            let bytes = [&head[..], &payload, &[0; 25], &[9]].concat();
            let mut reader = Reader(&bytes);
            assert_eq!(reader.pass_raw().is_some(), is_known, "{payload:?}");
            assert!(!is_known || reader.0 == [9], "{payload:?}");
        }
    }

    #[test]
    fn lengths_are_written_as_they_are_read() {
        for number in [0, 127, 128, 300, 100_000] {
            let written = length(number);
            assert_eq!(Reader(&written).length(), Some(number));
        }
        assert!(Shared::read(&[2, 4, 0xff, 0xff, 0xff, 0xff, 1]).is_none());
    }
}
