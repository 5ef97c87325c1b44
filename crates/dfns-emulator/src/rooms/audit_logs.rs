//! The log of user actions: what was signed, by whom, with what, and what became of it.
//!
//! Invariant: the proof is shown as it was received, so that whoever reads the log can verify it.

use std::time::Duration;

use dfns_types::{
    AuditLog, AuditLogAssertion, AuditLogCredential, AuditLogResponseError, AuditLogResponseStatus,
    FirstFactorAssertion, NewCredentialKind, Timestamp, UserId,
};

use super::refusals::{invalid_field, parsed};
use crate::auth::session;
use crate::context::Context;
use crate::server::{Refusal, Reply, operation_of};
use crate::store::{UserAction, UserRecord};

/// The longest span of time that one export covers.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// `GET /auth/action/logs/{id}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("id")?;
    let org = context.caller()?.org();
    let action = context.store.user_action(id)?.filter(|action| action.org == org);
    let action = action.ok_or_else(|| Refusal::not_found("audit log", "id", id, org))?;
    let (signed_at, expires_at) = (time(action.signed_at)?, time(action.expires_at)?);
    let outcome = action.outcome.as_ref();
    Reply::json(&AuditLog::new(
        action.id.clone(),
        what(&action),
        session::seal_again(context, &action, signed_at, expires_at)?,
        Some(parsed::<UserId>(&action.user_id)?),
        username(context, &action)?,
        action.used_at.map(time).transpose()?,
        signed_at,
        outcome.map_or(Ok(signed_at), |outcome| time(outcome.at))?,
        AuditLogResponseStatus(outcome.map(|outcome| outcome.status).into()),
        AuditLogResponseError(outcome.and_then(|outcome| outcome.error.clone()).into()),
        credential(context, &action)?,
    ))
}

/// `GET /auth/action/logs?startTime=…&endTime=…[&userId=…]`: CSV, oldest first. The API does not publish its columns.
///
/// As text for those who ask for `text/csv`. For everybody else it is a JSON string: so the API describes it, and its
/// published clients read every answer as JSON.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let at = |name: &'static str| -> Result<Timestamp, Refusal> {
        let text = context
            .call
            .query(name)
            .ok_or_else(|| invalid_field(name, "is missing"))?;
        text.parse()
            .map_err(|_| invalid_field(name, "expected a time such as 2026-11-22T14:56:55.123Z"))
    };
    let (from, to) = (at("startTime")?, at("endTime")?);
    if to < from || from.checked_add(LONGEST).is_some_and(|latest| to > latest) {
        return Err(invalid_field(
            "endTime",
            "must be at most 7 days after startTime, and not before it",
        ));
    }
    let span = (from.unix_millis(), to.unix_millis());
    let org = context.caller()?.org();
    let mut csv = String::from("id,action,userId,username,dateSigned,datePerformed,responseStatus\r\n");
    for action in context.store.user_actions(org, span, context.call.query("userId"))? {
        let performed = action.used_at.map(time).transpose()?;
        let row = [
            action.id.clone(),
            what(&action),
            action.user_id.clone(),
            username(context, &action)?.unwrap_or_default(),
            time(action.signed_at)?.to_string(),
            performed.map(|time| time.to_string()).unwrap_or_default(),
            action
                .outcome
                .map(|outcome| outcome.status.to_string())
                .unwrap_or_default(),
        ];
        csv.push_str(&row.map(|field| quoted(&field)).join(","));
        csv.push_str("\r\n");
    }
    if context.call.header("accept").is_some_and(asks_for_csv) {
        Ok(Reply::text("text/csv; charset=utf-8", csv))
    } else {
        Reply::json(&csv)
    }
}

fn asks_for_csv(accept: &str) -> bool {
    let mut types = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default());
    types.any(|media_type| media_type.trim().eq_ignore_ascii_case("text/csv"))
}

/// A field of CSV, in quotes where it needs them. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !field.contains([',', '"', '\r', '\n']) {
        return field.to_owned();
    }
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// What was done, by the name that permissions have for it.
fn what(action: &UserAction) -> String {
    let path = action.path.split('?').next().unwrap_or_default();
    match operation_of(&action.method, path) {
        Some(operation) => {
            let permission = operation.permissions.iter().find(|name| !name.ends_with('?'));
            (*permission.unwrap_or(&operation.id)).to_owned()
        }
        None => format!("{} {path}", action.method),
    }
}

fn username(context: &Context<'_>, action: &UserAction) -> Result<Option<String>, Refusal> {
    let user: Option<UserRecord> = context.store.get(&action.org, &action.user_id)?;
    Ok(user.map(|user| user.username))
}

/// The credential that signed, with what it signed. One that was deleted since is known by its id alone.
fn credential(context: &Context<'_>, action: &UserAction) -> Result<AuditLogCredential, Refusal> {
    let found = context.store.credential(&action.credential_uuid)?;
    let (kind, public_key) = match found {
        Some(found) => (Some(NewCredentialKind::from(found.kind.as_str())), found.public_key),
        None => (None, String::new()),
    };
    let proof: FirstFactorAssertion =
        serde_json::from_str(&action.assertion).map_err(|error| Refusal::internal(&error))?;
    let assertion = match proof {
        FirstFactorAssertion::Fido2(factor) => {
            let proof = factor.credential_assertion;
            Some(AuditLogAssertion::new(
                Some(proof.authenticator_data),
                proof.client_data,
                proof.signature,
            ))
        }
        FirstFactorAssertion::Key(factor) => Some(of_key(factor.credential_assertion)),
        FirstFactorAssertion::PasswordProtectedKey(factor) => Some(of_key(factor.credential_assertion)),
        _ => None,
    };
    Ok(AuditLogCredential::new(
        action.credential_uuid.clone(),
        kind,
        public_key,
        assertion,
    ))
}

fn of_key(proof: dfns_types::KeyAssertion) -> AuditLogAssertion {
    AuditLogAssertion::new(None, proof.client_data, proof.signature)
}

fn time(millis: i64) -> Result<Timestamp, Refusal> {
    let outside = || std::io::Error::other("a time outside of the range of times");
    Timestamp::from_unix_millis(millis).ok_or_else(|| Refusal::internal(&outside()))
}

#[cfg(test)]
mod tests {
    use super::{asks_for_csv, quoted};

    #[test]
    fn csv_is_for_those_who_name_it() {
        assert!(asks_for_csv("text/csv"));
        assert!(asks_for_csv("application/json, Text/CSV;q=0.5"));
        assert!(!asks_for_csv("*/*"));
        assert!(!asks_for_csv("application/json"));
    }

    #[test]
    fn a_field_of_csv_is_quoted_where_it_must_be() {
        assert_eq!(quoted("us-1"), "us-1");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }
}
