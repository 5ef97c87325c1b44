//! What is wrong with the specification, and where.
//!
//! Invariant: a list of findings is always sorted, and never longer than [`Findings::LIMIT`] however bad the input is.

use std::fmt;
use std::sync::Arc;

/// A place in a file of the specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file, as a path from the folder that holds the specification's folder: `spec/paths/wallets.yaml`.
    pub file: Arc<str>,
    /// The line, from 1; 0 stands for the file as a whole.
    pub line: u32,
    /// The column in characters, from 1; 0 stands for the file as a whole.
    pub column: u32,
}

impl Location {
    /// The file as a whole.
    #[must_use]
    pub fn whole_file(file: &Arc<str>) -> Self {
        Self {
            file: Arc::clone(file),
            line: 0,
            column: 0,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return formatter.write_str(&self.file);
        }
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it is; none if it is nowhere, as with a missing file.
    pub location: Option<Location>,
    /// The rule that was broken, one of [`super::rule::ALL`].
    pub rule: &'static str,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(formatter, "{location}: ")?;
        }
        write!(formatter, "{}: {}", self.rule, self.message)
    }
}

/// Everything that is wrong, sorted by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    sorted: Vec<Finding>,
    left_out: usize,
}

impl Findings {
    /// How many findings are kept; the others are only counted.
    pub const LIMIT: usize = 1_000;

    /// Adds a finding at its place; the same finding twice is one.
    pub fn add(&mut self, finding: Finding) {
        let Err(place) = self.sorted.binary_search(&finding) else {
            return;
        };
        if self.sorted.len() == Self::LIMIT {
            self.left_out += 1;
        } else {
            self.sorted.insert(place, finding);
        }
    }

    /// Adds a finding of `rule` at `location`.
    pub fn report(&mut self, location: Option<Location>, rule: &'static str, message: impl Into<String>) {
        self.add(Finding {
            location,
            rule,
            message: message.into(),
        });
    }

    /// Adds all of `others`.
    pub fn append(&mut self, others: Self) {
        self.left_out += others.left_out;
        for finding in others.sorted {
            self.add(finding);
        }
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// How many things are wrong, those left out included.
    pub fn len(&self) -> usize {
        self.sorted.len() + self.left_out
    }

    /// The findings that were kept, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.sorted.iter()
    }

    /// `Ok` with `value` if nothing is wrong.
    ///
    /// # Errors
    /// The findings themselves, if there is one.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.sorted {
            writeln!(formatter, "{finding}")?;
        }
        match self.len() {
            0 => formatter.write_str("no findings"),
            1 => formatter.write_str("1 finding"),
            count if self.left_out == 0 => write!(formatter, "{count} findings"),
            count => write!(formatter, "{count} findings, {} of them not shown", self.left_out),
        }
    }
}

impl std::error::Error for Findings {}
