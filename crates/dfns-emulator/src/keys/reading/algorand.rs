//! What a transaction of Algorand pays, from its msgpack map.

use super::{Payment, Reading, Token};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;

/// A value of msgpack, as far as transactions need it.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Whatever no payment is made of.
    Other,
}

fn value<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Option<Value<'a>> {
    let depth = depth.checked_sub(1)?;
    let big = |cursor: &mut Cursor<'_>| usize::try_from(cursor.u32()?).ok();
    let middle = |cursor: &mut Cursor<'_>| cursor.array().map(u16::from_be_bytes).map(usize::from);
    let small = |cursor: &mut Cursor<'_>| cursor.byte().map(usize::from);
    let length = match cursor.byte()? {
        byte @ 0..0x80 => return Some(Value::Number(byte.into())),
        byte @ 0x80..0x90 => return items(cursor, 2 * usize::from(byte & 15), depth),
        byte @ 0x90..0xa0 => return items(cursor, usize::from(byte & 15), depth),
        byte @ 0xa0..0xc0 => usize::from(byte & 31),
        0xc0 | 0xc2 | 0xc3 => return Some(Value::Other),
        0xc4 | 0xd9 => small(cursor)?,
        0xc5 | 0xda => middle(cursor)?,
        0xc6 | 0xdb => big(cursor)?,
        0xcc => return cursor.byte().map(|byte| Value::Number(byte.into())),
        0xcd => {
            return cursor
                .array()
                .map(|bytes| Value::Number(u16::from_be_bytes(bytes).into()));
        }
        0xce => return cursor.u32().map(|number| Value::Number(number.into())),
        0xcf => return cursor.u64().map(Value::Number),
        0xdc => {
            let length = middle(cursor)?;
            return items(cursor, length, depth);
        }
        0xde => {
            let length = middle(cursor)?;
            return items(cursor, 2 * length, depth);
        }
        _ => return None,
    };
    cursor.take(length).map(Value::Bytes)
}

/// Passes over the items of a list, or the keys and values of a map.
fn items<'a>(cursor: &mut Cursor<'a>, count: usize, depth: usize) -> Option<Value<'a>> {
    for _ in 0..count {
        value(cursor, depth)?;
    }
    Some(Value::Other)
}

pub(super) fn read(bytes: &[u8]) -> Option<Reading> {
    /// How deep a value may stand within others.
    const DEEPEST: usize = 16;
    let transaction = bytes.strip_prefix(b"\x81\xa3txn").unwrap_or(bytes);
    let mut cursor = Cursor(transaction);
    let count = match cursor.byte()? {
        byte @ 0x81..0x90 => usize::from(byte & 15),
        0xde => usize::from(u16::from_be_bytes(cursor.array()?)),
        _ => return None,
    };
    let (mut kind, mut sender, mut is_opaque) = (None, None, false);
    let (mut native, mut asset) = ((None, 0), (None, 0, None));
    let (mut fee, mut memo) = (0, None);
    for _ in 0..count {
        let Value::Bytes(name) = value(&mut cursor, 1)? else {
            return None;
        };
        match (name, value(&mut cursor, DEEPEST)?) {
            (b"type", Value::Bytes(given)) => kind = Some(given),
            (b"snd", Value::Bytes(key)) => sender = Some(key),
            (b"rcv", Value::Bytes(key)) => native.0 = Some(key),
            (b"amt", Value::Number(amount)) => native.1 = amount,
            (b"arcv", Value::Bytes(key)) => asset.0 = Some(key),
            (b"aamt", Value::Number(amount)) => asset.1 = amount,
            (b"xaid", Value::Number(id)) => asset.2 = Some(id),
            (b"fee", Value::Number(given)) => fee = given,
            (b"note", Value::Bytes(note)) => memo = std::str::from_utf8(note).ok().map(str::to_owned),
            (b"fv" | b"lv" | b"gen" | b"gh" | b"lx" | b"grp", _) => {}
            // To close an account, to hand it to another key, to take from somebody else, to call a program.
            _ => is_opaque = true,
        }
    }
    if !cursor.is_at_end() {
        return None;
    }
    let account = |key: &[u8]| Some(raw::algorand_account(key.try_into().ok()?));
    let mut reading = Reading::of(account(sender?)?);
    (reading.fee, reading.memo) = (Some(fee.into()), memo);
    match kind? {
        b"pay" => {
            let to = account(native.0.unwrap_or(&[0; 32]))?;
            reading.payments.push(Payment::native(to, native.1.into()));
            reading.is_opaque = is_opaque;
        }
        b"axfer" => {
            reading.payments.push(Payment {
                to: account(asset.0.unwrap_or(&[0; 32]))?,
                amount: asset.1.into(),
                token: Some(Token {
                    kind: "Asa",
                    fields: vec![("assetId", asset.2?.to_string())],
                }),
            });
            reading.is_opaque = is_opaque;
        }
        _ => reading.is_opaque = true,
    }
    Some(reading)
}
