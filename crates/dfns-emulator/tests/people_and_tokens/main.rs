//! Stories of people and machines: how they come in, what they hold, and what is refused to them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

#[path = "../support/mod.rs"]
mod support;

mod applications;
mod audit_logs;
mod credentials;
mod federation;
mod login;
mod passkeys;
mod person;
mod personal_access_tokens;
mod recovery;
mod registration;
mod service_account_keys;
mod service_accounts;
mod users;
