//! The whole state at once: kept under a name, handed out, put back, made anew.
//!
//! Invariant: what cannot be put back changes nothing, and no request is answered half from one state and half from
//! another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dfns_types::Timestamp;
use serde::Serialize;

use crate::auth::tokens::TokenKey;
use crate::bootstrap::{self, Bootstrap, BootstrapError, bootstrap};
use crate::context::Services;
use crate::entropy::Seed;
use crate::server::{Emulation, Refusal};
use crate::store::{Database, Store, StoreError};

/// Where the seed stands in the database.
pub(crate) const SEED: &str = "seed";
/// Where it stands in a copy which time it was.
const TAKEN_AT: &str = "taken at";

/// The states that are kept under a name.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<BTreeMap<String, Arc<Snapshot>>>);

/// A state that is kept.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The content of a data file.
    pub(crate) content: Vec<u8>,
}

/// A state as it is listed.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    name: String,
    bytes: usize,
}

impl Snapshots {
    pub(crate) fn keep(&self, name: &str, content: Vec<u8>) -> Shown {
        let shown = Shown {
            name: name.to_owned(),
            bytes: content.len(),
        };
        self.lock().insert(name.to_owned(), Arc::new(Snapshot { content }));
        shown
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Snapshot>> {
        self.lock().get(name).map(Arc::clone)
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        self.lock().remove(name).is_some()
    }

    /// All of them, in the order of their names.
    pub(crate) fn list(&self) -> Vec<Shown> {
        let show = |(name, snapshot): (&String, &Arc<Snapshot>)| Shown {
            name: name.clone(),
            bytes: snapshot.content.len(),
        };
        self.lock().iter().map(show).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Snapshot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Emulation {
    /// A copy of the whole state, with the clock in it.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn copy(&self) -> Result<Vec<u8>, Refusal> {
        let clock = self.services().clock.clone();
        Ok(self.database.copy(|store| {
            store.set_clock(clock.state())?;
            store.set_meta(TAKEN_AT, &clock.now().unix_millis().to_be_bytes())
        })?)
    }

    /// Puts a copy in the place of the whole state, clock included; faults and the journal are cleared. Answers what its first start made.
    ///
    /// # Errors
    /// 400 if it is no copy of a state of this version; nothing is changed then.
    pub(crate) fn restore(&self, content: &[u8]) -> Result<Bootstrap, Refusal> {
        let adopted = self.database.replace(content, |store| {
            let restored = adopt(store, &self.services())?;
            let made = bootstrap::made(store)?;
            if let (Some(state), Some(time)) = (store.clock()?, taken_at(store)?) {
                restored.clock.restore(state, time);
            }
            *self.services.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(restored);
            Ok(made)
        });
        let made = adopted.map_err(|error: RestoreError| error.refusal())?;
        self.services().faults.clear();
        self.services().journal.clear();
        Ok(made)
    }

    /// Makes everything anew, as at the first start, with the same seed or another one. Snapshots stay.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn reset(&self, seed: Option<u64>) -> Result<Bootstrap, Refusal> {
        let services = self.services();
        let seed = seed.map_or_else(|| services.seed.clone(), Seed::of_number);
        services.clock.restart();
        let services = with_seed(&services, seed)?;
        let fresh = Database::in_memory()?;
        fresh
            .transaction(|store| {
                store.set_meta(SEED, services.seed.as_bytes())?;
                bootstrap(store, &services)
            })
            .map_err(|error: BootstrapError| Refusal::internal(&error))?;
        self.restore(&fresh.copy(|_| Ok(()))?)
    }
}

/// Why a copy could not be put in place.
enum RestoreError {
    Store(StoreError),
    Refused(Refusal),
}

impl RestoreError {
    fn refusal(self) -> Refusal {
        match self {
            Self::Store(error @ (StoreError::Snapshot { .. } | StoreError::Format { .. })) => {
                Refusal::invalid(error.to_string())
            }
            Self::Store(error) => error.into(),
            Self::Refused(refusal) => refusal,
        }
    }
}

impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for RestoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The services that belong to the state in a store.
fn adopt(store: Store<'_>, now: &Services) -> Result<Services, RestoreError> {
    let without = || StoreError::Snapshot {
        problem: "it has no seed".to_owned(),
    };
    let seed = store.meta(SEED)?.ok_or_else(without)?;
    let seed = <[u8; 32]>::try_from(seed).map_err(|_| without())?;
    Ok(with_seed(now, Seed::from_bytes(seed))?)
}

fn with_seed(now: &Services, seed: Seed) -> Result<Services, Refusal> {
    let token_key =
        TokenKey::new(&seed).map_err(|rejected| Refusal::internal(&std::io::Error::other(rejected.to_string())))?;
    Ok(Services {
        seed,
        token_key: token_key.into(),
        materials: Arc::default(),
        ..now.clone()
    })
}

fn taken_at(store: Store<'_>) -> Result<Option<Timestamp>, StoreError> {
    let stored = store.meta(TAKEN_AT)?.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    Ok(stored.and_then(|bytes| Timestamp::from_unix_millis(i64::from_be_bytes(bytes))))
}
