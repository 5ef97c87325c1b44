//! Faults, as a test arms them.

use serde::Deserialize;
use serde_json::Value;

use super::{Admin, AdminError};
use crate::fault::Fault;

/// What goes wrong on purpose. Faults are asked in the order in which they were armed; a call, or a delivery to a webhook,
/// is struck by one at most.
#[derive(Clone, Copy, Debug)]
pub struct Faults<'a>(&'a Admin);

/// A fault that is armed, and how far it has come.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ArmedFault {
    /// The id of the fault: `fault-1`.
    pub id: String,
    /// What it does.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many calls or deliveries it has struck.
    pub struck: u64,
    /// How many of them wait now.
    pub waiting: u64,
}

impl Admin {
    /// What goes wrong on purpose.
    pub fn faults(&self) -> Faults<'_> {
        Faults(self)
    }
}

impl Faults<'_> {
    /// Arms a fault and answers its id.
    ///
    /// # Errors
    /// [`AdminError::Refused`] for an operation or event that the API does not have, or values out of bounds;
    /// [`AdminError::Unreachable`].
    pub async fn arm(self, fault: Fault) -> Result<String, AdminError> {
        let body = serde_json::to_value(&fault).unwrap_or_default();
        Ok(self.0.send::<ArmedFault>("POST", "/faults", Some(&body)).await?.id)
    }

    /// The faults that are armed, oldest first.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn list(self) -> Result<Vec<ArmedFault>, AdminError> {
        #[derive(Deserialize)]
        struct List {
            items: Vec<ArmedFault>,
        }
        Ok(self.0.send::<List>("GET", "/faults", None).await?.items)
    }

    /// Waits until a fault has struck at least `calls` calls or deliveries.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such fault (any more); [`AdminError::Unreachable`].
    pub async fn struck(self, id: &str, calls: u64) -> Result<(), AdminError> {
        self.follow(id, "struck", calls).await
    }

    /// Waits until at least `calls` calls or deliveries wait on a fault: those that are delayed after they were
    /// performed, are performed then.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such fault (any more); [`AdminError::Unreachable`].
    pub async fn waiting(self, id: &str, calls: u64) -> Result<(), AdminError> {
        self.follow(id, "waiting", calls).await
    }

    async fn follow(self, id: &str, what: &str, calls: u64) -> Result<(), AdminError> {
        let path = format!("/faults/{id}/progress?{what}={calls}");
        let _progress: Value = self.0.send("GET", &path, None).await?;
        Ok(())
    }

    /// Lets go the calls and deliveries that wait on a fault now. Later ones wait again.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such fault; [`AdminError::Unreachable`].
    pub async fn release(self, id: &str) -> Result<(), AdminError> {
        let _empty: Value = self.0.send("POST", &format!("/faults/{id}/release"), None).await?;
        Ok(())
    }

    /// Takes a fault away. What waits on it goes on.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such fault; [`AdminError::Unreachable`].
    pub async fn remove(self, id: &str) -> Result<(), AdminError> {
        let _empty: Value = self.0.send("DELETE", &format!("/faults/{id}"), None).await?;
        Ok(())
    }

    /// Takes every fault away. What waits goes on.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn clear(self) -> Result<(), AdminError> {
        let _empty: Value = self.0.send("DELETE", "/faults", None).await?;
        Ok(())
    }
}
