//! What is wrong with an answer that cannot be read.

use super::path;
use super::redact::redact;

/// What is wrong with an answer, and where. The answer itself is not kept: it may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: String,
}

impl DecodeError {
    /// What serde says of a text in JSON.
    pub(crate) fn new(error: &serde_json::Error, text: &[u8]) -> Self {
        let problem = error.to_string();
        let missing = problem
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        Self {
            path: path::at(text, path::offset(text, error.line(), error.column()), missing),
            // serde quotes the offending value.
            problem: redact(&problem, 300),
        }
    }

    /// What is wrong at a path that is known.
    pub(crate) fn at(path: &str, problem: &str) -> Self {
        Self {
            path: redact(path, path::LONGEST),
            problem: redact(problem, 300),
        }
    }

    pub(crate) fn because(problem: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            problem: problem.into(),
        }
    }

    /// The path of the field that cannot be read, such as `items[3].signingKey.scheme`; of the object, if a field is
    /// missing; empty if it is the whole answer.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.problem)
    }
}

impl std::error::Error for DecodeError {}
