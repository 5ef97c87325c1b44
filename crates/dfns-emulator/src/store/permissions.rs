//! Permissions (named sets of operations) and their assignments to identities.

use rusqlite::params;

use super::{Store, StoreError};

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
}

impl PermissionRecord {
    /// True if the permission grants the operation.
    pub(crate) fn grants(&self, operation: &str) -> bool {
        self.operations
            .iter()
            .any(|granted| granted == EVERYTHING || granted == operation)
    }
}

/// A permission in the hands of an identity (user, service account, personal access token).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) id: String,
    pub(crate) permission: PermissionRecord,
}

impl Store<'_> {
    /// Keeps a new permission.
    pub(crate) fn insert_permission(self, permission: &PermissionRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO permission (id, org, name, operations) VALUES (?1, ?2, ?3, ?4)";
        let PermissionRecord {
            id,
            org,
            name,
            operations,
        } = permission;
        self.connection
            .prepare_cached(sql)?
            .execute(params![id, org, name, operations.join(" ")])?;
        Ok(())
    }

    /// The permission with this id in this organisation.
    pub(crate) fn permission(self, org: &str, id: &str) -> Result<Option<PermissionRecord>, StoreError> {
        self.one_permission(
            "SELECT id, org, name, operations FROM permission WHERE org = ?1 AND id = ?2",
            org,
            id,
        )
    }

    /// The permission with this name in this organisation.
    pub(crate) fn permission_named(self, org: &str, name: &str) -> Result<Option<PermissionRecord>, StoreError> {
        self.one_permission(
            "SELECT id, org, name, operations FROM permission WHERE org = ?1 AND name = ?2",
            org,
            name,
        )
    }

    fn one_permission(self, sql: &str, org: &str, key: &str) -> Result<Option<PermissionRecord>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query_map([org, key], |row| read_permission(row, 0))?;
        Ok(rows.next().transpose()?)
    }

    /// Assigns a permission to an identity.
    pub(crate) fn assign(self, id: &str, org: &str, permission_id: &str, identity: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO assignment (id, org, permission_id, identity_id) VALUES (?1, ?2, ?3, ?4)";
        self.connection
            .prepare_cached(sql)?
            .execute([id, org, permission_id, identity])?;
        Ok(())
    }

    /// What is assigned to an identity, oldest first.
    pub(crate) fn assignments(self, identity: &str) -> Result<Vec<Assignment>, StoreError> {
        let sql = "SELECT assignment.id, permission.id, permission.org, permission.name, permission.operations
                   FROM assignment JOIN permission ON permission.id = assignment.permission_id
                   WHERE assignment.identity_id = ?1 ORDER BY assignment.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Assignment {
                id: row.get(0)?,
                permission: read_permission(row, 1)?,
            })
        };
        Ok(statement.query_map([identity], read)?.collect::<Result<_, _>>()?)
    }
}

fn read_permission(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<PermissionRecord> {
    let operations: String = row.get(at + 3)?;
    let operations = operations.split_whitespace().map(str::to_owned).collect();
    Ok(PermissionRecord {
        id: row.get(at)?,
        org: row.get(at + 1)?,
        name: row.get(at + 2)?,
        operations,
    })
}
