//! How an answer becomes a value.

use std::fmt;

use serde::de::{DeserializeOwned, Error as _};

/// Done.
const OK: u16 = 200;
/// Policy holds it back.
const ACCEPTED: u16 = 202;
/// Done, and there is nothing to say.
const NO_CONTENT: u16 = 204;

/// What a call answers: any type that is read from JSON, an [`Entity`] or a [`Change`] that policy can hold back,
/// [`Text`], or [`Empty`].
pub trait Answer: Sized {
    /// The media type that is asked for.
    fn media_type() -> &'static str {
        "application/json"
    }

    /// Whether an answer of this status is one that was asked for.
    fn accepts(status: u16) -> bool {
        status == OK
    }

    /// Reads the body of an answer of such a status.
    ///
    /// # Errors
    /// What is wrong with the body, and where.
    fn read(status: u16, body: &[u8]) -> Result<Self, serde_json::Error>;
}

impl<T: DeserializeOwned> Answer for T {
    fn read(_: u16, body: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }
}

/// An entity that policy may hold back, of which it says itself: it comes the same either way, with HTTP 200 or 202.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity<T>(pub T);

impl<T: DeserializeOwned> Answer for Entity<T> {
    fn accepts(status: u16) -> bool {
        matches!(status, OK | ACCEPTED)
    }

    fn read(_: u16, body: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body).map(Self)
    }
}

/// The answer to a change of a policy, a permission, an assignment or a vault's lock, which policy can hold back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T, P> {
    /// It is made: HTTP 200 or 204.
    Made(T),
    /// It waits until people have approved it: HTTP 202.
    Held(P),
}

impl<T: Answer, P: DeserializeOwned> Answer for Change<T, P> {
    fn accepts(status: u16) -> bool {
        status == ACCEPTED || T::accepts(status)
    }

    fn read(status: u16, body: &[u8]) -> Result<Self, serde_json::Error> {
        if status == ACCEPTED {
            serde_json::from_slice(body).map(Self::Held)
        } else {
            T::read(status, body).map(Self::Made)
        }
    }
}

/// An answer in text: the CSV of a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(pub String);

impl Answer for Text {
    fn media_type() -> &'static str {
        "text/csv"
    }

    fn read(_: u16, body: &[u8]) -> Result<Self, serde_json::Error> {
        // The API may put the text into a JSON string. What begins with a quoted field of CSV goes on after it.
        if let Ok(text) = serde_json::from_slice(body) {
            return Ok(Self(text));
        }
        match std::str::from_utf8(body) {
            Ok(text) => Ok(Self(text.to_owned())),
            Err(_) => Err(serde_json::Error::custom("the answer is not UTF-8 text")),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Text({} bytes)", self.0.len())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

/// The answer of an operation that says nothing but that it was done: HTTP 200 or 204, whose body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Empty;

impl Answer for Empty {
    fn accepts(status: u16) -> bool {
        matches!(status, OK | NO_CONTENT)
    }

    fn read(_: u16, _: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(Self)
    }
}

impl From<Empty> for () {
    fn from(_: Empty) -> Self {}
}

#[cfg(test)]
mod tests {
    use super::{Answer, Text};

    #[test]
    fn text_comes_as_it_is_or_in_a_json_string() {
        let read = |body: &str| Text::read(200, body.as_bytes()).unwrap().0;
        assert_eq!(read("id,action\r\n1,a\r\n"), "id,action\r\n1,a\r\n");
        assert_eq!(read(r#""id,action\r\n1,\"a\"\r\n""#), "id,action\r\n1,\"a\"\r\n");
        assert_eq!(read("\"id\",\"action\"\r\n"), "\"id\",\"action\"\r\n");
        assert_eq!(read("7\r\n"), "7\r\n");
    }
}
