//! Many wallets at once, from one master key.
//!
//! `Pending -> InProgress -> Completed`, some wallets in each block. Where the master key can no longer be used, the job ends
//! as `PartiallyCompleted`, or as `Failed` if there is no wallet yet.
//!
//! Invariant: each wallet of a job stands on a child of the master key with a path of its own; the wallets are the
//! organisation's, so that no end user makes or sees them.

use dfns_types::{
    BulkCreateWalletsRequest, BulkWalletJob, BulkWalletJobId, BulkWalletJobPage, BulkWalletJobStatus,
    BulkWalletNetwork, Key, KeyStatus, KeyStoreId, Network, OrgId, StartedBulkWalletJob, Timestamp, Wallet, WalletPage,
};
use serde::{Deserialize, Serialize};

use super::key_owner::{self, KeyOwner};
use super::key_store::{self, NewMaterial, Origin};
use super::refusals::{check_text, invalid_field, key_refusal, parsed};
use super::tags;
use super::wallets::{self, Labels, known_chain};
use crate::chain::{Chain, chain};
use crate::context::Context;
use crate::keys::{DerivationPath, KeyMaterial};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Flight, Listing};

/// How many jobs or wallets a page may hold.
const PAGE_LENGTH: usize = 500;
/// How many wallets a job may create.
const MOST: i32 = 10_000;
/// How many of them come into being in one block.
const IN_ONE_BLOCK: i32 = 20;
/// How long the beginning of the names may be, in characters: a number follows.
const NAME_LENGTH: usize = 90;

impl Document for BulkWalletJob {
    const KIND: &'static str = "bulk wallet job";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// A wallet that a job has created, filed under the job.
#[derive(Serialize, Deserialize)]
struct Made {
    id: String,
    wallet_id: String,
}

impl Document for Made {
    const KIND: &'static str = "bulk wallet";

    fn id(&self) -> &str {
        &self.id
    }
}

/// `POST /wallets/bulk-create`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: BulkCreateWalletsRequest = context.call.body()?;
    let org = context.caller()?.org();
    if let Some(user) = key_owner::visible_owner(context)? {
        let message = format!("{user} is an end user, and the wallets would belong to the organisation");
        return Err(Refusal::forbidden(message));
    }
    if !request.tags.is_empty() {
        context.require("Wallets:Tags:Add")?;
    }
    if !BulkWalletNetwork::VALUES.contains(&request.network) {
        let problem = format!("wallets on {} are not created in bulk", request.network);
        return Err(invalid_field("network", &problem));
    }
    let chain = known_chain(&Network::from(request.network.as_str()))?;
    check_text("name", Some(&request.name), 1, NAME_LENGTH)?;
    if !(1..=MOST).contains(&request.count) {
        return Err(invalid_field("count", &format!("must be 1 to {MOST}")));
    }
    let store_id = key_store::key_store_id(context)?;
    if let Some(store) = request.keystore_id.filter(|store| store.as_str() != store_id) {
        return Err(invalid_field("keystoreId", &format!("there is no key store {store}")));
    }
    let job = BulkWalletJob::new(
        parsed::<BulkWalletJobId>(&context.new_id("bwj")?)?,
        parsed::<OrgId>(org)?,
        BulkWalletJobStatus::Pending,
        Network::from(chain.id),
        request.name,
        tags::merged(&[], &request.tags)?,
        request.count,
        0,
        parsed::<KeyStoreId>(&store_id)?,
        context.now,
        context.now,
    );
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&job, filing)?;
    schedule(context, org, &job, context.now)?;
    Reply::json(&StartedBulkWalletJob::new(job.id, job.status))
}

/// `GET /wallets/bulk-create`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let status = context.call.query("status").map(BulkWalletJobStatus::from);
    if let Some(status) = &status
        && !BulkWalletJobStatus::VALUES.contains(status)
    {
        return Err(invalid_field(
            "status",
            &format!("unknown status {:?}", status.as_str()),
        ));
    }
    let page = context.page(PAGE_LENGTH)?;
    let is_hidden = key_owner::visible_owner(context)?.is_some();
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let is_wanted = |job: &BulkWalletJob| !is_hidden && status.as_ref().is_none_or(|status| *status == job.status);
    let found = context.store.list(listing, &page, is_wanted)?;
    let mut jobs = BulkWalletJobPage::new(found.items);
    jobs.next_page_token = found.next_page_token;
    Reply::json(&jobs)
}

/// `GET /wallets/bulk-create/{jobId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&job_of_path(context)?)
}

/// `GET /wallets/bulk-create/{jobId}/wallets`.
pub(super) fn list_wallets(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let job = job_of_path(context)?;
    let org = context.caller()?.org();
    let listing = Listing {
        org,
        parent: Some(job.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<Made>(listing, &page, |_| true)?;
    let found = found.try_map(|made| {
        let gone = || Refusal::internal(&std::io::Error::other(format!("wallet {} is gone", made.wallet_id)));
        context.store.get::<Wallet>(org, &made.wallet_id)?.ok_or_else(gone)
    })?;
    let mut wallets = WalletPage::new(found.items);
    wallets.next_page_token = found.next_page_token;
    Reply::json(&wallets)
}

fn job_of_path(context: &Context<'_>) -> Result<BulkWalletJob, Refusal> {
    let id = context.call.parameter("jobId")?;
    let org = context.caller()?.org();
    let not_found = || Refusal::not_found("bulk wallet job", "jobId", id, org);
    match key_owner::visible_owner(context)? {
        Some(_end_user) => Err(not_found()),
        None => context.store.get(org, id)?.ok_or_else(not_found),
    }
}

fn schedule(context: &Context<'_>, org: &str, job: &BulkWalletJob, at: Timestamp) -> Result<(), Refusal> {
    let too_far = || Refusal::internal(&std::io::Error::other("the clock is at the end of time"));
    let due = at.checked_add(context.services.config.block_time).ok_or_else(too_far)?;
    Ok(context.store.set_due(&Flight {
        id: job.id.to_string(),
        org: org.to_owned(),
        kind: BulkWalletJob::KIND.to_owned(),
        due_at: due.unix_millis(),
    })?)
}

/// Does what a job does in one block.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn advance(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let gone = || Refusal::internal(&std::io::Error::other(format!("{} is under way, but gone", flight.id)));
    let mut job: BulkWalletJob = context.store.get(&flight.org, &flight.id)?.ok_or_else(gone)?;
    let at = Timestamp::from_unix_millis(flight.due_at).ok_or_else(gone)?;
    let chain = chain(job.network.as_str()).ok_or_else(gone)?;
    job.date_updated = at;
    let Some(master_id) = job.master_key_id.clone() else {
        let name = format!("Master key of {}", job.id);
        job.master_key_id = Some(make_master(context, &flight.org, chain, name, at)?.id);
        job.status = BulkWalletJobStatus::InProgress;
        context.store.update(&job)?;
        return schedule(context, &flight.org, &job, at);
    };
    let master: Option<Key> = context.store.get(&flight.org, master_id.as_str())?;
    let is_usable = |master: &Key| master.status == KeyStatus::Active && master.exported != Some(true);
    let Some(master) = master.filter(is_usable) else {
        job.reason = Some(format!("the master key {master_id} can no longer be used"));
        job.status = match job.completed_count {
            0 => BulkWalletJobStatus::Failed,
            _ => BulkWalletJobStatus::PartiallyCompleted,
        };
        return end(context, job, at);
    };
    let material = key_store::material_in(context, &flight.org, &master)?;
    let last = job.completed_count.saturating_add(IN_ONE_BLOCK).min(job.total_count);
    for number in job.completed_count..last {
        make_wallet(context, &job, (&master, &material), chain, number, at)?;
    }
    job.completed_count = last;
    if last < job.total_count {
        context.store.update(&job)?;
        return schedule(context, &flight.org, &job, at);
    }
    job.status = BulkWalletJobStatus::Completed;
    end(context, job, at)
}

fn end(context: &Context<'_>, mut job: BulkWalletJob, at: Timestamp) -> Result<(), Refusal> {
    if job.status == BulkWalletJobStatus::Completed {
        job.date_completed = Some(at);
    }
    context.store.update(&job)?;
    Ok(context.store.clear_due(job.id.as_str())?)
}

fn make_master(context: &Context<'_>, org: &str, chain: Chain, name: String, at: Timestamp) -> Result<Key, Refusal> {
    let no_format = || Refusal::internal(&std::io::Error::other(format!("{} takes no keys", chain.id)));
    let (scheme, curve) = *chain.key_formats().first().ok_or_else(no_format)?;
    let id = context.new_id("key")?;
    let seed = context.services.seed.as_bytes();
    let new = NewMaterial {
        material: &KeyMaterial::derive(seed, &id, scheme, curve).map_err(key_refusal)?,
        origin: Origin::Seed,
        name: Some(name),
        is_master: true,
        owner: KeyOwner::default(),
    };
    key_store::keep(context, (org, at), &id, new)
}

fn make_wallet(
    context: &Context<'_>,
    job: &BulkWalletJob,
    (master, material): (&Key, &KeyMaterial),
    chain: Chain,
    number: i32,
    at: Timestamp,
) -> Result<(), Refusal> {
    let org = job.org_id.as_str();
    let path = key_store::usual_path(master, usize::try_from(number).unwrap_or_default());
    let child = material
        .child(&DerivationPath::parse(&path).map_err(key_refusal)?)
        .map_err(key_refusal)?;
    let new = NewMaterial {
        material: &child,
        origin: Origin::Child {
            parent: master.id.to_string(),
            path,
        },
        name: None,
        is_master: false,
        owner: KeyOwner::default(),
    };
    let key = key_store::keep(context, (org, at), &context.new_id("key")?, new)?;
    let labels = Labels {
        name: Some(format!("{} {}", job.name_prefix, number + 1)),
        external_id: None,
        tags: job.tags.clone(),
    };
    let wallet = wallets::keep(context, (org, at), &key, chain, labels)?;
    let made = Made {
        id: format!("{} {number}", job.id),
        wallet_id: wallet.id.to_string(),
    };
    let filing = Filing {
        org,
        parent: job.id.as_str(),
        owner: "",
    };
    Ok(context.store.insert(&made, filing)?)
}
