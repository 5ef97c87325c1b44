//! The client from outside: its settings, its signers, what it sends, and how it fails.

mod builder;
mod engine;
mod errors;
mod key_refusals;
mod key_signer;
mod support;
mod tls;
mod wire;
