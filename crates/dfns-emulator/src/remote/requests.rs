//! The last calls of the API, as a test looks at them.

use dfns_types::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Admin, AdminError};

/// A call of the API that the emulator has done with.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Counts the calls from 1.
    pub number: u64,
    /// When it was done, by the emulator's clock.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The operation id; `None` where the path leads nowhere.
    pub operation: Option<String>,
    /// The status that the emulator answered; `None` if a fault kept the call from being performed.
    pub status: Option<u16>,
    /// Why it was refused.
    pub message: Option<String>,
    /// The fault that struck it.
    pub fault: Option<String>,
    /// Who called, once that was known.
    pub caller: Option<LoggedCaller>,
    /// The credential that signed; only the call that completes a challenge has it.
    pub credential: Option<String>,
    /// The calls that belong to the same signature, oldest first, this one among them.
    #[serde(default)]
    pub signing: Vec<SigningStep>,
}

/// Who called.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedCaller {
    /// The user or service account.
    pub user_id: String,
    /// The name of the user.
    pub username: String,
    /// The kind of the token.
    pub token_kind: String,
    /// The id of the token.
    pub token_id: String,
}

/// A call that is part of signing another one.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SigningStep {
    /// The number of the call.
    pub number: u64,
    /// Its operation id.
    pub operation: Option<String>,
    /// Its status.
    pub status: Option<u16>,
}

impl Admin {
    /// The last calls of the API, newest first, at most 1000. Calls of this interface are not among them.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn requests(&self) -> Result<Vec<LoggedRequest>, AdminError> {
        #[derive(Deserialize)]
        struct List {
            items: Vec<LoggedRequest>,
        }
        Ok(self.send::<List>("GET", "/requests?limit=1000", None).await?.items)
    }

    /// Forgets the calls so far.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn clear_requests(&self) -> Result<(), AdminError> {
        let _empty: Value = self.send("DELETE", "/requests", None).await?;
        Ok(())
    }
}
