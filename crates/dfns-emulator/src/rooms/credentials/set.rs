//! The credentials with which somebody begins, or begins anew: a first factor, and perhaps a second one and a recovery
//! key.
//!
//! Invariant: every one of them is attested over the same challenge, and only a recovery key recovers.

use dfns_types::UserId;
use dfns_types::{
    CompletedRegistration, CredentialUuid, NewCredentialKind, OrgId, RegisteredCredential, RegisteredUser,
};
use serde::Deserialize;

use super::attest::{self, NewCredential, supported};
use crate::context::Context;
use crate::rooms::refusals::{invalid_field, parsed};
use crate::server::Refusal;
use crate::store::{Credential, CredentialKind, UserRecord};

/// The credentials as they are received.
#[expect(clippy::struct_field_names, reason = "the names of the API")]
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rooms) struct CredentialSet {
    first_factor_credential: NewCredential,
    #[serde(default)]
    second_factor_credential: Option<NewCredential>,
    #[serde(default)]
    recovery_credential: Option<NewCredential>,
}

/// Checks the credentials over a challenge and keeps them; answers the first. `at` is where they stand in the body, and
/// is empty or ends in a dot.
///
/// # Errors
/// 400 if one is of a kind that cannot be used as its factor, or is not attested over this challenge; 409 if its id is
/// taken.
pub(in crate::rooms) fn keep(
    context: &Context<'_>,
    user: &UserRecord,
    at: &str,
    credentials: CredentialSet,
    challenge: &str,
) -> Result<Credential, Refusal> {
    let CredentialSet {
        first_factor_credential,
        second_factor_credential,
        recovery_credential,
    } = credentials;
    let keep = |field: &str, new: NewCredential, default_name: &str, is_recovery: bool| {
        let field = format!("{at}{field}.");
        let kind = format!("{field}credentialKind");
        if (supported(&kind, &new.credential_kind)? == CredentialKind::RecoveryKey) != is_recovery {
            let problem = format!("{} cannot be used as this factor", new.credential_kind.as_str());
            return Err(invalid_field(&kind, &problem));
        }
        attest::keep(context, user, &field, new, default_name, challenge)
    };
    let first = keep(
        "firstFactorCredential",
        first_factor_credential,
        "Default Credential",
        false,
    )?;
    if let Some(second) = second_factor_credential {
        keep("secondFactorCredential", second, "Second Factor Credential", false)?;
    }
    if let Some(recovery) = recovery_credential {
        keep("recoveryCredential", recovery, "Recovery Credential", true)?;
    }
    Ok(first)
}

/// What both a registration and a recovery answer: whose credentials they are now, and the first of them.
///
/// # Errors
/// 500 if an id is none.
pub(in crate::rooms) fn done(user: &UserRecord, first: Credential) -> Result<CompletedRegistration, Refusal> {
    let credential = RegisteredCredential::new(
        parsed::<CredentialUuid>(&first.uuid)?,
        NewCredentialKind::from(first.kind.as_str()),
        first.name,
    );
    let user = RegisteredUser::new(
        parsed::<UserId>(&user.id)?,
        user.username.clone(),
        parsed::<OrgId>(&user.org)?,
    );
    Ok(CompletedRegistration::new(credential, user))
}
