//! A call from its first attempt to its last.
//!
//! Invariants: an attempt is authenticated and signed from scratch, and nothing of one attempt is used in another but the
//! bytes of the request. Once an attempt may have taken effect, no later error says that nothing has.

use dfns_api::{Request, Response};
use dfns_types::limits;
use dfns_types::operation::{Authentication, Method, OPERATIONS, Operation};
use serde_json::Value;

use crate::action::{self, PreparedAction};
use crate::clock::{self, Deadline};
use crate::config::Settings;
use crate::error::{Error, Sent, Step};
use crate::json;
use crate::retry;
use crate::retry::external_id::{self, ExternalId};
use crate::wire::{JSON, Outgoing, Wire};

/// The external id of a request that has one.
struct Named {
    external_id: String,
    /// Made up for this call: nobody else can have used it.
    is_ours: bool,
}

/// Sends the request of a call, as often as the settings allow and the errors are worth it. `attempts` counts along.
pub(crate) async fn carry_out(settings: &Settings, request: Request, attempts: &mut u32) -> Result<Response, Error> {
    let operation = request.operation();
    let body = understood(settings, &request);
    check(settings, &request, &body)?;
    if operation.user_action && settings.signer.is_none() && settings.completion.is_none() {
        return Err(Error::needs(operation.id, "signer", "a user action signature"));
    }
    let (request, named) = name(settings, request, &body)?;
    let is_repeatable = retry::is_repeatable(operation, named.is_some());
    let mut wire = Wire {
        settings,
        operation,
        attempt: 0,
        deadline: settings.call_timeout.map(Deadline::after),
    };
    let mut lost = None;
    loop {
        *attempts += 1;
        wire.attempt = *attempts;
        let error = match attempt(&wire, &request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let Some(delay) = delay(&wire, &error, is_repeatable) else {
            return end(&wire, &request, named, lost, error).await;
        };
        tracing::debug!(
            operation = operation.id,
            attempt = wire.attempt,
            error = error.kind(),
            ?delay,
            "trying again"
        );
        if error.sent() == Sent::Maybe && operation.method != Method::Get {
            lost = Some(error);
        }
        if !delay.is_zero() {
            clock::sleep(delay).await;
        }
    }
}

/// Declares the request of a call, for a user who signs elsewhere. Nothing of the call is sent.
pub(crate) async fn begin(settings: &Settings, request: Request) -> Result<PreparedAction, Error> {
    let body = understood(settings, &request);
    check(settings, &request, &body)?;
    let (request, _) = name(settings, request, &body)?;
    let wire = Wire {
        settings,
        operation: request.operation(),
        attempt: 1,
        deadline: settings.call_timeout.map(Deadline::after),
    };
    action::begin(&wire, &request).await
}

/// How long to wait before the next attempt; `None` if there is to be none.
fn delay(wire: &Wire<'_>, error: &Error, is_repeatable: bool) -> Option<std::time::Duration> {
    // Without randomness, the longest delay is the safe one.
    let random = wire.settings.random.bytes().map_or(u64::MAX, u64::from_le_bytes);
    let delay = retry::next(&wire.settings.retry, error, is_repeatable, wire.attempt, random)?;
    // Who would come too late need not wait.
    wire.deadline
        .is_none_or(|deadline| deadline.left() > delay)
        .then_some(delay)
}

/// What the body of a request says, if that is of interest; `null` for what is no JSON.
fn understood(settings: &Settings, request: &Request) -> Value {
    let operation = request.operation();
    let is_limited = settings.check_arguments && operation.body_limits.is_some();
    let body = request.body().filter(|_| is_limited || operation.idempotent);
    body.and_then(|body| json::tree(body).ok()).unwrap_or_default()
}

/// Refuses what the API would not take.
fn check(settings: &Settings, request: &Request, body: &Value) -> Result<(), Error> {
    let operation = request.operation();
    // The client's own are never zero; those of a call are checked here.
    for (name, limit) in [
        ("timeout", Some(settings.limits.timeout)),
        ("call_timeout", settings.call_timeout),
    ] {
        if limit.is_some_and(|limit| limit.is_zero()) {
            return Err(Error::argument(operation.id, name, "it is zero, expected some time"));
        }
    }
    if settings.check_arguments {
        let wrong = |violation: limits::Violation| Error::argument(operation.id, violation.path, violation.problem);
        if let (Some(shape), Some(query)) = (operation.query_limits, request.target().query()) {
            limits::check_query(query, shape).map_err(wrong)?;
        }
        if let Some(shape) = operation.body_limits {
            limits::check(body, shape).map_err(wrong)?;
        }
    }
    if operation.authentication != Authentication::None && settings.bearer.is_none() {
        return Err(Error::needs(operation.id, "auth_token", "a token"));
    }
    Ok(())
}

/// Finds the external id of a request that can have one, or makes one up.
fn name(settings: &Settings, request: Request, says: &Value) -> Result<(Request, Option<Named>), Error> {
    let operation = request.operation();
    let Some(body) = request.body().filter(|_| operation.idempotent) else {
        return Ok((request, None));
    };
    match ExternalId::of(says) {
        ExternalId::Given(external_id) => Ok((
            request,
            Some(Named {
                external_id,
                is_ours: false,
            }),
        )),
        ExternalId::Absent if settings.external_ids => {
            let external_id = match declared(settings) {
                Some(external_id) => external_id,
                None => made_up(settings, operation)?,
            };
            let body = external_id::insert(body, &external_id);
            let named = Named {
                external_id,
                is_ours: true,
            };
            Ok((request.with_body(body), Some(named)))
        }
        ExternalId::Absent | ExternalId::Unclear => Ok((request, None)),
    }
}

/// The external id that was made up when the call was begun: what is completed is what was declared.
fn declared(settings: &Settings) -> Option<String> {
    let completion = settings.completion.as_deref()?;
    match ExternalId::of(&json::tree(completion.declared.payload().as_bytes()).ok()?) {
        ExternalId::Given(external_id) => Some(external_id),
        ExternalId::Absent | ExternalId::Unclear => None,
    }
}

fn made_up(settings: &Settings, operation: &Operation) -> Result<String, Error> {
    let random = settings.random.bytes();
    let random = random.ok_or_else(|| Error::needs(operation.id, "randomness", "random bytes for an `externalId`"))?;
    Ok(external_id::uuid(random))
}

async fn attempt(wire: &Wire<'_>, request: &Request) -> Result<Response, Error> {
    let operation = request.operation();
    let user_action = match (wire.settings.completion.as_deref(), wire.settings.signer.as_deref()) {
        (Some(completion), _) if operation.user_action => Some(action::complete(wire, completion, request).await?),
        (None, Some(signer)) if operation.user_action => Some(action::sign(wire, signer, request).await?),
        _ => None,
    };
    wire.send(Outgoing {
        step: Step::Call,
        method: operation.method,
        target: request.target(),
        accept: request.accept(),
        with_token: operation.authentication != Authentication::None,
        user_action,
        content: request.content(),
    })
    .await
}

/// What the call comes to after its last attempt.
async fn end(
    wire: &Wire<'_>,
    request: &Request,
    named: Option<Named>,
    lost: Option<Error>,
    error: Error,
) -> Result<Response, Error> {
    let Some(Named { external_id, is_ours }) = named else {
        return Err(lost.unwrap_or(error));
    };
    if !error.is_conflict() {
        return Err(lost.unwrap_or(error).with_external_id(&external_id));
    }
    // A conflict with an id that nobody else can have is the effect of an attempt whose answer was lost. One with an id
    // that the caller gave may be another request altogether: only the caller can say whether it will do.
    match error.duplicate() {
        Some(duplicate) if is_ours && duplicate.external_id == Some(&external_id) => {
            let found = read(wire, request, duplicate.id).await;
            found.ok_or_else(|| error.with_external_id(&external_id))
        }
        _ => Err(error.with_external_id(&external_id)),
    }
}

/// Reads what a request made, which has a path of its own beneath that of the request.
async fn read(wire: &Wire<'_>, request: &Request, id: &str) -> Option<Response> {
    reader_of(request.operation())?;
    let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let target = format!("{}/{id}", request.path()).parse().ok().filter(|_| is_id)?;
    let outgoing = Outgoing {
        step: Step::Call,
        method: Method::Get,
        target: &target,
        accept: JSON,
        with_token: true,
        user_action: None,
        content: None,
    };
    wire.send(outgoing).await.ok()
}

/// The operation that reads what another one makes.
fn reader_of(maker: &Operation) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| {
        let parameter = operation.path.strip_prefix(maker.path);
        operation.method == Method::Get
            && parameter.is_some_and(|rest| {
                rest.starts_with("/{") && rest.ends_with('}') && !rest.as_bytes()[1..].contains(&b'/')
            })
    })
}

#[cfg(test)]
mod tests {
    use dfns_types::operation::by_function;

    use super::reader_of;

    #[test]
    fn what_is_made_is_read_beneath_the_path_where_it_was_made() {
        for (maker, reader) in [
            ("transfer_asset", Some("getWalletTransfer")),
            ("broadcast_transaction", Some("getWalletTransaction")),
            ("generate_key_signature", Some("getKeySignature")),
            ("create_stake_action", None),
        ] {
            let found = reader_of(by_function(maker).expect("an operation"));
            assert_eq!(found.map(|operation| operation.id), reader, "{maker}");
        }
    }
}
