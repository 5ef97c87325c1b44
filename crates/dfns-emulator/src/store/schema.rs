//! The tables, and the mark by which a data file of another version is recognised.

use rusqlite::Connection;

use super::StoreError;

/// `DFNS` in ASCII, in the header of the file.
const APPLICATION_ID: i32 = 0x4446_4e53;
/// Raised with every change of the tables or of what stands in them.
const FORMAT: i32 = 3;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

-- Entities of the API as JSON documents. `private` is what the API never shows.
CREATE TABLE entity (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, parent TEXT NOT NULL, owner TEXT NOT NULL,
    body TEXT NOT NULL, private TEXT
) STRICT;
CREATE INDEX entity_by_parent ON entity (kind, org, parent, seq);
CREATE INDEX entity_by_org ON entity (kind, org, seq);

CREATE TABLE external_id (
    kind TEXT NOT NULL, scope TEXT NOT NULL, external_id TEXT NOT NULL,
    entity_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (kind, scope, external_id)
) STRICT;

CREATE TABLE credential (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE, credential_id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, user_id TEXT NOT NULL,
    token_id TEXT, kind TEXT NOT NULL, name TEXT NOT NULL, public_key TEXT NOT NULL, is_active INTEGER NOT NULL,
    relying_party_id TEXT NOT NULL, origin TEXT NOT NULL, encrypted_private_key TEXT, sign_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL, is_archived INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX credential_by_user ON credential (user_id, seq);
CREATE INDEX credential_by_token ON credential (token_id, seq) WHERE token_id IS NOT NULL;

CREATE TABLE access_token (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, org TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL,
    external_id TEXT, is_active INTEGER NOT NULL, is_archived INTEGER NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX access_token_by_user ON access_token (user_id, seq);

CREATE TABLE challenge (
    id TEXT PRIMARY KEY, purpose TEXT NOT NULL, org TEXT NOT NULL, user_id TEXT NOT NULL, token_id TEXT,
    challenge TEXT NOT NULL, subject TEXT NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX challenge_by_time ON challenge (expires_at);

-- One-time codes; a user has at most one of a purpose.
CREATE TABLE code (
    purpose TEXT NOT NULL, org TEXT NOT NULL, user_id TEXT NOT NULL, text TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, user_id)
) STRICT;

CREATE TABLE user_action (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, user_id TEXT NOT NULL, token_id TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, body TEXT NOT NULL, credential_uuid TEXT NOT NULL,
    assertion TEXT NOT NULL, signed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER,
    resolved_at INTEGER, response_status INTEGER, response_error TEXT
) STRICT;

CREATE TABLE permission (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, name TEXT NOT NULL, operations TEXT NOT NULL,
    is_immutable INTEGER NOT NULL, is_archived INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    UNIQUE (org, name)
) STRICT;

CREATE TABLE assignment (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, permission_id TEXT NOT NULL, identity_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (permission_id, identity_id)
) STRICT;
CREATE INDEX assignment_by_identity ON assignment (identity_id);

-- The emulated networks.
CREATE TABLE balance (
    network TEXT NOT NULL, address TEXT NOT NULL, asset TEXT NOT NULL, amount TEXT NOT NULL,
    PRIMARY KEY (network, address, asset)
) STRICT;

CREATE TABLE asset (
    network TEXT NOT NULL, asset TEXT NOT NULL, symbol TEXT, decimals INTEGER, PRIMARY KEY (network, asset)
) STRICT;

CREATE TABLE address (
    network TEXT NOT NULL, address TEXT NOT NULL, org TEXT NOT NULL, wallet_id TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX address_by_text ON address (network, address);

CREATE TABLE sender (
    network TEXT NOT NULL, address TEXT NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (network, address)
) STRICT;

-- Requests that change by themselves, and when they do so next.
CREATE TABLE flight (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, org TEXT NOT NULL, kind TEXT NOT NULL, due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX flight_by_time ON flight (due_at, seq);

-- What webhooks are told: one row an attempt, with its outcome once it was made.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, webhook_id TEXT NOT NULL, kind TEXT NOT NULL, date INTEGER NOT NULL, data TEXT NOT NULL,
    attempt INTEGER NOT NULL, retry_of TEXT, first_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    sent_at INTEGER, status TEXT, error TEXT
) STRICT;
CREATE INDEX delivery_by_webhook ON delivery (webhook_id, seq);
CREATE INDEX delivery_due ON delivery (webhook_id, due_at, seq) WHERE sent_at IS NULL;
CREATE INDEX delivery_due_first ON delivery (due_at) WHERE sent_at IS NULL;
CREATE INDEX delivery_retry ON delivery (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX delivery_by_time ON delivery (sent_at);

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL, purpose TEXT NOT NULL, code TEXT NOT NULL, sent_at INTEGER NOT NULL
) STRICT;
";

/// Makes the tables if the database is new.
pub(super) fn create(connection: &mut Connection) -> Result<(), StoreError> {
    check_format(connection)?;
    let transaction = connection.transaction()?;
    if pragma(&transaction, "user_version")? == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Refuses a file that is not ours, or not of this version, before anything is written to it.
pub(super) fn check_format(connection: &Connection) -> Result<(), StoreError> {
    let found = (
        pragma(connection, "application_id")?,
        pragma(connection, "user_version")?,
    );
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found == (APPLICATION_ID, FORMAT) || (found == (0, 0) && tables == 0) {
        return Ok(());
    }
    let found = match found {
        (APPLICATION_ID, version) => version.to_string(),
        _ => "of another program".to_owned(),
    };
    Err(StoreError::Format {
        found,
        expected: FORMAT.to_string(),
    })
}

/// The tables and indexes, as they were made.
pub(super) fn tables(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pragma(connection: &Connection, name: &str) -> Result<i32, StoreError> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_database_gets_the_tables_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        create(&mut connection).unwrap();
        create(&mut connection).unwrap();
        check_format(&connection).unwrap();
    }

    #[test]
    fn a_file_of_another_version_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        create(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = create(&mut connection).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the data file has format 99, this emulator reads and writes format 3"
        );
    }

    #[test]
    fn a_file_of_another_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(create(&mut connection), Err(StoreError::Format { .. })));
    }
}
