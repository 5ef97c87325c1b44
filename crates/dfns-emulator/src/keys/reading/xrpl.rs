//! What a transaction of the XRP Ledger pays.

use super::{Payment, Reading};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;

/// The number of a payment among the kinds of transactions.
const PAYMENT: &[u8] = &[0, 0];
/// A payment with this flag may deliver less than it says.
const PARTIAL: u32 = 0x0002_0000;

/// Kind and number of a field, which stand in one to three bytes.
fn field(cursor: &mut Cursor<'_>) -> Option<(u8, u8)> {
    let first = cursor.byte()?;
    let kind = match first >> 4 {
        0 => cursor.byte()?,
        kind => kind,
    };
    let number = match first & 15 {
        0 => cursor.byte()?,
        number => number,
    };
    Some((kind, number))
}

/// The bytes of a field's value.
fn value<'a>(cursor: &mut Cursor<'a>, kind: u8) -> Option<&'a [u8]> {
    let length = match kind {
        1 => 2,
        2 => 4,
        3 => 8,
        4 => 16,
        5 => 32,
        6 => match cursor.0.first()? {
            first if first & 0x80 != 0 => 48,
            // An amount of a multi-purpose token.
            first if first & 0x20 != 0 => 33,
            _ => 8,
        },
        7 | 8 | 19 => return counted(cursor),
        // The beginning or the end of an object or of a list of them; what is in them follows.
        14 | 15 => 0,
        16 => 1,
        17 => 20,
        18 => return paths(cursor),
        _ => return None,
    };
    cursor.take(length)
}

/// Bytes behind their length of one to three bytes.
fn counted<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let first = usize::from(cursor.byte()?);
    let length = match first {
        0..=192 => first,
        193..=240 => 193 + (first - 193) * 256 + usize::from(cursor.byte()?),
        241..=254 => {
            let [second, third] = cursor.array()?;
            12_481 + (first - 241) * 65_536 + usize::from(second) * 256 + usize::from(third)
        }
        _ => return None,
    };
    cursor.take(length)
}

/// Paths through order books end with a zero; each step names what it holds in its bits.
fn paths<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    loop {
        match cursor.byte()? {
            0 => return Some(&[]),
            0xff => {}
            kind => {
                let parts = [0x01, 0x10, 0x20].iter().filter(|bit| kind & **bit != 0).count();
                cursor.take(20 * parts)?;
            }
        }
    }
}

/// An amount of XRP, which has neither of its two top bits but the sign.
fn drops(bytes: &[u8]) -> Option<u128> {
    let number = u64::from_be_bytes(bytes.try_into().ok()?);
    (number >> 62 == 1).then_some(u128::from(number & 0x3fff_ffff_ffff_ffff))
}

pub(super) fn read(bytes: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor(bytes);
    let (mut kind, mut flags, mut amount, mut fee) = (None, 0, None, None);
    let (mut account, mut destination) = (None, None);
    // Paths, limits and other ways to deliver something else than the amount says.
    let mut is_opaque = false;
    let mut depth = 0_usize;
    while !cursor.is_at_end() {
        let name = field(&mut cursor)?;
        let value = value(&mut cursor, name.0)?;
        match name {
            (14 | 15, 1) => depth = depth.checked_sub(1)?,
            (14 | 15, _) => depth += 1,
            _ if depth > 0 => {}
            (1, 2) => kind = Some(value),
            (2, 2) => flags = u32::from_be_bytes(value.try_into().ok()?),
            (6, 1) => amount = Some(value),
            (6, 8) => fee = drops(value),
            (8, 1) => account = Some(value),
            (8, 3) => destination = Some(value),
            // Sequence, tags, ledger, network, ticket, hash of an invoice, key.
            (2, 1 | 3 | 4 | 14 | 27 | 41) | (5, 17) | (7, 3) => {}
            _ => is_opaque = true,
        }
    }
    if depth != 0 {
        return None;
    }
    let mut reading = Reading::of(raw::xrpl_account(account.filter(|id| id.len() == 20)?));
    reading.fee = Some(fee?);
    match (destination, amount.and_then(drops)) {
        (Some(to), Some(amount)) if kind? == PAYMENT && to.len() == 20 => {
            reading.payments.push(Payment::native(raw::xrpl_account(to), amount));
            reading.is_opaque = is_opaque || flags & PARTIAL != 0;
        }
        _ => reading.is_opaque = true,
    }
    Some(reading)
}
