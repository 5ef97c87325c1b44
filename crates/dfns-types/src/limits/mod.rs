//! What the API takes in the fields of a request body and the parameters of a query: lengths, numbers, forms.
//!
//! The limits are tables, and a body is held against them as the JSON that is sent: one walk for all types, which costs
//! nothing to compile and sees exactly what the API will see. Answers are never checked.

mod pattern;
mod query;
mod walk;

pub use pattern::{Class, Pattern, Piece};
pub use query::check_query;
pub use walk::{Violation, check};

/// What an object may hold, as far as there is a limit somewhere beneath.
#[derive(Debug)]
pub struct Shape {
    /// The fields that are limited, or lead to something that is.
    pub fields: &'static [Field],
    /// For a union: the field that tells the kind, and the shape of each kind.
    pub kinds: Option<(&'static str, &'static [(&'static str, &'static Shape)])>,
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// The limits of the value.
    pub limits: Limits,
    /// The limits of each item, if the value is a list.
    pub items: Limits,
    /// The shape of the value, or of each item.
    pub shape: Option<&'static Shape>,
}

impl Field {
    /// A field whose value is limited.
    pub(crate) const fn new(name: &'static str, limits: Limits) -> Self {
        Self {
            name,
            limits,
            items: Limits::NONE,
            shape: None,
        }
    }

    /// The same, and so is each item of the list.
    #[allow(dead_code, reason = "a specification may have no list with limited items")]
    pub(crate) const fn items(self, items: Limits) -> Self {
        Self { items, ..self }
    }

    /// The same, and it leads on.
    #[allow(dead_code, reason = "a specification may have no object in an object")]
    pub(crate) const fn shape(self, shape: &'static Shape) -> Self {
        Self {
            shape: Some(shape),
            ..self
        }
    }
}

/// Limits of one value. What is not a text, a list or a number has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many characters a text or items a list has at least.
    pub shortest: usize,
    /// How many characters a text or items a list has at most.
    pub longest: usize,
    /// The least number.
    pub least: f64,
    /// The greatest number.
    pub greatest: f64,
    /// The form of a text.
    pub pattern: Option<&'static Pattern>,
}

impl Limits {
    /// Everything is taken.
    pub const NONE: Self = Self {
        shortest: 0,
        longest: usize::MAX,
        least: f64::NEG_INFINITY,
        greatest: f64::INFINITY,
        pattern: None,
    };

    /// So many characters or items.
    #[allow(dead_code, reason = "a specification may have no such limit")]
    pub(crate) const fn length(self, shortest: usize, longest: usize) -> Self {
        Self {
            shortest,
            longest,
            ..self
        }
    }

    /// Numbers from one to the other.
    #[allow(dead_code, reason = "a specification may have no such limit")]
    pub(crate) const fn range(self, least: f64, greatest: f64) -> Self {
        Self {
            least,
            greatest,
            ..self
        }
    }

    /// Texts of this form.
    #[allow(dead_code, reason = "a specification may have no such limit")]
    pub(crate) const fn form(self, pattern: &'static Pattern) -> Self {
        Self {
            pattern: Some(pattern),
            ..self
        }
    }
}
