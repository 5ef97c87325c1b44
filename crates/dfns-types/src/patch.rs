//! A field of an update: left alone, cleared, or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an update does to one field: nothing, clear it (`null` on the wire), or set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field is not sent; the API leaves it as it is.
    #[default]
    Keep,
    /// `null` is sent; the API clears the field.
    Clear,
    /// The value is sent.
    Set(T),
}

impl<T> Patch<T> {
    /// True if the field is not to be sent.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value, if one is to be set.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_set().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}
