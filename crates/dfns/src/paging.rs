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

use crate::CallFuture;
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

type Fetch<T> = Box<dyn FnMut(Option<String>) -> CallFuture<Page<T>> + Send>;

/// The pages of a list, fetched one at a time as they are asked for.
///
/// Ends after the last page or after the first error. Whoever stops goes on another time from the `next` of the last page,
/// with `page_token`. Dropping it stops the paging.
#[must_use = "nothing is fetched before the stream is polled"]
pub struct PageStream<T> {
    operation: &'static str,
    fetch: Fetch<T>,
    state: State<T>,
    seen: HashSet<String>,
    pages: usize,
}

enum State<T> {
    /// The next page is to be asked for, by this token.
    Idle(Option<String>),
    /// The next page is on its way.
    Fetching(CallFuture<Page<T>>),
    /// The page before this one gave a token that was there before.
    Loop,
    /// There is nothing more.
    Done,
}

/// A stream of all pages. `fetch` gets the token `first` (`None` for the first page), then the token of each next one.
#[allow(dead_code, reason = "without a domain there are no calls")]
pub(crate) fn pages<T, F, P>(operation: &'static str, first: Option<String>, mut fetch: F) -> PageStream<T>
where
    F: FnMut(Option<String>) -> P + Send + 'static,
    P: Future<Output = Result<Page<T>>> + Send + 'static,
{
    PageStream {
        operation,
        fetch: Box::new(move |token| Box::pin(fetch(token))),
        seen: first.iter().cloned().collect(),
        state: State::Idle(first),
        pages: 0,
    }
}

impl<T> PageStream<T> {
    /// The next page; `None` after the last. It may be empty although pages follow.
    ///
    /// # Errors
    /// Those of the list operation, and [`Error::PageLoop`] when the API gives a page token for the second time.
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>> {
        std::future::poll_fn(|context| self.poll_page(context))
            .await
            .transpose()
    }

    /// The items of the pages, one by one.
    pub fn items(self) -> ItemStream<T> {
        ItemStream {
            pages: self,
            items: Vec::new().into_iter(),
        }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        loop {
            match &mut self.state {
                State::Idle(token) => self.state = State::Fetching((self.fetch)(token.take())),
                State::Fetching(fetching) => {
                    let page = ready!(fetching.as_mut().poll(context));
                    self.state = match &page {
                        Ok(page) => self.after(page.next.as_deref()),
                        Err(_) => State::Done,
                    };
                    return Poll::Ready(Some(page));
                }
                State::Loop => {
                    self.state = State::Done;
                    return Poll::Ready(Some(Err(Error::PageLoop {
                        operation: self.operation,
                        pages: self.pages,
                    })));
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }

    fn after(&mut self, next: Option<&str>) -> State<T> {
        self.pages += 1;
        match next {
            None => State::Done,
            Some(token) if self.seen.insert(token.to_owned()) => State::Idle(Some(token.to_owned())),
            Some(_) => State::Loop,
        }
    }
}

// Pages are moved in and out, never pinned in place.
impl<T> Unpin for PageStream<T> {}

impl<T> Stream for PageStream<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

impl<T> fmt::Debug for PageStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PageStream")
            .field("operation", &self.operation)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

/// The items of a list over all of its pages, fetched one page at a time as they are asked for.
///
/// Ends after the last page or after the first error. Dropping it stops the paging.
#[must_use = "nothing is fetched before the stream is polled"]
pub struct ItemStream<T> {
    pages: PageStream<T>,
    items: vec::IntoIter<T>,
}

impl<T> ItemStream<T> {
    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// Those of the list operation, and [`Error::PageLoop`] when the API gives a page token for the second time.
    pub async fn try_next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|context| self.poll_item(context))
            .await
            .transpose()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => self.items = page.items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Items are moved in and out, never pinned in place.
impl<T> Unpin for ItemStream<T> {}

impl<T> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll_item(context)
    }
}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ItemStream")
            .field("operation", &self.pages.operation)
            .field("pages", &self.pages.pages)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::{ItemStream, Page, PageStream, pages};
    use crate::error::{Error, Result};

    type Asked = Arc<Mutex<Vec<Option<String>>>>;

    /// A list that answers with these pages in turn, and the tokens it was asked for.
    fn list_of_pages(
        first: Option<&str>,
        answers: Vec<Result<(Vec<u8>, Option<&'static str>)>>,
    ) -> (PageStream<u8>, Asked) {
        let asked = Asked::default();
        let log = Arc::clone(&asked);
        let mut answers = answers.into_iter();
        let stream = pages("listThings", first.map(str::to_owned), move |token| {
            log.lock().expect("the log").push(token);
            let page = answers.next().expect("a page that the test prepared");
            async move { page.map(|(items, next)| Page::new(items, next.map(str::to_owned))) }
        });
        (stream, asked)
    }

    /// The same, item by item.
    fn list(first: Option<&str>, answers: Vec<Result<(Vec<u8>, Option<&'static str>)>>) -> (ItemStream<u8>, Asked) {
        let (pages, asked) = list_of_pages(first, answers);
        (pages.items(), asked)
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

    #[tokio::test]
    async fn pages_come_one_by_one_with_the_token_to_go_on_from() {
        let (mut pages, log) = list_of_pages(
            None,
            vec![
                Ok((vec![1, 2], Some("a"))),
                Ok((vec![], Some("b"))),
                Ok((vec![3], None)),
            ],
        );
        let first = pages.try_next().await.expect("a page").expect("a first page");
        assert_eq!((first.items, first.next.as_deref()), (vec![1, 2], Some("a")));
        assert_eq!(asked(&log).len(), 1, "no page is fetched ahead");
        let empty = pages.try_next().await.expect("a page").expect("a second page");
        assert_eq!((empty.items.len(), empty.next.as_deref()), (0, Some("b")));
        let last = pages.try_next().await.expect("a page").expect("a last page");
        assert_eq!((last.items, last.next), (vec![3], None));
        assert!(pages.try_next().await.expect("the end").is_none());
    }

    #[tokio::test]
    async fn pages_that_repeat_a_token_end_in_an_error_after_the_page_that_gave_it() {
        let (mut pages, log) = list_of_pages(Some("s"), vec![Ok((vec![1], Some("s")))]);
        let page = pages.try_next().await.expect("a page").expect("the page");
        assert_eq!(page.items, [1]);
        let error = pages.try_next().await.expect_err("the token was there before");
        assert!(matches!(error, Error::PageLoop { pages: 1, .. }), "{error:?}");
        assert!(pages.try_next().await.expect("the end").is_none());
        assert_eq!(asked(&log).len(), 1);
    }

    #[tokio::test]
    async fn pages_are_a_stream() {
        use futures_util::TryStreamExt;

        let (pages, _) = list_of_pages(None, vec![Ok((vec![1], Some("a"))), Ok((vec![2], None))]);
        let sizes: Vec<usize> = pages
            .map_ok(|page| page.items.len())
            .try_collect()
            .await
            .expect("pages");
        assert_eq!(sizes, [1, 1]);
    }
}
