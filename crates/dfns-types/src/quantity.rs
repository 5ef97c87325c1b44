//! Quantities of an EVM transaction.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A quantity of an EVM transaction: the API takes and sends a JSON integer, decimal text or `0x` hex text alike.
///
/// The form is kept, so that what was read goes back out unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EvmQuantity {
    /// A JSON integer.
    Integer(u64),
    /// Text: decimal digits, or `0x` and hex digits.
    Text(Box<str>),
}

impl From<u64> for EvmQuantity {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<u128> for EvmQuantity {
    fn from(value: u128) -> Self {
        Self::Text(value.to_string().into())
    }
}

impl From<&crate::Amount> for EvmQuantity {
    fn from(value: &crate::Amount) -> Self {
        Self::Text(value.as_str().into())
    }
}

impl EvmQuantity {
    /// The value, if it fits 128 bits and its text is a number.
    pub fn to_u128(&self) -> Option<u128> {
        match self {
            Self::Integer(value) => Some(u128::from(*value)),
            Self::Text(text) => match text.strip_prefix("0x") {
                Some(digits) => u128::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            },
        }
    }
}

impl fmt::Display for EvmQuantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => fmt::Display::fmt(value, formatter),
            Self::Text(text) => formatter.pad(text),
        }
    }
}

impl Serialize for EvmQuantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(value) => serializer.serialize_u64(*value),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for EvmQuantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Quantity;

        impl de::Visitor<'_> for Quantity {
            type Value = EvmQuantity;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an integer, decimal text or 0x hex text")
            }

            fn visit_u64<E>(self, value: u64) -> Result<EvmQuantity, E> {
                Ok(EvmQuantity::Integer(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<EvmQuantity, E> {
                u64::try_from(value)
                    .map(EvmQuantity::Integer)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<EvmQuantity, E> {
                let digits = text.strip_prefix("0x");
                let valid = match digits {
                    Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
                    None => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
                };
                if valid {
                    Ok(EvmQuantity::Text(text.into()))
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
        }

        deserializer.deserialize_any(Quantity)
    }
}
