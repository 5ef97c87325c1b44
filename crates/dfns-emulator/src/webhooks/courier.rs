//! The courier: sends what is due, one delivery after the other to each webhook, to several webhooks at a time.
//!
//! It wakes up when something is emitted, when the clock is moved, and, if the clock runs, when the next thing is due:
//! a delivery, or a step of a transfer that webhooks are to be told of. It brings the state up to date as any request
//! would, so that it makes no difference to the state whether a request comes.
//!
//! Invariant: all that the courier writes is what became of an attempt, and the attempt that follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use dfns_types::{Timestamp, Webhook, WebhookStatus};
use http::HeaderMap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::post::{DELIVERED, Verdict, post};
use super::waiting::Waiting;
use super::{KEPT, Parcel, RETRIES, WebhookRecord};
use crate::chain;
use crate::context::{Context, Services};
use crate::entropy::id_text;
use crate::fault::StruckDelivery;
use crate::node::Inquiries;
use crate::server::{Call, Emulation, Refusal};
use crate::store::{Delivery, Outcome, Store};

/// Sends what is due.
#[derive(Debug)]
pub(crate) struct Courier {
    emulation: Arc<Emulation>,
    flushes: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    clock: watch::Receiver<()>,
    busy: BTreeSet<String>,
    under_way: JoinSet<Sent>,
    waiting: Waiting,
}

/// A courier at work. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// Stops, and waits until the last outcome is written down. What is under way counts as not sent.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        if let Err(panic) = self.task.await {
            tracing::error!(%panic, "the courier failed");
        }
    }
}

/// What the store has for the courier.
struct Due {
    deliveries: Vec<(Delivery, Parcel, Timestamp)>,
    /// The webhooks that would wait for a delivery that is gone.
    gone: Vec<String>,
    /// When to look again, if the clock gets there by itself.
    next_at: Option<Timestamp>,
}

/// An attempt that was made.
struct Sent {
    delivery: Delivery,
    at: Timestamp,
    verdict: Verdict,
}

impl Courier {
    /// A courier that has not begun.
    pub(crate) fn new(emulation: Arc<Emulation>, flushes: mpsc::UnboundedReceiver<oneshot::Sender<()>>) -> Self {
        Self {
            clock: emulation.services().clock.moves(),
            emulation,
            flushes,
            busy: BTreeSet::new(),
            under_way: JoinSet::new(),
            waiting: Waiting::default(),
        }
    }

    /// Begins.
    pub(crate) fn start(self) -> Running {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(self.run(stopped));
        Running { stop, task }
    }

    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let mut waiting: Vec<oneshot::Sender<()>> = Vec::new();
        loop {
            // Before the store is asked: who asks later is told later.
            while let Ok(flush) = self.flushes.try_recv() {
                waiting.push(flush);
            }
            let next_at = self.send_due().await;
            if self.under_way.is_empty() {
                for flush in waiting.drain(..) {
                    // Nobody waits any more: as well.
                    let _gone = flush.send(());
                }
            }
            let services = self.emulation.services();
            let pause = next_at.and_then(|at| services.clock.real_time_until(at));
            tokio::select! {
                biased;
                // Both a message and a dropped sender mean the same: the emulator is gone.
                _ = &mut stopped => return,
                Some(sent) = self.under_way.join_next() => match sent {
                    Ok(sent) => self.record(sent).await,
                    Err(panic) => tracing::error!(%panic, "a delivery failed inside of the emulator"),
                },
                flush = self.flushes.recv() => match flush {
                    Some(flush) => waiting.push(flush),
                    None => return,
                },
                () = services.outbound.rung() => {}
                // The clock lives as long as the services.
                Ok(()) = self.clock.changed() => {}
                () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            }
        }
    }

    /// Sends off what is due to webhooks that are waited for by nothing else.
    async fn send_due(&mut self) -> Option<Timestamp> {
        loop {
            self.waiting.let_go();
            let due = self.look().await?;
            for webhook in &due.gone {
                self.waiting.forget(webhook);
            }
            let mut is_held_back = false;
            for delivery in due.deliveries {
                is_held_back |= self.send_off(delivery);
            }
            // What comes after it may be due as well.
            if !is_held_back {
                return due.next_at;
            }
        }
    }

    /// What is due; nothing if the store fails.
    async fn look(&self) -> Option<Due> {
        let (emulation, busy, held) = (Arc::clone(&self.emulation), self.busy.clone(), self.waiting.held());
        let turn = emulation.turn.clone();
        let looked = turn.take(true, move || {
            let database = &emulation.database;
            if database.transaction(is_anybody_listening)? {
                chain::relay(database, &emulation.services(), None)?;
            }
            database.transaction(|store| due(&emulation.services(), store, &busy, &held))
        });
        match looked.await {
            Ok(Ok(due)) => Some(due),
            // Logged where it was made.
            Ok(Err(_refusal)) => None,
            Err(undone) => {
                tracing::error!(%undone, "the courier failed");
                None
            }
        }
    }

    /// Sends a delivery off, unless a fault holds it back: true then.
    fn send_off(&mut self, (delivery, parcel, at): (Delivery, Parcel, Timestamp)) -> bool {
        let services = self.emulation.services();
        let webhook = &delivery.webhook_id;
        let struck = if self.waiting.was_held(&delivery.id) {
            None
        } else {
            let may_wait = !self.waiting.is_held(webhook);
            services.faults.strike_delivery(webhook, &delivery.kind, may_wait)
        };
        let copies = match struck {
            Some(StruckDelivery::Wait(wait)) => {
                self.waiting.hold(webhook, &delivery.id, wait);
                return true;
            }
            Some(StruckDelivery::Duplicate { copies }) => copies,
            None => 0,
        };
        let limit = services.outbound.limit();
        self.busy.insert(webhook.clone());
        self.under_way.spawn(async move {
            let verdict = post(&parcel, limit).await;
            for _ in 0..copies {
                let _unheard = post(&parcel, limit).await;
            }
            Sent { delivery, at, verdict }
        });
        false
    }

    async fn record(&mut self, sent: Sent) {
        self.busy.remove(&sent.delivery.webhook_id);
        self.waiting.sent(&sent.delivery.webhook_id);
        let emulation = Arc::clone(&self.emulation);
        let Sent { delivery, verdict, .. } = &sent;
        tracing::debug!(
            webhook = delivery.webhook_id,
            kind = delivery.kind,
            status = verdict.status,
            "delivery"
        );
        let turn = emulation.turn.clone();
        let recorded = turn.take(true, move || {
            emulation
                .database
                .transaction(|store| record(&emulation.services(), store, sent))
        });
        match recorded.await {
            // A refusal was logged where it was made.
            Ok(Ok(()) | Err(_)) => {}
            Err(undone) => tracing::error!(%undone, "the outcome of a delivery could not be written down"),
        }
    }
}

/// True if there is a webhook: without one, nothing happens before somebody calls.
fn is_anybody_listening(store: Store<'_>) -> Result<bool, Refusal> {
    Ok(!store.everywhere::<Webhook>()?.is_empty())
}

/// Brings the state up to date and takes what is due: to webhooks that are not busy, and is not held back.
fn due(
    services: &Services,
    store: Store<'_>,
    busy: &BTreeSet<String>,
    held: &BTreeMap<String, String>,
) -> Result<Due, Refusal> {
    let mut gone = Vec::new();
    for (webhook, delivery) in held {
        if !store.is_awaited(delivery)? {
            gone.push(webhook.clone());
        }
    }
    let webhooks = store.everywhere::<Webhook>()?;
    if webhooks.is_empty() {
        return Ok(Due {
            deliveries: Vec::new(),
            gone,
            next_at: None,
        });
    }
    let call = Call::new("POST", "/", "", HeaderMap::new(), Bytes::new())?;
    // Nodes were asked before.
    let inquiries = Inquiries::default();
    let mut context = Context::new(store, &call, services, &inquiries);
    chain::settle(&mut context)?;
    let now = context.now.unix_millis();
    store.drop_deliveries_before(now.saturating_sub(i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX)))?;
    let mut deliveries = Vec::new();
    for (_, webhook) in webhooks {
        let id = webhook.id.as_str();
        if webhook.status != WebhookStatus::Enabled {
            store.drop_due_deliveries(id, now)?;
            continue;
        }
        if busy.contains(id) {
            continue;
        }
        let (Some(delivery), Some(record)) = (
            store.next_delivery(id, now, held.get(id).map(String::as_str))?,
            store.private::<Webhook, WebhookRecord>(id)?,
        ) else {
            continue;
        };
        let sent_at = dated(services, delivery.due_at, context.now);
        let parcel = Parcel::new(&webhook.url, record.secret.expose_secret(), &delivery, sent_at)?;
        deliveries.push((delivery, parcel, sent_at));
    }
    let next_at = [store.first_delivery_due()?, store.first_flight_due()?];
    let next_at = next_at.into_iter().flatten().filter(|at| *at > now).min();
    Ok(Due {
        deliveries,
        gone,
        next_at: next_at.and_then(Timestamp::from_unix_millis),
    })
}

/// Writes down what became of an attempt, and the attempt that follows if it failed.
fn record(services: &Services, store: Store<'_>, sent: Sent) -> Result<(), Refusal> {
    let Sent { delivery, at, verdict } = sent;
    let is_delivered = verdict.status == DELIVERED;
    let outcome = Outcome {
        sent_at: at.unix_millis(),
        status: verdict.status,
        error: verdict.error,
    };
    let is_known = store.record_outcome(&delivery.id, &outcome)?;
    // Attempt 2 is the first retry.
    let retry = RETRIES.get(
        usize::try_from(delivery.attempt)
            .unwrap_or(usize::MAX)
            .saturating_sub(1),
    );
    let Some(delay) = retry.filter(|_| is_known && !is_delivered) else {
        return Ok(());
    };
    let first_at = match delivery.attempt {
        1 => outcome.sent_at,
        _ => delivery.first_at,
    };
    let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    // Not drawn: ids of requests do not depend on when receivers answer.
    let id = id_text("whe", &services.seed.derive("webhook retry", &[delivery.id.as_bytes()]));
    Ok(store.add_delivery(&Delivery {
        id,
        attempt: delivery.attempt + 1,
        retry_of: Some(delivery.id),
        first_at,
        due_at: first_at.saturating_add(delay),
        ..delivery
    })?)
}

/// When an attempt counts as made: what fell due while the clock was moved over it is dated by when it fell due, like
/// everything else that moves with time; what waited for another reason (a slow receiver, an emulator that did not run)
/// by when it is sent.
fn dated(services: &Services, due_at: i64, now: Timestamp) -> Timestamp {
    Timestamp::from_unix_millis(due_at)
        .filter(|_| services.clock.passed_over(due_at))
        .unwrap_or(now)
}
