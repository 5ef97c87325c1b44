//! Partially signed transactions, BIP-174 with the taproot fields of BIP-371.
//!
//! Invariant: what the caller wrote stays; only signatures are added, and the transaction is not finalised.

use super::owner::{Owned, key_hash, owned};
use super::sighash::{ALL, DEFAULT, FORK_ID, legacy, pay_to_key_hash, segwit, taproot};
use super::wire::{Output, Reader, Transaction, bytes};
use crate::keys::error::KeyError;
use crate::keys::material::{KeyMaterial, RawSignature};
use crate::keys::network::Family;
use crate::keys::signing::der;
use crate::keys::taproot::MerkleRoot;

const MAGIC: &[u8] = b"psbt\xff";

const GLOBAL_UNSIGNED_TRANSACTION: u8 = 0x00;
const GLOBAL_VERSION: u8 = 0xfb;
const INPUT_WHOLE_TRANSACTION: u8 = 0x00;
const INPUT_OUTPUT: u8 = 0x01;
const INPUT_PARTIAL_SIGNATURE: u8 = 0x02;
const INPUT_HASH_TYPE: u8 = 0x03;
pub(super) const INPUT_TAPROOT_SIGNATURE: u8 = 0x13;
const INPUT_TAPROOT_MERKLE_ROOT: u8 = 0x18;

/// What signing a PSBT gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedPsbt {
    /// One for each input that was signed, in the order of the inputs.
    pub(crate) signatures: Vec<RawSignature>,
    /// The PSBT with the signatures in it.
    pub(crate) bytes: Vec<u8>,
}

pub(super) fn invalid(problem: impl Into<String>) -> KeyError {
    KeyError::input("psbt", problem)
}

/// Key and value pairs, in the order of the caller.
#[derive(Debug, Clone, Default)]
pub(super) struct Map(Vec<(Vec<u8>, Vec<u8>)>);

impl Map {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        loop {
            let key = reader.bytes()?;
            if key.is_empty() {
                return Some(Self(pairs));
            }
            if pairs.iter().any(|(known, _)| known == key) {
                return None;
            }
            pairs.push((key.to_vec(), reader.bytes()?.to_vec()));
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut written: Vec<u8> = self
            .0
            .iter()
            .flat_map(|(key, value)| [bytes(key), bytes(value)].concat())
            .collect();
        written.push(0);
        written
    }

    /// The value of a key that is its type alone.
    pub(super) fn get(&self, kind: u8) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|(key, _)| key[..] == [kind])
            .map(|(_, value)| value.as_slice())
    }

    /// The partial signature of a key.
    pub(super) fn partial_signature(&self, public_key: &[u8]) -> Option<&[u8]> {
        let entry = [&[INPUT_PARTIAL_SIGNATURE][..], public_key].concat();
        let found = self.0.iter().find(|(key, _)| *key == entry);
        found.map(|(_, value)| value.as_slice())
    }

    /// Puts a value behind those of the same and of lower types, as writers do.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.retain(|(known, _)| *known != key);
        let place = self
            .0
            .iter()
            .position(|(known, _)| known[0] > key[0])
            .unwrap_or(self.0.len());
        self.0.insert(place, (key, value));
    }
}

pub(super) struct Psbt {
    global: Map,
    pub(super) inputs: Vec<Map>,
    outputs: Vec<Map>,
    pub(super) transaction: Transaction,
}

impl Psbt {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let cut_off = || invalid("cut off, or a key stands there twice");
        let mut reader = Reader(
            bytes
                .strip_prefix(MAGIC)
                .ok_or_else(|| invalid("it does not begin as a PSBT"))?,
        );
        let global = Map::read(&mut reader).ok_or_else(cut_off)?;
        if global.get(GLOBAL_VERSION).is_some_and(|version| version != [0; 4]) {
            return Err(invalid("only PSBTs of version 0 are supported"));
        }
        let transaction = global.get(GLOBAL_UNSIGNED_TRANSACTION).and_then(Transaction::read);
        let transaction = transaction.ok_or_else(|| invalid("it holds no unsigned transaction"))?;
        if transaction.inputs.iter().any(|input| !input.script.is_empty()) {
            return Err(invalid("its transaction is signed already"));
        }
        let mut maps = |count: usize| (0..count).map(|_| Map::read(&mut reader)).collect::<Option<Vec<Map>>>();
        let inputs = maps(transaction.inputs.len()).ok_or_else(cut_off)?;
        let outputs = maps(transaction.outputs.len()).ok_or_else(cut_off)?;
        if !reader.0.is_empty() {
            return Err(invalid("bytes are left behind its last output"));
        }
        Ok(Self {
            global,
            inputs,
            outputs,
            transaction,
        })
    }

    fn write(&self) -> Vec<u8> {
        let maps = std::iter::once(&self.global).chain(&self.inputs).chain(&self.outputs);
        MAGIC.iter().copied().chain(maps.flat_map(Map::write)).collect()
    }

    /// The output that an input spends; nothing if the PSBT does not tell.
    pub(super) fn spent(&self, place: usize) -> Result<Option<Output>, KeyError> {
        let (input, map) = (&self.transaction.inputs[place], &self.inputs[place]);
        if let Some(whole) = map.get(INPUT_WHOLE_TRANSACTION) {
            let whole = Transaction::read(whole).filter(|whole| whole.id() == input.outpoint[..32]);
            let whole = whole.ok_or_else(|| invalid(format!("input {place}: not the transaction that is spent")))?;
            let output = whole.outputs.get(input.place()).cloned();
            return output
                .map(Some)
                .ok_or_else(|| invalid(format!("input {place}: no such output is spent")));
        }
        let Some(output) = map.get(INPUT_OUTPUT) else {
            return Ok(None);
        };
        let mut reader = Reader(output);
        let output = Output::read(&mut reader).filter(|_| reader.0.is_empty());
        output
            .map(Some)
            .ok_or_else(|| invalid(format!("input {place}: the spent output is malformed")))
    }

    pub(super) fn merkle_root(&self, place: usize) -> Result<MerkleRoot, KeyError> {
        match self.inputs[place].get(INPUT_TAPROOT_MERKLE_ROOT) {
            None | Some([]) => Ok(MerkleRoot::None),
            Some(root) => root
                .try_into()
                .map(MerkleRoot::Root)
                .map_err(|_| invalid(format!("input {place}: the merkle root is not 32 bytes"))),
        }
    }

    /// What the caller wants to be signed, which must be one of `offered`; the first one if nothing is said.
    fn hash_type(&self, place: usize, offered: &[u8]) -> Result<u8, KeyError> {
        let refused = || {
            invalid(format!(
                "input {place}: only signatures of all inputs and outputs are supported"
            ))
        };
        match self.inputs[place].get(INPUT_HASH_TYPE) {
            None => offered.first().copied().ok_or_else(refused),
            Some(wanted) => offered
                .iter()
                .copied()
                .find(|offer| u32::from(*offer).to_le_bytes() == wanted)
                .ok_or_else(refused),
        }
    }

    fn sign_input(
        &mut self,
        place: usize,
        key: &KeyMaterial,
        family: Family,
        spent: &[Option<Output>],
    ) -> Result<Option<RawSignature>, KeyError> {
        let Some(output) = &spent[place] else { return Ok(None) };
        let Some(rule) = owned(key, &output.script, self.merkle_root(place)?)? else {
            return Ok(None);
        };
        let offered: &[u8] = match (rule, family) {
            (Owned::Taproot(_), _) => &[DEFAULT, ALL],
            (_, Family::BitcoinCash) => &[ALL | FORK_ID],
            _ => &[ALL],
        };
        let hash_type = self.hash_type(place, offered)?;
        let transaction = &self.transaction;
        let script = pay_to_key_hash(&key_hash(key));
        let (digest, root) = match rule {
            Owned::Taproot(root) => {
                let all: Option<Vec<Output>> = spent.iter().cloned().collect();
                let all = all.ok_or_else(|| invalid("taproot needs the spent output of every input"))?;
                (taproot(transaction, place, &all, hash_type), root)
            }
            Owned::KeyHash if family != Family::BitcoinCash => {
                // Before segwit a signature does not cover the amount: only the whole transaction proves it.
                if self.inputs[place].get(INPUT_WHOLE_TRANSACTION).is_none() {
                    return Err(invalid(format!(
                        "input {place}: the whole transaction that is spent is needed"
                    )));
                }
                (legacy(transaction, place, &script, hash_type), MerkleRoot::None)
            }
            Owned::KeyHash | Owned::WitnessKeyHash => (
                segwit(transaction, place, &script, output.amount, hash_type),
                MerkleRoot::None,
            ),
        };
        let signature = key.sign_digest(&digest, root)?;
        let (entry, value) = match rule {
            Owned::Taproot(_) if hash_type == DEFAULT => (vec![INPUT_TAPROOT_SIGNATURE], signature.to_bytes().to_vec()),
            Owned::Taproot(_) => (
                vec![INPUT_TAPROOT_SIGNATURE],
                [&signature.to_bytes()[..], &[hash_type]].concat(),
            ),
            Owned::KeyHash | Owned::WitnessKeyHash => {
                let entry = [&[INPUT_PARTIAL_SIGNATURE][..], key.public_key()].concat();
                (entry, [&der(signature)?[..], &[hash_type]].concat())
            }
        };
        self.inputs[place].put(entry, value);
        Ok(Some(signature))
    }
}

/// Signs every input of a PSBT that spends an output of the key.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the PSBT is malformed, lacks what a signature needs, or no input is the key's.
pub(crate) fn sign_psbt(key: &KeyMaterial, family: Family, bytes: &[u8]) -> Result<SignedPsbt, KeyError> {
    let mut psbt = Psbt::read(bytes)?;
    let spent: Vec<Option<Output>> = (0..psbt.inputs.len())
        .map(|place| psbt.spent(place))
        .collect::<Result<_, KeyError>>()?;
    let mut signatures = Vec::new();
    for place in 0..psbt.inputs.len() {
        signatures.extend(psbt.sign_input(place, key, family, &spent)?);
    }
    if signatures.is_empty() {
        return Err(invalid("no input spends an output of the key"));
    }
    Ok(SignedPsbt {
        signatures,
        bytes: psbt.write(),
    })
}

#[cfg(test)]
#[path = "psbt_tests.rs"]
mod tests;
