//! Ids: one newtype per entity, none of which can hold text that would change a request path.

use std::fmt;

/// Text that cannot be an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError {
    name: &'static str,
    prefix: &'static str,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong(usize),
    Character(char),
    Dots,
    Prefix(&'static str),
}

impl fmt::Display for IdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, prefix, reason } = self;
        match reason {
            Reason::Empty => write!(formatter, "{name}: empty")?,
            Reason::TooLong(length) => write!(formatter, "{name}: {length} bytes, at most {MAX_LENGTH} allowed")?,
            Reason::Character(character) => write!(formatter, "{name}: {character:?} is not allowed")?,
            Reason::Dots => write!(formatter, "{name}: `.` and `..` are not allowed")?,
            Reason::Prefix(other) => write!(formatter, "{name}: an id that begins with {other:?} is of another kind")?,
        }
        write!(
            formatter,
            ", expected a value such as {prefix}-2k4ls-0p1qm-8f7gh3jd5kq9vt6a"
        )
    }
}

impl std::error::Error for IdError {}

/// The longest id accepted. The API documents 64; audit-log and foreign ids are longer.
const MAX_LENGTH: usize = 512;

/// Refuses what would change the path of a request, or could not be printed on one line.
///
/// Foreign and old forms still pass: the API's own ids have changed shape over the years, and some entities carry ids
/// that another party chose.
pub(crate) fn check(text: &str, name: &'static str, prefix: &'static str) -> Result<(), IdError> {
    let refuse = |reason| Err(IdError { name, prefix, reason });
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

/// Refuses, beyond [`check`], an id of another kind: `us-…` where a wallet is meant.
///
/// Only the form that the API makes today is looked at, and only prefixes that it uses.
pub(crate) fn check_kind(text: &str, name: &'static str, prefix: &'static str) -> Result<(), IdError> {
    check(text, name, prefix)?;
    let mut groups = text.split('-');
    let found = groups.next().unwrap_or_default();
    let lengths: Vec<usize> = groups.map(str::len).collect();
    if found == prefix || !matches!(lengths[..], [5, 5, 14..=16]) {
        return Ok(());
    }
    match crate::generated::ID_PREFIXES.iter().find(|&&other| other == found) {
        Some(other) => Err(IdError {
            name,
            prefix,
            reason: Reason::Prefix(other),
        }),
        None => Ok(()),
    }
}

/// Defines an id newtype: `id_type!(WalletId, "wa", "Id of a wallet.")`.
macro_rules! id_type {
    ($name:ident, $prefix:literal, $description:literal) => {
        #[doc = $description]
        #[doc = ""]
        #[doc = concat!("The API makes them as `", $prefix, "-xxxxx-xxxxx-xxxxxxxxxxxxxxxx`.")]
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(::std::boxed::Box<str>);

        impl $name {
            /// What the ids that the API makes begin with, before the first `-`.
            pub const PREFIX: &'static str = $prefix;

            /// Checks the text and makes an id of it.
            ///
            /// # Errors
            /// [`IdError`](crate::IdError) if the text is empty, longer than 512 bytes, `.` or `..`, or holds `/`,
            /// `\`, `?`, `#`, `%`, white space or a control character; and if it is the id of another kind of
            /// entity. (An id in an answer of the API may have any prefix.)
            pub fn new(text: impl ::std::convert::AsRef<str>) -> ::std::result::Result<Self, $crate::IdError> {
                let text = text.as_ref();
                $crate::id::check_kind(text, stringify!($name), $prefix)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, formatter)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            #[inline]
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = $crate::IdError;

            #[inline]
            fn try_from(text: &str) -> ::std::result::Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl ::std::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::IdError;

            #[inline]
            fn try_from(text: ::std::string::String) -> ::std::result::Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl ::std::convert::From<&$name> for $name {
            #[inline]
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            #[inline]
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
                $crate::open_enum::deserialize_text(deserializer, stringify!($name), |text| {
                    $crate::id::check(text, stringify!($name), $prefix).map(|()| Self(text.into()))
                })?
                .map_err(::serde::de::Error::custom)
            }
        }
    };
}
