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
    #[allow(dead_code, reason = "without a domain there are no calls")]
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
#[allow(dead_code, reason = "without a domain there are no calls")]
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::{ItemStream, Page, stream};
    use crate::error::{Error, Result};

    type Asked = Arc<Mutex<Vec<Option<String>>>>;

    /// A list that answers with these pages in turn, and the tokens it was asked for.
    fn list(first: Option<&str>, pages: Vec<Result<(Vec<u8>, Option<&'static str>)>>) -> (ItemStream<u8>, Asked) {
        let asked = Asked::default();
        let log = Arc::clone(&asked);
        let mut pages = pages.into_iter();
        let items = stream("listThings", first.map(str::to_owned), move |token| {
            log.lock().expect("the log").push(token);
            let page = pages.next().expect("a page that the test prepared");
            async move { page.map(|(items, next)| Page::new(items, next.map(str::to_owned))) }
        });
        (items, asked)
    }

    /// All items, and the error that ended them.
    async fn drain(items: &mut ItemStream<u8>) -> (Vec<u8>, Option<Error>) {
        let mut found = Vec::new();
        loop {
            match items.try_next().await {
                Ok(Some(item)) => found.push(item),
                Ok(None) => return (found, None),
                Err(error) => return (found, Some(error)),
            }
        }
    }

    fn asked(asked: &Asked) -> Vec<Option<String>> {
        asked.lock().expect("the log").clone()
    }

    #[tokio::test]
    async fn list_asks_for_each_page_by_the_token_of_the_one_before() {
        let (mut items, log) = list(
            None,
            vec![
                Ok((vec![1, 2], Some("a"))),
                Ok((vec![3], Some("b"))),
                Ok((vec![4], None)),
            ],
        );
        let (found, error) = drain(&mut items).await;
        assert_eq!((found, error.is_none()), (vec![1, 2, 3, 4], true));
        assert_eq!(asked(&log), [None, Some("a".to_owned()), Some("b".to_owned())]);
    }

    #[tokio::test]
    async fn list_starts_at_the_token_it_is_given() {
        let (mut items, log) = list(Some("s"), vec![Ok((vec![1], None))]);
        drain(&mut items).await;
        assert_eq!(asked(&log), [Some("s".to_owned())]);
    }

    #[tokio::test]
    async fn list_fetches_nothing_before_it_is_polled_and_no_page_ahead() {
        let (mut items, log) = list(None, vec![Ok((vec![1, 2], Some("a")))]);
        assert_eq!(asked(&log).len(), 0);
        assert_eq!(items.try_next().await.expect("an item"), Some(1));
        assert_eq!(items.try_next().await.expect("an item"), Some(2));
        assert_eq!(asked(&log).len(), 1);
    }

    #[tokio::test]
    async fn list_continues_past_an_empty_page() {
        let (mut items, _) = list(
            None,
            vec![Ok((vec![], Some("a"))), Ok((vec![], Some("b"))), Ok((vec![1], None))],
        );
        assert_eq!(drain(&mut items).await.0, [1]);
    }

    #[tokio::test]
    async fn list_yields_what_it_has_and_ends_in_an_error_when_any_earlier_token_repeats() {
        let pages = vec![
            Ok((vec![1], Some("a"))),
            Ok((vec![2], Some("b"))),
            Ok((vec![3], Some("a"))),
        ];
        let (mut items, log) = list(None, pages);
        let (found, error) = drain(&mut items).await;
        assert_eq!(found, [1, 2, 3]);
        let error = error.expect("an error");
        assert!(
            matches!(
                error,
                Error::PageLoop {
                    operation: "listThings",
                    pages: 3
                }
            ),
            "{error:?}"
        );
        assert_eq!(items.try_next().await.expect("the end"), None);
        assert_eq!(asked(&log).len(), 3);
    }

    #[tokio::test]
    async fn list_that_repeats_the_token_it_started_from_is_a_loop() {
        let (mut items, _) = list(Some("s"), vec![Ok((vec![1], Some("s")))]);
        let (found, error) = drain(&mut items).await;
        assert_eq!(found, [1]);
        assert!(matches!(error, Some(Error::PageLoop { pages: 1, .. })), "{error:?}");
    }

    #[tokio::test]
    async fn list_stops_after_an_error() {
        let error = Error::needs("listThings", "auth_token", "a token");
        let (mut items, log) = list(None, vec![Ok((vec![1], Some("a"))), Err(error)]);
        let (found, error) = drain(&mut items).await;
        assert_eq!(found, [1]);
        assert!(matches!(error, Some(Error::Config { .. })), "{error:?}");
        assert_eq!(items.try_next().await.expect("the end"), None);
        assert_eq!(asked(&log).len(), 2);
    }

    #[tokio::test]
    async fn list_is_a_stream_that_needs_no_pinning() {
        use futures_util::TryStreamExt;

        let (items, _) = list(None, vec![Ok((vec![1], Some("a"))), Ok((vec![2], None))]);
        assert_eq!(items.try_collect::<Vec<u8>>().await.expect("items"), [1, 2]);
    }
}
