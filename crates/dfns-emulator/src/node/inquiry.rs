//! Questions to a node out of the middle of a transaction.
//!
//! A question that nobody has asked yet undoes the transaction. The node is then asked while nobody holds the database, and
//! the work is done again from its beginning; this time the answer is there. Ids, keys and signatures follow from the
//! database, so that the same work asks the same questions.
//!
//! Invariant: a transaction that was left with an open question leaves nothing behind.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use super::{Node, NodeError, exchange};
use crate::server::Refusal;
use crate::store::{Database, Store, StoreError};

/// How many questions one piece of work may have.
const MOST: usize = 500;

#[derive(Debug)]
struct Question {
    node: Arc<Node>,
    method: &'static str,
    params: Value,
}

/// What was asked so far in one piece of work.
#[derive(Debug, Default)]
pub(crate) struct Inquiries {
    answers: RefCell<Vec<(Question, Result<Value, NodeError>)>>,
    open: RefCell<Option<Question>>,
}

impl Inquiries {
    /// The answer to a question.
    ///
    /// # Errors
    /// If it is not there yet: whoever asked stops here.
    pub(super) fn ask(
        &self,
        node: &Arc<Node>,
        method: &'static str,
        params: Value,
    ) -> Result<Result<Value, NodeError>, Refusal> {
        for (question, answer) in self.answers.borrow().iter() {
            if question.node.network != node.network {
                continue;
            }
            match answer {
                answer if question.method == method && question.params == params => return Ok(answer.clone()),
                // Who is gone is not asked again: the caller has waited for it once.
                Err(NodeError::Unreachable { .. } | NodeError::Silent { .. }) => return Ok(answer.clone()),
                _ => {}
            }
        }
        let node = Arc::clone(node);
        *self.open.borrow_mut() = Some(Question { node, method, params });
        Err(Refusal::internal(&std::io::Error::other(
            "a question to a node is open",
        )))
    }

    fn take_open(&self) -> Option<Question> {
        self.open.borrow_mut().take()
    }

    fn answer(&self, question: Question) -> Result<(), Refusal> {
        if self.answers.borrow().len() >= MOST {
            let problem = format!("more than {MOST} questions to the node of {}", question.node.network);
            return Err(Refusal::internal(&std::io::Error::other(problem)));
        }
        let answer = exchange::ask(&question.node, question.method, &question.params);
        match &answer {
            // It is the request that fails by it, and says so.
            Ok(_) | Err(NodeError::Refused { .. }) => tracing::debug!(method = question.method, "a node was asked"),
            Err(error) => tracing::warn!(%error, method = question.method, "a question to a node came to nothing"),
        }
        self.answers.borrow_mut().push((question, answer));
        Ok(())
    }
}

/// Why a transaction is undone.
enum Undone {
    /// A question has to be asked.
    Asks(Question),
    /// The work was refused.
    Refused(Refusal),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Runs work in a transaction, again and again until all that it asks is answered.
///
/// # Errors
/// What the work refuses.
pub(crate) fn transaction<T>(
    database: &Database,
    mut work: impl FnMut(Store<'_>, &Inquiries) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let inquiries = Inquiries::default();
    loop {
        let done = database.transaction(|store| {
            let done = work(store, &inquiries);
            match inquiries.take_open() {
                Some(question) => Err(Undone::Asks(question)),
                None => done.map_err(Undone::Refused),
            }
        });
        match done {
            Ok(done) => return Ok(done),
            Err(Undone::Refused(refusal)) => return Err(refusal),
            Err(Undone::Asks(question)) => inquiries.answer(question)?,
        }
    }
}
