//! Ids: one newtype per entity, none of which can hold text that would change a request path.

use std::fmt;

/// Text that cannot be an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    name: &'static str,
    expected: &'static str,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong(usize),
    Character(char),
    Dots,
}

impl fmt::Display for IdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, expected, reason } = self;
        match reason {
            Reason::Empty => write!(formatter, "{name}: empty")?,
            Reason::TooLong(length) => write!(formatter, "{name}: {length} bytes, at most {MAX_LENGTH} allowed")?,
            Reason::Character(character) => write!(formatter, "{name}: {character:?} is not allowed")?,
            Reason::Dots => write!(formatter, "{name}: `.` and `..` are not allowed")?,
        }
        write!(formatter, ", expected a value such as {expected}")
    }
}

impl std::error::Error for IdError {}

/// The longest id accepted. The API documents 64; audit-log and foreign ids are longer.
const MAX_LENGTH: usize = 512;

/// Refuses what would change the path of a request, or could not be printed on one line.
///
/// Foreign and old forms still pass: the API's own ids have changed shape over the years, and some entities carry ids
/// that another party chose.
pub(crate) fn check(text: &str, name: &'static str, expected: &'static str) -> Result<(), IdError> {
    let refuse = |reason| Err(IdError { name, expected, reason });
    if text.is_empty() {
        return refuse(Reason::Empty);
    }
    if text.len() > MAX_LENGTH {
        return refuse(Reason::TooLong(text.len()));
    }
    if text == "." || text == ".." {
        return refuse(Reason::Dots);
    }
    let forbidden = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '%') || c.is_whitespace() || c.is_control();
    match text.chars().find(|&c| forbidden(c)) {
        Some(character) => refuse(Reason::Character(character)),
        None => Ok(()),
    }
}

/// Defines an id newtype: `id_type!(/// docs, WalletId, "wa-…")`.
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident, $expected:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(::std::boxed::Box<str>);

        impl $name {
            /// Checks the text and makes an id of it.
            ///
            /// # Errors
            /// [`IdError`](crate::IdError) if the text is empty, longer than 512 bytes, `.` or `..`, or holds `/`,
            /// `\`, `?`, `#`, `%`, white space or a control character.
            pub fn new(text: impl ::std::convert::AsRef<str>) -> ::std::result::Result<Self, $crate::IdError> {
                let text = text.as_ref();
                $crate::id::check(text, stringify!($name), $expected)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, formatter)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = $crate::IdError;

            fn try_from(text: &str) -> ::std::result::Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl ::std::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::IdError;

            fn try_from(text: ::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl ::std::convert::From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::open_enum::deserialize_text(deserializer, stringify!($name), |text| Self::new(text))?
                    .map_err(::serde::de::Error::custom)
            }
        }
    };
}
