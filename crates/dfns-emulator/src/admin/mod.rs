//! What only a test can do: move the clock, fill accounts, read the mail of others, log in as anybody.
//!
//! One file a topic, each with a table of its own routes. Documented in the README of the crate.
//!
//! Invariant: everything here is under one prefix that the API does not have.

mod clock;
pub(crate) mod faults;
mod outbox;
mod people;

use std::sync::LazyLock;

use crate::chain;
use crate::context::Handler;
use crate::server::Table;

/// The path under which the routes stand.
pub(crate) const PREFIX: &str = "/__admin";

/// Method, path below [`PREFIX`], and what answers it.
type Route = (&'static str, &'static str, Handler);

/// The routes. They need no token: the server listens on the loopback interface unless told otherwise.
pub(crate) static ROUTES: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let faucet: &[Route] = &[("POST", "/faucet", chain::faucet)];
    let topics = [clock::ROUTES, faucet, faults::ROUTES, outbox::ROUTES, people::ROUTES];
    Table::new(topics.into_iter().flatten().copied())
});
