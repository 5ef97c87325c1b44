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

#[cfg(test)]
mod tests {
    use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

    use super::{ALL, legacy, pay_to_key_hash, segwit};
    use crate::keys::hex::{decode, encode};
    use crate::keys::transaction::bitcoin::wire::{Reader, Transaction};

    /// The first payment of Bitcoin, block 170.
    const FIRST_PAYMENT: &str = "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402\
        204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12909d831cc56cbbac\
        4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa2\
        8414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b4984\
        0f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac000000\
        00";

    #[test]
    fn the_signature_of_the_first_payment_verifies() {
        let transaction = Transaction::read(&decode(FIRST_PAYMENT).unwrap()).unwrap();
        let mut id = transaction.id();
        id.reverse();
        assert_eq!(
            encode(&id),
            "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
        );
        let signature = Reader(&transaction.inputs[0].script).bytes().unwrap();
        let signature = k256::ecdsa::Signature::from_der(&signature[..signature.len() - 1]).unwrap();
        // The change goes back to the key that paid.
        let script = &transaction.outputs[1].script;
        let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&script[1..66]).unwrap();
        key.verify_prehash(&legacy(&transaction, 0, script, ALL), &signature.normalize_s())
            .unwrap();
    }

    #[test]
    fn the_example_of_bip143_is_met() {
        let transaction = decode(
            "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffff\
             ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a914\
             8280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa8159\
             88ac11000000",
        );
        let transaction = Transaction::read(&transaction.unwrap()).unwrap();
        let key = decode("025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357").unwrap();
        let hash = crate::keys::digest::hash160(&[&key]);
        let digest = segwit(&transaction, 1, &pay_to_key_hash(&hash), 600_000_000, ALL);
        assert_eq!(
            encode(&digest),
            "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"
        );
    }
}
