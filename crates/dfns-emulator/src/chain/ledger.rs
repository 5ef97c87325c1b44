//! Accounts of the emulated networks, and what moves between them.
//!
//! Invariant: a payment takes everything or nothing, and no balance goes below zero.

use dfns_types::Amount;

use super::{Asset, Chain};
use crate::store::{Store, StoreError};

/// Why an account cannot pay or be paid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// The account holds too little.
    #[error("insufficient balance: {needed} of {asset} needed, {held} held")]
    Insufficient {
        asset: String,
        needed: Amount,
        held: Amount,
    },
    /// The sum has more digits than any chain counts.
    #[error("the amount is too large")]
    TooLarge,
    /// The store failed.
    #[error("the ledger cannot be read or written")]
    Store(#[from] StoreError),
}

/// An address of a network in the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'a> {
    store: Store<'a>,
    chain: Chain,
    address: &'a str,
}

impl<'a> Account<'a> {
    /// The account of an address in the form of [`Chain::ledger_address`].
    pub(crate) fn new(store: Store<'a>, chain: Chain, address: &'a str) -> Self {
        Self { store, chain, address }
    }

    /// How much of an asset the account holds.
    pub(crate) fn balance(&self, asset: &Asset) -> Result<Amount, LedgerError> {
        Ok(self.store.balance(self.chain.id, self.address, &asset.key())?)
    }

    /// Adds to what the account holds and answers the new balance.
    pub(crate) fn credit(&self, asset: &Asset, amount: &Amount) -> Result<Amount, LedgerError> {
        let balance = self.balance(asset)?.checked_add(amount).ok_or(LedgerError::TooLarge)?;
        self.store
            .set_balance(self.chain.id, self.address, &asset.key(), &balance)?;
        Ok(balance)
    }

    /// Takes an amount of an asset, and a fee in the native asset.
    pub(crate) fn pay(&self, asset: &Asset, amount: &Amount, fee: &Amount) -> Result<(), LedgerError> {
        let native = Asset::native();
        if asset.is_native() {
            let total = amount.checked_add(fee).ok_or(LedgerError::TooLarge)?;
            return self.write(&native, &self.remainder(&native, &total)?);
        }
        let (rest, native_rest) = (self.remainder(asset, amount)?, self.remainder(&native, fee)?);
        self.write(asset, &rest)?;
        self.write(&native, &native_rest)
    }

    /// Gives back what [`pay`](Self::pay) took.
    pub(crate) fn refund(&self, asset: &Asset, amount: &Amount, fee: &Amount) -> Result<(), LedgerError> {
        self.credit(asset, amount)?;
        self.credit(&Asset::native(), fee)?;
        Ok(())
    }

    fn remainder(&self, asset: &Asset, amount: &Amount) -> Result<Amount, LedgerError> {
        let held = self.balance(asset)?;
        held.checked_sub(amount).ok_or_else(|| LedgerError::Insufficient {
            asset: asset
                .name()
                .map_or_else(|| self.chain.symbol_or_native().to_owned(), str::to_owned),
            needed: amount.clone(),
            held,
        })
    }

    fn write(&self, asset: &Asset, amount: &Amount) -> Result<(), LedgerError> {
        Ok(self
            .store
            .set_balance(self.chain.id, self.address, &asset.key(), amount)?)
    }
}

#[cfg(test)]
mod tests {
    use dfns_types::Amount;

    use super::{Account, Asset, LedgerError};
    use crate::chain::chain;
    use crate::store::Database;

    fn amount(digits: &str) -> Amount {
        digits.parse().unwrap()
    }

    fn with_account(work: impl FnOnce(Account<'_>) -> Result<(), LedgerError>) {
        let database = Database::in_memory().unwrap();
        database
            .transaction(|store| work(Account::new(store, chain("Ethereum").unwrap(), "0xa")))
            .unwrap();
    }

    fn token() -> Asset {
        let fields = [("contract".to_owned(), "0xc".to_owned())].into();
        Asset {
            kind: "Erc20".to_owned(),
            fields,
        }
    }

    #[test]
    fn a_payment_takes_amount_and_fee() {
        with_account(|account| {
            account.credit(&Asset::native(), &amount("1000000000000000000000"))?;
            account.pay(&Asset::native(), &amount("999999999999999999999"), &amount("1"))?;
            assert!(account.balance(&Asset::native())?.is_zero());
            Ok(())
        });
    }

    #[test]
    fn a_payment_that_the_fee_makes_too_large_takes_nothing() {
        with_account(|account| {
            account.credit(&Asset::native(), &amount("100"))?;
            let refused = account.pay(&Asset::native(), &amount("100"), &amount("1")).unwrap_err();
            assert_eq!(refused.to_string(), "insufficient balance: 101 of ETH needed, 100 held");
            assert_eq!(account.balance(&Asset::native())?, amount("100"));
            Ok(())
        });
    }

    #[test]
    fn a_token_is_not_taken_if_the_fee_cannot_be_paid() {
        with_account(|account| {
            account.credit(&token(), &amount("5"))?;
            assert!(matches!(
                account.pay(&token(), &amount("5"), &amount("1")),
                Err(LedgerError::Insufficient { .. })
            ));
            assert_eq!(account.balance(&token())?, amount("5"));
            account.credit(&Asset::native(), &amount("1"))?;
            account.pay(&token(), &amount("5"), &amount("1"))?;
            assert!(account.balance(&token())?.is_zero() && account.balance(&Asset::native())?.is_zero());
            account.refund(&token(), &amount("5"), &amount("1"))?;
            assert_eq!(
                (account.balance(&token())?, account.balance(&Asset::native())?),
                (amount("5"), amount("1"))
            );
            Ok(())
        });
    }

    #[test]
    fn a_balance_of_more_than_78_digits_is_refused() {
        with_account(|account| {
            let most = amount(&"9".repeat(78));
            account.credit(&token(), &most)?;
            assert!(matches!(
                account.credit(&token(), &amount("1")),
                Err(LedgerError::TooLarge)
            ));
            assert_eq!(account.balance(&token())?, most);
            Ok(())
        });
    }
}
