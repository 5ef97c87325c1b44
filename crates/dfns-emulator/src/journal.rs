//! The last calls of the API: who asked for what, and what came of it.
//!
//! Invariant: no secret stands in it. Of a call it keeps method, path, operation, caller and status, and of what was signed
//! the ids; no header, no body.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dfns_types::Timestamp;
use serde::Serialize;

use crate::auth::Caller;
use crate::server::{Call, Refusal, Reply};

/// How many calls are kept.
const KEPT: usize = 1_000;

/// The last calls, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    count: u64,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// Counts the calls from 1, in the order in which they were done with.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    /// The path, still encoded, without the query.
    pub(crate) path: String,
    /// The operation; nothing where the path leads nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<&'static str>,
    /// What the emulator answered; nothing if a fault kept the call from being performed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The fault that struck it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
    #[serde(flatten)]
    pub(crate) trace: Trace,
}

/// What a call leaves behind while it is checked and performed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trace {
    /// Who called, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<Who>,
    /// The challenge that was given out or completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<String>,
    /// The user action that was made of a signature, or that opened the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_action: Option<String>,
    /// The credential that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<String>,
}

/// Who called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Who {
    /// The user or service account.
    pub(crate) user_id: String,
    pub(crate) username: String,
    /// The kind of token.
    pub(crate) token_kind: &'static str,
    pub(crate) token_id: String,
}

impl From<&Caller> for Who {
    fn from(caller: &Caller) -> Self {
        Self {
            user_id: caller.user.id.clone(),
            username: caller.user.username.clone(),
            token_kind: caller.token_kind.as_str(),
            token_id: caller.token_id.clone(),
        }
    }
}

impl Journal {
    /// Keeps a call; the oldest one goes if there are too many.
    pub(crate) fn keep(
        &self,
        at: Timestamp,
        call: &Call,
        operation: Option<&'static str>,
        answered: Option<&Result<Reply, Refusal>>,
        trace: Trace,
    ) {
        let (status, message) = match answered {
            None => (None, None),
            Some(Ok(reply)) => (Some(reply.status.as_u16()), None),
            Some(Err(refusal)) => (Some(refusal.status.as_u16()), Some(without_values(&refusal.message))),
        };
        let mut inner = self.lock();
        inner.count += 1;
        let entry = Entry {
            number: inner.count,
            at,
            method: call.method.clone(),
            path: call.path.clone(),
            operation,
            status,
            message,
            fault: call.fault.clone(),
            trace,
        };
        if inner.entries.len() == KEPT {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry);
    }

    /// The calls that `wanted` accepts, newest first, at most `limit`; each with the other steps of what was signed.
    pub(crate) fn list(&self, limit: usize, wanted: impl Fn(&Entry) -> bool) -> Vec<(Entry, Vec<Entry>)> {
        let inner = self.lock();
        let newest = inner.entries.iter().rev().filter(|entry| wanted(entry)).take(limit);
        newest
            .map(|entry| (entry.clone(), steps(&inner.entries, entry)))
            .collect()
    }

    /// Forgets all calls.
    pub(crate) fn clear(&self) {
        self.lock().entries.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The calls that belong to the same signature as this one, oldest first, itself among them; none if nothing was signed.
///
/// The challenge leads from the first call to the second, the user action from the second to the call it opens.
fn steps(entries: &VecDeque<Entry>, entry: &Entry) -> Vec<Entry> {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let middle = entries.iter().find(|other| {
        let (step, trace) = (&other.trace, &entry.trace);
        step.challenge.is_some()
            && step.user_action.is_some()
            && (same(&step.challenge, &trace.challenge) || same(&step.user_action, &trace.user_action))
    });
    let challenge = middle.map_or(&entry.trace.challenge, |middle| &middle.trace.challenge);
    let action = middle.map_or(&entry.trace.user_action, |middle| &middle.trace.user_action);
    let belongs = |other: &&Entry| same(&other.trace.challenge, challenge) || same(&other.trace.user_action, action);
    entries.iter().filter(belongs).cloned().collect()
}

/// The message of a refusal without what it quotes: a body that cannot be read may hold anything.
fn without_values(message: &str) -> String {
    match message.strip_prefix("invalid body: ") {
        Some(rest) => format!("invalid body: {}", rest.split([':', ' ']).next().unwrap_or_default()),
        None => message.to_owned(),
    }
}
