//! What the emulator remembers, and the only place with SQL.
//!
//! One request is one transaction behind one mutex, so that requests happen one after the other. [`Store`] is the view
//! of a running transaction that handlers use; each file of this folder gives it the methods for one kind of thing.
//!
//! Invariant: whatever a refused request wrote is gone afterwards, except the user action that it used up.

mod challenges;
mod codes;
mod credentials;
mod deliveries;
mod documents;
mod external_ids;
mod identities;
mod ledger;
mod meta;
mod outbox;
mod page;
mod permissions;
mod removal;
mod schema;
mod snapshot;
mod tokens;
mod user_actions;

use std::cell::Cell;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

pub(crate) use challenges::{Challenge, ChallengePurpose};
pub(crate) use codes::{Code, CodePurpose};
pub(crate) use credentials::{Credential, CredentialKind};
pub(crate) use deliveries::{Attempt, Delivery, DeliveryShown, Outcome};
pub(crate) use documents::{Document, Filing, Listing};
pub(crate) use external_ids::Remembered;
pub(crate) use identities::{ApplicationKind, ApplicationRecord, UserKind, UserRecord};
pub(crate) use ledger::{AssetRecord, Flight};
pub(crate) use outbox::Mail;
pub(crate) use page::{Page, PageRequest};
pub(crate) use permissions::{Assignment, EVERYTHING, PermissionRecord};
pub(crate) use tokens::{AccessTokenRecord, TokenKind};
pub(crate) use user_actions::{ActionOutcome, UserAction};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite failed.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    /// A document does not read back as the type it was written from.
    #[error("{kind} {id} in the database cannot be read")]
    Unreadable {
        kind: &'static str,
        id: String,
        source: serde_json::Error,
    },
    /// A document cannot be written as JSON.
    #[error("{kind} {id} cannot be written as JSON")]
    Unwritable {
        kind: &'static str,
        id: String,
        source: serde_json::Error,
    },
    /// A document that should be there is not.
    #[error("there is no {kind} {id} to update")]
    Absent { kind: &'static str, id: String },
    /// Another process, or another emulator of this one, has the file open.
    #[error("the data file is in use by another emulator")]
    InUse,
    /// What should be restored is no state of an emulator, or a damaged one.
    #[error("no snapshot of an emulator: {problem}")]
    Snapshot { problem: String },
    /// The file was written by another version of the emulator, or by another program.
    #[error("the data file has format {found}, this emulator reads and writes format {expected}")]
    Format { found: String, expected: String },
}

/// How many statements are kept prepared: more than there are in this folder, and a few kilobytes each.
const STATEMENTS: usize = 256;

/// How much of the database stands in memory at most, in KiB; the rest is in its file, and with that in the memory that the
/// operating system can spare. Small, because a commit to a temporary file looks at every changed page that is not in the file
/// yet, and up to a quarter of these may wait for that.
const CACHE: i64 = 4 * 1024;

/// The database, in memory or in a file.
#[derive(Debug)]
pub(crate) struct Database(Mutex<Connection>);

impl Database {
    /// A database that is gone when it is dropped. What does not fit into the cache goes to a temporary file, which the
    /// operating system forgets with the process: memory has an end even if the list of transfers has none.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open("")?;
        // What a rollback needs is small and short-lived: it never goes to a file.
        connection.pragma_update(None, "journal_mode", "memory")?;
        Self::prepare(connection)
    }

    /// A database in a file, made if it is not there.
    pub(crate) fn in_file(path: &Path) -> Result<Self, StoreError> {
        let open = || {
            let connection = Connection::open(path)?;
            // Who has the file keeps it: waiting would only delay the bad news.
            connection.busy_timeout(Duration::ZERO)?;
            // Two emulators on one file would each overwrite what the other remembers.
            connection.pragma_update(None, "locking_mode", "exclusive")?;
            schema::check_format(&connection)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // In WAL mode this loses at most the last transactions at a power cut, and never the file.
            connection.pragma_update(None, "synchronous", "normal")?;
            Self::prepare(connection)
        };
        open().map_err(|error| match error {
            StoreError::Database(cause) if is_busy(&cause) => StoreError::InUse,
            error => error,
        })
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        // Otherwise a statement whose plan could depend on a value is planned anew for each value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        schema::create(&mut connection)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self(Mutex::new(connection)))
    }

    /// Runs `work` in a transaction, which is kept if it answers `Ok` and undone if it answers `Err` or panics.
    pub(crate) fn transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(Store<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.lock();
        let transaction = Transaction::begin(&connection)?;
        let draws = Draws::default();
        let store = Store {
            connection: &connection,
            draws: &draws,
        };
        let done = work(store)?;
        store.keep_draws()?;
        transaction.commit()?;
        Ok(done)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic inside of a transaction has rolled it back: the connection is as good as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let busy = [rusqlite::ErrorCode::DatabaseBusy, rusqlite::ErrorCode::DatabaseLocked];
    error.sqlite_error_code().is_some_and(|code| busy.contains(&code))
}

/// A transaction that is rolled back if it is dropped before it is committed.
///
/// That of rusqlite has its few words parsed anew each time, which is a good part of a short transaction.
struct Transaction<'a>(Option<&'a Connection>);

impl<'a> Transaction<'a> {
    fn begin(connection: &'a Connection) -> Result<Self, StoreError> {
        run(connection, "BEGIN IMMEDIATE")?;
        Ok(Self(Some(connection)))
    }

    fn commit(mut self) -> Result<(), StoreError> {
        if let Some(connection) = self.0 {
            run(connection, "COMMIT")?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.0 else { return };
        // SQLite may have rolled back on its own, as it does when the disk is full.
        if !connection.is_autocommit()
            && let Err(error) = run(connection, "ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// How many numbers were drawn, as far as the running transaction knows; written down once, at its end.
#[derive(Debug, Default)]
struct Draws {
    next: Cell<Option<u64>>,
}

/// The view of a running transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store<'a> {
    connection: &'a Connection,
    draws: &'a Draws,
}

impl Store<'_> {
    /// Runs `work`; what it wrote is undone if it answers `Err`, while what was written before stays.
    pub(crate) fn attempt<T, E: From<StoreError>>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let drawn = self.draws.next.get();
        run(self.connection, "SAVEPOINT attempt")?;
        match work() {
            Ok(done) => {
                run(self.connection, "RELEASE attempt")?;
                Ok(done)
            }
            Err(refused) => {
                run(self.connection, "ROLLBACK TO attempt")?;
                run(self.connection, "RELEASE attempt")?;
                self.draws.next.set(drawn);
                Err(refused)
            }
        }
    }
}
