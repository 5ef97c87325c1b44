//! What a transaction of Stellar pays, from its envelope in XDR.

#![expect(
    clippy::option_option,
    reason = "the outer one tells whether the bytes can be read, the inner one what they say"
)]

use super::{Payment, Reading, Token};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;

/// What one operation costs at least, in stroops: what is charged while the network is not busy.
const BASE_FEE: u128 = 100;

pub(super) fn read(bytes: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor(bytes);
    // The second form of a transaction, the only one that is still made.
    if cursor.u32()? != 2 {
        return None;
    }
    transaction(&mut cursor)
}

fn transaction(cursor: &mut Cursor<'_>) -> Option<Reading> {
    let mut reading = Reading::of(account(cursor)?);
    let most = u128::from(cursor.u32()?);
    cursor.u64()?;
    preconditions(cursor)?;
    reading.memo = memo(cursor)?;
    let operations = cursor.u32()?;
    if !(1..=100).contains(&operations) {
        return None;
    }
    reading.fee = Some(most.min(BASE_FEE * u128::from(operations)));
    for _ in 0..operations {
        let source = optional(cursor, account)?;
        if source.is_some_and(|source| source != reading.from) {
            reading.is_opaque = true;
        }
        // Where another operation ends is not known, so that nothing behind it can be read.
        let Some(payment) = operation(cursor)? else {
            reading.is_opaque = true;
            return Some(reading);
        };
        reading.payments.push(payment);
    }
    // No further fields, and no signatures.
    (cursor.u32()? == 0 && cursor.u32()? == 0 && cursor.is_at_end()).then_some(reading)
}

/// The fee that a signed transaction offers, and how many operations it has.
pub(crate) fn fee_and_operations(envelope: &[u8]) -> Option<(u32, u32)> {
    let mut cursor = Cursor(envelope);
    if cursor.u32()? != 2 {
        return None;
    }
    account(&mut cursor)?;
    let fee = cursor.u32()?;
    cursor.u64()?;
    preconditions(&mut cursor)?;
    memo(&mut cursor)?;
    Some((fee, cursor.u32()?))
}

fn optional<'a, T>(cursor: &mut Cursor<'a>, read: impl FnOnce(&mut Cursor<'a>) -> Option<T>) -> Option<Option<T>> {
    match cursor.u32()? {
        0 => Some(None),
        1 => read(cursor).map(Some),
        _ => None,
    }
}

/// An account, with or without a number of its own.
fn account(cursor: &mut Cursor<'_>) -> Option<String> {
    match cursor.u32()? {
        0 => Some(raw::stellar_account(&cursor.array()?)),
        0x100 => {
            let id = cursor.array()?;
            Some(raw::stellar_muxed(&cursor.array()?, id))
        }
        _ => None,
    }
}

/// The key of an account.
fn account_id(cursor: &mut Cursor<'_>) -> Option<String> {
    match cursor.u32()? {
        0 => Some(raw::stellar_account(&cursor.array()?)),
        _ => None,
    }
}

fn preconditions(cursor: &mut Cursor<'_>) -> Option<()> {
    match cursor.u32()? {
        0 => Some(()),
        1 => cursor.take(16).map(|_| ()),
        2 => {
            optional(cursor, |cursor| cursor.take(16))?;
            optional(cursor, |cursor| cursor.take(8))?;
            optional(cursor, |cursor| cursor.take(8))?;
            // The least age in seconds and in ledgers, then who else must sign.
            cursor.take(8 + 4)?;
            (cursor.u32()? == 0).then_some(())
        }
        _ => None,
    }
}

/// Text behind its length, filled up to a multiple of four.
fn text(cursor: &mut Cursor<'_>) -> Option<String> {
    let length = usize::try_from(cursor.u32()?).ok()?;
    let bytes = cursor.take(length)?;
    cursor.take(length.next_multiple_of(4) - length)?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

fn memo(cursor: &mut Cursor<'_>) -> Option<Option<String>> {
    Some(match cursor.u32()? {
        0 => None,
        1 => Some(text(cursor)?),
        2 => Some(cursor.u64()?.to_string()),
        3 | 4 => Some(raw::prefixed(cursor.take(32)?)),
        _ => return None,
    })
}

/// A payment, or the making of an account; nothing for other operations.
fn operation(cursor: &mut Cursor<'_>) -> Option<Option<Payment>> {
    let amount = |cursor: &mut Cursor<'_>| -> Option<u128> { i64::try_from(cursor.u64()?).ok()?.try_into().ok() };
    Some(match cursor.u32()? {
        0 => {
            let to = account_id(cursor)?;
            Some(Payment::native(to, amount(cursor)?))
        }
        1 => {
            let to = account(cursor)?;
            let token = asset(cursor)?;
            Some(Payment {
                to,
                amount: amount(cursor)?,
                token,
            })
        }
        _ => None,
    })
}

/// The native asset, or one that is named by a code and its issuer.
fn asset(cursor: &mut Cursor<'_>) -> Option<Option<Token>> {
    let length = match cursor.u32()? {
        0 => return Some(None),
        1 => 4,
        2 => 12,
        _ => return None,
    };
    let code = cursor.take(length)?;
    let end = code.iter().rposition(|byte| *byte != 0)? + 1;
    let code = std::str::from_utf8(&code[..end]).ok()?.to_owned();
    let issuer = account_id(cursor)?;
    Some(Some(Token {
        kind: "Sep41",
        fields: vec![("issuer", issuer), ("assetCode", code)],
    }))
}
