//! What a transaction of Cardano pays, from its body in CBOR.
//!
//! The inputs are not looked up: what does not go back to the wallet is paid, and so is the fee.

use super::{Payment, Reading, Token};
use crate::keys::address::raw;
use crate::keys::cbor::{Item, Value, entry};
use crate::keys::hex;

/// The body of a transaction: it alone, or the first of the items of a transaction.
fn body<'m, 'a>(transaction: &'m Item<'a>) -> Option<&'m Item<'a>> {
    match &transaction.value {
        Value::Map(_) => Some(transaction),
        Value::List(items) => items.first().filter(|body| body.map().is_some()),
        _ => None,
    }
}

/// Policy, name and amount of each token in a map of maps.
fn tokens(map: &Item<'_>) -> Option<Vec<(String, u64)>> {
    let mut tokens = Vec::new();
    for (policy, names) in map.map()? {
        for (name, amount) in names.map()? {
            let id = [policy.bytes()?, name.bytes()?].concat();
            tokens.push((hex::encode(&id), amount.number()?));
        }
    }
    Some(tokens)
}

/// Address and value of an output, and whether it has nothing else.
fn output<'m, 'a>(output: &'m Item<'a>) -> Option<(&'m [u8], &'m Item<'a>, bool)> {
    match &output.value {
        Value::List(items) => Some((items.first()?.bytes()?, items.get(1)?, items.len() == 2)),
        Value::Map(pairs) => Some((entry(pairs, 0)?.bytes()?, entry(pairs, 1)?, pairs.len() == 2)),
        _ => None,
    }
}

pub(super) fn read(bytes: &[u8], own_address: &str) -> Option<Reading> {
    let transaction = Item::read(bytes)?;
    let body = body(&transaction)?.map()?;
    let inputs = entry(body, 0)?.list()?;
    if inputs.is_empty() {
        return None;
    }
    let fee = entry(body, 2)?.number()?;
    // Besides these three: when it begins and ends, what else is said, and on which network.
    let is_known = |key: &Item<'_>| matches!(key.number(), Some(0 | 1 | 2 | 3 | 7 | 8 | 15));
    let mut reading = Reading {
        fee: Some(fee.into()),
        is_opaque: !body.iter().all(|(key, _)| is_known(key)),
        ..Reading::default()
    };
    for item in entry(body, 1)?.list()? {
        let (address, value, is_plain) = output(item)?;
        let to = raw::cardano_payment(address);
        if to.as_deref() == Some(own_address) {
            continue;
        }
        reading.is_opaque |= !is_plain;
        let (coins, held) = match &value.value {
            Value::Number(coins) => (*coins, Vec::new()),
            Value::List(items) => (items.first()?.number()?, tokens(items.get(1)?)?),
            _ => return None,
        };
        let Some(to) = to else {
            // An address of the first era: its text is written in another way.
            reading.is_opaque = true;
            continue;
        };
        reading.payments.push(Payment::native(to.clone(), coins.into()));
        for (id, amount) in held {
            reading.payments.push(Payment {
                to: to.clone(),
                amount: amount.into(),
                token: Some(Token {
                    kind: "Asset",
                    fields: vec![("assetId", id)],
                }),
            });
        }
    }
    Some(reading)
}
