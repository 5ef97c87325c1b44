//! Payloads that are hex text on most networks and an object on some.

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{EvmTransactionFields, Hex, RawPayloadObject};

/// A payload to sign or broadcast: hex text, or an object in the JSON form of its network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RawPayload {
    /// The binary form, as hex text.
    Hex(Hex),
    /// The JSON form; which fields it has is the network's affair.
    Object(RawPayloadObject),
}

impl From<Hex> for RawPayload {
    fn from(hex: Hex) -> Self {
        Self::Hex(hex)
    }
}

impl From<RawPayloadObject> for RawPayload {
    fn from(object: RawPayloadObject) -> Self {
        Self::Object(object)
    }
}

impl From<EvmTransactionFields> for RawPayload {
    #[inline]
    fn from(fields: EvmTransactionFields) -> Self {
        match serde_json::to_value(fields) {
            Ok(serde_json::Value::Object(object)) => Self::Object(object.into()),
            // A struct of optional numbers and text always serialises to an object.
            _ => Self::Object(serde_json::Map::new().into()),
        }
    }
}

impl Serialize for RawPayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Hex(hex) => hex.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RawPayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Payload;

        impl<'de> de::Visitor<'de> for Payload {
            type Value = RawPayload;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("hex text or an object")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawPayload, E> {
                Hex::deserialize(StrDeserializer::new(text)).map(RawPayload::Hex)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RawPayload, A::Error> {
                RawPayloadObject::deserialize(MapAccessDeserializer::new(map)).map(RawPayload::Object)
            }
        }

        deserializer.deserialize_any(Payload)
    }
}
