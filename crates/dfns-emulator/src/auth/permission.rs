//! May this caller do this?
//!
//! Invariant: the rights of a personal access token, and of an application, never exceed those of their user, and nobody
//! gives what they do not have.

use dfns_types::operation::{Operation, Principal};

use super::{Caller, application, operation_names};
use crate::server::Refusal;
use crate::store::{EVERYTHING, PermissionRecord, Store, StoreError, TokenKind, UserKind};

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
    application::require(caller, permission, store)?;
    if Rights::of(caller, store)?.hold(permission) {
        Ok(())
    } else {
        Err(not_authorized(caller, permission))
    }
}

/// Refuses to hand out operations that the caller does not hold: nobody gives more than they have.
pub(crate) fn refuse_beyond<'a>(
    caller: &Caller,
    operations: impl IntoIterator<Item = &'a String>,
    store: Store<'_>,
) -> Result<(), Refusal> {
    let rights = Rights::of(caller, store)?;
    match operations.into_iter().find(|operation| !rights.hold(operation)) {
        Some(operation) => Err(Refusal::forbidden(format!(
            "{} cannot grant what it does not hold ({operation})",
            caller.describe()
        ))),
        None => Ok(()),
    }
}

/// What a caller may do.
#[derive(Debug)]
pub(crate) struct Rights {
    user: Vec<PermissionRecord>,
    /// Behind a personal access token, what that may do at most.
    token: Option<Vec<PermissionRecord>>,
    /// Where the request names an application, what that may do at most.
    application: Option<Vec<PermissionRecord>>,
}

impl Rights {
    /// What a caller may do now.
    pub(crate) fn of(caller: &Caller, store: Store<'_>) -> Result<Self, StoreError> {
        let of = |identity: &str| -> Result<Vec<PermissionRecord>, StoreError> {
            let assignments = store.assignments(identity)?.into_iter();
            Ok(assignments.map(|assignment| assignment.permission).collect())
        };
        let is_pat = caller.token_kind == TokenKind::Pat;
        Ok(Self {
            user: of(caller.user_id())?,
            token: is_pat.then(|| of(&caller.token_id)).transpose()?,
            application: caller
                .application
                .as_ref()
                .map(|application| of(&application.id))
                .transpose()?,
        })
    }

    /// True if one operation is among them; for `*`, if all are, those to come included.
    pub(crate) fn hold(&self, operation: &str) -> bool {
        let granted = |permissions: &[PermissionRecord]| permissions.iter().any(|held| grants(held, operation));
        granted(&self.user)
            && self.token.as_deref().is_none_or(granted)
            && self.application.as_deref().is_none_or(granted)
    }
}

/// True if a permission grants the operation, by whichever of its names. One that is archived grants nothing.
pub(super) fn grants(permission: &PermissionRecord, operation: &str) -> bool {
    let asked = operation_names::current(operation);
    let grants = |granted: &String| granted == EVERYTHING || operation_names::current(granted) == asked;
    !permission.is_archived && permission.operations.iter().any(grants)
}

fn not_authorized(caller: &Caller, operation: &str) -> Refusal {
    Refusal::forbidden(format!(
        "{} is not authorized to perform operation ({operation})",
        caller.describe()
    ))
}
