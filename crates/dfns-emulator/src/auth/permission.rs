//! May this caller do this?
//!
//! Invariant: the rights of a personal access token never exceed those of its user.

use dfns_types::operation::{Operation, Principal};

use super::Caller;
use crate::server::Refusal;
use crate::store::{Store, StoreError, TokenKind, UserKind};

/// The operation that is closed to service accounts unless an approval group admits them, which its handler tells.
const DECIDES_ON_SERVICE_ACCOUNTS: &str = "createApprovalDecision";

/// Refuses a caller whose kind the operation is not open to, or who lacks one of its permissions.
///
/// A permission of the table that ends in `?` is needed for some requests only; the handler asks for it.
pub(crate) fn check(operation: &Operation, caller: &Caller, store: Store<'_>) -> Result<(), Refusal> {
    if !operation.principals.is_empty() && !is_open_to(operation, caller) {
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

/// True if an operation is open to a kind of caller. A personal access token is its user by another name: an end user's
/// opens only what is open to end users.
fn is_open_to(operation: &Operation, caller: &Caller) -> bool {
    let is_open = |principal| operation.principals.contains(&principal);
    match caller.principal() {
        Some(Principal::PersonalAccessToken) => {
            let user = match caller.user.kind {
                UserKind::CustomerEmployee => Principal::Employee,
                UserKind::EndUser => Principal::EndUser,
            };
            is_open(Principal::PersonalAccessToken) && is_open(user)
        }
        Some(Principal::ServiceAccount) if operation.id == DECIDES_ON_SERVICE_ACCOUNTS => true,
        Some(principal) => is_open(principal),
        None => false,
    }
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
