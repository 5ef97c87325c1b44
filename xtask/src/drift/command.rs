//! `cargo xtask drift`.

use std::path::Path;

use super::{Allowed, Document, Error, Format, Report, compare};

/// Compares two files or folders; gives the report, and its text in a format.
///
/// # Errors
/// [`Error`], if one of the inputs cannot be used, or an allowed change is none.
pub fn run(old: &Path, new: &Path, format: Format, allowed: Option<&Path>) -> Result<(Report, String), Error> {
    let allowed = allowed.map(Allowed::read).transpose()?.unwrap_or_default();
    let mut report = compare(&Document::read(old)?, &Document::read(new)?)?;
    allowed.apply(&mut report)?;
    let text = format.write(&report);
    Ok((report, text))
}
