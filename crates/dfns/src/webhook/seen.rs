//! Tells a delivery from one that came before: an event can come more than once.
//!
//! Each attempt has an id of its own and names only the one before it, which may never have arrived. So attempts are also
//! known by what they have in common: kind, date and data.

use std::collections::{HashSet, VecDeque};
use std::fmt::Write as _;

use dfns_types::{Timestamp, WebhookEventId};
use sha2::{Digest as _, Sha256};

use super::Delivery;

impl Delivery {
    /// The keys by which a delivery and its repetitions are known: the id of this attempt, that of the one before, and a
    /// fingerprint of the event. An event was seen before if any of them was.
    ///
    /// An application that keeps its own record puts all of them into it, in the transaction that does what the event asks
    /// for; [`RecentDeliveries`] does so in memory. Each key has 512 bytes at most.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let ids = [Some(&self.id), self.retry_of.as_ref()];
        let ids = ids.into_iter().flatten().map(WebhookEventId::as_str);
        ids.chain([self.fingerprint.as_str()])
    }
}

/// The deliveries of late, in memory: the newest so many events.
///
/// ```
/// # use dfns::webhook::{Delivery, RecentDeliveries};
/// # fn handle(delivery: &Delivery, seen: &mut RecentDeliveries, book: impl Fn(&Delivery) -> Result<(), ()>) {
/// if seen.is_new(delivery) && book(delivery).is_err() {
///     // Not done: the next attempt is to be taken.
///     seen.forget(delivery);
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct RecentDeliveries {
    capacity: usize,
    known: HashSet<String>,
    /// The keys of each delivery, the oldest first.
    order: VecDeque<Vec<String>>,
}

impl RecentDeliveries {
    /// Remembers this many deliveries, at least one. The last attempt comes a day after the first: it should hold what comes
    /// in a day, at about 300 bytes each.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            known: HashSet::new(),
            order: VecDeque::new(),
        }
    }

    /// Remembers a delivery, and says whether its event was not seen before.
    #[inline]
    pub fn is_new(&mut self, delivery: &Delivery) -> bool {
        let is_new = !delivery.keys().any(|key| self.known.contains(key));
        let added: Vec<String> = delivery
            .keys()
            .filter(|key| self.known.insert((*key).to_owned()))
            .map(str::to_owned)
            .collect();
        // A repetition adds its own id, so that the one that names it is known too.
        if !added.is_empty() {
            self.order.push_back(added);
        }
        while self.order.len() > self.capacity {
            for key in self.order.pop_front().unwrap_or_default() {
                self.known.remove(&key);
            }
        }
        is_new
    }

    /// Forgets the event of a delivery, so that its next attempt counts as new: it could not be acted upon.
    #[inline]
    pub fn forget(&mut self, delivery: &Delivery) {
        for key in delivery.keys() {
            self.known.remove(key);
        }
        self.order.retain_mut(|keys| {
            keys.retain(|key| self.known.contains(key));
            !keys.is_empty()
        });
    }
}

/// What all attempts of an event have in common.
#[inline]
pub(super) fn fingerprint(kind: &str, date: Timestamp, content: &str) -> String {
    let mut hash = Sha256::new();
    for part in [kind, &date.to_string(), content] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Text takes everything.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
