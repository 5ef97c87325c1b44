//! Refusals that many rooms share, and what turns errors of the inner rooms into them.

use std::str::FromStr;

use crate::keys::KeyError;
use crate::server::Refusal;

/// 400 that names a field and what is wrong with it.
pub(crate) fn invalid_field(field: &str, problem: &str) -> Refusal {
    Refusal::invalid(format!("{field}: {problem}")).with("field", field)
}

/// The refusal of a request that asks for what a key cannot do, or for a key that cannot be.
pub(crate) fn key_refusal(error: KeyError) -> Refusal {
    match error {
        KeyError::OutsideGroup => Refusal::internal(&error),
        KeyError::InvalidPath { .. } => invalid_field("path", &error.to_string()),
        KeyError::InvalidInput { field, ref problem } => invalid_field(field, problem),
        KeyError::UnsupportedKey { .. }
        | KeyError::UnsupportedSignature { .. }
        | KeyError::WrongScheme { .. }
        | KeyError::InvalidPublicKey { .. }
        | KeyError::InvalidPrivateKey { .. } => Refusal::invalid(error.to_string()),
    }
}

/// Reads text that the emulator itself made.
///
/// # Errors
/// 500 if it does not read: the emulator is wrong, not the caller.
pub(crate) fn parsed<T>(text: &str) -> Result<T, Refusal>
where
    T: FromStr,
    T::Err: std::error::Error,
{
    text.parse().map_err(|error: T::Err| Refusal::internal(&error))
}

/// Refuses text of less than `least` or more than `most` characters.
///
/// # Errors
/// 400 that names the field.
pub(crate) fn check_text(field: &str, text: Option<&str>, least: usize, most: usize) -> Result<(), Refusal> {
    match text.map(|text| text.chars().count()) {
        Some(count) if !(least..=most).contains(&count) => Err(invalid_field(
            field,
            &format!("expected {least} to {most} characters, found {count}"),
        )),
        _ => Ok(()),
    }
}
