//! What a signature of an input commits to.
//!
//! Invariant: always all inputs and all outputs; no other way of signing is offered.

use super::wire::{Output, Transaction, bytes};
use crate::keys::digest::{double_sha256, sha256, tagged};

/// All inputs and all outputs.
pub(super) const ALL: u8 = 1;
/// The bit of Bitcoin Cash that keeps its signatures from Bitcoin.
pub(super) const FORK_ID: u8 = 0x40;
/// With taproot: the same as `ALL`, without the byte behind the signature.
pub(super) const DEFAULT: u8 = 0;

/// `OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG`.
pub(super) fn pay_to_key_hash(hash: &[u8; 20]) -> Vec<u8> {
    [&[0x76, 0xa9, 0x14][..], hash, &[0x88, 0xac]].concat()
}

/// The first rule, before segwit.
pub(super) fn legacy(transaction: &Transaction, place: usize, script: &[u8], hash_type: u8) -> [u8; 32] {
    let mut signed = transaction.clone();
    for (other, input) in signed.inputs.iter_mut().enumerate() {
        input.script = if other == place { script.to_vec() } else { Vec::new() };
    }
    double_sha256(&[&signed.write(), &u32::from(hash_type).to_le_bytes()])
}

/// BIP-143, for segwit version 0 and for Bitcoin Cash.
pub(super) fn segwit(transaction: &Transaction, place: usize, script: &[u8], amount: u64, hash_type: u8) -> [u8; 32] {
    let inputs = &transaction.inputs;
    let outpoints: Vec<u8> = inputs.iter().flat_map(|input| input.outpoint).collect();
    let sequences: Vec<u8> = inputs.iter().flat_map(|input| input.sequence).collect();
    let outputs: Vec<u8> = transaction.outputs.iter().flat_map(Output::write).collect();
    let own = &inputs[place];
    double_sha256(&[
        &transaction.version,
        &double_sha256(&[&outpoints]),
        &double_sha256(&[&sequences]),
        &own.outpoint,
        &bytes(script),
        &amount.to_le_bytes(),
        &own.sequence,
        &double_sha256(&[&outputs]),
        &transaction.lock_time,
        &u32::from(hash_type).to_le_bytes(),
    ])
}

/// BIP-341, for the key path; `spent` are the outputs that the inputs spend, in their order.
pub(super) fn taproot(transaction: &Transaction, place: usize, spent: &[Output], hash_type: u8) -> [u8; 32] {
    let inputs = &transaction.inputs;
    let outpoints: Vec<u8> = inputs.iter().flat_map(|input| input.outpoint).collect();
    let amounts: Vec<u8> = spent.iter().flat_map(|output| output.amount.to_le_bytes()).collect();
    let scripts: Vec<u8> = spent.iter().flat_map(|output| bytes(&output.script)).collect();
    let sequences: Vec<u8> = inputs.iter().flat_map(|input| input.sequence).collect();
    let outputs: Vec<u8> = transaction.outputs.iter().flat_map(Output::write).collect();
    // No input list is longer than its bytes, so the place fits.
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    tagged(
        "TapSighash",
        &[
            // The epoch, then how much is signed.
            &[0, hash_type],
            &transaction.version,
            &transaction.lock_time,
            &sha256(&[&outpoints]),
            &sha256(&[&amounts]),
            &sha256(&[&scripts]),
            &sha256(&[&sequences]),
            &sha256(&[&outputs]),
            // Key path, no annex.
            &[0],
            &place.to_le_bytes(),
        ],
    )
}
