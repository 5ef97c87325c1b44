//! Pages of lists.
//!
//! Invariant: a page token works only for the list and the filters it was made for; it shows nothing and cannot be
//! made up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::entropy::Seed;

/// Which page is wanted.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    pub(super) limit: usize,
    /// Only what was made before this one.
    pub(super) before: Option<i64>,
    seal: Seal,
}

/// One page of a list; serialises as `{items, nextPageToken?}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_page_token: Option<String>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub(crate) fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(change).collect::<Result<Vec<U>, E>>()?;
        Ok(Page {
            items,
            next_page_token: self.next_page_token,
        })
    }
}

/// What a page token is bound to.
#[derive(Clone, Debug)]
struct Seal {
    seed: Seed,
    filters: String,
}

impl Seal {
    fn mark(&self, position: i64) -> [u8; 32] {
        self.seed
            .derive("page", &[self.filters.as_bytes(), &position.to_be_bytes()])
    }
}

impl PageRequest {
    /// A page of at most `limit` items; `filters` is everything that makes this list another than its neighbours.
    /// `None` if the token is not one that was given out for these filters.
    pub(crate) fn new(seed: &Seed, filters: String, limit: usize, token: Option<&str>) -> Option<Self> {
        let seal = Seal {
            seed: seed.clone(),
            filters,
        };
        let before = match token {
            None => None,
            Some(token) => {
                let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
                let (position, mark) = bytes.split_first_chunk::<8>()?;
                let position = i64::from_be_bytes(*position);
                if seal.mark(position)[..16] != *mark {
                    return None;
                }
                Some(position)
            }
        };
        Some(Self { limit, before, seal })
    }

    /// This page of a list that is at hand as a whole, in an order that does not change.
    pub(crate) fn cut<T>(&self, all: Vec<T>) -> Page<T> {
        // Positions fall from item to item, as they do in lists that begin with the newest.
        let positions = (0_i64..).map(|place| -place);
        let mut rest = positions
            .zip(all)
            .skip_while(|(position, _)| self.before.is_some_and(|before| *position >= before));
        let page: Vec<(i64, T)> = rest.by_ref().take(self.limit).collect();
        let last = page.last().map(|(position, _)| *position);
        Page {
            next_page_token: last
                .filter(|_| rest.next().is_some())
                .map(|last| self.token_after(last)),
            items: page.into_iter().map(|(_, item)| item).collect(),
        }
    }

    /// The token of the page after the one that ends at `position`.
    pub(super) fn token_after(&self, position: i64) -> String {
        let mut bytes = position.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.seal.mark(position)[..16]);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_list_is_cut_into_pages_and_the_last_has_no_token() {
        let seed = Seed::of_number(7);
        let page = |token: Option<&str>| {
            PageRequest::new(&seed, String::new(), 2, token)
                .unwrap()
                .cut(vec![1, 2, 3, 4, 5])
        };
        let (mut items, mut token) = (Vec::new(), None);
        for length in [2, 2, 1] {
            let cut = page(token.as_deref());
            assert_eq!(cut.items.len(), length);
            items.extend(cut.items);
            token = cut.next_page_token;
        }
        assert_eq!((items, token), (vec![1, 2, 3, 4, 5], None));
        let exact = PageRequest::new(&seed, String::new(), 2, None).unwrap().cut(vec![1, 2]);
        assert_eq!(exact.next_page_token, None);
    }

    #[test]
    fn a_token_works_only_for_its_own_filters() {
        let seed = Seed::of_number(7);
        let first = PageRequest::new(&seed, "wallets".to_owned(), 2, None).unwrap();
        let token = first.token_after(41);
        let again = |filters: &str, token: &str| PageRequest::new(&seed, filters.to_owned(), 2, Some(token));
        assert_eq!(again("wallets", &token).unwrap().before, Some(41));
        assert!(again("keys", &token).is_none());
        assert!(again("wallets", &token[1..]).is_none());
        assert!(again("wallets", "not a token").is_none());
        assert!(again("wallets", "").is_none());
        assert!(PageRequest::new(&Seed::of_number(8), "wallets".to_owned(), 2, Some(&token)).is_none());
    }
}
