//! Named values that stand once in a database: the seed, the counter of draws, what the first start made, the clock.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::clock::ClockState;

/// Where it stands how the clock goes.
const CLOCK: &str = "clock";
/// Where it stands how many numbers were drawn.
const DRAWS: &str = "draws";

impl Store<'_> {
    /// The value under a name.
    pub(crate) fn meta(self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT value FROM meta WHERE name = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    /// Puts a value under a name, in place of the one that may be there.
    pub(crate) fn set_meta(self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.connection.prepare_cached(sql)?.execute(params![name, value])?;
        Ok(())
    }

    /// How the clock went when it was last moved; `None` if it never was.
    pub(crate) fn clock(self) -> Result<Option<ClockState>, StoreError> {
        Ok(self.meta(CLOCK)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Keeps how the clock goes.
    pub(crate) fn set_clock(self, state: ClockState) -> Result<(), StoreError> {
        let unwritable = |source| StoreError::Unwritable {
            kind: "clock",
            id: String::new(),
            source,
        };
        self.set_meta(CLOCK, &serde_json::to_vec(&state).map_err(unwritable)?)
    }

    /// A number that was never given out before: 0, 1, 2, …
    pub(crate) fn next_draw(self) -> Result<u64, StoreError> {
        let draw = match self.draws.next.get() {
            Some(next) => next,
            None => self.drawn()?,
        };
        self.draws.next.set(Some(draw.wrapping_add(1)));
        Ok(draw)
    }

    /// Writes down how many numbers were drawn, if the running transaction has drawn any.
    pub(super) fn keep_draws(self) -> Result<(), StoreError> {
        match self.draws.next.get() {
            Some(next) => self.set_meta(DRAWS, &next.to_be_bytes()),
            None => Ok(()),
        }
    }

    fn drawn(self) -> Result<u64, StoreError> {
        let stored = self.meta(DRAWS)?.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        Ok(stored.map_or(0, u64::from_be_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Database;
    use super::*;

    #[test]
    fn a_draw_that_was_refused_is_given_out_again_and_none_twice() {
        let database = Database::in_memory().unwrap();
        let draw = |store: Store<'_>| store.next_draw().unwrap();
        let drawn: Result<_, StoreError> = database.transaction(|store| {
            let first = draw(store);
            let refused: Result<(), StoreError> = store.attempt(|| {
                draw(store);
                Err(StoreError::InUse)
            });
            assert!(refused.is_err());
            Ok([first, draw(store), draw(store)])
        });
        assert_eq!(drawn.unwrap(), [0, 1, 2]);
        let refused: Result<(), StoreError> = database.transaction(|store| {
            draw(store);
            Err(StoreError::InUse)
        });
        assert!(refused.is_err());
        let next: Result<_, StoreError> = database.transaction(|store| Ok(draw(store)));
        assert_eq!(next.unwrap(), 3);
    }
}
