//! Objects: what every generated struct needs to be read and written, from one macro.
//!
//! Half as expensive to compile as serde's derives, which also generate what only formats without field names need, and
//! a type of its own for the names of each struct's fields. A field that this release does not know is passed over; of
//! one that stands twice, the last counts.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The name of a field, borrowed from the input where that is possible.
pub(crate) struct Key<'de>(Cow<'de, str>);

impl Key<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a field")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// The value of a required field.
pub(crate) fn required<T, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(name))
}

/// Implements `Serialize` and `Deserialize` for a generated struct, each field by its name on the wire and by how it may
/// be absent:
///
/// - `required`: always there, and not `null`.
/// - `anything`: always there, with a type that takes any JSON, `null` included.
/// - `nullable`: an `Option` that is always written, as `null` if there is no value; absence is read as `null`.
/// - `optional`: an `Option` that is left out if there is no value; `null` is read as absence.
/// - `collection`: a list or map that is left out if it is empty; `null` and absence are read as empty.
/// - `patch`: a `Patch`, left out if it keeps the value, `null` if it clears it.
macro_rules! object {
    ($name:ident { $($wire:literal => $field:ident: $presence:ident,)* }) => {
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                struct Object;

                impl<'de> ::serde::de::Visitor<'de> for Object {
                    type Value = $name;

                    fn expecting(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        formatter.write_str(concat!("an object (", stringify!($name), ")"))
                    }

                    #[allow(unused_mut, reason = "an object may have no field")]
                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::std::result::Result<$name, A::Error> {
                        $(let mut $field = ::std::default::Default::default();)*
                        while let Some(key) = map.next_key::<$crate::object::Key<'de>>()? {
                            match key.as_str() {
                                $($wire => $field = object!(@value $presence map),)*
                                _ => {
                                    map.next_value::<::serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok($name { $($field: object!(@read $presence $field $wire),)* })
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }

        impl ::serde::Serialize for $name {
            #[allow(unused_mut, reason = "an object may have no field")]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(object!(@write $presence map self $field $wire);)*
                ::serde::ser::SerializeMap::end(map)
            }
        }
    };

    (@value anything $map:ident) => {
        ::std::option::Option::Some($map.next_value()?)
    };
    (@value $presence:ident $map:ident) => {
        $map.next_value()?
    };

    (@read anything $field:ident $wire:literal) => {
        $crate::object::required($field, $wire)?
    };
    (@read required $field:ident $wire:literal) => {
        $crate::object::required($field, $wire)?
    };
    (@read collection $field:ident $wire:literal) => {
        ::std::option::Option::unwrap_or_default($field)
    };
    (@read $presence:ident $field:ident $wire:literal) => {
        $field
    };

    (@write optional $map:ident $self:ident $field:ident $wire:literal) => {
        if let Some(value) = &$self.$field {
            ::serde::ser::SerializeMap::serialize_entry(&mut $map, $wire, value)?;
        }
    };
    (@write collection $map:ident $self:ident $field:ident $wire:literal) => {
        if !$self.$field.is_empty() {
            ::serde::ser::SerializeMap::serialize_entry(&mut $map, $wire, &$self.$field)?;
        }
    };
    (@write patch $map:ident $self:ident $field:ident $wire:literal) => {
        if !$self.$field.is_keep() {
            ::serde::ser::SerializeMap::serialize_entry(&mut $map, $wire, &$self.$field)?;
        }
    };
    (@write $presence:ident $map:ident $self:ident $field:ident $wire:literal) => {
        ::serde::ser::SerializeMap::serialize_entry(&mut $map, $wire, &$self.$field)?;
    };
}
