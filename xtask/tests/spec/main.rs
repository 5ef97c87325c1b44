//! The specification: what loads, what is refused, and with which words.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its files has failed")]

mod support;

mod bundle;
mod calls;
mod files;
mod repository;
mod schemas;
