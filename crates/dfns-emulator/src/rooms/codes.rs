//! One-time codes: made, mailed, and checked.
//!
//! Invariant: a code opens one thing of one user, until it expires or another takes its place.

use std::time::Duration;

use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Code, CodePurpose, UserRecord};

/// How long an invitation is good for. The API does not say; a person needs days rather than minutes.
const REGISTRATION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a login or recovery code is good for. The API does not say.
const LOGIN_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Makes a code for a user and mails it to them.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn mail(context: &Context<'_>, purpose: CodePurpose, user: &UserRecord) -> Result<(), Refusal> {
    let random = context.random()?;
    let (text, lifetime) = match purpose {
        CodePurpose::Registration => (digits(&random), REGISTRATION_LIFETIME),
        CodePurpose::Login | CodePurpose::Credential | CodePurpose::Recovery => (symbols(&random), LOGIN_LIFETIME),
    };
    context.mail(&user.username, purpose.as_str(), &text)?;
    let (org, user_id) = (user.org.clone(), user.id.clone());
    let expires_at = context.after(lifetime)?.unix_millis();
    Ok(context.store.put_code(&Code {
        purpose,
        org,
        user_id,
        text,
        expires_at,
    })?)
}

/// The code of a user, if it reads like this and has not expired.
///
/// # Errors
/// 403 if it is another one, or there is none; 400 if a registration code has expired.
pub(super) fn check(context: &Context<'_>, purpose: CodePurpose, user: &UserRecord, text: &str) -> Result<(), Refusal> {
    let code = context
        .store
        .code_of(purpose, &user.id)?
        .filter(|code| code.text == text)
        .ok_or_else(invalid)?;
    match (code.expires_at > context.now.unix_millis(), purpose) {
        (true, _) => Ok(()),
        (false, CodePurpose::Registration) => Err(Refusal::invalid("Registration code expired")),
        (false, _) => Err(invalid()),
    }
}

/// 403: there is no such code.
pub(super) fn invalid() -> Refusal {
    Refusal::forbidden("Invalid code")
}

/// A registration code: `1234-1234-1234-1234`.
fn digits(random: &[u8; 32]) -> String {
    let digits: Vec<char> = random[..16].iter().map(|byte| char::from(b'0' + byte % 10)).collect();
    grouped(&digits, 4)
}

/// A login, recovery or credential code: `A7U-KY6-9PT`.
pub(super) fn symbols(random: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let symbols: Vec<char> = random[..9]
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect();
    grouped(&symbols, 3)
}

fn grouped(symbols: &[char], size: usize) -> String {
    let groups: Vec<String> = symbols.chunks(size).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_form_of_the_api() {
        let random = crate::entropy::Seed::of_number(7).draw(1);
        let shape = |text: String| -> String {
            text.chars()
                .map(|c| {
                    if c.is_ascii_digit() {
                        '9'
                    } else if c == '-' {
                        '-'
                    } else {
                        'A'
                    }
                })
                .collect()
        };
        assert_eq!(shape(digits(&random)), "9999-9999-9999-9999");
        assert_eq!(shape(symbols(&random)).replace('9', "A"), "AAA-AAA-AAA");
    }
}
