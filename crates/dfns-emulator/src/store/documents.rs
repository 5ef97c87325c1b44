//! Entities of the API as JSON documents.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Page, PageRequest, Store, StoreError};

/// An entity that the store can keep. Usually a generated type of `dfns_types`.
///
/// ```ignore
/// impl Document for Wallet {
///     const KIND: &'static str = "wallet";
///     fn id(&self) -> &str { self.id.as_str() }
/// }
/// ```
pub(crate) trait Document: Serialize + DeserializeOwned {
    /// The kind under which documents of this type are filed. One kind, one type.
    const KIND: &'static str;

    /// The id of the entity, unique over all kinds.
    fn id(&self) -> &str;
}

/// What a new document is filed under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filing<'a> {
    /// The organisation that it belongs to; a document of another organisation is never found.
    pub(crate) org: &'a str,
    /// The entity under which it is listed (the wallet of a transfer), or empty.
    pub(crate) parent: &'a str,
    /// The user to whom it is delegated, or empty.
    pub(crate) owner: &'a str,
}

/// Which documents a list holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'a> {
    /// The organisation.
    pub(crate) org: &'a str,
    /// Only those under this entity.
    pub(crate) parent: Option<&'a str>,
    /// Only those of this user.
    pub(crate) owner: Option<&'a str>,
}

// Each reads an index from its end, and no further than it is asked for.
const OF_ORG: &str = "SELECT seq, id, body FROM entity WHERE kind = ?1 AND org = ?2 AND seq < ?3
                      AND (?4 IS NULL OR owner = ?4) ORDER BY seq DESC";
const OF_PARENT: &str = "SELECT seq, id, body FROM entity WHERE kind = ?1 AND org = ?2 AND seq < ?3
                         AND (?4 IS NULL OR owner = ?4) AND parent = ?5 ORDER BY seq DESC";

impl Store<'_> {
    /// Keeps a new document.
    pub(crate) fn insert<T: Document>(self, document: &T, filing: Filing<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO entity (kind, id, org, parent, owner, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Filing { org, parent, owner } = filing;
        let body = write::<T>(document.id(), document)?;
        self.connection
            .prepare_cached(sql)?
            .execute(params![T::KIND, document.id(), org, parent, owner, body])?;
        Ok(())
    }

    /// The document of this type with this id in this organisation.
    pub(crate) fn get<T: Document>(self, org: &str, id: &str) -> Result<Option<T>, StoreError> {
        let sql = "SELECT body FROM entity WHERE id = ?1 AND kind = ?2 AND org = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let body: Option<String> = statement.query_row([id, T::KIND, org], |row| row.get(0)).optional()?;
        body.map(|body| read::<T, T>(id, &body)).transpose()
    }

    /// The document of this type with this id in whatever organisation, for those who stand above all of them.
    pub(crate) fn find<T: Document>(self, id: &str) -> Result<Option<T>, StoreError> {
        let sql = "SELECT body FROM entity WHERE id = ?1 AND kind = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let body: Option<String> = statement.query_row([id, T::KIND], |row| row.get(0)).optional()?;
        body.map(|body| read::<T, T>(id, &body)).transpose()
    }

    /// Keeps a document in place of the one with the same id.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn update<T: Document>(self, document: &T) -> Result<(), StoreError> {
        let sql = "UPDATE entity SET body = ?3 WHERE id = ?1 AND kind = ?2";
        let body = write::<T>(document.id(), document)?;
        let changed = self
            .connection
            .prepare_cached(sql)?
            .execute([document.id(), T::KIND, &body])?;
        present::<T>(document.id(), changed)
    }

    /// Moves a document to another owner (delegation); empty text takes the owner away.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn set_owner<T: Document>(self, id: &str, owner: &str) -> Result<(), StoreError> {
        let sql = "UPDATE entity SET owner = ?3 WHERE id = ?1 AND kind = ?2";
        present::<T>(id, self.connection.prepare_cached(sql)?.execute([id, T::KIND, owner])?)
    }

    /// What the API never shows of a document, as it was last set.
    pub(crate) fn private<T: Document, P: DeserializeOwned>(self, id: &str) -> Result<Option<P>, StoreError> {
        let sql = "SELECT private FROM entity WHERE id = ?1 AND kind = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let text: Option<Option<String>> = statement.query_row([id, T::KIND], |row| row.get(0)).optional()?;
        text.flatten().map(|text| read::<T, P>(id, &text)).transpose()
    }

    /// Sets what the API never shows of a document.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is no such document.
    pub(crate) fn set_private<T: Document>(self, id: &str, private: &impl Serialize) -> Result<(), StoreError> {
        let sql = "UPDATE entity SET private = ?3 WHERE id = ?1 AND kind = ?2";
        let text = write::<T>(id, private)?;
        present::<T>(id, self.connection.prepare_cached(sql)?.execute([id, T::KIND, &text])?)
    }

    /// One page of the documents that `wanted` accepts, newest first.
    pub(crate) fn list<T: Document>(
        self,
        listing: Listing<'_>,
        page: &PageRequest,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, StoreError> {
        let mut items = Vec::new();
        let mut last = 0;
        let mut next_page_token = None;
        self.each::<T>(listing, page.before, |position, document| {
            if !wanted(&document) {
                return true;
            }
            if items.len() == page.limit {
                next_page_token = Some(page.token_after(last));
                return false;
            }
            items.push(document);
            last = position;
            true
        })?;
        Ok(Page { items, next_page_token })
    }

    /// The newest documents of a list, as far as `is_recent` accepts one after the other.
    pub(crate) fn newest<T: Document>(
        self,
        listing: Listing<'_>,
        is_recent: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, StoreError> {
        let mut items = Vec::new();
        self.each::<T>(listing, None, |_, document| {
            let goes_on = is_recent(&document);
            if goes_on {
                items.push(document);
            }
            goes_on
        })?;
        Ok(items)
    }

    /// All documents of this type in all organisations, with the organisation, oldest first.
    pub(crate) fn everywhere<T: Document>(self) -> Result<Vec<(String, T)>, StoreError> {
        let sql = "SELECT org, id, body FROM entity WHERE kind = ?1 ORDER BY seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([T::KIND])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            let (org, id, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            items.push((org, read::<T, T>(&id, &body)?));
        }
        Ok(items)
    }

    /// All documents of a list, newest first.
    pub(crate) fn all<T: Document>(self, listing: Listing<'_>) -> Result<Vec<T>, StoreError> {
        let mut items = Vec::new();
        self.each::<T>(listing, None, |_, document| {
            items.push(document);
            true
        })?;
        Ok(items)
    }

    /// Shows each document to `visit` with its position, newest first, until it answers false.
    fn each<T: Document>(
        self,
        listing: Listing<'_>,
        before: Option<i64>,
        mut visit: impl FnMut(i64, T) -> bool,
    ) -> Result<(), StoreError> {
        let Listing { org, parent, owner } = listing;
        let before = before.unwrap_or(i64::MAX);
        let mut statement = self
            .connection
            .prepare_cached(if parent.is_some() { OF_PARENT } else { OF_ORG })?;
        let mut rows = match parent {
            Some(parent) => statement.query(params![T::KIND, org, before, owner, parent])?,
            None => statement.query(params![T::KIND, org, before, owner])?,
        };
        while let Some(row) = rows.next()? {
            let (position, id, body): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if !visit(position, read::<T, T>(&id, &body)?) {
                break;
            }
        }
        Ok(())
    }
}

fn write<T: Document>(id: &str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unwritable {
        kind: T::KIND,
        id: id.to_owned(),
        source,
    })
}

fn read<T: Document, V: DeserializeOwned>(id: &str, text: &str) -> Result<V, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable {
        kind: T::KIND,
        id: id.to_owned(),
        source,
    })
}

fn present<T: Document>(id: &str, changed: usize) -> Result<(), StoreError> {
    match changed {
        0 => Err(StoreError::Absent {
            kind: T::KIND,
            id: id.to_owned(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;

    use super::super::Database;
    use super::*;
    use crate::entropy::Seed;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Thing {
        id: String,
        colour: String,
    }

    impl Document for Thing {
        const KIND: &'static str = "thing";

        fn id(&self) -> &str {
            &self.id
        }
    }

    fn thing(number: usize) -> Thing {
        let colour = if number.is_multiple_of(2) { "red" } else { "blue" };
        Thing {
            id: format!("th-{number}"),
            colour: colour.to_owned(),
        }
    }

    fn with_things(count: usize, work: impl FnOnce(Store<'_>) -> Result<(), StoreError>) {
        let database = Database::in_memory().unwrap();
        let done: Result<(), StoreError> = database.transaction(|store| {
            for number in 0..count {
                let parent = if number < 3 { "early" } else { "late" };
                store.insert(
                    &thing(number),
                    Filing {
                        org: "or-1",
                        parent,
                        owner: "",
                    },
                )?;
            }
            work(store)
        });
        done.unwrap();
    }

    const ALL: Listing<'static> = Listing {
        org: "or-1",
        parent: None,
        owner: None,
    };

    #[test]
    fn a_document_reads_back_and_can_be_changed() {
        with_things(1, |store| {
            assert_eq!(store.get::<Thing>("or-1", "th-0")?, Some(thing(0)));
            let changed = Thing {
                colour: "green".to_owned(),
                ..thing(0)
            };
            store.update(&changed)?;
            assert_eq!(store.get::<Thing>("or-1", "th-0")?, Some(changed));
            Ok(())
        });
    }

    #[test]
    fn a_document_of_another_organisation_is_not_found() {
        with_things(1, |store| {
            assert_eq!(store.get::<Thing>("or-2", "th-0")?, None);
            Ok(())
        });
    }

    #[test]
    fn a_document_that_is_not_there_cannot_be_updated() {
        with_things(1, |store| {
            assert!(matches!(store.update(&thing(5)), Err(StoreError::Absent { .. })));
            Ok(())
        });
    }

    #[test]
    fn the_private_half_is_kept_beside_the_document() {
        with_things(1, |store| {
            assert_eq!(store.private::<Thing, u32>("th-0")?, None);
            store.set_private::<Thing>("th-0", &7)?;
            assert_eq!(store.private::<Thing, u32>("th-0")?, Some(7));
            Ok(())
        });
    }

    #[test]
    fn pages_go_from_new_to_old_and_the_last_has_no_token() {
        with_things(5, |store| {
            let seed = Seed::of_number(7);
            let (mut token, mut pages) = (None, Vec::new());
            loop {
                let request = PageRequest::new(&seed, "all".to_owned(), 2, token.as_deref()).unwrap();
                let page = store.list::<Thing>(ALL, &request, |_| true)?;
                pages.push(page.items.iter().map(|thing| thing.id.clone()).collect::<Vec<_>>());
                token = page.next_page_token;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(pages, [vec!["th-4", "th-3"], vec!["th-2", "th-1"], vec!["th-0"]]);
            Ok(())
        });
    }

    #[test]
    fn a_page_that_ends_the_list_exactly_has_no_token() {
        with_things(4, |store| {
            let request = PageRequest::new(&Seed::of_number(7), String::new(), 2, None).unwrap();
            let red = store.list::<Thing>(ALL, &request, |thing| thing.colour == "red")?;
            assert_eq!((red.items, red.next_page_token), (vec![thing(2), thing(0)], None));
            Ok(())
        });
    }

    #[test]
    fn a_list_can_be_narrowed_to_a_parent() {
        with_things(5, |store| {
            let late = store.all::<Thing>(Listing {
                parent: Some("late"),
                ..ALL
            })?;
            assert_eq!(late, [thing(4), thing(3)]);
            Ok(())
        });
    }

    #[test]
    fn a_list_is_read_from_its_end_and_never_sorted() {
        with_things(3, |store| {
            for (sql, index) in [(OF_ORG, "entity_by_org"), (OF_PARENT, "entity_by_parent")] {
                let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let values = vec![1; statement.parameter_count()];
                let plan = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(3))?;
                let plan = plan.collect::<Result<Vec<_>, _>>()?.join("; ");
                assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
            }
            Ok(())
        });
    }

    #[test]
    fn a_refused_attempt_leaves_only_what_was_written_before_it() {
        with_things(1, |store| {
            let refused: Result<(), StoreError> = store.attempt(|| {
                store.insert(
                    &thing(9),
                    Filing {
                        org: "or-1",
                        parent: "",
                        owner: "",
                    },
                )?;
                Err(StoreError::Absent {
                    kind: "thing",
                    id: "th-10".to_owned(),
                })
            });
            assert!(refused.is_err());
            assert_eq!(store.all::<Thing>(ALL)?, [thing(0)]);
            Ok(())
        });
    }
}
