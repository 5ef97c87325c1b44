//! Objects: what every generated struct needs to be read and written, from one macro.
//!
//! Half as expensive to compile as serde's derives, which also generate what only formats without field names need, and
//! a type of its own for the names of each struct's fields. A field that this release does not know is passed over; of
//! one that stands twice, the last counts.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

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

/// What is different from one object to the next when it is read.
pub(crate) trait Object: Sized {
    /// What was expected, for the message that says that something else came.
    const EXPECTED: &'static str;

    /// Reads the fields, to the last.
    fn fields<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::fields(map)
    }
}

pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Reads the value of a field into its place.
pub(crate) fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, place: &mut T) -> Result<(), A::Error> {
    *place = map.next_value()?;
    Ok(())
}

/// Reads the value of a field that may be any JSON, `null` included.
pub(crate) fn anything<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    place: &mut Option<T>,
) -> Result<(), A::Error> {
    *place = Some(map.next_value()?);
    Ok(())
}

/// Passes over the value of a field that is not known.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Writes the fields of an object one after the other; the first problem is told at the end.
pub(crate) struct Writer<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Writer<S> {
    pub(crate) fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    pub(crate) fn field<T: Serialize>(&mut self, name: &'static str, value: &T) {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }

    #[expect(
        clippy::ref_option,
        reason = "taken apart here, once, and not in every generated line"
    )]
    pub(crate) fn optional<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    pub(crate) fn end(self) -> Result<S::Ok, S::Error> {
        self.0?.end()
    }
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
                $crate::object::read(deserializer)
            }
        }

        impl $crate::object::Object for $name {
            const EXPECTED: &'static str = concat!("an object (", stringify!($name), ")");

            fn fields<'de, A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = object!(@place $presence);)*
                while let Some(key) = map.next_key::<$crate::object::Key<'de>>()? {
                    match key.as_str() {
                        $($wire => object!(@value $presence map $field),)*
                        _ => $crate::object::skip(&mut map),
                    }?;
                }
                Ok($name { $($field: object!(@read $presence $field $wire),)* })
            }
        }

        impl ::serde::Serialize for $name {
            #[allow(unused_mut, reason = "an object may have no field")]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                let mut writer = $crate::object::Writer::<S>::new(serializer);
                $(object!(@write $presence writer self $field $wire);)*
                writer.end()
            }
        }
    };

    (@place patch) => {
        $crate::Patch::Keep
    };
    (@place $presence:ident) => {
        ::std::option::Option::None
    };

    (@value anything $map:ident $field:ident) => {
        $crate::object::anything(&mut $map, &mut $field)
    };
    (@value $presence:ident $map:ident $field:ident) => {
        $crate::object::value(&mut $map, &mut $field)
    };

    (@read anything $field:ident $wire:literal) => {
        object!(@read required $field $wire)
    };
    (@read required $field:ident $wire:literal) => {
        match $field {
            ::std::option::Option::Some(value) => value,
            ::std::option::Option::None => return Err(::serde::de::Error::missing_field($wire)),
        }
    };
    (@read collection $field:ident $wire:literal) => {
        ::std::option::Option::unwrap_or_default($field)
    };
    (@read $presence:ident $field:ident $wire:literal) => {
        $field
    };

    (@write optional $writer:ident $self:ident $field:ident $wire:literal) => {
        $writer.optional($wire, &$self.$field);
    };
    (@write collection $writer:ident $self:ident $field:ident $wire:literal) => {
        if !$self.$field.is_empty() {
            $writer.field($wire, &$self.$field);
        }
    };
    (@write patch $writer:ident $self:ident $field:ident $wire:literal) => {
        if !$self.$field.is_keep() {
            $writer.field($wire, &$self.$field);
        }
    };
    (@write $presence:ident $writer:ident $self:ident $field:ident $wire:literal) => {
        $writer.field($wire, &$self.$field);
    };
}
