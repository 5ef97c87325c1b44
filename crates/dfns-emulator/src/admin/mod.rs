//! What only a test can do: move the clock, fill accounts, read the mail of others, log in as anybody.
//!
//! One file a topic, each with a table of its own routes. Documented in the README of the crate.
//!
//! Invariant: everything here is under one prefix that the API does not have.

mod clock;
pub(crate) mod faults;
pub(crate) mod guard;
mod identity_provider;
mod outbox;
mod page;
mod people;
mod requests;
mod snapshots;

use std::sync::LazyLock;

use crate::context::Handler;
use crate::policy;
use crate::rooms::{contracts, exchanges, outside_offers, payins};
use crate::server::{Call, Emulation, Refusal, Reply, Table};
use crate::{chain, seeding, webhooks};

/// The path under which the routes stand.
pub(crate) const PREFIX: &str = "/__admin";

/// Method, path below [`PREFIX`], and what answers it.
pub(crate) type Route = (&'static str, &'static str, Handler);

/// What answers without a transaction.
type Lone = fn(&Emulation, &Call) -> Result<Reply, Refusal>;

/// How a request is answered.
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    /// In a transaction of its own, as the calls of the API are.
    InTransaction(Handler),
    /// By itself, because it is about the whole state.
    Alone(Lone),
}

/// The routes. They need no token: the server listens on the loopback interface unless told otherwise.
pub(crate) static ROUTES: LazyLock<Table<Answers>> = LazyLock::new(|| {
    let faucet: &[Route] = &[("POST", "/faucet", chain::faucet)];
    let contracts: &[Route] = &[("POST", "/contracts", contracts::configure)];
    let exchanges: &[Route] = &[("POST", "/exchanges/credit", exchanges::credit)];
    let offers: &[Route] = &[
        ("POST", "/offers", outside_offers::make_offer),
        ("POST", "/offers/{offerId}/withdraw", outside_offers::withdraw),
    ];
    let seed: &[Route] = &[("POST", "/seed", seeding::seed)];
    let payins: &[Route] = &[
        ("POST", "/payins/credit", payins::credit),
        ("POST", "/payins/{payinId}/deposit", payins::deposit),
    ];
    let flush: &[Route] = &[("POST", "/webhooks/flush", webhooks::flush)];
    let topics = [
        clock::ROUTES,
        contracts,
        exchanges,
        faucet,
        faults::ROUTES,
        identity_provider::ROUTES,
        offers,
        outbox::ROUTES,
        payins,
        page::ROUTES,
        people::ROUTES,
        policy::ADMIN_ROUTES,
        policy::SCREENING_ROUTES,
        flush,
        requests::ROUTES,
        seed,
    ];
    let in_transaction = topics.into_iter().flatten();
    let in_transaction = in_transaction.map(|&(method, path, handler)| (method, path, Answers::InTransaction(handler)));
    let alone = snapshots::ROUTES.iter();
    let alone = alone.map(|&(method, path, handler)| (method, path, Answers::Alone(handler)));
    Table::new(in_transaction.chain(alone))
});
