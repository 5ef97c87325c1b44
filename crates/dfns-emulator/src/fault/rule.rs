//! Which calls and deliveries go wrong, and how.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::entropy::Seed;

/// A fault to arm: the calls (or the deliveries to webhooks) that it strikes, and what happens to them.
///
/// ```
/// # use std::time::Duration;
/// use dfns_emulator::{Fault, When};
/// // The first two attempts are told to come back in a second.
/// Fault::too_many_requests(Duration::from_secs(1)).on("createWallet").times(2);
/// // The third transfer is made, and nobody hears of it.
/// Fault::drop(When::After).on("transferAsset").nth(3);
/// // One in ten calls of any operation fails, always the same ones.
/// Fault::status(503).probability(0.1, 7);
/// // Of the first event, webhooks are told after the second.
/// Fault::out_of_order().of("wallet.transfer.broadcasted").nth(1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a fault does nothing before it is armed"]
#[non_exhaustive]
pub struct Fault {
    /// The id of the operation whose calls are struck; every operation if there is none. Not for effects on deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The kind of events whose deliveries are struck, every kind if there is none. Only for effects on deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many calls pass before the first one is struck (default 0). Deliveries are counted for each webhook apart.
    #[serde(default)]
    pub skip: u64,
    /// How many calls are struck at most (default: no end).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The share of calls that are struck, from 0 to 1 (default 1).
    #[serde(default = "always")]
    pub probability: f64,
    /// What the choice of calls follows from, if not all of them are struck (default 0).
    #[serde(default)]
    pub seed: u64,
    /// What happens.
    pub effect: Effect,
}

/// What happens to a call that is struck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// It is answered with a status that is no success.
    Status {
        /// The status, 400 to 599.
        status: u16,
        /// The header `Retry-After`: seconds, or a date of HTTP.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The words of the refusal (default: those that belong to the status).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// A body to answer instead of a refusal in JSON, as a proxy on the way would: HTML.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// Whether it is performed nevertheless.
        #[serde(default)]
        when: When,
    },
    /// The connection is closed without an answer.
    Drop {
        /// Whether it is performed.
        #[serde(default)]
        when: When,
    },
    /// It waits. It is performed even if its caller has given up in the meantime.
    Delay {
        /// Whether it waits before it is performed, or its answer does.
        #[serde(default)]
        when: When,
        /// What it waits for.
        #[serde(default)]
        until: Until,
        /// How long it waits, in milliseconds, unless it waits to be released.
        #[serde(default)]
        milliseconds: u64,
    },
    /// It is performed, and the connection is closed in the middle of the answer.
    Truncate {
        /// How many bytes of the body are sent (default: half of them).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<usize>,
    },
    /// It is performed, and the answer holds a value that no client of today knows.
    UnknownValue {
        /// The field whose value is replaced: a JSON pointer (`/items/0/status`), or a name, of which the first is
        /// taken (default: the first field that holds one of a choice of values).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// The value (default `ValueOfTomorrow`).
        #[serde(default = "value_of_tomorrow")]
        value: String,
    },
    /// A delivery to a webhook is sent again right after it was answered, the same to the byte. What the first of them was
    /// answered counts.
    Duplicate {
        /// How often again, 1 to 10 (default 1).
        #[serde(default = "once")]
        copies: u32,
    },
    /// A delivery to a webhook is held back until later ones have overtaken it, or it is released. Of each webhook one is
    /// held back at a time.
    OutOfOrder {
        /// By how many, 1 to 10 (default 1).
        #[serde(default = "once")]
        by: u32,
    },
}

impl Effect {
    /// True for what happens to a delivery to a webhook, false for what happens to a call.
    pub(super) fn is_on_deliveries(&self) -> bool {
        matches!(self, Self::Duplicate { .. } | Self::OutOfOrder { .. })
    }
}

/// Where in the life of a call its fault lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Before it is performed: it leaves no trace.
    #[default]
    Before,
    /// After it was performed and kept: only its answer suffers.
    After,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Until {
    /// To be released, or for the fault to be cleared.
    #[default]
    Released,
    /// For the emulator's clock, which a test moves.
    Clock,
    /// For the time of the real world.
    RealTime,
}

/// Why a fault cannot be armed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub(crate) struct FaultError {
    /// The field that is wrong.
    pub(crate) field: &'static str,
    problem: String,
}

fn always() -> f64 {
    1.0
}

fn value_of_tomorrow() -> String {
    "ValueOfTomorrow".to_owned()
}

fn once() -> u32 {
    1
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Fault {
    /// A fault with this effect, which strikes every call until it is narrowed.
    pub fn new(effect: Effect) -> Self {
        Self {
            operation: None,
            event: None,
            skip: 0,
            times: None,
            probability: always(),
            seed: 0,
            effect,
        }
    }

    /// Answers with a status of 400 to 599; the call is not performed.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status {
            status,
            retry_after: None,
            message: None,
            html: None,
            when: When::Before,
        })
    }

    /// Performs the call and answers with a status of 400 to 599 nevertheless, as a gateway does that has lost patience.
    pub fn status_after(status: u16) -> Self {
        Self::new(Effect::Status {
            status,
            retry_after: None,
            message: None,
            html: None,
            when: When::After,
        })
    }

    /// Answers 429 and asks to come back after `delay`, in whole seconds, rounded up; the call is not performed.
    pub fn too_many_requests(delay: Duration) -> Self {
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        Self::new(Effect::Status {
            status: 429,
            retry_after: Some(seconds.to_string()),
            message: None,
            html: None,
            when: When::Before,
        })
    }

    /// Closes the connection without an answer, before or after the call is performed.
    pub fn drop(when: When) -> Self {
        Self::new(Effect::Drop { when })
    }

    /// Lets the call (or its answer) wait until it is released.
    pub fn delay(when: When) -> Self {
        Self::new(Effect::Delay {
            when,
            until: Until::Released,
            milliseconds: 0,
        })
    }

    /// Lets the call (or its answer) wait until the emulator's clock has moved by `duration`, to the millisecond.
    pub fn delay_by_clock(when: When, duration: Duration) -> Self {
        Self::new(Effect::Delay {
            when,
            until: Until::Clock,
            milliseconds: milliseconds(duration),
        })
    }

    /// Lets the call (or its answer) wait for `duration` of the real world's time, to the millisecond.
    pub fn delay_by_real_time(when: When, duration: Duration) -> Self {
        Self::new(Effect::Delay {
            when,
            until: Until::RealTime,
            milliseconds: milliseconds(duration),
        })
    }

    /// Performs the call and closes the connection after half of the answer's body.
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate { bytes: None })
    }

    /// Performs the call and closes the connection after that many bytes of the answer's body.
    pub fn truncate_at(bytes: usize) -> Self {
        Self::new(Effect::Truncate { bytes: Some(bytes) })
    }

    /// Performs the call and puts a value that no client knows into the first field of the answer that holds one of a
    /// choice of values.
    pub fn unknown_value() -> Self {
        Self::new(Effect::UnknownValue {
            field: None,
            value: value_of_tomorrow(),
        })
    }

    /// Performs the call and puts a value that no client knows into this field of the answer: a JSON pointer
    /// (`/items/0/status`), or a name, of which the first is taken.
    pub fn unknown_value_in(field: impl Into<String>) -> Self {
        Self::new(Effect::UnknownValue {
            field: Some(field.into()),
            value: value_of_tomorrow(),
        })
    }

    /// Sends a delivery to a webhook twice.
    pub fn duplicate() -> Self {
        Self::new(Effect::Duplicate { copies: once() })
    }

    /// Lets a delivery to a webhook be overtaken by the next one.
    pub fn out_of_order() -> Self {
        Self::new(Effect::OutOfOrder { by: once() })
    }

    /// Strikes deliveries of events of this kind only: `wallet.created`.
    pub fn of(mut self, event: impl Into<String>) -> Self {
        self.event = Some(event.into());
        self
    }

    /// Strikes calls of this operation only, by its id in the OpenAPI document: `createWallet`.
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Lets the first `calls` pass.
    pub fn skip(mut self, calls: u64) -> Self {
        self.skip = calls;
        self
    }

    /// Strikes at most that many calls.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes one call alone, counted from 1.
    pub fn nth(self, nth: u64) -> Self {
        self.skip(nth.saturating_sub(1)).times(1)
    }

    /// Strikes a share of the calls, from 0 to 1; which ones follows from `seed`.
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = probability;
        self.seed = seed;
        self
    }

    /// Whether call number `seen` (from 0) of those that are meant is struck, after `struck` were.
    pub(super) fn strikes(&self, seen: u64, struck: u64) -> bool {
        let is_over = self.times.is_some_and(|times| struck >= times);
        seen >= self.skip && !is_over && self.chooses(seen)
    }

    fn chooses(&self, seen: u64) -> bool {
        if self.probability >= 1.0 {
            return true;
        }
        let draw = Seed::of_number(self.seed).derive("fault", &[&seen.to_be_bytes()]);
        let draw = u32::from_be_bytes([draw[0], draw[1], draw[2], draw[3]]);
        f64::from(draw) < self.probability * (f64::from(u32::MAX) + 1.0)
    }

    /// Whether the values are in their bounds.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        let wrong = |field, problem: String| Err(FaultError { field, problem });
        if !(0.0..=1.0).contains(&self.probability) {
            return wrong("probability", format!("{} is not from 0 to 1", self.probability));
        }
        match &self.effect {
            effect if effect.is_on_deliveries() && self.operation.is_some() => {
                wrong("operation", "deliveries are narrowed by their event".to_owned())
            }
            effect if !effect.is_on_deliveries() && self.event.is_some() => {
                wrong("event", "calls are narrowed by their operation".to_owned())
            }
            Effect::Duplicate { copies } if !(1..=10).contains(copies) => {
                wrong("effect.copies", format!("{copies} is not from 1 to 10"))
            }
            Effect::OutOfOrder { by } if !(1..=10).contains(by) => {
                wrong("effect.by", format!("{by} is not from 1 to 10"))
            }
            Effect::Status { status, .. } if !(400..=599).contains(status) => {
                wrong("effect.status", format!("{status} is not from 400 to 599"))
            }
            Effect::Status {
                retry_after: Some(text),
                ..
            } if text.is_empty() || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
                wrong("effect.retryAfter", format!("{text:?} is no value of a header"))
            }
            Effect::UnknownValue { field: Some(field), .. } if field.is_empty() => {
                wrong("effect.field", "names no field".to_owned())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(fault: &Fault, calls: u64) -> Vec<u64> {
        let mut struck = Vec::new();
        for seen in 0..calls {
            if fault.strikes(seen, struck.len() as u64) {
                struck.push(seen);
            }
        }
        struck
    }

    #[test]
    fn a_fault_strikes_every_call_unless_it_is_narrowed() {
        assert_eq!(struck(&Fault::status(500), 3), [0, 1, 2]);
        assert_eq!(struck(&Fault::status(500).times(2), 5), [0, 1]);
        assert_eq!(struck(&Fault::status(500).skip(2).times(2), 9), [2, 3]);
        assert_eq!(struck(&Fault::status(500).nth(3), 9), [2]);
    }

    #[test]
    fn a_share_of_calls_is_about_that_share_and_follows_from_the_seed() {
        let some = |seed| struck(&Fault::status(500).probability(0.25, seed), 4_000);
        assert!((900..1_100).contains(&some(7).len()), "{}", some(7).len());
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
        assert_eq!(struck(&Fault::status(500).probability(0.0, 7), 1_000), [0_u64; 0]);
    }

    #[test]
    fn a_fault_reads_back_as_it_was_written() {
        for fault in [
            Fault::too_many_requests(Duration::from_millis(1_500)).on("createWallet"),
            Fault::delay_by_clock(When::After, Duration::from_secs(2)).nth(2),
            Fault::truncate_at(3).probability(0.5, 9),
            Fault::unknown_value_in("status"),
            Fault::out_of_order().of("wallet.created").times(3),
        ] {
            let text = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault, "{text}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_named() {
        for (fault, field) in [
            (Fault::status(200), "effect.status"),
            (Fault::status(500).probability(1.5, 0), "probability"),
            (Fault::status(500).probability(f64::NAN, 0), "probability"),
            (Fault::unknown_value_in(""), "effect.field"),
            (Fault::duplicate().on("createWallet"), "operation"),
            (Fault::status(500).of("wallet.created"), "event"),
            (Fault::new(Effect::Duplicate { copies: 0 }), "effect.copies"),
            (Fault::new(Effect::OutOfOrder { by: 11 }), "effect.by"),
        ] {
            assert_eq!(fault.check().unwrap_err().field, field);
        }
    }
}
