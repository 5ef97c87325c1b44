//! The whole database in one piece: a copy of it, and another in its place.
//!
//! A copy is the content of an SQLite file, and so a data file that an emulator can be started with.

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{Database, Draws, Store, StoreError, schema};

impl Database {
    /// A copy of everything, after `mark` has noted in the copy what belongs to it.
    pub(crate) fn copy(&self, mark: impl FnOnce(Store<'_>) -> Result<(), StoreError>) -> Result<Vec<u8>, StoreError> {
        let connection = self.lock();
        let mut copy = Connection::open_in_memory()?;
        overwrite(&connection, &mut copy)?;
        drop(connection);
        look(&copy, mark)?;
        Ok(copy.serialize(c"main")?.to_vec())
    }

    /// Puts a copy in the place of everything. Before that, `adopt` takes from the copy what it needs; no request comes
    /// in between.
    ///
    /// # Errors
    /// [`StoreError::Snapshot`] or [`StoreError::Format`] if the bytes are no copy of a database of this version, and
    /// whatever `adopt` fails with; nothing is changed then.
    pub(crate) fn replace<T, E: From<StoreError>>(
        &self,
        bytes: &[u8],
        adopt: impl FnOnce(Store<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let copy = open(bytes)?;
        let mut connection = self.lock();
        let adopted = look(&copy, adopt)?;
        overwrite(&copy, &mut connection)?;
        Ok(adopted)
    }
}

/// Lets `work` see a copy.
fn look<T, E: From<StoreError>>(copy: &Connection, work: impl FnOnce(Store<'_>) -> Result<T, E>) -> Result<T, E> {
    let draws = Draws::default();
    let store = Store {
        connection: copy,
        draws: &draws,
    };
    let done = work(store)?;
    store.keep_draws()?;
    Ok(done)
}

fn overwrite(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    /// A few megabytes at a time; nobody waits in between, so it makes no difference.
    const PAGES: i32 = 1024;
    // A statement that is kept prepared may hold the database that is to be overwritten.
    to.flush_prepared_statement_cache();
    Ok(Backup::new(from, to)?.run_to_completion(PAGES, std::time::Duration::ZERO, None)?)
}

/// Opens what should be a copy, and looks whether it is a whole one.
fn open(bytes: &[u8]) -> Result<Connection, StoreError> {
    let damaged = |error: rusqlite::Error| StoreError::Snapshot {
        problem: error.to_string(),
    };
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(StoreError::Snapshot {
            problem: "it does not begin as one".to_owned(),
        });
    }
    let mut bytes = bytes.to_vec();
    // The two versions of the file format: a copy of a file that was written ahead says so, and memory cannot be.
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
    let mut copy = Connection::open_in_memory()?;
    copy.deserialize_read_exact(c"main", &bytes[..], bytes.len(), false)
        .map_err(damaged)?;
    let sound: String = copy
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(damaged)?;
    if sound != "ok" {
        return Err(StoreError::Snapshot { problem: sound });
    }
    schema::check_format(&copy)?;
    if schema::tables(&copy)? == schema::tables(&Database::in_memory()?.lock())? {
        Ok(copy)
    } else {
        Err(StoreError::Snapshot {
            problem: "it has other tables".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_value(value: &[u8]) -> Database {
        let database = Database::in_memory().unwrap();
        let set: Result<(), StoreError> = database.transaction(|store| store.set_meta("value", value));
        set.unwrap();
        database
    }

    fn value(database: &Database) -> Vec<u8> {
        let read: Result<_, StoreError> = database.transaction(|store| store.meta("value"));
        read.unwrap().unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "what adopts may refuse")]
    fn adopt_nothing(_: Store<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    #[test]
    fn a_copy_brings_everything_back() {
        let database = with_value(b"before");
        let copy = database.copy(|store| store.set_meta("mark", b"noted")).unwrap();
        let change: Result<(), StoreError> = database.transaction(|store| store.set_meta("value", b"after"));
        change.unwrap();
        let adopted = database.replace(&copy, |store| store.meta("mark")).unwrap();
        assert_eq!(
            (adopted.as_deref(), value(&database)),
            (Some(&b"noted"[..]), b"before".to_vec())
        );
    }

    #[test]
    fn what_is_no_copy_changes_nothing() {
        let database = with_value(b"before");
        let copy = database.copy(adopt_nothing).unwrap();
        let half = &copy[..copy.len() / 2];
        let foreign = Connection::open_in_memory().unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x)").unwrap();
        let mut foreign = foreign;
        let foreign = foreign.serialize(c"main").unwrap().to_vec();
        for bytes in [&b""[..], b"text", half, &foreign] {
            assert!(database.replace(bytes, adopt_nothing).is_err());
        }
        assert_eq!(value(&database), b"before");
    }

    #[test]
    fn a_copy_that_is_not_adopted_changes_nothing() {
        let (database, other) = (with_value(b"before"), with_value(b"other"));
        let copy = other.copy(adopt_nothing).unwrap();
        let refused: Result<(), StoreError> = database.replace(&copy, |_| Err(StoreError::InUse));
        assert!(refused.is_err());
        assert_eq!(value(&database), b"before");
    }
}
