//! Permissions (named sets of operations) and their assignments to identities.

use rusqlite::{OptionalExtension, Row, params};

use super::{Page, PageRequest, Store, StoreError};

/// The operations of a permission that grants all of them, now and later.
pub(crate) const EVERYTHING: &str = "*";

/// A named set of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PermissionRecord {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) name: String,
    /// Operation names such as `Wallets:Read`; the single entry `*` stands for all of them.
    pub(crate) operations: Vec<String>,
    /// True if nobody can change or archive it.
    pub(crate) is_immutable: bool,
    /// True if it grants nothing any more; its name stays taken.
    pub(crate) is_archived: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A permission in the hands of an identity (user, service account, personal access token).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) id: String,
    pub(crate) identity: String,
    pub(crate) created_at: i64,
    pub(crate) permission: PermissionRecord,
}

const COLUMNS: &str = "id, org, name, operations, is_immutable, is_archived, created_at, updated_at";
const ASSIGNMENTS: &str = "SELECT a.seq, a.id, a.identity_id, a.created_at, p.id, p.org, p.name, p.operations,
                           p.is_immutable, p.is_archived, p.created_at, p.updated_at
                           FROM assignment a JOIN permission p ON p.id = a.permission_id";

impl Store<'_> {
    /// Keeps a new permission.
    pub(crate) fn insert_permission(self, permission: &PermissionRecord) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO permission ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        self.write_permission(&sql, permission)
    }

    /// Keeps a permission in place of the one with the same id.
    pub(crate) fn update_permission(self, permission: &PermissionRecord) -> Result<(), StoreError> {
        let sql = "UPDATE permission SET org = ?2, name = ?3, operations = ?4, is_immutable = ?5, is_archived = ?6,
                   created_at = ?7, updated_at = ?8 WHERE id = ?1";
        self.write_permission(sql, permission)
    }

    fn write_permission(self, sql: &str, permission: &PermissionRecord) -> Result<(), StoreError> {
        let PermissionRecord {
            id,
            org,
            name,
            operations,
            is_immutable,
            is_archived,
            created_at,
            updated_at,
        } = permission;
        let operations = operations.join(" ");
        self.connection.prepare_cached(sql)?.execute(params![
            id,
            org,
            name,
            operations,
            is_immutable,
            is_archived,
            created_at,
            updated_at
        ])?;
        Ok(())
    }

    /// Forgets a permission with all its assignments.
    pub(crate) fn delete_permission(self, id: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM assignment WHERE permission_id = ?1",
            "DELETE FROM permission WHERE id = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([id])?;
        }
        Ok(())
    }

    /// The permission with this id in this organisation.
    pub(crate) fn permission(self, org: &str, id: &str) -> Result<Option<PermissionRecord>, StoreError> {
        self.one_permission("id", org, id)
    }

    /// The permission with this name in this organisation.
    pub(crate) fn permission_named(self, org: &str, name: &str) -> Result<Option<PermissionRecord>, StoreError> {
        self.one_permission("name", org, name)
    }

    fn one_permission(self, column: &str, org: &str, key: &str) -> Result<Option<PermissionRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM permission WHERE org = ?1 AND {column} = ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row([org, key], |row| read_permission(row, 0))
            .optional()?)
    }

    /// One page of the permissions of an organisation, newest first.
    pub(crate) fn permissions(self, org: &str, page: &PageRequest) -> Result<Page<PermissionRecord>, StoreError> {
        let sql = format!(
            "SELECT seq, {COLUMNS} FROM permission WHERE org = ?1 AND (?2 IS NULL OR seq < ?2) ORDER BY seq DESC LIMIT ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![org, page.before, one_more(page)], |row| {
            Ok((row.get(0)?, read_permission(row, 1)?))
        })?;
        Ok(cut(page, rows.collect::<Result<_, _>>()?))
    }

    /// Assigns a permission to an identity, at a time in Unix milliseconds.
    pub(crate) fn assign(
        self,
        id: &str,
        org: &str,
        permission_id: &str,
        identity: &str,
        at: i64,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO assignment (id, org, permission_id, identity_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection
            .prepare_cached(sql)?
            .execute(params![id, org, permission_id, identity, at])?;
        Ok(())
    }

    /// Ends an assignment.
    pub(crate) fn delete_assignment(self, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM assignment WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute([id])?;
        Ok(())
    }

    /// What is assigned to an identity, oldest first.
    pub(crate) fn assignments(self, identity: &str) -> Result<Vec<Assignment>, StoreError> {
        let sql = format!("{ASSIGNMENTS} WHERE a.identity_id = ?1 ORDER BY a.seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([identity], |row| Ok(read_assignment(row)?.1))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who holds a permission, newest first.
    pub(crate) fn holders(self, permission_id: &str) -> Result<Vec<Assignment>, StoreError> {
        let sql = format!("{ASSIGNMENTS} WHERE a.permission_id = ?1 ORDER BY a.seq DESC");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([permission_id], |row| Ok(read_assignment(row)?.1))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One page of those who hold a permission, newest first.
    pub(crate) fn holders_page(self, permission_id: &str, page: &PageRequest) -> Result<Page<Assignment>, StoreError> {
        let sql = format!(
            "{ASSIGNMENTS} WHERE a.permission_id = ?1 AND (?2 IS NULL OR a.seq < ?2) ORDER BY a.seq DESC LIMIT ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![permission_id, page.before, one_more(page)], read_assignment)?;
        Ok(cut(page, rows.collect::<Result<_, _>>()?))
    }
}

/// One more than a page holds tells whether there is a next one.
fn one_more(page: &PageRequest) -> i64 {
    i64::try_from(page.limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// The page, and its token if there is more.
fn cut<T>(page: &PageRequest, mut found: Vec<(i64, T)>) -> Page<T> {
    let is_more = found.len() > page.limit;
    found.truncate(page.limit);
    let last = found.last().filter(|_| is_more).map(|(position, _)| *position);
    Page {
        next_page_token: last.map(|position| page.token_after(position)),
        items: found.into_iter().map(|(_, item)| item).collect(),
    }
}

fn read_assignment(row: &Row<'_>) -> rusqlite::Result<(i64, Assignment)> {
    let assignment = Assignment {
        id: row.get(1)?,
        identity: row.get(2)?,
        created_at: row.get(3)?,
        permission: read_permission(row, 4)?,
    };
    Ok((row.get(0)?, assignment))
}

fn read_permission(row: &Row<'_>, at: usize) -> rusqlite::Result<PermissionRecord> {
    let operations: String = row.get(at + 3)?;
    let operations = operations.split_whitespace().map(str::to_owned).collect();
    Ok(PermissionRecord {
        id: row.get(at)?,
        org: row.get(at + 1)?,
        name: row.get(at + 2)?,
        operations,
        is_immutable: row.get(at + 4)?,
        is_archived: row.get(at + 5)?,
        created_at: row.get(at + 6)?,
        updated_at: row.get(at + 7)?,
    })
}
