//! Deliveries that a fault holds back, so that others overtake them.
//!
//! Invariant: of each webhook one waits at most, and one that has waited is not struck again.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Wait;

/// The deliveries that wait, by webhook, and those whose fate is known and that were not sent yet.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    held: BTreeMap<String, (String, Wait)>,
    judged: BTreeSet<String>,
}

impl Waiting {
    /// Which delivery of each webhook waits.
    pub(super) fn held(&self) -> BTreeMap<String, String> {
        let ids = self.held.iter().map(|(webhook, (id, _))| (webhook.clone(), id.clone()));
        ids.collect()
    }

    /// Whether a delivery of this webhook waits.
    pub(super) fn is_held(&self, webhook: &str) -> bool {
        self.held.contains_key(webhook)
    }

    /// Holds a delivery back.
    pub(super) fn hold(&mut self, webhook: &str, delivery: &str, wait: Wait) {
        self.judged.insert(delivery.to_owned());
        self.held.insert(webhook.to_owned(), (delivery.to_owned(), wait));
    }

    /// Whether no fault strikes this delivery any more, because one did. Forgets it: it is sent now.
    pub(super) fn was_held(&mut self, delivery: &str) -> bool {
        self.judged.remove(delivery)
    }

    /// A delivery of this webhook was sent.
    pub(super) fn sent(&mut self, webhook: &str) {
        if let Some((_, wait)) = self.held.get_mut(webhook) {
            wait.overtaken();
        }
    }

    /// Lets go what has waited for long enough.
    pub(super) fn let_go(&mut self) {
        self.held.retain(|_, (_, wait)| !wait.is_over());
    }

    /// Forgets a delivery that is gone, with its webhook or the whole state.
    pub(super) fn forget(&mut self, webhook: &str) {
        if let Some((delivery, _)) = self.held.remove(webhook) {
            self.judged.remove(&delivery);
        }
    }
}
