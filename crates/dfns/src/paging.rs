//! Pages through list operations.
//!
//! Invariant: nothing is fetched before the stream is polled; a repeated page token ends in an error.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use crate::error::{Error, Result};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of the page. May be empty although pages follow.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub(crate) fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }
}

type Fetch<T> = Box<dyn FnMut(Option<String>) -> Fetching<T> + Send>;
type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>;

/// The items of a list over all of its pages, fetched one page at a time as they are asked for.
///
/// Ends after the last page or after the first error. Dropping it stops the paging.
#[must_use = "nothing is fetched before the stream is polled"]
pub struct ItemStream<T> {
    operation: &'static str,
    fetch: Fetch<T>,
    items: vec::IntoIter<T>,
    state: State<T>,
    seen: HashSet<String>,
    pages: usize,
}

enum State<T> {
    /// The next page is to be asked for, by this token.
    Idle(Option<String>),
    /// The next page is on its way.
    Fetching(Fetching<T>),
    /// The page before this token holds the last items: the token was there before.
    Loop,
    /// There is nothing more.
    Done,
}

/// A stream over all pages. `fetch` gets the token `first` (`None` for the first page), then the token of each next one.
pub(crate) fn stream<T, F, P>(operation: &'static str, first: Option<String>, mut fetch: F) -> ItemStream<T>
where
    F: FnMut(Option<String>) -> P + Send + 'static,
    P: Future<Output = Result<Page<T>>> + Send + 'static,
{
    ItemStream {
        operation,
        fetch: Box::new(move |token| Box::pin(fetch(token))),
        items: Vec::new().into_iter(),
        seen: first.iter().cloned().collect(),
        state: State::Idle(first),
        pages: 0,
    }
}

impl<T> ItemStream<T> {
    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// Those of the list operation, and [`Error::PageLoop`] when the API gives a page token for the second time.
    pub async fn try_next(&mut self) -> Result<Option<T>>
    where
        T: Unpin,
    {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }

    fn take_page(&mut self, page: Page<T>) {
        self.pages += 1;
        self.items = page.items.into_iter();
        self.state = match page.next {
            None => State::Done,
            Some(token) if self.seen.contains(&token) => State::Loop,
            Some(token) => {
                self.seen.insert(token.clone());
                State::Idle(Some(token))
            }
        };
    }
}

// Items are moved in and out, never pinned in place.
impl<T> Unpin for ItemStream<T> {}

impl<T> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let stream = &mut *self;
        loop {
            if let Some(item) = stream.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match &mut stream.state {
                State::Idle(token) => stream.state = State::Fetching((stream.fetch)(token.take())),
                State::Fetching(fetching) => match ready!(fetching.as_mut().poll(context)) {
                    Ok(page) => stream.take_page(page),
                    Err(error) => {
                        stream.state = State::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Loop => {
                    stream.state = State::Done;
                    let error = Error::PageLoop {
                        operation: stream.operation,
                        pages: stream.pages,
                    };
                    return Poll::Ready(Some(Err(error)));
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ItemStream")
            .field("operation", &self.operation)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}
