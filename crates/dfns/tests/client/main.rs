//! The client from outside: its settings, its signers, what it sends, and how it fails.

mod builder;
mod credentials;
mod engine;
mod errors;
mod key_forms;
mod key_properties;
mod key_refusals;
mod key_signer;
mod outcomes;
mod plumbing;
mod proxies;
mod retries;
mod spans;
mod support;
mod tls;
mod webhooks;
mod wire;
