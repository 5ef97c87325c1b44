//! What is to be sent to webhooks, and what became of it: one row an attempt.
//!
//! Invariant: an attempt is either due or has an outcome, and only the latest attempt of an event is due.

use rusqlite::{OptionalExtension, Row, params};

use super::page::{Page, PageRequest};
use super::{Store, StoreError};

/// One attempt to tell a webhook of something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) webhook_id: String,
    pub(crate) kind: String,
    /// When it happened, in Unix milliseconds.
    pub(crate) date: i64,
    /// What the event is about, as JSON text.
    pub(crate) data: String,
    /// 1 for the first attempt.
    pub(crate) attempt: u32,
    /// The attempt before, which failed.
    pub(crate) retry_of: Option<String>,
    /// When the first attempt was made, in Unix milliseconds; before that, when it is due.
    pub(crate) first_at: i64,
    /// When it is due, in Unix milliseconds.
    pub(crate) due_at: i64,
}

/// An attempt as a list of all of them shows it, made or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryShown {
    pub(crate) id: String,
    pub(crate) webhook_id: String,
    pub(crate) kind: String,
    pub(crate) attempt: u32,
    /// When it was or is due, in Unix milliseconds.
    pub(crate) due_at: i64,
    /// The HTTP status, or the code of a network error; nothing before it is made.
    pub(crate) status: Option<String>,
    pub(crate) error: Option<String>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// When it was made, in Unix milliseconds.
    pub(crate) sent_at: i64,
    /// The HTTP status, or the code of a network error.
    pub(crate) status: String,
    /// What went wrong, for people.
    pub(crate) error: Option<String>,
}

/// An attempt that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) delivery: Delivery,
    pub(crate) outcome: Outcome,
    /// When the next attempt is due, in Unix milliseconds.
    pub(crate) next_at: Option<i64>,
}

const DELIVERY: &str = "seq, id, webhook_id, kind, date, data, attempt, retry_of, first_at, due_at";

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        webhook_id: row.get("webhook_id")?,
        kind: row.get("kind")?,
        date: row.get("date")?,
        data: row.get("data")?,
        attempt: row.get("attempt")?,
        retry_of: row.get("retry_of")?,
        first_at: row.get("first_at")?,
        due_at: row.get("due_at")?,
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        delivery: delivery(row)?,
        outcome: Outcome {
            sent_at: row.get("sent_at")?,
            status: row.get("status")?,
            error: row.get("error")?,
        },
        next_at: row.get("next_at")?,
    })
}

impl Store<'_> {
    /// Puts down an attempt to be made.
    pub(crate) fn add_delivery(self, delivery: &Delivery) -> Result<(), StoreError> {
        let sql = "INSERT INTO delivery (id, webhook_id, kind, date, data, attempt, retry_of, first_at, due_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let Delivery {
            id,
            webhook_id,
            kind,
            date,
            data,
            attempt,
            retry_of,
            first_at,
            due_at,
        } = delivery;
        self.connection.prepare_cached(sql)?.execute(params![
            id, webhook_id, kind, date, data, attempt, retry_of, first_at, due_at
        ])?;
        Ok(())
    }

    /// The attempt to be made first for a webhook, among those that are due by `now` (Unix milliseconds) and are not
    /// `but` this one.
    pub(crate) fn next_delivery(
        self,
        webhook_id: &str,
        now: i64,
        but: Option<&str>,
    ) -> Result<Option<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM delivery WHERE webhook_id = ?1 AND sent_at IS NULL AND due_at <= ?2 AND id IS NOT ?3
             ORDER BY due_at, seq LIMIT 1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row(params![webhook_id, now, but], delivery)
            .optional()?)
    }

    /// True if an attempt is still to be made.
    pub(crate) fn is_awaited(self, id: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?1 AND sent_at IS NULL)";
        Ok(self.connection.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
    }

    /// When the first attempt of all is due, in Unix milliseconds.
    pub(crate) fn first_delivery_due(self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT min(due_at) FROM delivery WHERE sent_at IS NULL";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Says what became of an attempt. False if it is gone: its webhook was deleted meanwhile.
    pub(crate) fn record_outcome(self, id: &str, outcome: &Outcome) -> Result<bool, StoreError> {
        let sql = "UPDATE delivery SET sent_at = ?2, status = ?3, error = ?4 WHERE id = ?1";
        let Outcome { sent_at, status, error } = outcome;
        let changed = self
            .connection
            .prepare_cached(sql)?
            .execute(params![id, sent_at, status, error])?;
        Ok(changed > 0)
    }

    /// Forgets what is due for a webhook by `now` (Unix milliseconds) and was not sent.
    pub(crate) fn drop_due_deliveries(self, webhook_id: &str, now: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM delivery WHERE webhook_id = ?1 AND sent_at IS NULL AND due_at <= ?2";
        self.connection.prepare_cached(sql)?.execute(params![webhook_id, now])?;
        Ok(())
    }

    /// Forgets everything about a webhook.
    pub(crate) fn drop_deliveries(self, webhook_id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM delivery WHERE webhook_id = ?1";
        self.connection.prepare_cached(sql)?.execute([webhook_id])?;
        Ok(())
    }

    /// Forgets attempts that were made before `time` (Unix milliseconds).
    pub(crate) fn drop_deliveries_before(self, time: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM delivery WHERE sent_at < ?1";
        self.connection.prepare_cached(sql)?.execute([time])?;
        Ok(())
    }

    /// An attempt that was made to tell a webhook, since `since` (Unix milliseconds).
    pub(crate) fn attempt_of(self, webhook_id: &str, id: &str, since: i64) -> Result<Option<Attempt>, StoreError> {
        let sql = format!("{} AND id = ?3", attempts());
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row(params![webhook_id, since, id], attempt)
            .optional()?)
    }

    /// The latest attempts for any webhook, newest first.
    pub(crate) fn latest_deliveries(self, limit: usize) -> Result<Vec<DeliveryShown>, StoreError> {
        let sql =
            "SELECT id, webhook_id, kind, attempt, due_at, status, error FROM delivery ORDER BY seq DESC LIMIT ?1";
        let read = |row: &Row<'_>| {
            Ok(DeliveryShown {
                id: row.get(0)?,
                webhook_id: row.get(1)?,
                kind: row.get(2)?,
                attempt: row.get(3)?,
                due_at: row.get(4)?,
                status: row.get(5)?,
                error: row.get(6)?,
            })
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([limit], read)?.collect::<Result<_, _>>()?)
    }

    /// One page of the attempts that were made to tell a webhook since `since` (Unix milliseconds), newest first.
    pub(crate) fn attempts_of(
        self,
        webhook_id: &str,
        since: i64,
        page: &PageRequest,
        wanted: impl Fn(&Attempt) -> bool,
    ) -> Result<Page<Attempt>, StoreError> {
        let sql = format!("{} AND (?3 IS NULL OR seq < ?3) ORDER BY seq DESC", attempts());
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![webhook_id, since, page.before])?;
        let (mut items, mut last, mut next_page_token) = (Vec::new(), 0, None);
        while let Some(row) = rows.next()? {
            let attempt = attempt(row)?;
            if !wanted(&attempt) {
                continue;
            }
            if items.len() == page.limit {
                next_page_token = Some(page.token_after(last));
                break;
            }
            items.push(attempt);
            last = row.get("seq")?;
        }
        Ok(Page { items, next_page_token })
    }
}

/// The attempts that were made to tell the webhook `?1` since `?2`.
fn attempts() -> String {
    format!(
        "SELECT {DELIVERY}, sent_at, status, error,
                (SELECT due_at FROM delivery AS next WHERE next.retry_of = delivery.id AND next.sent_at IS NULL) AS next_at
         FROM delivery WHERE webhook_id = ?1 AND sent_at >= ?2"
    )
}

#[cfg(test)]
mod tests {
    use super::super::Database;
    use super::*;
    use crate::entropy::Seed;

    fn with_store(work: impl FnOnce(Store<'_>) -> Result<(), StoreError>) {
        Database::in_memory().unwrap().transaction(work).unwrap();
    }

    fn at(id: &str, due_at: i64) -> Delivery {
        Delivery {
            id: id.to_owned(),
            webhook_id: "wh-1".to_owned(),
            kind: "wallet.created".to_owned(),
            date: 5,
            data: "{}".to_owned(),
            attempt: 1,
            retry_of: None,
            first_at: due_at,
            due_at,
        }
    }

    fn failed(sent_at: i64) -> Outcome {
        Outcome {
            sent_at,
            status: "500".to_owned(),
            error: None,
        }
    }

    #[test]
    fn what_is_due_first_comes_first_and_the_older_of_two() {
        with_store(|store| {
            for delivery in [at("a", 20), at("b", 10), at("c", 10)] {
                store.add_delivery(&delivery)?;
            }
            assert_eq!(store.first_delivery_due()?, Some(10));
            assert_eq!(store.next_delivery("wh-1", 9, None)?, None);
            assert_eq!(store.next_delivery("wh-2", 30, None)?, None);
            assert_eq!(store.next_delivery("wh-1", 30, None)?, Some(at("b", 10)));
            assert_eq!(store.next_delivery("wh-1", 30, Some("b"))?, Some(at("c", 10)));
            assert!(store.is_awaited("b")? && !store.is_awaited("d")?);
            assert!(store.record_outcome("b", &failed(11))?);
            assert_eq!(store.next_delivery("wh-1", 30, None)?, Some(at("c", 10)));
            assert!(!store.is_awaited("b")?);
            Ok(())
        });
    }

    #[test]
    fn an_attempt_shows_when_the_next_one_is_due_until_that_is_made() {
        with_store(|store| {
            store.add_delivery(&at("a", 10))?;
            store.record_outcome("a", &failed(10))?;
            let again = Delivery {
                attempt: 2,
                retry_of: Some("a".to_owned()),
                ..at("b", 70)
            };
            store.add_delivery(&again)?;
            let next_at =
                |id: &str| Ok::<_, StoreError>(store.attempt_of("wh-1", id, 0)?.map(|attempt| attempt.next_at));
            assert_eq!(next_at("a")?, Some(Some(70)));
            assert_eq!(next_at("b")?, None, "not made yet");
            store.record_outcome("b", &failed(70))?;
            assert_eq!((next_at("a")?, next_at("b")?), (Some(None), Some(None)));
            Ok(())
        });
    }

    #[test]
    fn pages_hold_what_was_made_since_a_time_newest_first() {
        with_store(|store| {
            for (id, sent_at) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] {
                store.add_delivery(&at(id, sent_at))?;
                store.record_outcome(id, &failed(sent_at))?;
            }
            let seed = Seed::of_number(7);
            let page = |token: Option<&str>| PageRequest::new(&seed, String::new(), 2, token).unwrap();
            let ids = |page: &Page<Attempt>| {
                page.items
                    .iter()
                    .map(|item| item.delivery.id.clone())
                    .collect::<Vec<_>>()
            };
            let first = store.attempts_of("wh-1", 20, &page(None), |_| true)?;
            assert_eq!(ids(&first), ["d", "c"]);
            let last = store.attempts_of("wh-1", 20, &page(first.next_page_token.as_deref()), |_| true)?;
            assert_eq!((ids(&last), last.next_page_token), (vec!["b".to_owned()], None));
            store.drop_deliveries_before(40)?;
            assert_eq!(store.attempt_of("wh-1", "c", 0)?, None);
            Ok(())
        });
    }

    #[test]
    fn an_outcome_of_what_is_gone_is_nobodys() {
        with_store(|store| {
            store.add_delivery(&at("a", 10))?;
            store.drop_deliveries("wh-1")?;
            assert!(!store.record_outcome("a", &failed(10))?);
            Ok(())
        });
    }
}
