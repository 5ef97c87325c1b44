//! User action signing: what opens a request, and everything that does not.

#[path = "../support/mod.rs"]
mod support;

mod challenges;
mod requests;
mod scene;
