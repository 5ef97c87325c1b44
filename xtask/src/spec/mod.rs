//! The specification: read from its folder, put together, and held against its conventions.
//!
//! Invariant: a [`Spec`] is one sound OpenAPI document: every reference leads somewhere, every name stands once, and every value
//! knows the file and line it came from. Whether it keeps to the conventions of `spec/README.md` is for [`lint`] to say.

use std::path::Path;

use serde_json::Value;

mod bundle;
mod finding;
mod json;
pub mod lint;
mod load;
mod location;
mod reference;
pub mod rule;
mod scalar;
mod yaml;

pub use finding::{Finding, Findings, Location};
pub use lint::lint;
pub use location::Locations;
pub(crate) use scalar::{Kind, kind_of};

/// The whole specification as one OpenAPI 3.0.3 document.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The bundle. The keys of its objects are sorted, its lists are in the order of the files.
    pub document: Value,
    /// The version of the API, `info.version`.
    pub version: String,
    /// The SHA-256 of [`Spec::bundle_json`] in lower-case hex.
    pub sha256: String,
    /// Where each value of the bundle comes from.
    pub locations: Locations,
}

impl Spec {
    /// The bundle as indented JSON that ends in a newline; the same input gives the same bytes.
    pub fn bundle_json(&self) -> String {
        json::to_text(&self.document)
    }
}

/// Reads and bundles the specification in the folder `dir`.
///
/// # Errors
/// Everything that keeps the files from being one sound document: unreadable files, bad YAML, unknown keys, names that stand twice,
/// references that lead nowhere or in a circle.
pub fn load(dir: &Path) -> Result<Spec, Findings> {
    let sources = load::read(dir)?;
    bundle::bundle(&sources)
}
