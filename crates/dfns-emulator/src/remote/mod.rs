//! What a test asks of a running emulator, over HTTP: balance, time, codes.
//!
//! It works alike for an emulator in the same process and for the binary, so that a test can be pointed at either.

mod assets;
mod clock;
mod exchange;
mod faults;
mod identity_provider;
mod requests;
mod seed;
mod snapshots;

use dfns_types::{Amount, WalletId};
use serde::Deserialize;
use serde_json::json;

use crate::tls::Trust;
pub use faults::{ArmedFault, Faults};
pub use identity_provider::SignedIn;
pub use requests::{LoggedCaller, LoggedRequest, SigningStep};
pub use seed::{Seeded, SeededPerson};
pub use snapshots::{Access, Snapshots};

/// The admin endpoints of an emulator.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Host and port.
    authority: String,
    /// With TLS: whom to trust.
    trust: Option<Trust>,
}

/// Why an admin request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The URL is not one that an emulator answers under.
    #[error("{url:?} is no URL of an emulator, expected {expected}")]
    Url {
        /// The URL.
        url: String,
        /// What it should look like.
        expected: &'static str,
    },
    /// The certificate is none that can be trusted.
    #[error("the certificate of the emulator cannot be trusted: {reason}")]
    Certificate {
        /// What is wrong with it.
        reason: String,
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
        let expected = "http://HOST:PORT, or its certificate beside an https URL";
        let authority = authority(url, "http://", expected)?;
        Ok(Self { authority, trust: None })
    }

    /// The admin endpoints of an emulator that speaks TLS, by its base URL, `https://127.0.0.1:41234`, and the certificate
    /// that it names as `caCertificate`, in PEM.
    ///
    /// # Errors
    /// [`AdminError::Url`] if it is no `https` URL of a host and a port alone; [`AdminError::Certificate`].
    pub fn with_ca_certificate(url: &str, ca_certificate_pem: &str) -> Result<Self, AdminError> {
        let authority = authority(url, "https://", "https://HOST:PORT")?;
        let trust = Trust::in_pem(ca_certificate_pem).map_err(|error| AdminError::Certificate {
            reason: error.to_string(),
        })?;
        let trust = Some(trust);
        Ok(Self { authority, trust })
    }

    pub(crate) fn at(address: std::net::SocketAddr, trust: Option<Trust>) -> Self {
        let authority = address.to_string();
        Self { authority, trust }
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

/// Host and port of a URL that has nothing else.
fn authority(url: &str, scheme: &str, expected: &'static str) -> Result<String, AdminError> {
    let authority = url.strip_prefix(scheme).map(|rest| rest.trim_end_matches('/'));
    match authority {
        Some(authority) if !authority.contains(['/', '@', '?', '#']) && authority.contains(':') => {
            Ok(authority.to_owned())
        }
        _ => Err(AdminError::Url {
            url: url.to_owned(),
            expected,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_not_trusted_and_not_shown() {
        for pem in [
            "",
            "secret",
            "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n",
        ] {
            let error = Admin::with_ca_certificate("https://127.0.0.1:1", pem).unwrap_err();
            assert!(matches!(error, AdminError::Certificate { .. }), "{error:?}");
            assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
        }
        let error = Admin::with_ca_certificate("http://127.0.0.1:1", "").unwrap_err();
        assert!(error.to_string().ends_with("expected https://HOST:PORT"), "{error}");
    }

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
