//! What a handler works with.
//!
//! ```ignore
//! pub(crate) fn get_wallet(context: &mut Context<'_>) -> Result<Reply, Refusal> {
//!     let id = context.call.parameter("walletId")?;
//!     let org = context.caller()?.org();
//!     let wallet: Wallet =
//!         context.store.get(org, id)?.ok_or_else(|| Refusal::not_found("wallet", "walletId", id, org))?;
//!     Reply::json(&wallet)
//! }
//! ```
//!
//! Invariant: by the time a handler runs, the caller is known, allowed, and has signed the request if it must be signed.

use std::sync::Arc;
use std::time::Duration;

use dfns_types::{Timestamp, WebhookEventKind};
use serde::Serialize;

use crate::auth::{Caller, permission, tokens::TokenKey};
use crate::clock::Clock;
use crate::credentials::Foresight;
use crate::entropy::{Seed, id_text};
use crate::fault::Faults;
use crate::journal::{Journal, Trace};
use crate::keys::Materials;
use crate::node::{Asking, Inquiries, Nodes};
use crate::server::{Call, Refusal, Reply};
use crate::store::{Mail, PageRequest, Store};
use crate::webhooks::{self, Outbound};

/// Answers one operation.
pub(crate) type Handler = fn(&mut Context<'_>) -> Result<Reply, Refusal>;

/// Brings up to date what moves with time, before a handler runs.
pub(crate) type Preparation = fn(&mut Context<'_>) -> Result<(), Refusal>;

/// What stays the same from request to request.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) clock: Clock,
    pub(crate) seed: Seed,
    pub(crate) token_key: Arc<TokenKey>,
    /// The keys that signed lately; they follow from the seed.
    pub(crate) materials: Arc<Materials>,
    pub(crate) foresight: Arc<Foresight>,
    pub(crate) config: Config,
    pub(crate) faults: Arc<Faults>,
    pub(crate) outbound: Arc<Outbound>,
    pub(crate) journal: Arc<Journal>,
}

/// What can be set.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The URL under which the emulator answers, without a slash at the end.
    pub(crate) base_url: String,
    /// The public key of the first service account, in PEM, if its owner made it.
    pub(crate) public_key: Option<String>,
    /// How long a block takes: a transfer is broadcast after one, confirmed after two.
    pub(crate) block_time: Duration,
    /// How long a challenge can be completed.
    pub(crate) challenge_lifetime: Duration,
    /// How long a signed user action can be used.
    pub(crate) user_action_lifetime: Duration,
    /// How long a login lasts.
    pub(crate) session_lifetime: Duration,
    /// What the managed permission of end users grants when it is made.
    pub(crate) end_user_operations: Vec<String>,
    /// The networks whose transactions go to a node.
    pub(crate) nodes: Arc<Nodes>,
}

/// What end users may do in a new organisation.
const END_USER_OPERATIONS: [&str; 8] = [
    "Wallets:Read",
    "Wallets:Transfers:Create",
    "Wallets:Transfers:Read",
    "Wallets:Transactions:Create",
    "Wallets:Transactions:Read",
    "Keys:Read",
    "Keys:Signatures:Create",
    "Keys:Signatures:Read",
];

impl Config {
    /// The defaults: 100 ms a block, 5 minutes for challenges and user actions, 6 hours for a login.
    pub(crate) fn new(base_url: String) -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self {
            base_url,
            public_key: None,
            block_time: Duration::from_millis(100),
            challenge_lifetime: minutes(5),
            user_action_lifetime: minutes(5),
            session_lifetime: minutes(6 * 60),
            end_user_operations: END_USER_OPERATIONS.map(str::to_owned).to_vec(),
            nodes: Arc::default(),
        }
    }
}

/// One request, and everything that answering it may need.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The running transaction. What a handler wrote is undone if it refuses.
    pub(crate) store: Store<'a>,
    /// The request.
    pub(crate) call: &'a Call,
    /// The time at which the request came; the same for all it does.
    pub(crate) now: Timestamp,
    /// Clock, seed, token key, configuration, faults, journal.
    pub(crate) services: &'a Services,
    pub(super) caller: Option<Caller>,
    /// What nodes were asked for it.
    inquiries: &'a Inquiries,
    /// What the journal will say of the request.
    pub(crate) trace: Trace,
}

impl<'a> Context<'a> {
    /// A context without a caller.
    pub(crate) fn new(store: Store<'a>, call: &'a Call, services: &'a Services, inquiries: &'a Inquiries) -> Self {
        Self {
            store,
            call,
            now: services.clock.now(),
            services,
            caller: None,
            inquiries,
            trace: Trace::default(),
        }
    }

    /// A context for another call, which is a part of this one.
    pub(crate) fn of_part<'c>(&'c self, call: &'c Call) -> Context<'c> {
        Context::new(self.store, call, self.services, self.inquiries)
    }

    /// The one who sent the request.
    ///
    /// # Errors
    /// 500 if the operation is open to everybody, and so has no caller: the handler is wrong.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        let missing = || std::io::Error::other(format!("{} {} has no caller", self.call.method, self.call.path));
        self.caller.as_ref().ok_or_else(|| Refusal::internal(&missing()))
    }

    /// Refuses a caller without a permission that only some requests of the operation need.
    ///
    /// # Errors
    /// 403 if the caller does not hold it.
    pub(crate) fn require(&self, permission: &str) -> Result<(), Refusal> {
        permission::require(self.caller()?, permission, self.store)
    }

    /// The node of a network, to be asked; nothing if the network is the emulator's own.
    pub(crate) fn node(&self, network: &str) -> Option<Asking<'_>> {
        let node = self.services.config.nodes.of(network)?;
        Some(Asking::new(self.inquiries, node))
    }

    /// 32 bytes that nobody has seen before; they follow from the seed and the calls so far.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn random(&self) -> Result<[u8; 32], Refusal> {
        Ok(self.services.seed.draw(self.store.next_draw()?))
    }

    /// A new id: `wa-xxxxx-xxxxx-xxxxxxxxxxxxxxxx` for the prefix `wa`.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn new_id(&self, prefix: &str) -> Result<String, Refusal> {
        Ok(id_text(prefix, &self.random()?))
    }

    /// The page that `limit` (1 to `most`, default 50) and `paginationToken` of the query ask for; see
    /// [`page_of`](Self::page_of).
    ///
    /// # Errors
    /// 400 if the limit is out of range, or the token was not given out for this list.
    pub(crate) fn page(&self, most: usize) -> Result<PageRequest, Refusal> {
        self.page_of(50, most)
    }

    /// The page that `limit` (1 to `most`) and `paginationToken` of the query ask for.
    ///
    /// Everything else in the query, the path and the caller are the filters that a page token is bound to: what there is
    /// to see differs from one to the other.
    ///
    /// # Errors
    /// 400 if the limit is out of range, or the token was not given out for this list.
    pub(crate) fn page_of(&self, default: usize, most: usize) -> Result<PageRequest, Refusal> {
        let invalid_limit =
            || Refusal::invalid(format!("limit must be a whole number from 1 to {most}")).with("field", "limit");
        let limit = match self.call.query("limit") {
            None => default,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=most).contains(limit))
                .ok_or_else(invalid_limit)?,
        };
        let paging = ["limit", "paginationToken"];
        let mut filters: Vec<_> = self
            .call
            .pairs
            .iter()
            .filter(|(name, _)| !paging.contains(&name.as_str()))
            .collect();
        filters.sort();
        let filters = format!("{} {} {filters:?}", self.caller()?.user_id(), self.call.path);
        PageRequest::new(&self.services.seed, filters, limit, self.call.query("paginationToken")).ok_or_else(|| {
            let message = "paginationToken is not one that was given out for this list";
            Refusal::invalid(message).with("field", "paginationToken")
        })
    }

    /// Hands a code to a person, by way of the outbox that `GET /__admin/outbox` shows.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn mail(&self, recipient: &str, purpose: &str, code: &str) -> Result<(), Refusal> {
        let (recipient, purpose, code) = (recipient.to_owned(), purpose.to_owned(), code.to_owned());
        Ok(self.store.send(&Mail {
            recipient,
            purpose,
            code,
            sent_at: self.now.unix_millis(),
        })?)
    }

    /// Tells the webhooks of the caller's organisation what happened just now, once the request is through: `{name: value}`,
    /// in the state that the kind names.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn emit(&self, kind: WebhookEventKind, name: &str, value: &impl Serialize) -> Result<(), Refusal> {
        self.emit_at(self.caller()?.org(), self.now, &kind, (name, value))
    }

    /// Tells the webhooks of an organisation what happened at some time: what moves with time has no caller.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn emit_at(
        &self,
        org: &str,
        at: Timestamp,
        kind: &WebhookEventKind,
        named: (&str, &impl Serialize),
    ) -> Result<(), Refusal> {
        webhooks::emit(self, org, at, kind, named)
    }

    /// The time so much later than the request.
    ///
    /// # Errors
    /// 500 if the clock was moved to the end of time.
    pub(crate) fn after(&self, duration: Duration) -> Result<Timestamp, Refusal> {
        let too_far = || Refusal::internal(&std::io::Error::other("the clock is at the end of time"));
        self.now.checked_add(duration).ok_or_else(too_far)
    }
}
