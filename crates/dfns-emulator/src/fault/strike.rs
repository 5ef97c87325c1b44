//! One call that a fault has struck.

use std::time::Duration;

use tokio::sync::watch;

use super::answer;
use super::registry::Progress;
use super::rule::{Effect, Until, When};
use crate::clock::Clock;
use crate::server::{Refusal, Reply};

/// A call that a fault has struck, before anything has happened to it.
#[derive(Debug)]
pub(crate) struct Strike {
    pub(super) id: String,
    /// The operation that was called.
    pub(super) operation: String,
    pub(super) effect: Effect,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) released: watch::Receiver<u64>,
}

/// What goes back to the caller.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer.
    Answer(Result<Reply, Refusal>),
    /// An answer with the header `Retry-After`.
    Later(Result<Reply, Refusal>, String),
    /// That many bytes of an answer, and the end of the connection.
    Part(Result<Reply, Refusal>, Option<usize>),
    /// The end of the connection.
    Nothing,
}

impl Strike {
    /// The fault.
    pub(crate) fn fault(&self) -> &str {
        &self.id
    }

    /// True if the call is performed, sooner or later.
    pub(crate) fn performs(&self) -> bool {
        let before = |when: &When| *when == When::Before;
        !matches!(&self.effect, Effect::Status { when, .. } | Effect::Drop { when } if before(when))
    }

    /// Lets happen what the fault says. `perform` performs the call; it is called once, or never.
    pub(crate) async fn play<F>(mut self, clock: &Clock, perform: impl FnOnce() -> F) -> Outcome
    where
        F: Future<Output = Result<Reply, Refusal>>,
    {
        match self.effect.clone() {
            Effect::Status {
                status,
                retry_after,
                message,
                html,
                when,
            } => {
                if when == When::After {
                    // The answer is lost, whatever it was.
                    let _lost = perform().await;
                }
                let refused = answer::refuse(status, message, html);
                match retry_after {
                    Some(later) => Outcome::Later(refused, later),
                    None => Outcome::Answer(refused),
                }
            }
            Effect::Drop { when } => {
                if when == When::After {
                    let _lost = perform().await;
                }
                Outcome::Nothing
            }
            Effect::Delay {
                when: When::Before,
                until,
                milliseconds,
            } => {
                self.wait(clock, until, milliseconds).await;
                Outcome::Answer(perform().await)
            }
            Effect::Delay {
                when: When::After,
                until,
                milliseconds,
            } => {
                let answered = perform().await;
                self.wait(clock, until, milliseconds).await;
                Outcome::Answer(answered)
            }
            // Deliveries are no calls, and never struck here.
            Effect::Duplicate { .. } | Effect::OutOfOrder { .. } => Outcome::Answer(perform().await),
            Effect::Truncate { bytes } => Outcome::Part(perform().await, bytes),
            Effect::UnknownValue { field, value } => {
                let answered = perform().await;
                let change = |reply| answer::with_value(reply, &self.operation, field.as_deref(), &value);
                Outcome::Answer(answered.and_then(change))
            }
        }
    }

    async fn wait(&mut self, clock: &Clock, until: Until, milliseconds: u64) {
        let _waiting = Waiting::new(&self.progress);
        let duration = Duration::from_millis(milliseconds);
        let released = self.released.changed();
        // Released, or the fault is gone: either way the call goes on.
        match until {
            Until::Released => {
                let _gone = released.await;
            }
            Until::Clock => {
                tokio::select! {
                    _ = released => {}
                    () = clock.passes(duration) => {}
                }
            }
            Until::RealTime => {
                tokio::select! {
                    _ = released => {}
                    () = tokio::time::sleep(duration) => {}
                }
            }
        }
    }
}

/// A call is counted as waiting for as long as this lives.
struct Waiting<'a>(&'a watch::Sender<Progress>);

impl<'a> Waiting<'a> {
    fn new(progress: &'a watch::Sender<Progress>) -> Self {
        progress.send_modify(|progress| progress.waiting += 1);
        Self(progress)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|progress| progress.waiting -= 1);
    }
}
