//! What a transaction of Tron pays, from its `raw_data`.

use super::{Payment, Reading, Token};
use crate::keys::address::raw;
use crate::keys::protobuf::{all, bytes, fields, has_only, number, text};

/// First bytes of a call of `transfer(address,uint256)`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

pub(super) fn read(bytes_of_transaction: &[u8]) -> Option<Reading> {
    // The reference to a block comes first; otherwise it is the whole message, in which the raw data are the first field.
    let raw_data = if bytes_of_transaction.starts_with(&[0x0a, 0x02]) {
        fields(bytes_of_transaction)?
    } else {
        fields(bytes(&fields(bytes_of_transaction)?, 1)?)?
    };
    let contracts = all(&raw_data, 11);
    // A transaction has exactly one contract, as what it does is called.
    let [contract] = contracts[..] else { return None };
    let contract = fields(contract)?;
    let kind = number(&contract, 1)?;
    let parameter = fields(bytes(&contract, 2)?)?;
    let name = text(&parameter, 1)?.rsplit('/').next()?.to_owned();
    let parameter = fields(bytes(&parameter, 2)?)?;
    let account = |place: u64| raw::tron_account(bytes(&parameter, place)?);
    let is_understood = has_only(&raw_data, &[1, 3, 4, 8, 10, 11, 14, 18]) && has_only(&contract, &[1, 2]);
    let memo = bytes(&raw_data, 10)?;
    let memo = std::str::from_utf8(memo).ok().filter(|memo| !memo.is_empty());
    let mut reading = match (kind, name.as_str()) {
        (1, "protocol.TransferContract") => {
            let mut reading = Reading::of(account(1)?);
            let amount = number(&parameter, 3)?;
            reading.payments.push(Payment::native(account(2)?, amount.into()));
            reading
        }
        (2, "protocol.TransferAssetContract") => {
            let mut reading = Reading::of(account(2)?);
            reading.payments.push(Payment {
                to: account(3)?,
                amount: number(&parameter, 4)?.into(),
                token: Some(Token {
                    kind: "Trc10",
                    fields: vec![("tokenId", text(&parameter, 1)?.to_owned())],
                }),
            });
            reading
        }
        (31, "protocol.TriggerSmartContract") => {
            let mut reading = Reading::of(account(1)?);
            let pays_nothing = number(&parameter, 3)? == 0 && number(&parameter, 5)? == 0;
            match token_transfer(bytes(&parameter, 4)?).filter(|_| pays_nothing) {
                Some((to, amount)) => reading.payments.push(Payment {
                    to,
                    amount,
                    token: Some(Token {
                        kind: "Trc20",
                        fields: vec![("contract", account(2)?)],
                    }),
                }),
                None => reading.is_opaque = true,
            }
            reading
        }
        // Whose it is stands first in almost all others, too.
        _ => {
            let mut reading = Reading::of(account(1)?);
            reading.is_opaque = true;
            reading
        }
    };
    reading.is_opaque |= !is_understood;
    reading.memo = memo.map(str::to_owned);
    Some(reading)
}

fn token_transfer(data: &[u8]) -> Option<(String, u128)> {
    let arguments: &[u8; 64] = data.strip_prefix(&TRANSFER)?.try_into().ok()?;
    // Some clients write the first byte of the address, too.
    if arguments[..11] != [0; 11] || ![0, 0x41].contains(&arguments[11]) || arguments[32..48] != [0; 16] {
        return None;
    }
    let to = raw::tron_account(&[&[0x41][..], &arguments[12..32]].concat())?;
    Some((to, u128::from_be_bytes(arguments[48..].try_into().ok()?)))
}
