//! Signatures of PSBTs, checked with the verifiers of the standard libraries.

use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

use super::super::owner::script_of;
use super::super::wire::{Input, Output, Transaction, bytes};
use super::{
    INPUT_HASH_TYPE, INPUT_OUTPUT, INPUT_PARTIAL_SIGNATURE, INPUT_TAPROOT_MERKLE_ROOT, INPUT_WHOLE_TRANSACTION,
};
use super::{INPUT_TAPROOT_SIGNATURE, MAGIC, Map, Psbt, sign_psbt};
use crate::keys::error::KeyError;
use crate::keys::hex::{decode, decode_array, encode};
use crate::keys::material::{Curve, KeyMaterial, Scheme};
use crate::keys::network::Family;
use crate::keys::taproot::{MerkleRoot, output_key};
use crate::keys::transaction::bitcoin::owner::key_hash;
use crate::keys::transaction::bitcoin::sighash::{ALL, DEFAULT, FORK_ID, legacy, pay_to_key_hash, segwit, taproot};

fn key(id: &str, scheme: Scheme) -> KeyMaterial {
    KeyMaterial::derive(b"seed", id, scheme, Curve::Secp256k1).unwrap()
}

/// A transaction with an output for each script, to be spent in that order.
fn funding(scripts: &[Vec<u8>]) -> Transaction {
    let outputs = scripts.iter().zip(1..).map(|(script, place)| Output {
        amount: place * 1000,
        script: script.clone(),
    });
    Transaction {
        version: [2, 0, 0, 0],
        inputs: vec![Input {
            outpoint: [7; 36],
            script: vec![1, 2],
            sequence: [0xff; 4],
        }],
        outputs: outputs.collect(),
        lock_time: [0; 4],
    }
}

fn spending(funding: &Transaction) -> Transaction {
    let inputs = (0..funding.outputs.len()).map(|place| {
        let mut outpoint = [0; 36];
        outpoint[..32].copy_from_slice(&funding.id());
        outpoint[32..].copy_from_slice(&u32::try_from(place).unwrap().to_le_bytes());
        Input {
            outpoint,
            script: Vec::new(),
            sequence: [0xfd, 0xff, 0xff, 0xff],
        }
    });
    Transaction {
        version: [2, 0, 0, 0],
        inputs: inputs.collect(),
        outputs: vec![Output {
            amount: 500,
            script: vec![0x51],
        }],
        lock_time: [1, 0, 0, 0],
    }
}

/// A PSBT that tells of every input the output it spends.
fn psbt(funding: &Transaction) -> Psbt {
    let transaction = spending(funding);
    let inputs = funding
        .outputs
        .iter()
        .map(|output| Map(vec![(vec![INPUT_OUTPUT], output.write())]));
    Psbt {
        global: Map(vec![(vec![0], transaction.write()), (vec![0xfc, 9], vec![1])]),
        inputs: inputs.collect(),
        outputs: vec![Map(vec![(vec![0xfc, 1], vec![2])])],
        transaction,
    }
}

fn verify_ecdsa(key: &KeyMaterial, digest: &[u8; 32], entry: &[u8], hash_type: u8) {
    let (last, signature) = entry.split_last().unwrap();
    assert_eq!(*last, hash_type);
    let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key()).unwrap();
    verifying
        .verify_prehash(digest, &k256::ecdsa::Signature::from_der(signature).unwrap())
        .unwrap();
}

fn partial_signature<'a>(map: &'a Map, key: &KeyMaterial) -> Option<&'a [u8]> {
    let wanted = [&[INPUT_PARTIAL_SIGNATURE][..], key.public_key()].concat();
    map.0
        .iter()
        .find(|(known, _)| *known == wanted)
        .map(|(_, value)| value.as_slice())
}

#[test]
fn the_segwit_example_of_bip143_has_its_signature() {
    let secret = decode_array("619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9").unwrap();
    let key = KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Secp256k1, &secret, None).unwrap();
    let transaction = decode(
        "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffff\
         ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a914\
         8280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa8159\
         88ac11000000",
    )
    .unwrap();
    let spent = Output {
        amount: 600_000_000,
        script: script_of(&key).unwrap(),
    }
    .write();
    let parts = [
        MAGIC,
        &[1, 0],
        &bytes(&transaction),
        &[0],
        &[0],
        &[1, INPUT_OUTPUT],
        &bytes(&spent),
        &[0],
        &[0],
        &[0],
    ];
    let signed = sign_psbt(&key, Family::Bitcoin, &parts.concat()).unwrap();
    assert_eq!(signed.signatures.len(), 1);
    let read = Psbt::read(&signed.bytes).unwrap();
    assert_eq!(
        encode(partial_signature(&read.inputs[1], &key).unwrap()),
        "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a\
         0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01"
    );
}

#[test]
fn only_the_inputs_of_the_key_are_signed_and_the_rest_stays() {
    let (mine, other) = (key("mine", Scheme::Ecdsa), key("other", Scheme::Ecdsa));
    let scripts = [
        script_of(&mine).unwrap(),
        script_of(&other).unwrap(),
        script_of(&mine).unwrap(),
    ];
    let unsigned = psbt(&funding(&scripts));
    let signed = sign_psbt(&mine, Family::Bitcoin, &unsigned.write()).unwrap();
    assert_eq!(signed.signatures.len(), 2);
    let mut read = Psbt::read(&signed.bytes).unwrap();
    for place in [0, 2] {
        let amount = (place as u64 + 1) * 1000;
        let script = pay_to_key_hash(&key_hash(&mine));
        let digest = segwit(&read.transaction, place, &script, amount, ALL);
        verify_ecdsa(
            &mine,
            &digest,
            partial_signature(&read.inputs[place], &mine).unwrap(),
            ALL,
        );
        read.inputs[place]
            .0
            .retain(|(known, _)| known[0] != INPUT_PARTIAL_SIGNATURE);
    }
    assert_eq!(read.write(), unsigned.write(), "more than the signatures changed");
}

#[test]
fn taproot_inputs_are_signed_with_the_tweak_of_their_output() {
    let key = key("mine", Scheme::Schnorr);
    let root = MerkleRoot::Root([3; 32]);
    let script = |root| [&[0x51, 0x20][..], &output_key(key.public_key(), root).unwrap()].concat();
    let funding = funding(&[script(MerkleRoot::None), script(root)]);
    let mut unsigned = psbt(&funding);
    unsigned.inputs[1].put(vec![INPUT_TAPROOT_MERKLE_ROOT], vec![3; 32]);
    unsigned.inputs[1].put(vec![INPUT_HASH_TYPE], vec![ALL, 0, 0, 0]);
    let signed = sign_psbt(&key, Family::Bitcoin, &unsigned.write()).unwrap();
    let read = Psbt::read(&signed.bytes).unwrap();
    for (place, root, hash_type, length) in [(0, MerkleRoot::None, DEFAULT, 64), (1, root, ALL, 65)] {
        let entry = read.inputs[place].get(INPUT_TAPROOT_SIGNATURE).unwrap();
        assert_eq!(entry.len(), length);
        let verifying = k256::schnorr::VerifyingKey::from_slice(&output_key(key.public_key(), root).unwrap()).unwrap();
        let digest = taproot(&read.transaction, place, &funding.outputs, hash_type);
        verifying
            .verify_prehash(&digest, &k256::schnorr::Signature::from_slice(&entry[..64]).unwrap())
            .unwrap();
    }
}

#[test]
fn an_input_before_segwit_needs_the_whole_transaction() {
    let key = key("mine", Scheme::Ecdsa);
    let script = pay_to_key_hash(&key_hash(&key));
    let funding = funding(std::slice::from_ref(&script));
    let mut unsigned = psbt(&funding);
    let refused = sign_psbt(&key, Family::Bitcoin, &unsigned.write());
    assert!(matches!(refused, Err(KeyError::InvalidInput { field: "psbt", .. })));
    unsigned.inputs[0] = Map(vec![(vec![INPUT_WHOLE_TRANSACTION], funding.write())]);
    let signed = sign_psbt(&key, Family::Bitcoin, &unsigned.write()).unwrap();
    let read = Psbt::read(&signed.bytes).unwrap();
    let digest = legacy(&read.transaction, 0, &script, ALL);
    verify_ecdsa(&key, &digest, partial_signature(&read.inputs[0], &key).unwrap(), ALL);
}

#[test]
fn bitcoin_cash_signs_the_amount_and_its_fork() {
    let key = key("mine", Scheme::Ecdsa);
    let script = pay_to_key_hash(&key_hash(&key));
    let signed = sign_psbt(
        &key,
        Family::BitcoinCash,
        &psbt(&funding(std::slice::from_ref(&script))).write(),
    )
    .unwrap();
    let read = Psbt::read(&signed.bytes).unwrap();
    let digest = segwit(&read.transaction, 0, &script, 1000, ALL | FORK_ID);
    verify_ecdsa(
        &key,
        &digest,
        partial_signature(&read.inputs[0], &key).unwrap(),
        ALL | FORK_ID,
    );
}

#[test]
fn a_transaction_that_is_not_the_spent_one_is_refused() {
    let key = key("mine", Scheme::Ecdsa);
    let funding = funding(&[script_of(&key).unwrap()]);
    let mut unsigned = psbt(&funding);
    let mut forged = funding.clone();
    forged.outputs[0].amount += 1;
    unsigned.inputs[0] = Map(vec![(vec![INPUT_WHOLE_TRANSACTION], forged.write())]);
    let refused = sign_psbt(&key, Family::Bitcoin, &unsigned.write()).unwrap_err();
    assert_eq!(refused.to_string(), "psbt: input 0: not the transaction that is spent");
}

#[test]
fn a_psbt_without_an_input_of_the_key_is_refused() {
    let unsigned = psbt(&funding(&[script_of(&key("other", Scheme::Ecdsa)).unwrap()]));
    for scheme in [Scheme::Ecdsa, Scheme::Schnorr] {
        let refused = sign_psbt(&key("mine", scheme), Family::Bitcoin, &unsigned.write()).unwrap_err();
        assert_eq!(refused.to_string(), "psbt: no input spends an output of the key");
    }
}

#[test]
fn another_hash_type_is_refused() {
    let key = key("mine", Scheme::Ecdsa);
    let mut unsigned = psbt(&funding(&[script_of(&key).unwrap()]));
    unsigned.inputs[0].put(vec![INPUT_HASH_TYPE], vec![0x81, 0, 0, 0]);
    assert!(sign_psbt(&key, Family::Bitcoin, &unsigned.write()).is_err());
}

#[test]
fn what_is_cut_off_or_no_psbt_is_refused() {
    let key = key("mine", Scheme::Ecdsa);
    let whole = psbt(&funding(&[script_of(&key).unwrap()])).write();
    for end in 0..whole.len() {
        let refused = sign_psbt(&key, Family::Bitcoin, &whole[..end]);
        assert!(
            matches!(refused, Err(KeyError::InvalidInput { field: "psbt", .. })),
            "{end}"
        );
    }
    assert!(sign_psbt(&key, Family::Bitcoin, &[&whole[..], &[0]].concat()).is_err());
}
