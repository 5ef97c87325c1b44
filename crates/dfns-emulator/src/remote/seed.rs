//! An organisation filled with what a document describes.

use std::collections::BTreeMap;
use std::fmt;

use dfns_types::{CreatedWebhook, Secret, Wallet};
use serde::Deserialize;
use serde_json::Value;

use super::{Admin, AdminError};

/// What a document became.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Seeded {
    /// The ids of everything that was given a name (`"as"`), by that name.
    pub ids: BTreeMap<String, String>,
    /// The users, in the order of the document.
    #[serde(default)]
    pub users: Vec<SeededPerson>,
    /// The service accounts, in the order of the document.
    #[serde(default)]
    pub service_accounts: Vec<SeededPerson>,
    /// The wallets, in the order of the document.
    #[serde(default)]
    pub wallets: Vec<Wallet>,
    /// The webhooks, in the order of the document, with their secrets.
    #[serde(default)]
    pub webhooks: Vec<CreatedWebhook>,
}

/// A user or a service account, and how to act as them.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SeededPerson {
    /// The id.
    pub user_id: String,
    /// The name to log in with; of a service account, its name.
    pub username: String,
    /// A token; `None` for a user who is not registered.
    pub token: Option<Secret>,
    /// The id of the credential to sign with; `None` for a user who is not registered.
    pub credential_id: Option<String>,
    /// The private key of that credential, Ed25519, PKCS#8 in PEM; `None` if there is none, or its public half was given.
    pub private_key: Option<Secret>,
}

impl fmt::Debug for SeededPerson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SeededPerson")
            .field("user_id", &self.user_id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Seeded {
    /// The id of what has this name in the document.
    pub fn id(&self, name: &str) -> Option<&str> {
        self.ids.get(name).map(String::as_str)
    }
}

impl Admin {
    /// Fills the organisation with what a document describes: permissions, users, service accounts, keys, wallets with
    /// balances, fee sponsors, webhooks, policies. All of it is made, or nothing. The form of the document is in the README
    /// of the crate.
    ///
    /// # Errors
    /// [`AdminError::Refused`] with the JSON pointer of what is wrong in the document; [`AdminError::Unreachable`].
    pub async fn seed(&self, document: &Value) -> Result<Seeded, AdminError> {
        self.send("POST", "/seed", Some(document)).await
    }
}
