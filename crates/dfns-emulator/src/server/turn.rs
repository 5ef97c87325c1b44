//! Who is answered when: one call after the other, each in its turn.
//!
//! Calls happen one after the other in the store anyway. Whoever finds it free does its work at once, on the thread that asks:
//! going to another one and back takes as long as an ordinary call. Whoever finds it busy leaves its work in the line, and the
//! one who is busy does that too. So the state stays in the cache of one processor for many calls in a row, while the other
//! processors read requests, check signatures and write answers.
//!
//! Invariants: work is done in the order of coming; and work in the line is done, also if nobody waits for it any more.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

use super::{Call, Emulation, Refusal, Reply};
use crate::admin;

/// Where signatures are sent, which take longest to check.
const COMPLETION: &str = "/auth/action";
/// How many pieces of work are done in a row on a thread that has other things to do: about two milliseconds of them.
const IN_A_ROW: usize = 32;
/// How many wait before the line is worth a thread of its own, which nothing else makes wait and nothing else waits for.
const CROWD: usize = 24;

/// Whose turn it is, and who is next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn(Arc<Mutex<Line>>);

#[derive(Default)]
struct Line {
    /// True while somebody works; that one looks into the line afterwards.
    is_taken: bool,
    waiting: VecDeque<Piece>,
}

struct Piece {
    /// It must not hold up a thread that has other things to do.
    is_long: bool,
    work: Box<dyn FnOnce() + Send>,
}

/// What to do after a piece of work.
enum Next {
    Work(Piece),
    /// Somebody else has to go on, on a thread for work that is long or much if that is true.
    HandOver {
        is_long: bool,
    },
    Nothing,
}

impl Turn {
    /// Does work when it is its turn: on this thread, if it is free and the work is short.
    ///
    /// # Errors
    /// If the work panicked, or the runtime ends before its turn.
    pub(crate) async fn take<T: Send + 'static>(
        &self,
        is_long: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        // A single thread may be that of a test with its client.
        let is_long = is_long || Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
        let work = || catch_unwind(AssertUnwindSafe(work)).map_err(|_| Undone::Panicked);
        if !is_long && self.is_free() {
            let done = work();
            self.go_on(false);
            return done;
        }
        let (tell, told) = oneshot::channel();
        self.join(Piece {
            is_long,
            work: Box::new(move || {
                // Who has gone does not want to know.
                let _gone = tell.send(work());
            }),
        });
        told.await.map_err(|_| Undone::Ended)?
    }

    /// Takes the turn if nobody has it.
    fn is_free(&self) -> bool {
        !std::mem::replace(&mut self.line().is_taken, true)
    }

    /// Stands in the line. If nobody has the turn, somebody gets it for that.
    fn join(&self, piece: Piece) {
        let is_long = piece.is_long;
        let mut line = self.line();
        line.waiting.push_back(piece);
        if !std::mem::replace(&mut line.is_taken, true) {
            drop(line);
            self.hand_over(is_long);
        }
    }

    /// Does what waits in the line, until there is nothing or somebody else should go on.
    fn go_on(&self, may_be_long: bool) {
        for done in 0.. {
            match self.next(done, may_be_long) {
                Next::Work(piece) => (piece.work)(),
                Next::HandOver { is_long } => return self.hand_over(is_long),
                Next::Nothing => return,
            }
        }
    }

    fn next(&self, done: usize, may_be_long: bool) -> Next {
        let mut line = self.line();
        let Some(piece) = line.waiting.pop_front() else {
            line.is_taken = false;
            return Next::Nothing;
        };
        let is_long = piece.is_long;
        if may_be_long || (!is_long && done < IN_A_ROW) {
            return Next::Work(piece);
        }
        line.waiting.push_front(piece);
        Next::HandOver {
            is_long: is_long || line.waiting.len() >= CROWD,
        }
    }

    fn hand_over(&self, is_long: bool) {
        let turn = self.clone();
        if is_long {
            tokio::task::spawn_blocking(move || turn.go_on(true));
        } else {
            tokio::spawn(async move { turn.go_on(false) });
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Line")
            .field("is_taken", &self.is_taken)
            .field("waiting", &self.waiting.len())
            .finish()
    }
}

/// Why work has no result.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Undone {
    /// The work itself failed, where it must not.
    #[error("a handler panicked")]
    Panicked,
    /// Nobody is left to do it.
    #[error("the emulator ends")]
    Ended,
}

/// Answers a call in its turn. What needs nothing of the store is done before and after it.
pub(super) async fn answer(emulation: Arc<Emulation>, call: Call) -> Result<Reply, Refusal> {
    let services = emulation.services();
    if call.path == COMPLETION {
        services.foresight.look(&call.body);
    }
    let worker = Arc::clone(&emulation);
    let answered = if services.config.nodes.is_empty() {
        // Whole states are kept or put back.
        let is_long = call.path.starts_with(admin::PREFIX);
        let work = move || worker.answer(call);
        emulation.turn.take(is_long, work).await
    } else {
        // Whoever asks a node waits for it, and nobody else does.
        let answered = tokio::task::spawn_blocking(move || worker.answer(call)).await;
        answered.map_err(|_| Undone::Panicked)
    };
    match answered.map_err(|undone| Refusal::internal(&undone))?? {
        Reply {
            sealing: Some(sealing), ..
        } => sealing.finish(&emulation.services().token_key),
        reply => Ok(reply),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Done = Arc<Mutex<Vec<usize>>>;

    fn note(done: &Done, number: usize) {
        done.lock().unwrap().push(number);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_is_done_in_the_order_of_coming_and_one_at_a_time() {
        let (turn, done) = (Turn::default(), Done::default());
        let (open, opened) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let (turn, done) = (turn.clone(), Arc::clone(&done));
            async move {
                turn.take(true, move || {
                    opened.recv().unwrap();
                    note(&done, 0);
                })
                .await
            }
        });
        while !turn.line().is_taken {
            tokio::task::yield_now().await;
        }
        // More than are done in a row, some of them long.
        let mut others = Vec::new();
        for number in 1..100 {
            let done = Arc::clone(&done);
            let mut taken = Box::pin({
                let turn = turn.clone();
                async move { turn.take(number % 7 == 0, move || note(&done, number)).await }
            });
            // Polled once, it stands in the line.
            assert!(asked_once(taken.as_mut()).is_none());
            others.push(taken);
        }
        open.send(()).unwrap();
        first.await.unwrap().unwrap();
        for other in others {
            other.await.unwrap();
        }
        assert_eq!(*done.lock().unwrap(), (0..100).collect::<Vec<_>>());
        assert_eq!(turn.take(false, || 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_whose_caller_has_gone_is_done() {
        let (turn, done) = (Turn::default(), Done::default());
        let mut taken = Box::pin({
            let (turn, done) = (turn.clone(), Arc::clone(&done));
            async move { turn.take(false, move || note(&done, 1)).await }
        });
        assert!(asked_once(taken.as_mut()).is_none());
        drop(taken);
        turn.take(false, || ()).await.unwrap();
        assert_eq!(*done.lock().unwrap(), [1]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_panic_is_told_to_its_caller_alone() {
        let turn = Turn::default();
        let panicked = turn.take(false, || panic!("a handler")).await;
        assert!(matches!(panicked, Err::<(), _>(Undone::Panicked)));
        let panicked = turn.take(true, || panic!("a long handler")).await;
        assert!(matches!(panicked, Err::<(), _>(Undone::Panicked)));
        assert_eq!(turn.take(false, || 7).await.unwrap(), 7);
    }

    /// What a future has come to when it is asked once.
    fn asked_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(done) => Some(done),
            std::task::Poll::Pending => None,
        }
    }
}
