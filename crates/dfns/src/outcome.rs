//! What becomes of a call that policy can hold back: it is done, or it awaits an approval.
//!
//! The API has two ways to say the same. A change of a policy, a permission, an assignment or a vault's lock is answered
//! with HTTP 202 and the change that waits; a transfer, a transaction or a signature is answered with HTTP 200 and an
//! entity that is `Pending`. Here both are an [`Outcome`].

use dfns_api::{Answer, Call, Change, Entity};
use dfns_types::{ApprovalId, Progress, Tracked};
use serde::de::DeserializeOwned;

use crate::client::Dfns;
use crate::error::{Error, Result};

/// The result of a call that policy can hold back. `P` is what waits: the entity itself, or the change that was asked for.
///
/// Whoever has no policies writes `.done()?` and has the entity; whoever has, matches.
///
/// ```
/// use dfns::Outcome;
/// use dfns::types::{Network, Transfer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = dfns_emulator::Emulator::start().await?;
/// # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
/// # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
/// # let wallet = dfns.wallets().create(Network::EthereumSepolia).await?;
/// # let to = wallet.address.clone().ok_or("no address")?;
/// # emulator.admin().fund(&wallet.id, 1_000_000_000_000_000_000_u64).await?;
/// match dfns.transfers().create(wallet.id, Transfer::native(to, 5_u64)).await? {
///     Outcome::Done(transfer) => println!("{} is on its way", transfer.id),
///     Outcome::PendingApproval { approval_id, pending, .. } => println!("{} awaits {approval_id:?}", pending.id),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "policy may hold the call back: match, or call `done`"]
pub enum Outcome<T, P = T> {
    /// No policy holds it back. What takes time may still be on its way.
    Done(T),
    /// It waits until people have approved it.
    #[non_exhaustive]
    PendingApproval {
        /// The operation that was called.
        operation: &'static str,
        /// What people decide about; see [`approvals`](Dfns::approvals). `None` where the API does not say: swaps, stakes,
        /// allocations and yields.
        approval_id: Option<ApprovalId>,
        /// What waits, as the API answered it.
        pending: P,
    },
}

impl<T, P> Outcome<T, P> {
    /// What was done.
    ///
    /// # Errors
    /// [`Error::PendingApproval`] if a policy holds it back.
    pub fn done(self) -> Result<T> {
        match self {
            Self::Done(done) => Ok(done),
            Self::PendingApproval {
                operation, approval_id, ..
            } => Err(Error::PendingApproval { operation, approval_id }),
        }
    }

    /// True if a policy holds it back.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::PendingApproval { .. })
    }

    /// The approval that it awaits, if it awaits one and the API says which.
    pub fn approval_id(&self) -> Option<&ApprovalId> {
        match self {
            Self::Done(_) => None,
            Self::PendingApproval { approval_id, .. } => approval_id.as_ref(),
        }
    }
}

impl<T> Outcome<T> {
    /// The entity, whether it is held back or not: for those who wait for its end anyway.
    pub fn into_inner(self) -> T {
        match self {
            Self::Done(entity) | Self::PendingApproval { pending: entity, .. } => entity,
        }
    }
}

#[allow(dead_code, reason = "without a domain there are no calls")]
impl Dfns {
    /// As [`finish`](Self::finish), for an entity that says of itself whether it is held back.
    pub(crate) async fn finish_entity<T: Tracked + DeserializeOwned>(
        &self,
        call: Call<'_, Entity<T>>,
    ) -> Result<Outcome<T>> {
        let operation = call.operation().id;
        let Entity(entity) = self.finish(call).await?;
        if entity.progress() != Progress::Held {
            return Ok(Outcome::Done(entity));
        }
        Ok(Outcome::PendingApproval {
            operation,
            approval_id: entity.approval_id().cloned(),
            pending: entity,
        })
    }

    /// As [`finish`](Self::finish), for a change. What is made is `()` where there is nothing to say.
    pub(crate) async fn finish_change<A: Answer, T: From<A>, P: Tracked + DeserializeOwned>(
        &self,
        call: Call<'_, Change<A, P>>,
    ) -> Result<Outcome<T, P>> {
        let operation = call.operation().id;
        Ok(match self.finish(call).await? {
            Change::Made(made) => Outcome::Done(made.into()),
            Change::Held(pending) => Outcome::PendingApproval {
                operation,
                approval_id: pending.approval_id().cloned(),
                pending,
            },
        })
    }
}
