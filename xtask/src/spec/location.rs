//! Where each value of the bundle stands in the files of the specification.
//!
//! Invariant: a value that the bundler added itself has no place of its own; everything else has one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Location;

/// The place of each value, by JSON pointer (RFC 6901).
#[derive(Debug, Clone, Default)]
pub struct Locations {
    by_pointer: BTreeMap<String, Location>,
}

impl Locations {
    /// The place of the value at `pointer`: that of its key in an object, that of the value itself in a list.
    pub fn of(&self, pointer: &str) -> Option<&Location> {
        self.by_pointer.get(pointer)
    }

    /// The place of the value at `pointer`, or of the nearest value around it that has one.
    pub fn nearest(&self, pointer: &str) -> Option<&Location> {
        let mut pointer = pointer;
        loop {
            if let Some(location) = self.of(pointer) {
                return Some(location);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    /// Notes a place; the first one stays.
    pub(crate) fn note(&mut self, pointer: String, location: Location) {
        self.by_pointer.entry(pointer).or_insert(location);
    }
}

/// The pointer to `key` inside the value at `pointer`.
pub(crate) fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", escape(key))
}

/// A key as a JSON pointer writes it.
pub(crate) fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}
