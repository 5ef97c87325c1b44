//! What operations of Tezos pay, from their forged bytes.

use super::{Payment, Reading};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;

const REVEAL: u8 = 107;
const TRANSACTION: u8 = 108;

/// Up to 128 bits, seven a byte, the lowest first.
fn number(cursor: &mut Cursor<'_>) -> Option<u128> {
    cursor.seven_bits().map(u128::from)
}

fn account(cursor: &mut Cursor<'_>) -> Option<String> {
    let kind = cursor.byte()?;
    raw::tezos_account(kind, cursor.take(20)?)
}

/// An account or a contract, in 22 bytes.
fn destination(cursor: &mut Cursor<'_>) -> Option<String> {
    match cursor.byte()? {
        0 => account(cursor),
        1 => {
            let hash = cursor.take(20)?;
            (cursor.byte()? == 0).then(|| raw::tezos_contract(hash))
        }
        _ => None,
    }
}

pub(super) fn read(bytes: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor(bytes);
    // The block that the operations stand on.
    cursor.take(32)?;
    let mut reading: Option<Reading> = None;
    let mut fee = 0_u128;
    while !cursor.is_at_end() {
        let kind = cursor.byte()?;
        // Other operations on accounts begin alike, but where they end is their own matter.
        let from = account(&mut cursor)?;
        fee = fee.checked_add(number(&mut cursor)?)?;
        for _ in ["counter", "gas limit", "storage limit"] {
            number(&mut cursor)?;
        }
        let reading = reading.get_or_insert_with(|| Reading::of(from.clone()));
        if reading.from != from {
            return None;
        }
        match kind {
            REVEAL => public_key(&mut cursor)?,
            TRANSACTION => {
                let amount = number(&mut cursor)?;
                let to = destination(&mut cursor)?;
                let is_call = parameters(&mut cursor)?;
                reading.is_opaque |= is_call || to.starts_with("KT1");
                reading.payments.push(Payment::native(to, amount));
            }
            _ => {
                reading.is_opaque = true;
                reading.fee = Some(fee);
                return Some(reading.clone());
            }
        }
    }
    let mut reading = reading?;
    reading.fee = Some(fee);
    // To reveal a key pays nobody.
    reading.is_opaque |= reading.payments.is_empty();
    Some(reading)
}

fn public_key(cursor: &mut Cursor<'_>) -> Option<()> {
    let length = match cursor.byte()? {
        0 => 32,
        1 | 2 => 33,
        3 => 48,
        _ => return None,
    };
    cursor.take(length)?;
    // Newer protocols say whether a proof follows, which keys of these kinds do not need.
    if cursor.0.first() == Some(&0) {
        cursor.byte()?;
    }
    Some(())
}

/// Whether a contract is called with something.
fn parameters(cursor: &mut Cursor<'_>) -> Option<bool> {
    match cursor.byte()? {
        0 => return Some(false),
        0xff => {}
        _ => return None,
    }
    // The entry point by number, or by name.
    if cursor.byte()? == 0xff {
        let length = usize::from(cursor.byte()?);
        cursor.take(length)?;
    }
    let length = usize::try_from(cursor.u32()?).ok()?;
    cursor.take(length)?;
    Some(true)
}
