#![doc = include_str!("README.md")]

mod allowed;
mod command;
mod comparison;
mod document;
mod error;
mod exchange;
mod facts;
mod flat;
mod format;
mod operations;
mod place;
mod report;
pub mod rule;
mod schema;
mod sound;
mod union;
mod values;
mod yaml;

pub use allowed::Allowed;
pub use command::run;
pub use document::Document;
pub use error::{Error, FileLine};
pub use format::Format;
pub use report::{Change, Report, Side};

/// Compares two documents.
///
/// # Errors
/// [`Error::TooComplex`] if the documents refer to themselves in more ways than any real one does.
pub fn compare(old: &Document, new: &Document) -> Result<Report, Error> {
    comparison::compare(old, new)
}
