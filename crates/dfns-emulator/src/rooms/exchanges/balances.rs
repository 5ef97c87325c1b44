//! What an account at an exchange holds: decimal numbers of whole coins, whatever network they came from.
//!
//! Invariant: no balance goes below zero, and none is rounded.

use std::collections::BTreeMap;

use dfns_types::Amount;
use serde::{Deserialize, Serialize};

use crate::rooms::decimal::decimal;
use crate::rooms::refusals::invalid_field;
use crate::server::Refusal;

/// Balances are counted in units of 10^-36, more places than any asset of the emulated networks has.
const PLACES: usize = 36;

/// The balances of an account, by symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Balances(BTreeMap<String, Amount>);

impl Balances {
    /// Symbol and balance of everything that the account holds, as decimal text.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&str, String)> {
        let held = self.0.iter().filter(|(_, amount)| !amount.is_zero());
        held.map(|(symbol, amount)| (symbol.as_str(), decimal(amount, PLACES)))
    }

    /// Adds an amount, counted in units of 10^-`decimals`.
    ///
    /// # Errors
    /// 400 if the sum has more digits than can be counted.
    pub(super) fn add(&mut self, symbol: &str, amount: &Amount, decimals: u8) -> Result<(), Refusal> {
        let too_large = || invalid_field("amount", "the balance at the exchange would be too large");
        let held = self.0.entry(symbol.to_owned()).or_insert_with(Amount::zero);
        let more = scaled(amount, decimals)?;
        *held = held.checked_add(&more).ok_or_else(too_large)?;
        Ok(())
    }

    /// Takes an amount, counted in units of 10^-`decimals`.
    ///
    /// # Errors
    /// 400 if the account holds less.
    pub(super) fn take(&mut self, symbol: &str, amount: &Amount, decimals: u8) -> Result<(), Refusal> {
        let held = self.0.get(symbol).cloned().unwrap_or_else(Amount::zero);
        let wanted = scaled(amount, decimals)?;
        let rest = held.checked_sub(&wanted).ok_or_else(|| {
            let (wanted, held) = (decimal(&wanted, PLACES), decimal(&held, PLACES));
            Refusal::invalid(format!(
                "insufficient balance at the exchange: {wanted} {symbol} needed, {held} held"
            ))
        })?;
        self.0.insert(symbol.to_owned(), rest);
        Ok(())
    }
}

fn scaled(amount: &Amount, decimals: u8) -> Result<Amount, Refusal> {
    let missing = PLACES
        .checked_sub(usize::from(decimals))
        .ok_or_else(|| invalid_field("amount", &format!("exchanges count at most {PLACES} decimal places")))?;
    let digits = format!("{amount}{}", "0".repeat(missing));
    let too_large = |error: dfns_types::AmountError| invalid_field("amount", &error.to_string());
    digits.parse().map_err(too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(digits: &str) -> Amount {
        digits.parse().unwrap()
    }

    fn shown(balances: &Balances) -> Vec<(&str, String)> {
        balances.shown().collect()
    }

    #[test]
    fn amounts_of_different_decimals_add_up() {
        let mut balances = Balances::default();
        balances.add("USDC", &amount("1500000"), 6).unwrap();
        balances.add("USDC", &amount("1"), 18).unwrap();
        assert_eq!(shown(&balances), [("USDC", "1.500000000000000001".to_owned())]);
        balances.take("USDC", &amount("1"), 18).unwrap();
        balances.take("USDC", &amount("15"), 1).unwrap();
        assert_eq!(shown(&balances), []);
    }

    #[test]
    fn more_than_is_held_cannot_be_taken() {
        let mut balances = Balances::default();
        balances.add("ETH", &amount("10"), 18).unwrap();
        let refused = balances.take("ETH", &amount("11"), 18).unwrap_err();
        assert_eq!(
            refused.message,
            "insufficient balance at the exchange: 0.000000000000000011 ETH needed, 0.00000000000000001 held"
        );
        assert_eq!(shown(&balances), [("ETH", "0.00000000000000001".to_owned())]);
        assert!(balances.take("BTC", &amount("1"), 8).is_err());
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let mut balances = Balances::default();
        assert!(balances.add("A", &amount("1"), 37).is_err());
        assert!(balances.add("A", &amount(&"9".repeat(78)), 0).is_err());
    }
}
