//! The Dfns API on your own machine: real keys, real signatures, every user action checked.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), dfns_emulator::StartError> {
//! let emulator = dfns_emulator::Emulator::builder().seed(7).start().await?;
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! # Ok(())
//! # }
//! ```
//!
//! An [`Emulator`] listens on a free port of the loopback interface, holds its state in memory unless a file is named,
//! and stops when it is dropped.
//!
//! Invariant: this crate shares no code with the client beyond `dfns-types`. It is the client's opponent: a mistake that
//! both had in common would go unseen.

mod action;
mod admin;
mod auth;
mod bootstrap;
mod builder;
mod cbor;
mod chain;
mod clock;
mod context;
mod contract;
mod credentials;
mod entropy;
mod fault;
#[rustfmt::skip]
mod generated;
mod issuer;
mod journal;
mod keys;
mod node;
mod outgoing;
mod policy;
mod remote;
mod rooms;
mod seeding;
mod server;
mod snapshots;
mod store;
mod tls;
mod webhooks;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use bootstrap::Bootstrap;
pub use builder::{EmulatorBuilder, StartError};
pub use clock::Clock;
pub use fault::{Effect, Fault, Until, When};
pub use remote::{
    Access, Admin, AdminError, ArmedFault, Faults, LoggedCaller, LoggedRequest, Mail, Seeded, SeededPerson, SignedIn,
    SigningStep, Snapshots,
};

/// How long answers that are under way may take once the emulator is asked to stop.
const GRACE: Duration = Duration::from_secs(2);

/// A running emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    /// With TLS: the certificate of the authority, in PEM, and the trust in it.
    authority: Option<(String, tls::Trust)>,
    clock: Clock,
    bootstrap: Bootstrap,
    stop: Option<watch::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
    courier: webhooks::Running,
}

impl Emulator {
    /// Starts an emulator with the defaults: a free port of the loopback interface, state in memory, the system's time,
    /// randomness from the operating system.
    ///
    /// # Errors
    /// [`StartError`] if it cannot listen or the operating system has no randomness to give.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// An emulator with other settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// The base URL of the API, without a slash at the end: `http://127.0.0.1:41234`, or `https` with
    /// [`tls`](EmulatorBuilder::tls).
    pub fn url(&self) -> String {
        builder::base_url(self.address, self.authority.is_some())
    }

    /// The certificate that a client has to trust, in PEM; `None` without [`tls`](EmulatorBuilder::tls). It is that of an
    /// authority which has signed for this one emulator and can sign nothing more.
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|(pem, _)| pem.as_str())
    }

    /// The base URL of what only a test can do: move the clock, fill wallets, read codes that were mailed.
    pub fn admin_url(&self) -> String {
        format!("{}{}", self.url(), admin::PREFIX)
    }

    /// What only a test can do: fund wallets, move the clock, read codes that were mailed.
    pub fn admin(&self) -> Admin {
        Admin::at(self.address, self.authority.as_ref().map(|(_, trust)| trust.clone()))
    }

    /// The clock of the emulator, to be moved by a test.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The id of the organisation.
    pub fn org_id(&self) -> &str {
        &self.bootstrap.org_id
    }

    /// The token of a service account that may do everything. It is a secret, if only of this emulator.
    pub fn auth_token(&self) -> &str {
        self.bootstrap.auth_token.expose_secret()
    }

    /// The id of the credential with which the service account signs.
    pub fn credential_id(&self) -> &str {
        &self.bootstrap.credential_id
    }

    /// The private key of the service account, Ed25519, PKCS#8 in PEM; `None` if a public key was given to the builder.
    pub fn private_key_pem(&self) -> Option<&str> {
        self.bootstrap
            .private_key
            .as_ref()
            .map(dfns_types::Secret::expose_secret)
    }

    /// The id of the service account.
    pub fn service_account_id(&self) -> &str {
        &self.bootstrap.service_account_id
    }

    /// The first employee of the organisation, who may do everything.
    pub fn employee(&self) -> Employee<'_> {
        Employee(&self.bootstrap.employee)
    }

    /// The line of JSON that the binary prints when it is ready: `url`, `admin`, `orgId`, `authToken`, `credentialId`,
    /// `privateKey` unless a public key was given to the builder, and `caCertificate` with [`tls`](EmulatorBuilder::tls).
    pub fn ready_line(&self) -> String {
        let mut fields = vec![
            ("url", self.url()),
            ("admin", self.admin_url()),
            ("orgId", self.org_id().to_owned()),
            ("authToken", self.auth_token().to_owned()),
            ("credentialId", self.credential_id().to_owned()),
        ];
        fields.extend(self.private_key_pem().map(|pem| ("privateKey", pem.to_owned())));
        fields.extend(self.ca_certificate_pem().map(|pem| ("caCertificate", pem.to_owned())));
        // Written by hand to keep the order in which it is documented.
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| format!("\"{name}\":{}", serde_json::Value::from(value)))
            .collect();
        format!("{{{}}}", fields.join(","))
    }

    /// Stops, and waits until the last answer is out and the data file is closed; for two seconds at most, so that a
    /// client that never ends its request holds up nobody.
    ///
    /// # Errors
    /// If the server had failed before.
    pub async fn stop(mut self) -> std::io::Result<()> {
        drop(self.stop.take());
        self.courier.stop().await;
        if let Ok(ended) = tokio::time::timeout(GRACE, &mut self.server).await {
            return ended.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
        }
        tracing::warn!("a request is still under way, and is not waited for");
        self.server.abort();
        Ok(())
    }

    /// Waits for the end of the server, which comes only if it fails.
    ///
    /// # Errors
    /// The failure.
    pub async fn wait(&mut self) -> std::io::Result<()> {
        (&mut self.server)
            .await
            .unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
    }
}

/// An employee of the emulated organisation, with a key of their own to sign with.
#[derive(Clone, Copy, Debug)]
pub struct Employee<'a>(&'a bootstrap::Employee);

impl<'a> Employee<'a> {
    /// The id of the user.
    pub fn user_id(self) -> &'a str {
        &self.0.user_id
    }

    /// The name by which the user logs in.
    pub fn username(self) -> &'a str {
        &self.0.username
    }

    /// The id of the user's credential.
    pub fn credential_id(self) -> &'a str {
        &self.0.credential_id
    }

    /// The private key of the credential, Ed25519, PKCS#8 in PEM.
    pub fn private_key_pem(self) -> &'a str {
        self.0.private_key.expose_secret()
    }
}
