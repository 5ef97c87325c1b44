//! Unions that stay open: an object of a kind this release does not know is kept whole.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// An object whose kind this release does not know: the tag, and every field as it came.
///
/// It serialises to the same object. Its `Debug` shows the tag and the field names, not the values, for nobody can say
/// whether one of them is a secret.
#[derive(Clone, PartialEq)]
pub struct UnknownObject {
    kind: Box<str>,
    fields: Map<String, Value>,
}

impl UnknownObject {
    /// The tag that tells the kind, as the API sent it. Empty if the object carried none.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Every field of the object, the tag included.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl fmt::Debug for UnknownObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.fields.keys().collect();
        formatter.debug_struct("UnknownObject").field("kind", &self.kind).field("fields", &names).finish()
    }
}

impl Serialize for UnknownObject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

/// Splits an object into its tag and the object; the tag stays inside.
pub(crate) fn read_tagged<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
    tag: &'static str,
) -> Result<(String, Map<String, Value>), D::Error> {
    use serde::Deserialize as _;
    use serde::de::Error as _;

    let fields = Map::<String, Value>::deserialize(deserializer)?;
    match fields.get(tag) {
        Some(Value::String(kind)) => Ok((kind.clone(), fields)),
        Some(other) => Err(D::Error::custom(format!("{tag} is {other}, expected a string"))),
        None => Err(D::Error::custom(format!("missing field `{tag}`"))),
    }
}

/// Decodes the payload of a known kind; a bad payload is an error that names the tag and the field.
pub(crate) fn read_known<T: serde::de::DeserializeOwned, E: serde::de::Error>(
    tag: &'static str,
    kind: &str,
    fields: Map<String, Value>,
) -> Result<T, E> {
    T::deserialize(Value::Object(fields)).map_err(|error| E::custom(format!("{tag} = {kind:?}: {error}")))
}

/// Keeps an object of an unknown kind.
pub(crate) fn keep_unknown(kind: String, fields: Map<String, Value>) -> UnknownObject {
    UnknownObject { kind: kind.into(), fields }
}

/// Implements `Serialize`, `Deserialize` and `From<member>` for a generated union.
///
/// `open_union!(Transfer, "kind", { "Native" => Native(NativeTransfer), … })`. A bad payload of a *known* kind stays an
/// error; only an unknown kind becomes `Unknown`. (`#[serde(other)]` loses the value, an untagged fallback swallows bad
/// payloads: neither will do.)
macro_rules! open_union {
    ($name:ident, $tag:literal, { $($kind:literal => $variant:ident($member:ty),)+ }) => {
        impl $name {
            /// The tag that tells the kind on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)+
                    Self::Unknown(object) => object.kind(),
                }
            }

            /// Every kind that this release knows.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                #[derive(::serde::Serialize)]
                #[serde(tag = $tag)]
                enum Tagged<'a> {
                    $(#[serde(rename = $kind)] $variant(&'a $member),)+
                }
                match self {
                    $(Self::$variant(member) => Tagged::$variant(member).serialize(serializer),)+
                    Self::Unknown(object) => object.serialize(serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let (kind, fields) = $crate::open_union::read_tagged(deserializer, $tag)?;
                match kind.as_str() {
                    $($kind => $crate::open_union::read_known($tag, $kind, fields).map(Self::$variant),)+
                    _ => Ok(Self::Unknown($crate::open_union::keep_unknown(kind, fields))),
                }
            }
        }

        $(
            impl ::std::convert::From<$member> for $name {
                fn from(member: $member) -> Self {
                    Self::$variant(member)
                }
            }
        )+
    };
}
