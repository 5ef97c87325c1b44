//! A client whose every request is answered where it is: with the bytes that are fuzzed, and never by a server.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use dfns::http::{HeaderMap, Response, StatusCode};
use dfns::{Dfns, Middleware, MiddlewareFuture, Next, OutgoingRequest, RetryPolicy, Step};

thread_local! {
    static ANSWER: RefCell<(StatusCode, Bytes)> = const { RefCell::new((StatusCode::OK, Bytes::new())) };
    static ASKED: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

/// Made once: its certificate authorities take longer than a call.
pub(crate) static DFNS: LazyLock<Dfns> = LazyLock::new(|| {
    let builder = Dfns::builder().auth_token("token").retry(RetryPolicy::none());
    builder.middleware(Answers).build().expect("a client")
});

struct Answers;

impl Middleware for Answers {
    fn handle<'a>(&'a self, request: OutgoingRequest, _: Next<'a>) -> MiddlewareFuture<'a> {
        ASKED.with_borrow_mut(|asked| asked.push(request.step()));
        let (status, body) = ANSWER.with_borrow(Clone::clone);
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = HeaderMap::new();
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// What the call came to when each of its requests was answered like this, and which requests there were.
pub(crate) fn answered<T>(status: StatusCode, body: &[u8], call: impl Future<Output = T>) -> (T, Vec<Step>) {
    ANSWER.set((status, Bytes::copy_from_slice(body)));
    ASKED.take();
    (finished(call), ASKED.take())
}

/// What a future that has nothing to wait for comes to.
pub(crate) fn finished<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something, and there is nothing to wait for"),
    }
}
