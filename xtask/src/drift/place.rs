//! Where something stands, in words that stay the same when the rest of the document changes.

use std::fmt;

/// An operation or a component, and the way from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    base: String,
    way: String,
}

impl Place {
    /// `createWallet request`, `Wallet`.
    pub(crate) fn new(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            way: String::new(),
        }
    }

    /// `.name`, quoted where it is no plain word.
    pub(crate) fn field(&self, name: &str) -> Self {
        let is_word = !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_alphanumeric() || "_-$".contains(letter));
        self.then(&if is_word {
            format!(".{name}")
        } else {
            format!(".{name:?}")
        })
    }

    /// `[]`, the elements of a list.
    pub(crate) fn element(&self) -> Self {
        self.then("[]")
    }

    /// `{}`, the values of a map.
    pub(crate) fn rest(&self) -> Self {
        self.then("{}")
    }

    /// `[kind=Native]`, a member of a union.
    pub(crate) fn member(&self, tag: &str, value: &str) -> Self {
        self.then(&format!("[{}={}]", clean(tag), clean(value)))
    }

    /// `[text]`, a member of a union without a tag.
    pub(crate) fn alternative(&self, kind: &str) -> Self {
        self.then(&format!("[{kind}]"))
    }

    /// What is no step of its own: `maxLength`, an enum's value.
    pub(crate) fn word(&self, word: &str) -> String {
        format!("{self} {}", clean(word))
    }

    /// The way from `holder` to here, if there is one.
    pub(crate) fn below(&self, holder: &Self) -> Option<&str> {
        let step = self.way.strip_prefix(holder.way.as_str())?;
        (self.base == holder.base).then_some(step)
    }

    /// A step from here.
    pub(crate) fn then(&self, step: &str) -> Self {
        Self {
            base: self.base.clone(),
            way: format!("{}{step}", self.way),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base)?;
        if !self.way.is_empty() {
            write!(formatter, " {}", self.way)?;
        }
        Ok(())
    }
}

/// Text of a document as it can stand in a line; quoted where it would not be seen for what it is.
pub(crate) fn clean(text: &str) -> String {
    let is_plain = !text.chars().any(char::is_control) && !text.is_empty() && text.trim() == text;
    if is_plain { text.to_owned() } else { format!("{text:?}") }
}
