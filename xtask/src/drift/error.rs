//! What keeps two documents from being compared.

use std::fmt;

use crate::spec::Findings;

/// A file, and the line where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
}

impl fmt::Display for FileLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}", self.file),
            None => formatter.write_str(&self.file),
        }
    }
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder cannot be read.
    #[error("{file}: cannot be read")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than is read.
    #[error("{file}: larger than {limit} MB, which is all that is read")]
    TooLarge {
        /// The file as it was named.
        file: String,
        /// The limit in MB.
        limit: u64,
    },
    /// The file is not UTF-8.
    #[error("{at}: not UTF-8: save the file as UTF-8")]
    Encoding {
        /// The first place that is not.
        at: FileLine,
    },
    /// The file is neither JSON nor plain YAML.
    #[error("{at}: {message}")]
    Syntax {
        /// Where.
        at: FileLine,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The file is no OpenAPI document that can be followed.
    #[error("{at}: {place}: {message}")]
    Unsound {
        /// Where.
        at: FileLine,
        /// The JSON pointer of the value.
        place: String,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// The folder is no specification in our form.
    #[error("{folder}: no sound specification\n{findings}")]
    Folder {
        /// The folder as it was named.
        folder: String,
        /// All that is wrong with it.
        findings: Findings,
    },
    /// The comparison takes more steps than any real pair of documents does.
    #[error(
        "{old} and {new}: more than {limit} pairs of schemas to compare: the documents refer to themselves too much"
    )]
    TooComplex {
        /// The old document as it was named.
        old: String,
        /// The new document as it was named.
        new: String,
        /// The limit.
        limit: usize,
    },
    /// A line of the list of allowed changes is wrong.
    #[error("{at}: {message}")]
    Allowed {
        /// Where.
        at: FileLine,
        /// What is wrong, and what to do.
        message: String,
    },
}
