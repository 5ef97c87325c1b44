//! The checks that every request passes, in the order in which the API makes them: route 404, token 401, kind of
//! caller and permission 403, user action 403 or 400. Body (400) and lookup (404) are the handler's. What has no handler
//! is 501 for everybody with a good token.
//!
//! Invariant: a user action is used up if, and only if, it was accepted; whether the handler then refuses or not.

use std::sync::{Arc, PoisonError, RwLock};

use dfns_types::Timestamp;
use dfns_types::operation::{Authentication, Operation};
use http::StatusCode;

use super::route::{self, Match};
use super::turn::Turn;
use super::{Call, Refusal, Reply};
use crate::admin::Answers;
use crate::auth::{application, caller, permission};
use crate::context::{Context, Services};
use crate::fault::Strike;
use crate::journal::{Trace, Who};
use crate::snapshots::Snapshots;
use crate::store::{ActionOutcome, Database};
use crate::{action, admin, chain, contract, node, rooms};

/// Where the history of all wallets of an organisation is.
const HISTORY_OF_ALL: &str = "/wallets/all/history";

/// The whole emulation behind the server.
#[derive(Debug)]
pub(crate) struct Emulation {
    pub(crate) database: Database,
    /// Changes only when another state is put in the place of this one.
    pub(crate) services: RwLock<Arc<Services>>,
    pub(crate) snapshots: Snapshots,
    /// Who asks for it first answers first.
    pub(crate) turn: Turn,
}

impl Emulation {
    pub(crate) fn new(database: Database, services: Services) -> Self {
        Self {
            database,
            services: RwLock::new(Arc::new(services)),
            snapshots: Snapshots::default(),
            turn: Turn::default(),
        }
    }

    /// What stays the same from request to request.
    pub(crate) fn services(&self) -> Arc<Services> {
        Arc::clone(&self.services.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The fault that strikes a call of the API, if one does.
    pub(crate) fn strike(&self, call: &Call) -> Option<Strike> {
        let faults = Arc::clone(&self.services().faults);
        if faults.is_empty() {
            return None;
        }
        faults.strike(route::operation(&call.method, &call.path)?.id)
    }

    /// Answers a request.
    pub(crate) fn answer(&self, call: Call) -> Result<Reply, Refusal> {
        tracing::debug!(method = call.method, path = call.path, "request");
        if call.path == "/.well-known/jwks.json" && call.method == "GET" {
            return Reply::json(&self.services().token_key.key_set());
        }
        if let Some(rest) = call.path.strip_prefix(admin::PREFIX) {
            admin::guard::check(&call, &self.services().config.base_url)?;
            // The page stands at the prefix itself, with or without a slash.
            let rest = if rest.is_empty() { "/" } else { rest };
            let (answers, parameters) = found(admin::ROUTES.find(&call.method, rest), &call)?;
            let call = Call { parameters, ..call };
            return match answers {
                Answers::Alone(handler) => handler(self, &call),
                Answers::InTransaction(handler) => node::transaction(&self.database, |store, inquiries| {
                    handler(&mut Context::new(store, &call, &self.services(), inquiries))
                }),
            };
        }
        self.call(call)
    }

    /// Answers a call of the API, and keeps it in the journal.
    fn call(&self, call: Call) -> Result<Reply, Refusal> {
        let mut trace = Trace::default();
        let (call, operation, answered) = match found(route::OPERATIONS.find(&call.method, &call.path), &call) {
            Ok((operation, parameters)) => {
                let call = Call { parameters, ..call };
                let answered = self.operation(operation, &call, &mut trace);
                (call, Some(operation.id), answered)
            }
            Err(refusal) => (call, None, Err(refusal)),
        };
        let services = self.services();
        let now = services.clock.now();
        services.journal.keep(now, &call, operation, Some(&answered), trace);
        answered
    }

    /// Keeps a call in the journal that a fault keeps from being performed.
    pub(crate) fn note_unperformed(&self, call: &Call) {
        let services = self.services();
        let operation = route::operation(&call.method, &call.path).map(|operation| operation.id);
        let now = services.clock.now();
        services.journal.keep(now, call, operation, None, Trace::default());
    }

    fn operation(&self, operation: &'static Operation, call: &Call, trace: &mut Trace) -> Result<Reply, Refusal> {
        // Who looks at a wallet sees what its network, if it has a node, made of the wallet's requests.
        match call.parameters.get("walletId") {
            Some(wallet_id) => chain::relay(&self.database, &self.services(), Some(wallet_id))?,
            None if operation.path == HISTORY_OF_ALL => chain::relay(&self.database, &self.services(), None)?,
            None => {}
        }
        // An outer `Err` undoes the whole request, an inner one only what the handler wrote.
        node::transaction(&self.database, |store, inquiries| {
            // Inside of the transaction, so that they belong to what is in the store.
            let services = self.services();
            let mut context = Context::new(store, call, &services, inquiries);
            let answered = checked(operation, &mut context);
            *trace = std::mem::take(&mut context.trace);
            trace.caller = context.caller.as_ref().map(Who::from);
            answered
        })?
    }
}

fn checked(operation: &'static Operation, context: &mut Context<'_>) -> Result<Result<Reply, Refusal>, Refusal> {
    let (store, key) = (context.store, &context.services.token_key);
    if operation.authentication != Authentication::None {
        let identified = caller::identify(context.call, operation.authentication, key, store, context.now);
        let mut caller = identified.map_err(|stranger| {
            if action::SIGNING_OPERATIONS.contains(&operation.id) {
                stranger.signing_refusal()
            } else {
                stranger.refusal()
            }
        })?;
        caller.application = application::named(context.call, &caller, key, store, context.now)?;
        context.caller = Some(caller);
    }
    let handler = rooms::handler(operation.id).ok_or_else(|| not_implemented(operation))?;
    if let (Authentication::Token, Some(caller)) = (operation.authentication, &context.caller) {
        permission::check(operation, caller, store)?;
    }
    let signed = if operation.user_action {
        Some(action::check::consume(context)?)
    } else {
        None
    };
    for prepare in rooms::BEFORE_EVERY_CALL {
        prepare(context)?;
    }
    let now = context.now;
    let answered = store.attempt(|| {
        contract::check(operation.id, context.call)?;
        handler(context)
    });
    let answered = answered.map_err(|refusal| contract::located(operation.id, context.call, refusal));
    if let Some(id) = signed {
        store.resolve_user_action(&id, &outcome(&answered, now))?;
    }
    Ok(answered)
}

/// 501, for whoever is known: what nobody could do needs no permission, and nobody need sign it in vain.
fn not_implemented(operation: &Operation) -> Refusal {
    let message = format!("not implemented by the emulator: {}", operation.id);
    Refusal::new(StatusCode::NOT_IMPLEMENTED, message).with("operationId", operation.id)
}

/// What the log of user actions says about an answer.
fn outcome(answered: &Result<Reply, Refusal>, now: Timestamp) -> ActionOutcome {
    let (status, error) = match answered {
        Ok(reply) => (reply.status, None),
        Err(refusal) => (refusal.status, Some(refusal.message.clone())),
    };
    ActionOutcome {
        at: now.unix_millis(),
        status: status.as_u16(),
        error,
    }
}

fn found<T>(matched: Match<T>, call: &Call) -> Result<(T, std::collections::BTreeMap<&'static str, String>), Refusal> {
    match matched {
        Match::Found(target, parameters) => Ok((target, parameters)),
        Match::OtherMethods(methods) => Err(Refusal::other_method(&call.method, methods)),
        Match::Unknown => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!("no operation: {} {}", call.method, call.path),
        )),
        Match::Malformed => Err(Refusal::invalid("the path is not percent-encoded UTF-8")),
    }
}
