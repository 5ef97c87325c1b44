//! A PSBT whose every input is of one wallet: signed, finished, and what it pays.
//!
//! Invariant: what the inputs hold is what the outputs hold and the fee.

use super::owner::{Owned, owned};
use super::psbt::{INPUT_TAPROOT_SIGNATURE, Psbt, invalid, sign_psbt};
use super::wire::{Output, bytes, length};
use crate::keys::address::raw;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::KeyMaterial;
use crate::keys::network::Family;
use crate::keys::reading::{Payment, Reading};
use crate::keys::taproot::MerkleRoot;
use crate::keys::transaction::SignedTransaction;

/// Data that an output holds instead of money begins with this.
const RETURN: u8 = 0x6a;

/// Signs and finishes a PSBT, so that it can be sent.
///
/// # Errors
/// [`KeyError::InvalidInput`] if it is malformed, spends outputs of others, or pays more than it spends.
pub(crate) fn pay(
    network_id: &str,
    family: Family,
    key: &KeyMaterial,
    psbt: &[u8],
) -> Result<(SignedTransaction, Reading), KeyError> {
    let signed = sign_psbt(key, family, psbt)?;
    let psbt = Psbt::read(&signed.bytes)?;
    let mut transaction = psbt.transaction.clone();
    let mut witnesses: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut spent = 0_u64;
    let too_much = || invalid("the amounts are too large");
    for place in 0..transaction.inputs.len() {
        let output = psbt.spent(place)?;
        let rule = output
            .as_ref()
            .map(|output| owned(key, &output.script, psbt.merkle_root(place)?))
            .transpose()?
            .flatten();
        let (Some(output), Some(rule)) = (output, rule) else {
            return Err(invalid(format!(
                "input {place} spends an output of somebody else, which the emulator does not support in broadcasts"
            )));
        };
        spent = spent.checked_add(output.amount).ok_or_else(too_much)?;
        let map = &psbt.inputs[place];
        let unsigned = || invalid(format!("input {place} is not signed"));
        let partial = || map.partial_signature(key.public_key()).ok_or_else(unsigned);
        witnesses.push(match rule {
            Owned::Taproot(_) => vec![map.get(INPUT_TAPROOT_SIGNATURE).ok_or_else(unsigned)?.to_vec()],
            Owned::WitnessKeyHash => vec![partial()?.to_vec(), key.public_key().to_vec()],
            Owned::KeyHash => {
                // Both are short enough for their length to be the instruction that pushes them.
                transaction.inputs[place].script = [bytes(partial()?), bytes(key.public_key())].concat();
                Vec::new()
            }
        });
    }
    let reading = reading(network_id, key, &transaction.outputs, spent)?;
    let id = {
        let mut id = transaction.id();
        id.reverse();
        hex::encode(&id)
    };
    let with_witnesses = witnesses.iter().any(|stack| !stack.is_empty());
    let written = if with_witnesses {
        let stacks: Vec<u8> = witnesses
            .iter()
            .flat_map(|stack| {
                let items = stack.iter().flat_map(|item| bytes(item));
                length(stack.len()).into_iter().chain(items)
            })
            .collect();
        [
            &transaction.version[..],
            &[0, 1],
            &transaction.body(),
            &stacks,
            &transaction.lock_time,
        ]
        .concat()
    } else {
        transaction.write()
    };
    let signature = signed.signatures.first().copied().ok_or(KeyError::OutsideGroup)?;
    Ok((
        SignedTransaction {
            signature,
            bytes: written,
            hash: id,
        },
        reading,
    ))
}

/// What goes to others, and the fee; what comes back to the key is change.
fn reading(network_id: &str, key: &KeyMaterial, outputs: &[Output], spent: u64) -> Result<Reading, KeyError> {
    let mut reading = Reading::default();
    let mut sum = 0_u64;
    for output in outputs {
        sum = sum
            .checked_add(output.amount)
            .ok_or_else(|| invalid("the amounts are too large"))?;
        let is_change = owned(key, &output.script, MerkleRoot::None)?.is_some();
        let is_data = output.amount == 0 && output.script.first() == Some(&RETURN);
        if is_change || is_data {
            continue;
        }
        // Whoever can spend a script without an address is not known.
        let address = raw::script_address(network_id, &output.script);
        reading.is_opaque |= address.is_none();
        let to = address.unwrap_or_else(|| hex::encode(&output.script));
        reading.payments.push(Payment::native(to, output.amount.into()));
    }
    let fee = spent
        .checked_sub(sum)
        .ok_or_else(|| invalid(format!("it pays {sum} and spends {spent}")))?;
    reading.fee = Some(fee.into());
    Ok(reading)
}
