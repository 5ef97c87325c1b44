//! JSON that the client itself has to understand: challenges, refusals, the bodies that it holds against limits.
//!
//! It becomes a tree first, by a function of serde_json that is compiled there: reading it straight into types would compile
//! the whole parser of JSON once more, here. What calls answer is read straight, where they are called.
//!
//! Invariant: an error names the path of a field and what is expected there, never what stands there.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, map};

use crate::error::DecodeError;

/// Reads a text in JSON.
pub(crate) fn tree(text: &[u8]) -> Result<Value, DecodeError> {
    let Ok(characters) = std::str::from_utf8(text) else {
        return Err(DecodeError::because("it is not UTF-8"));
    };
    characters
        .parse()
        .map_err(|error: serde_json::Error| DecodeError::new(&error, text))
}

/// Reads a text in JSON as a type.
pub(crate) fn read<T: for<'a> Deserialize<'a>>(text: &[u8]) -> Result<T, DecodeError> {
    let tree = tree(text)?;
    T::deserialize(Node(&tree)).map_err(Unreadable::told)
}

/// What is wrong, and where, as far as that is known yet. In a box, since it is handed up through every type.
#[derive(Debug)]
struct Unreadable(Box<Problem>);

#[derive(Debug)]
struct Problem {
    path: String,
    text: String,
}

impl Unreadable {
    #[cold]
    fn wrong(found: &Value, expected: &dyn Expected) -> Self {
        let found = match found {
            Value::Null => Unexpected::Unit,
            Value::Bool(found) => Unexpected::Bool(*found),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(_) => Unexpected::Other("string"),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        de::Error::invalid_type(found, expected)
    }

    #[cold]
    fn new(path: &str, text: String) -> Self {
        let path = path.to_owned();
        Self(Box::new(Problem { path, text }))
    }

    /// The same, seen from the object above.
    #[cold]
    fn in_field(mut self, name: &str) -> Self {
        let path = &self.0.path;
        let separator = if path.is_empty() || path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.0.path = format!("{name}{separator}{path}");
        self
    }

    /// The same, seen from the list above.
    #[cold]
    fn in_item(self, position: usize) -> Self {
        self.in_field(&format!("[{position}]"))
    }

    #[cold]
    fn told(self) -> DecodeError {
        let Problem { path, text } = *self.0;
        DecodeError::at(&path, &text)
    }
}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::new("", problem.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(field, format!("missing field `{field}`"))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.text)
    }
}

impl de::StdError for Unreadable {}

/// A value of the tree, to be read as a type.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Value);

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items::of(items)),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    // The types say what they want, which is less to compile than whatever may come.

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            other => Err(Unreadable::wrong(other, &visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            other => Err(Unreadable::wrong(other, &visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items::of(items)),
            other => Err(Unreadable::wrong(other, &visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
            other => Err(Unreadable::wrong(other, &visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct struct enum
        identifier
    }
}

struct Fields<'de> {
    rest: map::Iter<'de>,
    /// The field whose name was read last.
    open: (&'de str, &'de Value),
}

impl<'de> Fields<'de> {
    #[inline(never)]
    fn of(fields: &'de Map<String, Value>) -> Self {
        Self {
            rest: fields.iter(),
            open: ("", &Value::Null),
        }
    }

    #[inline(never)]
    fn next(&mut self) -> Option<&'de str> {
        let (name, value) = self.rest.next()?;
        self.open = (name, value);
        Some(name)
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        match self.next() {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let (name, value) = self.open;
        match seed.deserialize(Node(value)) {
            Err(error) => Err(error.in_field(name)),
            read => read,
        }
    }
}

struct Items<'de> {
    items: &'de [Value],
    position: usize,
}

impl<'de> Items<'de> {
    fn of(items: &'de [Value]) -> Self {
        Self { items, position: 0 }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let Some(item) = self.items.get(self.position) else {
            return Ok(None);
        };
        let position = self.position;
        self.position += 1;
        match seed.deserialize(Node(item)) {
            Err(error) => Err(error.in_item(position)),
            Ok(read) => Ok(Some(read)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dfns_types::{AuthenticationChallenge, UserActionSignature};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{read, tree};

    fn challenge() -> Value {
        json!({
            "challenge": "Y2g", "challengeIdentifier": "token", "externalAuthenticationUrl": "",
            "supportedCredentialKinds": [{"kind": "Key", "factor": "first", "requiresSecondFactor": false}],
            "userVerification": "required", "attestation": "direct",
            "allowCredentials": {"webauthn": [], "key": [{"type": "public-key", "id": "cr-1"}]},
            "rp": null, "unknown": [{"more": 1.5}],
        })
    }

    /// Path and problem of what is wrong with a challenge in which one value is another.
    fn problem(pointer: &str, value: Value) -> (String, String) {
        let mut challenge = challenge();
        *challenge.pointer_mut(pointer).expect(pointer) = value;
        let error = read::<AuthenticationChallenge>(challenge.to_string().as_bytes()).expect_err(pointer);
        (error.path().to_owned(), error.problem().to_owned())
    }

    #[test]
    fn a_challenge_is_read_as_serde_json_reads_it() {
        let text = challenge().to_string();
        let read: AuthenticationChallenge = read(text.as_bytes()).expect("a challenge");
        let expected: AuthenticationChallenge = serde_json::from_str(&text).expect("a challenge");
        assert_eq!(json!(read), json!(expected));
        assert_eq!(read.allow_credentials.key[0].id, "cr-1");
        assert!(read.rp.is_none());
    }

    #[test]
    fn a_value_of_another_type_is_named_with_its_path_and_not_shown() {
        assert_eq!(
            problem("/challenge", json!({"a": "secret"})),
            (
                "challenge".to_owned(),
                "invalid type: map, expected a string".to_owned()
            )
        );
        assert_eq!(
            problem("/allowCredentials/key/0/id", json!(12_345)),
            (
                "allowCredentials.key[0].id".to_owned(),
                "invalid type: number, expected a string".to_owned()
            )
        );
        let (path, problem) = problem("/allowCredentials/key", json!("secret"));
        assert_eq!(path, "allowCredentials.key");
        assert_eq!(problem, "invalid type: string, expected a sequence");
    }

    #[test]
    fn a_missing_field_is_named_with_its_path() {
        let (path, problem) = problem("/allowCredentials/key/0", json!({"type": "public-key"}));
        assert_eq!(
            (path.as_str(), problem.as_str()),
            ("allowCredentials.key[0].id", "missing field `id`")
        );
        let error = read::<UserActionSignature>(b"{}").expect_err("nothing");
        assert_eq!(
            (error.path(), error.problem()),
            ("userAction", "missing field `userAction`")
        );
    }

    #[test]
    fn a_text_that_is_no_json_is_an_error_with_its_place() {
        for text in [&b""[..], b"{", b"\xff", b"<html>", b"{\"a\":1} x", b"[1"] {
            tree(text).expect_err("no JSON");
        }
        assert_eq!(tree(b"{\"a\": [1, {\"b\": nul").expect_err("no JSON").path(), "a[1].b");
    }

    proptest! {
        #[test]
        fn a_tree_is_read_as_serde_json_reads_its_text(
            numbers: Vec<f64>, more: Vec<i64>, texts: BTreeMap<String, Option<String>>, flag: Option<bool>,
        ) {
            let text = json!([numbers, more, texts, flag]).to_string();
            let read: Value = read(text.as_bytes()).expect("JSON");
            prop_assert_eq!(read, serde_json::from_str::<Value>(&text).expect("JSON"));
        }
    }
}
