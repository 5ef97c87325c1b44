//! Lists and maps that an answer leaves out, or sends as `null`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// Reads `null` as empty; absence is empty by `#[serde(default)]`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// True if there is nothing to send.
pub(crate) fn is_empty(collection: &impl Collection) -> bool {
    collection.is_empty()
}

/// What a generated field can be that is left out when it is empty.
pub(crate) trait Collection {
    fn is_empty(&self) -> bool;
}

impl<T> Collection for Vec<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Collection for BTreeMap<K, V> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}
