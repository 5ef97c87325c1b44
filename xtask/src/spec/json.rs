//! The bundle as JSON.
//!
//! Invariant: the same values give the same bytes, in whatever order they were put together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::ser::SerializeMap;
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// The keys of the bundle, in the order in which they are written.
const TOP_LEVEL: [&str; 7] = ["openapi", "info", "servers", "security", "tags", "paths", "components"];
/// The bundle as it is written to its file.
pub(crate) fn to_text(document: &Value) -> String {
    // A `Value` always serialises: its keys are text and its numbers finite.
    let mut json = serde_json::to_string_pretty(&TopLevel(document)).unwrap_or_default();
    json.push('\n');
    json
}

/// A document whose top-level keys are written in the order that OpenAPI gives them.
struct TopLevel<'a>(&'a Value);

impl serde::Serialize for TopLevel<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(object) = self.0 else {
            return self.0.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(object.len()))?;
        for key in TOP_LEVEL {
            if let Some(value) = object.get(key) {
                map.serialize_entry(key, value)?;
            }
        }
        for (key, value) in object.iter().filter(|(key, _)| !TOP_LEVEL.contains(&key.as_str())) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// The same value with sorted keys, however the map of `serde_json` was built.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let by_key: BTreeMap<String, Value> = object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(by_key.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The SHA-256 of `text` in lower-case hex.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// A plain decimal as a JSON number.
pub(crate) fn number(text: &str) -> Option<Value> {
    let number = if text.contains('.') {
        text.parse().ok().and_then(Number::from_f64)
    } else {
        text.parse::<i64>()
            .ok()
            .map(Number::from)
            .or_else(|| text.parse::<u64>().ok().map(Number::from))
    };
    number.map(Value::Number)
}
