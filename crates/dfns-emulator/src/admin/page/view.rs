//! What the page shows, gathered from the store.

use dfns_types::{Approval, ApprovalStatus, Timestamp, Wallet};

use crate::bootstrap;
use crate::context::Context;
use crate::journal::Entry;
use crate::policy::{self, ApprovalRecord};
use crate::rooms::holdings_in_words;
use crate::server::Refusal;
use crate::store::{DeliveryShown, Listing, Mail};

/// How many of a kind are shown, the newest.
const SHOWN: usize = 50;

/// Everything on the page.
pub(super) struct View {
    pub(super) org: String,
    pub(super) now: Timestamp,
    pub(super) is_frozen: bool,
    pub(super) approvals: Vec<Approval>,
    /// Wallets with what they hold: amount and symbol.
    pub(super) wallets: Vec<(Wallet, Vec<String>)>,
    /// How many wallets there are beyond those.
    pub(super) more_wallets: usize,
    pub(super) deliveries: Vec<DeliveryShown>,
    pub(super) outbox: Vec<Mail>,
    pub(super) requests: Vec<(Entry, Vec<Entry>)>,
}

impl View {
    /// # Errors
    /// 500 if the store fails.
    pub(super) fn read(context: &Context<'_>) -> Result<Self, Refusal> {
        let org = bootstrap::made(context.store)?.org_id;
        let everything = Listing {
            org: &org,
            parent: None,
            owner: None,
        };
        let approvals = context.store.all::<ApprovalRecord>(everything)?;
        let pending = approvals
            .iter()
            .filter(|approval| approval.status == ApprovalStatus::Pending);
        let approvals = pending
            .map(|approval| policy::shown(context, approval))
            .collect::<Result<_, _>>()?;
        let mut wallets = context.store.all::<Wallet>(everything)?;
        let more_wallets = wallets.len().saturating_sub(SHOWN);
        wallets.truncate(SHOWN);
        let wallets = wallets.into_iter().map(|wallet| {
            let held = holdings_in_words(context, &wallet)?;
            Ok((wallet, held))
        });
        let wallets = wallets.collect::<Result<_, Refusal>>()?;
        let mut outbox = context.store.outbox(None)?;
        outbox.truncate(SHOWN);
        Ok(Self {
            now: context.now,
            is_frozen: context.services.clock.is_frozen(),
            approvals,
            wallets,
            more_wallets,
            deliveries: context.store.latest_deliveries(SHOWN)?,
            outbox,
            requests: context.services.journal.list(SHOWN, |_| true),
            org,
        })
    }
}
