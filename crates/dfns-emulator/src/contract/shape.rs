//! What the generated table is made of.

/// What an operation takes and answers. Shapes are indexes into the table of shapes.
#[derive(Debug)]
pub(crate) struct Contract {
    pub(crate) operation: &'static str,
    pub(crate) path: &'static [Field],
    pub(crate) query: &'static [Field],
    pub(crate) body: Option<u16>,
    pub(crate) answer: Option<u16>,
}

/// A field of an object, or a parameter.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    /// Whether `null` means something other than its absence.
    pub(crate) nullable: bool,
    pub(crate) shape: u16,
}

/// The form of a value.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Any JSON.
    Anything,
    Boolean,
    /// A whole number, with the least and the greatest one.
    Integer(Bounds),
    Number(Bounds),
    /// A quantity of an EVM transaction: a whole number, or text of digits.
    Quantity,
    /// Text, with its length in characters and a regular expression.
    Text(Format, Bounds, Option<&'static str>),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list of a shape, with its length.
    List(u16, Bounds),
    /// An object with any names and values of a shape.
    Map(u16),
    /// An object; fields that are not listed may hold anything.
    Object(&'static [Field]),
    /// An object whose shape follows from the text in this field.
    Union(&'static str, &'static [(&'static str, u16)]),
}

/// The least and the most, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds(pub(crate) Option<i64>, pub(crate) Option<i64>);

impl Bounds {
    /// No bounds.
    pub(crate) const NONE: Self = Self(None, None);
}

/// What a text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    /// Decimal digits.
    Amount,
    /// Pairs of hex digits, with or without `0x`.
    Hex,
    /// A point in time with its zone, as in RFC 3339.
    Time,
    /// The id of an entity: 1 to 64 characters.
    Id,
}

pub(crate) const fn contract(
    operation: &'static str,
    path: &'static [Field],
    query: &'static [Field],
    body: Option<u16>,
    answer: Option<u16>,
) -> Contract {
    Contract {
        operation,
        path,
        query,
        body,
        answer,
    }
}

const fn field(name: &'static str, required: bool, nullable: bool, shape: u16) -> Field {
    Field {
        name,
        required,
        nullable,
        shape,
    }
}

/// A field that is always there.
pub(crate) const fn required(name: &'static str, shape: u16) -> Field {
    field(name, true, false, shape)
}

/// A field that is always there, and may be `null`.
pub(crate) const fn nullable(name: &'static str, shape: u16) -> Field {
    field(name, true, true, shape)
}

/// A field that may be absent.
pub(crate) const fn optional(name: &'static str, shape: u16) -> Field {
    field(name, false, false, shape)
}

/// A field that may be absent, and that `null` clears.
pub(crate) const fn cleared(name: &'static str, shape: u16) -> Field {
    field(name, false, true, shape)
}
