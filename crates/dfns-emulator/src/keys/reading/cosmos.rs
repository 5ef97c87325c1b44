//! What a transaction of Cosmos pays, from its `SignDoc`.

#![expect(
    clippy::option_option,
    reason = "the outer one tells whether the bytes can be read, the inner one what they say"
)]

use super::{Payment, Reading};
use crate::keys::protobuf::{Value, all, bytes, fields, has_only, text};

/// The smallest unit of the native asset.
fn native_denomination(network_id: &str) -> &'static str {
    if network_id.starts_with("Babylon") {
        "ubbn"
    } else {
        "uatom"
    }
}

/// The name that a chain signs for, where it is fixed.
fn chain_name(network_id: &str) -> Option<&'static str> {
    match network_id {
        "CosmosHub4" => Some("cosmoshub-4"),
        "CosmosIcsTestnet" => Some("provider"),
        "BabylonGenesis" => Some("bbn-1"),
        _ => None,
    }
}

/// A sum of coins; `None` inside if others than the native ones are among them.
fn coins(coins: &[&[u8]], native: &str) -> Option<Option<u128>> {
    let mut sum = 0_u128;
    let mut are_native = true;
    for coin in coins {
        let coin = fields(coin)?;
        let amount: u128 = text(&coin, 2)?.parse().ok()?;
        are_native &= text(&coin, 1)? == native;
        sum = sum.checked_add(amount)?;
    }
    Some(are_native.then_some(sum))
}

/// True if one key signs, and it is this one.
fn is_signed_by(authorization: &[(u64, Value<'_>)], public_key: &[u8]) -> Option<bool> {
    let [signer] = all(authorization, 1)[..] else {
        return Some(false);
    };
    let named = fields(bytes(&fields(signer)?, 1)?)?;
    let named = fields(bytes(&named, 2)?)?;
    Some(bytes(&named, 1)? == public_key)
}

pub(super) fn read(network_id: &str, document: &[u8], public_key: &[u8]) -> Option<Reading> {
    let native = native_denomination(network_id);
    let document = fields(document)?;
    if chain_name(network_id).is_some_and(|name| text(&document, 3) != Some(name)) {
        return None;
    }
    let body = fields(bytes(&document, 1)?)?;
    let authorization = fields(bytes(&document, 2)?)?;
    if !is_signed_by(&authorization, public_key)? {
        return None;
    }
    let fee = fields(bytes(&authorization, 2)?)?;
    let paid = coins(&all(&fee, 1), native)?;
    let mut reading = Reading {
        // A fee in other coins, or one that somebody else pays, is not counted here.
        is_opaque: !has_only(&document, &[1, 2, 3, 4])
            || !has_only(&body, &[1, 2, 3])
            || !has_only(&fee, &[1, 2])
            || paid.is_none(),
        fee: Some(paid.unwrap_or_default()),
        ..Reading::default()
    };
    let memo = text(&body, 2)?;
    reading.memo = (!memo.is_empty()).then(|| memo.to_owned());
    let messages = all(&body, 1);
    if messages.is_empty() {
        return None;
    }
    for message in messages {
        let message = fields(message)?;
        match text(&message, 1)? {
            "/cosmos.bank.v1beta1.MsgSend" => send(&mut reading, &fields(bytes(&message, 2)?)?, native)?,
            _ => reading.is_opaque = true,
        }
    }
    Some(reading)
}

fn send(reading: &mut Reading, message: &[(u64, Value<'_>)], native: &str) -> Option<()> {
    let from = text(message, 1)?;
    if reading.from.is_empty() {
        from.clone_into(&mut reading.from);
    }
    if reading.from != from {
        return None;
    }
    match coins(&all(message, 3), native)? {
        Some(amount) => reading
            .payments
            .push(Payment::native(text(message, 2)?.to_owned(), amount)),
        None => reading.is_opaque = true,
    }
    Some(())
}
