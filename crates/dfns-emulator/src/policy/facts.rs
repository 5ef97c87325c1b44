//! What is known of an activity when policies look at it.
//!
//! Invariant: these are plain values. Whatever a rule needs is gathered before it is evaluated, so that the same facts
//! always lead to the same judgement.

use dfns_types::{ActivityKind, Timestamp};

use super::money::Usd;
use super::screening::Screenings;
use crate::chain::Chain;

/// An activity, as policies see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) kind: ActivityKind,
    /// When it takes place.
    pub(crate) at: Timestamp,
    /// What it spends from, or pays into.
    pub(crate) sources: Vec<Source>,
    /// The policy or permission that it would change.
    pub(crate) entity: Option<String>,
    /// What it moves.
    pub(crate) payment: Payment,
}

/// A wallet that an activity touches, or a key that has no wallet. A signature touches every wallet of its key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Source {
    pub(crate) wallet_id: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) tags: Vec<String>,
    /// What it did before, for as long as any rule looks back.
    pub(crate) past: Vec<Past>,
}

/// Something that a wallet did before, and that was neither rejected nor failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Past {
    pub(crate) at: Timestamp,
    /// What it moved; nothing if that is unknown.
    pub(crate) value: Option<Usd>,
}

/// What an activity moves, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Payment {
    /// True for a transfer of the API, which says itself what it does.
    pub(crate) is_transfer: bool,
    /// Where it is paid, if anywhere.
    pub(crate) chain: Option<Chain>,
    /// Who is paid; nobody, or not known.
    pub(crate) recipient: Option<String>,
    /// What it is worth; unknown for a signature, and for an asset without a price.
    pub(crate) value: Option<Usd>,
    /// What others say of who is on the other side.
    pub(crate) screenings: Screenings,
}

impl Facts {
    /// The change of a policy or permission.
    pub(crate) fn of_change(kind: ActivityKind, entity: &str, at: Timestamp) -> Self {
        Self {
            kind,
            at,
            sources: Vec::new(),
            entity: Some(entity.to_owned()),
            payment: Payment::default(),
        }
    }
}
