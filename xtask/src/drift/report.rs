//! What changed, as the formats print it and the list of allowed changes names it.
//!
//! Invariant: the order depends on the changes alone: breaking before additive before neutral, then by place.

use super::rule::{Class, Rule};

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The file or folder as it was named.
    pub file: String,
    /// The version of the API; empty if the document has none.
    pub version: String,
    /// How many operations it has.
    pub operations: usize,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What sort of change.
    pub rule: Rule,
    /// Where, as `createWallet request .name` or `Wallet .name`.
    pub place: String,
    /// What was, and what is.
    pub detail: String,
    /// All places where the changed schema stands, sorted; `place` alone if there is only one.
    pub places: Vec<String>,
    /// The operations that are touched, sorted.
    pub operations: Vec<String>,
    /// Named in the list of allowed changes.
    pub allowed: bool,
}

impl Change {
    /// The rule and the place, by which a change can be allowed.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.rule.name, self.place)
    }
}

/// All changes between two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was.
    pub old: Side,
    /// What is.
    pub new: Side,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

impl Report {
    /// Puts changes in order; one that was found in several ways is one.
    pub(crate) fn new(old: Side, new: Side, mut changes: Vec<Change>) -> Self {
        changes.sort_by(|one, other| {
            let key = |change: &Change| {
                (
                    std::cmp::Reverse(change.rule.class()),
                    change.place.clone(),
                    change.rule.name,
                )
            };
            key(one).cmp(&key(other)).then_with(|| one.detail.cmp(&other.detail))
        });
        let mut merged: Vec<Change> = Vec::new();
        for change in changes {
            match merged.last_mut() {
                Some(last) if last.id() == change.id() && last.detail == change.detail => {
                    last.places.extend(change.places);
                    last.operations.extend(change.operations);
                }
                _ => merged.push(change),
            }
        }
        for change in &mut merged {
            for list in [&mut change.places, &mut change.operations] {
                list.sort_unstable();
                list.dedup();
            }
        }
        Self {
            old,
            new,
            changes: merged,
        }
    }

    /// The changes of a class, the worse of wire and Rust; allowed ones are in none.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| !change.allowed && change.rule.class() == class)
    }

    /// The changes that are allowed by name.
    pub fn allowed(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.allowed)
    }

    /// Something breaks on the wire or in Rust, and is not allowed by name.
    pub fn is_breaking(&self) -> bool {
        self.of(Class::Breaking).next().is_some()
    }
}
