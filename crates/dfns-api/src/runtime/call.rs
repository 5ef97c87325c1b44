//! A call: made without sending anything, then awaited, or taken apart by who sends it in another way.

use std::fmt::{self, Display};
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use dfns_types::operation::{self, Operation};
use serde::Serialize;

use super::request::Draft;
use super::{Answer, CallError, Request, Transport, TransportFuture, Upload};

/// Calls each operation of the API through a [`Transport`].
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
}

impl Client {
    /// A client whose requests this transport carries out.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// The call of an operation, with the values that its path names.
    ///
    /// # Panics
    /// Never: table and calls come from one document, and codegen refuses to write one without the other.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) fn call<T: Answer>(&self, function: &str, path: &[&dyn Display]) -> Call<'_, T> {
        Call {
            client: self,
            draft: draft(function, path),
            answer: PhantomData,
        }
    }
}

/// Once for all types of answers.
#[allow(dead_code, reason = "without a domain there are no calls")]
fn draft(function: &str, path: &[&dyn Display]) -> Draft {
    let operation = operation::by_function(function).expect("a call has a row in the table of operations");
    Draft::new(operation, path)
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").finish_non_exhaustive()
    }
}

/// A call that has not been sent; await it to send it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, T> {
    client: &'a Client,
    draft: Draft,
    answer: PhantomData<fn() -> T>,
}

#[allow(dead_code, reason = "without a domain there are no calls")]
impl<T: Answer> Call<'_, T> {
    /// The operation that is called.
    pub fn operation(&self) -> &'static Operation {
        self.draft.operation
    }

    /// The finished request, for who sends it in a way of their own. [`Answer::read`] reads the body of its answer.
    ///
    /// # Errors
    /// [`CallError::Argument`] if no request can be made of the arguments.
    pub fn into_request(self) -> Result<Request, CallError> {
        finish(self.draft, T::media_type())
    }

    /// Adds a value to the query.
    pub(crate) fn query(mut self, name: &'static str, value: &dyn Display) -> Self {
        self.draft.query(name, value);
        self
    }

    /// Adds a value to the query, if there is one.
    pub(crate) fn query_option<V: Display>(mut self, name: &'static str, value: Option<V>) -> Self {
        if let Some(value) = value {
            self.draft.query(name, &value);
        }
        self
    }

    /// Adds each value to the query, under the same name.
    pub(crate) fn query_list<V: Display>(mut self, name: &'static str, values: Option<&Vec<V>>) -> Self {
        for value in values.into_iter().flatten() {
            self.draft.query(name, value);
        }
        self
    }

    /// Gives the call a body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        self.draft.json(serde_json::to_vec(body));
        self
    }

    /// Sends a file beside the body, both in a form.
    pub(crate) fn file(mut self, file: &Upload) -> Self {
        self.draft.file(file);
        self
    }
}

fn finish(draft: Draft, accept: &'static str) -> Result<Request, CallError> {
    let operation = draft.operation.id;
    draft.finish(accept).map_err(|(argument, problem)| CallError::Argument {
        operation,
        argument,
        problem,
    })
}

impl<'a, T: Answer> IntoFuture for Call<'a, T> {
    type Output = Result<T, CallError>;
    type IntoFuture = Sending<'a, T>;

    fn into_future(self) -> Self::IntoFuture {
        let operation = self.draft.operation.id;
        let client = self.client;
        let state = match self.into_request() {
            Ok(request) => State::Waiting(client.transport.execute(request)),
            Err(error) => State::Refused(Some(error)),
        };
        Sending {
            operation,
            state,
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("operation", &self.draft.operation.id)
            .finish_non_exhaustive()
    }
}

/// A call under way.
#[must_use = "a call does nothing until it is awaited"]
pub struct Sending<'a, T> {
    operation: &'static str,
    state: State<'a>,
    answer: PhantomData<fn() -> T>,
}

enum State<'a> {
    /// There is no request: why.
    Refused(Option<CallError>),
    /// The transport is at work.
    Waiting(TransportFuture<'a>),
}

impl<T: Answer> Future for Sending<'_, T> {
    type Output = Result<T, CallError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let operation = self.operation;
        let response = ready!(self.state.poll(context, operation, T::accepts))?;
        let answer = T::read(response.status().as_u16(), response.body());
        Poll::Ready(answer.map_err(|source| CallError::Decode { operation, source }))
    }
}

impl State<'_> {
    /// Ready with an answer of the status that means success. Once for all types of answers.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        operation: &'static str,
        accepts: fn(u16) -> bool,
    ) -> Poll<Result<super::Response, CallError>> {
        let answer = match self {
            Self::Refused(error) => {
                let error = error.take().unwrap_or_else(|| CallError::Argument {
                    operation,
                    argument: "call",
                    problem: "it was polled after it had ended".to_owned(),
                });
                return Poll::Ready(Err(error));
            }
            Self::Waiting(sending) => ready!(sending.as_mut().poll(context)),
        };
        Poll::Ready(match answer {
            Err(source) => Err(CallError::Transport { operation, source }),
            Ok(response) if accepts(response.status().as_u16()) => Ok(response),
            Ok(response) => {
                let is_refusal = response.status().is_client_error() || response.status().is_server_error();
                let response = Box::new(response);
                Err(if is_refusal {
                    CallError::Refused { operation, response }
                } else {
                    CallError::UnexpectedStatus { operation, response }
                })
            }
        })
    }
}

impl<T> fmt::Debug for Sending<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sending")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
