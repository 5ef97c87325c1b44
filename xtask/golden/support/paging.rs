//! Pages and their items, as small as the fluent calls allow. (The real one is proven where it is, with tests of its own
//! that would come along.)

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::Result;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The token of the next page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub(crate) fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }
}

type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>;

/// All pages.
pub struct PageStream<T> {
    fetch: Box<dyn FnMut(Option<String>) -> Fetching<T> + Send>,
    next: Option<String>,
    // True after the last page.
    done: bool,
}

pub(crate) fn pages<T, F, P>(_operation: &'static str, first: Option<String>, mut fetch: F) -> PageStream<T>
where
    F: FnMut(Option<String>) -> P + Send + 'static,
    P: Future<Output = Result<Page<T>>> + Send + 'static,
{
    PageStream {
        fetch: Box::new(move |token| Box::pin(fetch(token))),
        next: first,
        done: false,
    }
}

impl<T> PageStream<T> {
    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn try_next(&mut self) -> Result<Option<Page<T>>> {
        if self.done {
            return Ok(None);
        }
        let page = (self.fetch)(self.next.take()).await?;
        self.done = page.next.is_none();
        self.next.clone_from(&page.next);
        Ok(Some(page))
    }

    /// The items of all pages.
    pub fn items(self) -> ItemStream<T> {
        ItemStream {
            pages: self,
            items: VecDeque::new(),
        }
    }
}

impl<T> fmt::Debug for PageStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PageStream").finish_non_exhaustive()
    }
}

/// The items of all pages.
pub struct ItemStream<T> {
    pages: PageStream<T>,
    items: VecDeque<T>,
}

impl<T> ItemStream<T> {
    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn try_next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Ok(Some(item));
            }
            match self.pages.try_next().await? {
                Some(page) => self.items = page.items.into(),
                None => return Ok(None),
            }
        }
    }
}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ItemStream").finish_non_exhaustive()
    }
}
