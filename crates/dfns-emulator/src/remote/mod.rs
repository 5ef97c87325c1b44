//! What a test asks of a running emulator, over HTTP: balance, time, codes.
//!
//! It works alike for an emulator in the same process and for the binary, so that a test can be pointed at either.

mod clock;
mod exchange;
mod faults;
mod identity_provider;
mod requests;
mod snapshots;

use dfns_types::{Amount, WalletId};
use serde::Deserialize;
use serde_json::json;

pub use faults::{ArmedFault, Faults};
pub use identity_provider::SignedIn;
pub use requests::{LoggedCaller, LoggedRequest, SigningStep};
pub use snapshots::{Access, Snapshots};

/// The admin endpoints of an emulator.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Host and port.
    authority: String,
}

/// Why an admin request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The URL is not one that an emulator answers under.
    #[error("{url:?} is no URL of an emulator, expected http://HOST:PORT")]
    Url {
        /// The URL.
        url: String,
    },
    /// There was no answer.
    #[error("{request}: no answer")]
    Unreachable {
        /// The request.
        request: String,
        /// What happened to the connection.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The emulator refused.
    #[error("{request}: {status}: {message}")]
    Refused {
        /// The request.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The emulator's own words.
        message: String,
    },
}

/// A code that the emulator would have mailed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Mail {
    /// The username of the one it went to.
    pub recipient: String,
    /// What the code is for.
    pub purpose: String,
    /// The code.
    pub code: String,
}

impl Admin {
    /// The admin endpoints of the emulator with this base URL, `http://127.0.0.1:41234`.
    ///
    /// # Errors
    /// [`AdminError::Url`] if it is no `http` URL of a host and a port alone.
    pub fn new(url: &str) -> Result<Self, AdminError> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        match authority {
            Some(authority) if !authority.contains(['/', '@', '?', '#']) && authority.contains(':') => Ok(Self {
                authority: authority.to_owned(),
            }),
            _ => Err(AdminError::Url { url: url.to_owned() }),
        }
    }

    pub(crate) fn at(address: std::net::SocketAddr) -> Self {
        Self {
            authority: address.to_string(),
        }
    }

    /// Adds an amount of its network's native asset to the balance of a wallet.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such wallet, or it has no address; [`AdminError::Unreachable`].
    pub async fn fund(&self, wallet: &WalletId, amount: impl Into<Amount>) -> Result<(), AdminError> {
        let body = json!({ "walletId": wallet, "amount": amount.into() });
        let _: serde_json::Value = self.send("POST", "/faucet", Some(&body)).await?;
        Ok(())
    }

    /// Waits until everything that is due to webhooks was sent, and what became of it is known: until every receiver has
    /// answered or timed out. A receiver that waits for this itself waits in vain.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn flush_webhooks(&self) -> Result<(), AdminError> {
        let _: serde_json::Value = self.send("POST", "/webhooks/flush", None).await?;
        Ok(())
    }

    /// The codes that were mailed to this person, newest first.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn outbox(&self, recipient: &str) -> Result<Vec<Mail>, AdminError> {
        #[derive(Deserialize)]
        struct Outbox {
            items: Vec<Mail>,
        }
        let all: Outbox = self.send("GET", "/outbox", None).await?;
        Ok(all
            .items
            .into_iter()
            .filter(|mail| mail.recipient == recipient)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_http_url_of_host_and_port_is_taken() {
        for url in ["http://127.0.0.1:1", "http://[::1]:8080/", "http://localhost:80"] {
            assert!(Admin::new(url).is_ok(), "{url}");
        }
        for url in [
            "https://127.0.0.1:1",
            "http://127.0.0.1:1/api",
            "http://u@h:1",
            "127.0.0.1:1",
            "http://host",
            "",
        ] {
            let error = Admin::new(url).unwrap_err();
            assert!(error.to_string().contains("http://HOST:PORT"), "{error}");
        }
    }
}
