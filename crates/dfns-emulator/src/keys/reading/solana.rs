//! What a transaction of Solana pays, from its message.

use super::{Payment, Reading};
use crate::keys::cursor::Cursor;

/// The program that holds accounts without code of their own.
const SYSTEM: [u8; 32] = [0; 32];
const TRANSFER: u32 = 2;
const ADVANCE_NONCE: u32 = 4;
/// What every signature costs, in lamports.
const SIGNATURE_FEE: u64 = 5_000;
/// How much an instruction may compute if the transaction does not say, in units.
const USUAL_UNITS: u64 = 200_000;

/// Whether a program has this address.
fn is(program: &[u8; 32], address: &str) -> bool {
    bs58::encode(program).into_string() == address
}

const COMPUTE_BUDGET: &str = "ComputeBudget111111111111111111111111111111";
const MEMOS: [&str; 2] = [
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
    "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
];

/// A length in one to three bytes.
fn length(cursor: &mut Cursor<'_>) -> Option<usize> {
    let length = cursor.seven_bits()?;
    u16::try_from(length).ok().map(usize::from)
}

/// What an instruction does.
struct Instruction<'a> {
    program: Option<[u8; 32]>,
    accounts: Vec<Option<[u8; 32]>>,
    data: &'a [u8],
}

pub(super) fn read(bytes: &[u8], public_key: &[u8]) -> Option<Reading> {
    let mut cursor = Cursor(bytes);
    let signatures = length(&mut cursor)?;
    cursor.take(signatures.checked_mul(64)?)?;
    // The first byte of a versioned message has its top bit set; the header follows.
    let is_versioned = *cursor.0.first()? & 0x80 != 0;
    cursor.take(if is_versioned { 4 } else { 3 })?;
    let keys: Vec<[u8; 32]> = (0..length(&mut cursor)?)
        .map(|_| cursor.array())
        .collect::<Option<_>>()?;
    cursor.take(32)?;
    let payer = keys.first()?;
    let mut reading = Reading::default();
    let mut price = Offer::default();
    for _ in 0..length(&mut cursor)? {
        let instruction = instruction(&mut cursor, &keys)?;
        apply(&mut reading, &mut price, public_key, &instruction);
    }
    if is_versioned {
        // Accounts that are looked up in tables are not known here: an instruction that names one is opaque.
        for _ in 0..length(&mut cursor)? {
            cursor.take(32)?;
            for _ in ["written", "read"] {
                let places = length(&mut cursor)?;
                cursor.take(places)?;
            }
        }
    }
    if !cursor.is_at_end() {
        return None;
    }
    let fee = SIGNATURE_FEE * u64::try_from(signatures).ok()?;
    let fee = u128::from(fee) + price.priority_fee();
    // Whoever signs first pays, which need not be the wallet.
    reading.fee = Some(if payer[..] == *public_key { fee } else { 0 });
    Some(reading)
}

fn instruction<'a>(cursor: &mut Cursor<'a>, keys: &[[u8; 32]]) -> Option<Instruction<'a>> {
    let program = keys.get(usize::from(cursor.byte()?)).copied();
    let places = length(cursor)?;
    let accounts = cursor.take(places)?.iter();
    let accounts = accounts.map(|place| keys.get(usize::from(*place)).copied()).collect();
    let length = length(cursor)?;
    let data = cursor.take(length)?;
    Some(Instruction {
        program,
        accounts,
        data,
    })
}

fn apply(reading: &mut Reading, price: &mut Offer, public_key: &[u8], instruction: &Instruction<'_>) {
    let Some(program) = instruction.program else {
        reading.is_opaque = true;
        return;
    };
    price.instructions += u64::from(!is(&program, COMPUTE_BUDGET));
    let data = instruction.data;
    if program == SYSTEM
        && let Some((number, rest)) = data.split_first_chunk::<4>()
    {
        let number = u32::from_le_bytes(*number);
        let account = |place: usize| instruction.accounts.get(place).copied().flatten();
        match (number, <[u8; 8]>::try_from(rest), account(0), account(1)) {
            (TRANSFER, Ok(lamports), Some(from), Some(to)) if from[..] == *public_key => {
                let to = bs58::encode(to).into_string();
                let lamports = u64::from_le_bytes(lamports);
                reading.payments.push(Payment::native(to, lamports.into()));
            }
            (ADVANCE_NONCE, _, Some(_), _) if rest.is_empty() => {}
            _ => reading.is_opaque = true,
        }
    } else if is(&program, COMPUTE_BUDGET) {
        reading.is_opaque |= !price.read(data);
    } else if MEMOS.iter().any(|memo| is(&program, memo)) {
        reading.memo = Some(String::from_utf8_lossy(data).into_owned());
    } else {
        reading.is_opaque = true;
    }
}

/// What a transaction offers beyond the fee of its signatures.
#[derive(Default)]
struct Offer {
    units: Option<u32>,
    /// In millionths of a lamport for one unit.
    a_unit: u64,
    /// How many instructions there are that are not about the budget.
    instructions: u64,
}

impl Offer {
    /// Reads an instruction about the computing budget; false if it is none of the known ones.
    fn read(&mut self, data: &[u8]) -> bool {
        match data {
            [2, units @ ..] if units.len() == 4 => {
                self.units = units.try_into().ok().map(u32::from_le_bytes);
                true
            }
            [3, price @ ..] if price.len() == 8 => {
                self.a_unit = price.try_into().map_or(0, u64::from_le_bytes);
                true
            }
            // How much memory, or data of accounts, it may use.
            [1 | 4, ..] => data.len() == 5,
            _ => false,
        }
    }

    fn priority_fee(&self) -> u128 {
        let usual = USUAL_UNITS.saturating_mul(self.instructions).min(1_400_000);
        let units = self.units.map_or(usual, u64::from);
        (u128::from(units) * u128::from(self.a_unit)).div_ceil(1_000_000)
    }
}
