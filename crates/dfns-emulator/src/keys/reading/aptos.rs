//! What a raw transaction of Aptos, or of a chain built on it, pays, from its BCS form.

#![expect(
    clippy::option_option,
    reason = "the outer one tells whether the bytes can be read, the inner one what they say"
)]

use super::{Payment, Reading, Token};
use crate::keys::address::raw;
use crate::keys::cursor::Cursor;

/// The most gas that a transfer uses in the emulator.
const TRANSFER_GAS: u64 = 1_000;

/// The account of the functions that every chain of the family has: 31 zeros and a one.
const FRAMEWORK: [u8; 32] = {
    let mut address = [0; 32];
    address[31] = 1;
    address
};

/// The number of a chain that is known by one.
fn chain_id(network_id: &str) -> Option<u8> {
    Some(match network_id {
        "Aptos" => 1,
        "AptosTestnet" => 2,
        "Movement" => 126,
        "MovementTestnet" => 250,
        _ => return None,
    })
}

/// A type in angle brackets; answers whether it is the native coin.
fn is_native_coin(cursor: &mut Cursor<'_>) -> Option<bool> {
    // A struct: address, module, name, and no types of its own.
    if cursor.byte()? != 7 {
        return None;
    }
    let address: [u8; 32] = cursor.array()?;
    let (module, name) = (cursor.counted()?, cursor.counted()?);
    (cursor.seven_bits()? == 0).then_some(())?;
    Some(address == FRAMEWORK && module == b"aptos_coin" && name == b"AptosCoin")
}

/// Address and amount, as arguments: each is bytes behind their length.
fn receiver_and_amount(arguments: &[&[u8]]) -> Option<(String, u128)> {
    let [to, amount] = arguments else { return None };
    let to: [u8; 32] = (*to).try_into().ok()?;
    Some((
        raw::prefixed(&to),
        u64::from_le_bytes((*amount).try_into().ok()?).into(),
    ))
}

/// The payment that a call of a function is; `None` inside if it is something else.
fn entry_function(cursor: &mut Cursor<'_>) -> Option<Option<Payment>> {
    let address: [u8; 32] = cursor.array()?;
    let (module, function) = (cursor.counted()?, cursor.counted()?);
    let types = cursor.seven_bits()?;
    let native_type = match types {
        0 => true,
        1 => match *cursor.0.first()? {
            // `FungibleAsset` metadata and coins are structs; others are no assets.
            7 => {
                let mut attempt = *cursor;
                let is_native = is_native_coin(&mut attempt)?;
                *cursor = attempt;
                is_native
            }
            _ => return None,
        },
        _ => return None,
    };
    let count = usize::try_from(cursor.seven_bits()?)
        .ok()
        .filter(|count| *count <= 32)?;
    let arguments: Vec<&[u8]> = (0..count).map(|_| cursor.counted()).collect::<Option<_>>()?;
    if address != FRAMEWORK {
        return Some(None);
    }
    Some(match (module, function) {
        (b"aptos_account", b"transfer" | b"transfer_coins") | (b"coin", b"transfer") if native_type => {
            let (to, amount) = receiver_and_amount(&arguments)?;
            Some(Payment::native(to, amount))
        }
        (b"primary_fungible_store", b"transfer") if types == 1 => {
            let metadata: [u8; 32] = (*arguments.first()?).try_into().ok()?;
            let (to, amount) = receiver_and_amount(arguments.get(1..)?)?;
            Some(fungible(metadata, to, amount))
        }
        (b"aptos_account", b"transfer_fungible_assets") if types == 0 => {
            let metadata: [u8; 32] = (*arguments.first()?).try_into().ok()?;
            let (to, amount) = receiver_and_amount(arguments.get(1..)?)?;
            Some(fungible(metadata, to, amount))
        }
        _ => None,
    })
}

fn fungible(metadata: [u8; 32], to: String, amount: u128) -> Payment {
    /// The metadata of the native asset: 31 zeros and a ten.
    const NATIVE: u8 = 10;
    let mut native = [0; 32];
    native[31] = NATIVE;
    let token = (metadata != native).then(|| Token {
        kind: "Aip21",
        fields: vec![("metadata", raw::prefixed(&metadata))],
    });
    Payment { to, amount, token }
}

pub(super) fn read(network_id: &str, bytes: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor(bytes);
    let mut reading = Reading::of(raw::prefixed(cursor.take(32)?));
    cursor.u64_low_first()?;
    // The second kind of payload is a call of a function; others are scripts, and calls by several accounts.
    let after = if cursor.seven_bits()? == 2 {
        let mut attempt = cursor;
        entry_function(&mut attempt).map(|payment| (payment, attempt))
    } else {
        None
    };
    // Behind what cannot be read stand two numbers for gas, when it runs out, and the chain: 25 bytes.
    let (payment, mut cursor) = match after {
        Some(read) => read,
        None => (None, Cursor(&bytes[bytes.len().checked_sub(25)?..])),
    };
    reading.is_opaque = payment.is_none();
    reading.payments.extend(payment);
    let (most_gas, price) = (cursor.u64_low_first()?, cursor.u64_low_first()?);
    reading.fee = Some(u128::from(most_gas.min(TRANSFER_GAS)) * u128::from(price));
    cursor.u64_low_first()?;
    let chain = cursor.byte()?;
    let is_here = chain_id(network_id).is_none_or(|expected| expected == chain);
    (is_here && cursor.is_at_end()).then_some(reading)
}
