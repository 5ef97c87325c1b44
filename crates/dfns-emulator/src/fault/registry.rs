//! The faults that are armed, and which of them strikes a call, or a delivery to a webhook.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use super::delivery::{StruckDelivery, Wait};
use super::rule::{Effect, Fault};
use super::strike::Strike;

/// The faults that are armed, oldest first. A call is struck by one fault at most.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    armed: Vec<Armed>,
    /// How many were ever armed: the number of the last one.
    count: u64,
}

#[derive(Debug)]
struct Armed {
    id: String,
    fault: Fault,
    /// How many calls of its operation there were.
    seen: u64,
    /// How many deliveries of its event there were for each webhook, and how many of them were struck. Two webhooks are
    /// told at once, so only for each of them alone is it known what comes first.
    deliveries: BTreeMap<String, (u64, u64)>,
    progress: watch::Sender<Progress>,
    /// Counts how often what waited was released; whoever waits watches it change, or go.
    released: watch::Sender<u64>,
}

/// How far a fault has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// How many calls it has struck.
    pub(crate) struck: u64,
    /// How many of them wait.
    pub(crate) waiting: u64,
}

/// A fault as it is shown.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    id: String,
    #[serde(flatten)]
    fault: Fault,
    #[serde(flatten)]
    progress: Progress,
}

impl Faults {
    /// Arms a fault and answers its id.
    pub(crate) fn arm(&self, fault: Fault) -> String {
        let mut inner = self.lock();
        inner.count += 1;
        let id = format!("fault-{}", inner.count);
        inner.armed.push(Armed {
            id: id.clone(),
            fault,
            seen: 0,
            deliveries: BTreeMap::new(),
            progress: watch::Sender::default(),
            released: watch::Sender::default(),
        });
        id
    }

    /// The fault that strikes this call of an operation, if one does.
    pub(crate) fn strike(&self, operation: &str) -> Option<Strike> {
        let mut inner = self.lock();
        let mut strike = None;
        // Every fault counts the calls that it is about, whether another one is faster or not.
        for armed in &mut inner.armed {
            let is_of_another = armed.fault.operation.as_deref().is_some_and(|id| id != operation);
            if is_of_another || armed.fault.effect.is_on_deliveries() {
                continue;
            }
            let seen = armed.seen;
            armed.seen += 1;
            let struck = armed.progress.borrow().struck;
            if strike.is_none() && armed.fault.strikes(seen, struck) {
                armed.progress.send_modify(|progress| progress.struck += 1);
                strike = Some(Strike {
                    id: armed.id.clone(),
                    operation: operation.to_owned(),
                    effect: armed.fault.effect.clone(),
                    progress: armed.progress.clone(),
                    // From now on: what was released before does not count.
                    released: armed.released.subscribe(),
                });
            }
        }
        strike
    }

    /// The fault that strikes this delivery of an event to a webhook, if one does. Unless one `may_wait`, none is held back.
    pub(crate) fn strike_delivery(&self, webhook: &str, event: &str, may_wait: bool) -> Option<StruckDelivery> {
        let mut inner = self.lock();
        let mut strike = None;
        for armed in &mut inner.armed {
            let is_of_another = armed.fault.event.as_deref().is_some_and(|kind| kind != event);
            if is_of_another || !armed.fault.effect.is_on_deliveries() {
                continue;
            }
            let (seen, struck) = armed.deliveries.entry(webhook.to_owned()).or_default();
            let number = *seen;
            *seen += 1;
            let is_possible = may_wait || !matches!(armed.fault.effect, Effect::OutOfOrder { .. });
            if strike.is_none() && is_possible && armed.fault.strikes(number, *struck) {
                *struck += 1;
                armed.progress.send_modify(|progress| progress.struck += 1);
                strike = match armed.fault.effect {
                    Effect::Duplicate { copies } => Some(StruckDelivery::Duplicate { copies }),
                    Effect::OutOfOrder { by } => Some(StruckDelivery::Wait(Wait::new(
                        by,
                        armed.progress.clone(),
                        armed.released.subscribe(),
                    ))),
                    _ => None,
                };
            }
        }
        strike
    }

    /// Lets go what waits on a fault now. False if there is no such fault.
    pub(crate) fn release(&self, id: &str) -> bool {
        self.on(id, |armed| armed.released.send_modify(|times| *times += 1))
            .is_some()
    }

    /// Follows how far a fault has come. `None` if there is no such fault.
    pub(crate) fn follow(&self, id: &str) -> Option<watch::Receiver<Progress>> {
        self.on(id, |armed| armed.progress.subscribe())
    }

    /// The fault with this id.
    pub(crate) fn show(&self, id: &str) -> Option<Shown> {
        self.on(id, Armed::show)
    }

    /// Every fault, oldest first.
    pub(crate) fn list(&self) -> Vec<Shown> {
        self.lock().armed.iter().map(Armed::show).collect()
    }

    /// Takes a fault away and lets go what waits on it. False if there is no such fault.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let mut inner = self.lock();
        let before = inner.armed.len();
        inner.armed.retain(|armed| armed.id != id);
        inner.armed.len() < before
    }

    /// True if none is armed.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().armed.is_empty()
    }

    /// Takes every fault away and lets go what waits on them.
    pub(crate) fn clear(&self) {
        self.lock().armed.clear();
    }

    fn on<T>(&self, id: &str, work: impl FnOnce(&Armed) -> T) -> Option<T> {
        self.lock().armed.iter().find(|armed| armed.id == id).map(work)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn show(&self) -> Shown {
        Shown {
            id: self.id.clone(),
            fault: self.fault.clone(),
            progress: *self.progress.borrow(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_struck_by_the_oldest_fault_that_is_about_it() {
        let faults = Faults::default();
        faults.arm(Fault::status(500).on("other"));
        faults.arm(Fault::status(501).nth(2));
        faults.arm(Fault::status(502).on("createWallet"));
        let struck = || faults.strike("createWallet").map(|strike| strike.id);
        assert_eq!(struck().as_deref(), Some("fault-3"));
        assert_eq!(struck().as_deref(), Some("fault-2"));
        assert_eq!(struck().as_deref(), Some("fault-3"));
        faults.clear();
        assert_eq!(struck(), None);
    }

    #[test]
    fn deliveries_are_counted_for_each_webhook_apart_and_calls_are_not_among_them() {
        let faults = Faults::default();
        faults.arm(Fault::duplicate().of("wallet.created").nth(2));
        assert!(faults.strike("createWallet").is_none());
        let is_struck = |webhook, event| faults.strike_delivery(webhook, event, true).is_some();
        assert!(!is_struck("wh-1", "wallet.created"));
        assert!(!is_struck("wh-1", "key.created"));
        assert!(!is_struck("wh-2", "wallet.created"));
        assert!(is_struck("wh-1", "wallet.created"));
        assert!(is_struck("wh-2", "wallet.created"));
        assert!(!is_struck("wh-1", "wallet.created"));
    }

    #[test]
    fn an_id_is_never_given_twice() {
        let faults = Faults::default();
        assert_eq!(faults.arm(Fault::status(500)), "fault-1");
        assert!(faults.remove("fault-1") && !faults.remove("fault-1"));
        assert_eq!(faults.arm(Fault::status(500)), "fault-2");
    }
}
