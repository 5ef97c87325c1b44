//! What stands on the emulated networks: balances, assets, addresses, counters of accounts; and what is under way.

use dfns_types::Amount;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

/// What is known of an asset other than the native one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssetRecord {
    /// Its symbol, such as `USDC`.
    pub(crate) symbol: Option<String>,
    /// How many decimal places its smallest unit stands for; nothing for one that exists once.
    pub(crate) decimals: Option<u8>,
}

/// A request that will change by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    /// The id of the request.
    pub(crate) id: String,
    pub(crate) org: String,
    /// The kind under which the store keeps the request.
    pub(crate) kind: String,
    /// When it changes next, in Unix milliseconds.
    pub(crate) due_at: i64,
}

impl Store<'_> {
    /// How much of an asset an address holds.
    pub(crate) fn balance(self, network: &str, address: &str, asset: &str) -> Result<Amount, StoreError> {
        let sql = "SELECT amount FROM balance WHERE network = ?1 AND address = ?2 AND asset = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let amount: Option<String> = statement
            .query_row([network, address, asset], |row| row.get(0))
            .optional()?;
        amount.map_or_else(|| Ok(Amount::zero()), |amount| read_amount(address, amount))
    }

    /// True if anybody holds something of an asset.
    pub(crate) fn is_held(self, network: &str, asset: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM balance WHERE network = ?1 AND asset = ?2 AND amount <> '0'";
        Ok(self.connection.prepare_cached(sql)?.exists([network, asset])?)
    }

    /// Sets how much of an asset an address holds.
    pub(crate) fn set_balance(
        self,
        network: &str,
        address: &str,
        asset: &str,
        amount: &Amount,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO balance (network, address, asset, amount) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (network, address, asset) DO UPDATE SET amount = ?4";
        self.connection
            .prepare_cached(sql)?
            .execute([network, address, asset, amount.as_str()])?;
        Ok(())
    }

    /// Everything that an address holds or held, by asset.
    pub(crate) fn balances(self, network: &str, address: &str) -> Result<Vec<(String, Amount)>, StoreError> {
        let sql = "SELECT asset, amount FROM balance WHERE network = ?1 AND address = ?2 ORDER BY asset";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([network, address], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (asset, amount) = row?;
            Ok((asset, read_amount(address, amount)?))
        })
        .collect()
    }

    /// What is known of an asset.
    pub(crate) fn asset(self, network: &str, asset: &str) -> Result<Option<AssetRecord>, StoreError> {
        let sql = "SELECT symbol, decimals FROM asset WHERE network = ?1 AND asset = ?2";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(AssetRecord {
                symbol: row.get(0)?,
                decimals: row.get(1)?,
            })
        };
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([network, asset], read)
            .optional()?)
    }

    /// The assets of a network of which something is known.
    pub(crate) fn assets_of(self, network: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT asset FROM asset WHERE network = ?1 ORDER BY asset";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([network], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Network, asset and decimals of every asset with this symbol.
    pub(crate) fn assets_named(self, symbol: &str) -> Result<Vec<(String, String, Option<u8>)>, StoreError> {
        let sql = "SELECT network, asset, decimals FROM asset WHERE symbol = ?1 ORDER BY network, asset";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([symbol], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sets what is known of an asset.
    pub(crate) fn set_asset(self, network: &str, asset: &str, record: &AssetRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO asset (network, asset, symbol, decimals) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (network, asset) DO UPDATE SET symbol = ?3, decimals = ?4";
        let AssetRecord { symbol, decimals } = record;
        self.connection
            .prepare_cached(sql)?
            .execute(params![network, asset, symbol, decimals])?;
        Ok(())
    }

    /// Remembers whose wallet an address is.
    pub(crate) fn add_address(
        self,
        network: &str,
        address: &str,
        org: &str,
        wallet_id: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO address (network, address, org, wallet_id) VALUES (?1, ?2, ?3, ?4)";
        self.connection
            .prepare_cached(sql)?
            .execute([network, address, org, wallet_id])?;
        Ok(())
    }

    /// Network and address of a wallet of any organisation.
    pub(crate) fn address_of(self, wallet_id: &str) -> Result<Option<(String, String)>, StoreError> {
        let sql = "SELECT network, address FROM address WHERE wallet_id = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([wallet_id], read)
            .optional()?)
    }

    /// Organisation and id of the wallets with an address.
    pub(crate) fn wallets_at(self, network: &str, address: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT org, wallet_id FROM address WHERE network = ?1 AND address = ?2 ORDER BY wallet_id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([network, address], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many transactions an address has sent.
    pub(crate) fn sent_count(self, network: &str, address: &str) -> Result<u64, StoreError> {
        let sql = "SELECT sent FROM sender WHERE network = ?1 AND address = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let sent: Option<i64> = statement.query_row([network, address], |row| row.get(0)).optional()?;
        // The count begins at 1 and only grows.
        Ok(sent.and_then(|sent| u64::try_from(sent).ok()).unwrap_or(0))
    }

    /// Counts one more transaction of an address.
    pub(crate) fn count_sent(self, network: &str, address: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO sender (network, address, sent) VALUES (?1, ?2, 1)
                   ON CONFLICT (network, address) DO UPDATE SET sent = sent + 1";
        self.connection.prepare_cached(sql)?.execute([network, address])?;
        Ok(())
    }

    /// Says when a request changes next.
    pub(crate) fn set_due(self, flight: &Flight) -> Result<(), StoreError> {
        let sql = "INSERT INTO flight (id, org, kind, due_at) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (id) DO UPDATE SET due_at = ?4";
        let Flight { id, org, kind, due_at } = flight;
        self.connection
            .prepare_cached(sql)?
            .execute(params![id, org, kind, due_at])?;
        Ok(())
    }

    /// Says that a request does not change by itself any more.
    pub(crate) fn clear_due(self, id: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM flight WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// The request that is the first to change, if it does so by `now` (Unix milliseconds); those on a node aside.
    pub(crate) fn next_due(self, now: i64) -> Result<Option<Flight>, StoreError> {
        let sql = "SELECT id, org, kind, due_at FROM flight WHERE due_at <= ?1 AND kind NOT LIKE 'node %'
                   ORDER BY due_at, seq LIMIT 1";
        self.one_flight(sql, params![now])
    }

    /// The request on a node that is to be looked at first by `now` (Unix milliseconds), of one wallet or of all.
    pub(crate) fn next_due_on_node(self, now: i64, wallet_id: Option<&str>) -> Result<Option<Flight>, StoreError> {
        let sql = "SELECT id, org, kind, due_at FROM flight f WHERE due_at <= ?1 AND kind LIKE 'node %'
                   AND (?2 IS NULL OR EXISTS (SELECT 1 FROM entity e WHERE e.id = f.id AND e.parent = ?2))
                   ORDER BY due_at, seq LIMIT 1";
        self.one_flight(sql, params![now, wallet_id])
    }

    fn one_flight(self, sql: &str, parameters: impl rusqlite::Params) -> Result<Option<Flight>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Flight {
                id: row.get(0)?,
                org: row.get(1)?,
                kind: row.get(2)?,
                due_at: row.get(3)?,
            })
        };
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row(parameters, read)
            .optional()?)
    }

    /// When the first request of all changes, in Unix milliseconds.
    pub(crate) fn first_flight_due(self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT min(due_at) FROM flight";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

fn read_amount(address: &str, digits: String) -> Result<Amount, StoreError> {
    let unreadable = |source| StoreError::Unreadable {
        kind: "balance",
        id: address.to_owned(),
        source,
    };
    serde_json::from_value(serde_json::Value::String(digits)).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::super::Database;
    use super::*;

    fn with_store(work: impl FnOnce(Store<'_>) -> Result<(), StoreError>) {
        Database::in_memory().unwrap().transaction(work).unwrap();
    }

    #[test]
    fn an_address_holds_nothing_until_a_balance_is_set() {
        with_store(|store| {
            assert_eq!(store.balance("Ethereum", "0x1", "a")?, Amount::zero());
            let huge: Amount = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
                .parse()
                .unwrap();
            store.set_balance("Ethereum", "0x1", "a", &Amount::from(7_u64))?;
            store.set_balance("Ethereum", "0x1", "a", &huge)?;
            assert_eq!(store.balances("Ethereum", "0x1")?, [("a".to_owned(), huge)]);
            assert_eq!(store.balance("Base", "0x1", "a")?, Amount::zero());
            Ok(())
        });
    }

    #[test]
    fn what_is_on_a_node_is_looked_at_for_itself() {
        with_store(|store| {
            let flight = |id: &str, kind: &str| Flight {
                id: id.to_owned(),
                org: "or-1".to_owned(),
                kind: kind.to_owned(),
                due_at: 10,
            };
            store.set_due(&flight("a", "node transfer"))?;
            store.set_due(&flight("b", "transfer"))?;
            assert_eq!(store.next_due(10)?, Some(flight("b", "transfer")));
            assert_eq!(store.next_due_on_node(9, None)?, None);
            assert_eq!(store.next_due_on_node(10, None)?, Some(flight("a", "node transfer")));
            assert_eq!(store.next_due_on_node(10, Some("wa-1"))?, None);
            Ok(())
        });
    }

    #[test]
    fn the_first_to_change_comes_first_and_the_older_of_two() {
        with_store(|store| {
            let flight = |id: &str, due_at| {
                let (id, org, kind) = (id.to_owned(), "or-1".to_owned(), "transfer".to_owned());
                Flight { id, org, kind, due_at }
            };
            for flight in [flight("a", 20), flight("b", 10), flight("c", 10)] {
                store.set_due(&flight)?;
            }
            assert_eq!(store.next_due(9)?, None);
            assert_eq!(store.next_due(30)?, Some(flight("b", 10)));
            store.clear_due("b")?;
            store.set_due(&flight("c", 25))?;
            assert_eq!(store.next_due(30)?, Some(flight("a", 20)));
            Ok(())
        });
    }
}
