//! Who is answered when: one call after the other, each in its turn.
//!
//! Calls happen one after the other in the store anyway. Whoever waits for that waits here, as a task, so that no thread
//! stands still, and in the order of coming, so that nobody waits much longer than the others.
//!
//! Invariant: a call whose turn was asked for is answered, also if its client is gone by then.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Call, Emulation, Refusal, Reply};
use crate::admin;

/// Where signatures are sent, which take longest to check.
const COMPLETION: &str = "/auth/action";

/// Whose turn it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turn {
    /// Waits for a turn, which lasts until what this answers is dropped.
    pub(crate) async fn wait(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.0).lock_owned().await
    }

    /// A turn, if nobody else has it or waits for it.
    fn now(&self) -> Option<OwnedMutexGuard<()>> {
        Arc::clone(&self.0).try_lock_owned().ok()
    }
}

/// Answers a call in its turn.
pub(super) async fn answer(emulation: Arc<Emulation>, call: Call) -> Result<Reply, Refusal> {
    let services = emulation.services();
    let answered = if !services.config.nodes.is_empty() {
        // Whoever asks a node waits for it, and nobody else does.
        tokio::task::spawn_blocking(move || answer_now(&emulation, call, None)).await
    } else if is_long(&call) {
        tokio::spawn(async move {
            let turn = emulation.turn.wait().await;
            tokio::task::spawn_blocking(move || answer_now(&emulation, call, Some(turn))).await
        })
        .await
        .and_then(|answered| answered)
    } else {
        if call.path == COMPLETION {
            services.foresight.look(&call.body);
        }
        if let Some(turn) = emulation.turn.now() {
            return answer_now(&emulation, call, Some(turn));
        }
        // A task of its own: a client that gives up does not take back what it has sent.
        tokio::spawn(async move {
            let turn = emulation.turn.wait().await;
            answer_now(&emulation, call, Some(turn))
        })
        .await
    };
    answered.unwrap_or_else(|panic| Err(Refusal::internal(&panic)))
}

/// Answers on this thread: going to another one and back takes as long as an ordinary call. What needs nothing of the
/// store is done after the turn.
fn answer_now(emulation: &Emulation, call: Call, turn: Option<OwnedMutexGuard<()>>) -> Result<Reply, Refusal> {
    let answered = catch_unwind(AssertUnwindSafe(|| emulation.answer(call)));
    drop(turn);
    match answered {
        Ok(Ok(Reply {
            sealing: Some(sealing), ..
        })) => sealing.finish(&emulation.services().token_key),
        Ok(answered) => answered,
        Err(_) => Err(Refusal::internal(&std::io::Error::other("a handler panicked"))),
    }
}

/// True for what must not hold up the thread that asks: whole states that are kept or put back, and everything where
/// there is only one thread, which may be that of a test with its client.
fn is_long(call: &Call) -> bool {
    call.path.starts_with(admin::PREFIX) || Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread
}
