//! May this caller do this?
//!
//! Invariant: the rights of a personal access token never exceed those of its user.

use dfns_types::operation::Operation;

use super::Caller;
use crate::server::Refusal;
use crate::store::{Store, StoreError, TokenKind};

/// Refuses a caller whose kind the operation is not open to, or who lacks one of its permissions.
///
/// A permission of the table that ends in `?` is needed for some requests only; the handler asks for it.
pub(crate) fn check(operation: &Operation, caller: &Caller, store: Store<'_>) -> Result<(), Refusal> {
    let is_open = |principal| operation.principals.contains(&principal);
    if !operation.principals.is_empty() && !caller.principal().is_some_and(is_open) {
        return Err(not_authorized(caller, operation.id));
    }
    let always = operation
        .permissions
        .iter()
        .filter(|permission| !permission.ends_with('?'));
    always
        .copied()
        .try_for_each(|permission| require(caller, permission, store))
}

/// Refuses a caller who lacks one permission.
pub(crate) fn require(caller: &Caller, permission: &str, store: Store<'_>) -> Result<(), Refusal> {
    if holds(caller, permission, store)? {
        Ok(())
    } else {
        Err(not_authorized(caller, permission))
    }
}

/// True if the caller holds a permission.
fn holds(caller: &Caller, permission: &str, store: Store<'_>) -> Result<bool, StoreError> {
    let granted_to = |identity: &str| -> Result<bool, StoreError> {
        Ok(store
            .assignments(identity)?
            .iter()
            .any(|assignment| assignment.permission.grants(permission)))
    };
    Ok(granted_to(caller.user_id())? && (caller.token_kind != TokenKind::Pat || granted_to(&caller.token_id)?))
}

fn not_authorized(caller: &Caller, operation: &str) -> Refusal {
    Refusal::forbidden(format!(
        "{} is not authorized to perform operation ({operation})",
        caller.describe()
    ))
}
