//! The Dfns API client: typed calls, user action signing, credentials, paging, errors.
//!
//! # A client
//!
//! [`Dfns`] is cheap to clone; make one and keep it. Reading needs a token; everything that changes something also needs
//! a [`Signer`], which approves each request with a credential. [`KeySigner`] does that with a private key in PEM text:
//!
//! ```no_run
//! use dfns::{Dfns, KeySigner};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let signer = KeySigner::from_pem(std::env::var("DFNS_CREDENTIAL_ID")?, std::fs::read_to_string("dfns.pem")?)?;
//! let dfns = Dfns::builder().auth_token(std::env::var("DFNS_AUTH_TOKEN")?).signer(signer).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! The built-in HTTP client trusts Mozilla's certificate authorities, which are compiled in, and goes to the API directly,
//! whatever the environment says. [`DfnsBuilder::root_certificate_pem`] adds an authority, [`DfnsBuilder::proxy`] and
//! [`DfnsBuilder::proxy_from_environment`] go through a proxy that opens tunnels. With the feature `reqwest`,
//! `DfnsBuilder::http_client` takes a client of your own.
//!
//! Ed25519 and RSA keys are read by default, each other kind with a feature: `key-p256`, `key-secp256k1`, and
//! `protected-keys` for keys under a passphrase; `all-keys` is all of them. Registration, login and recovery are in
//! [`credential`], [`Dfns::log_in`] and [`Dfns::continue_registration`].
//!
//! Programs without an async runtime turn on the feature `blocking`, and end calls with `send_blocking()`. In a browser
//! (`wasm32-unknown-unknown`) `fetch` sends.
//!
//! # Calls
//!
//! Calls stand in groups: `dfns.wallets()`, `dfns.transfers()`, `dfns.keys()` and so on. What a call requires are its
//! arguments, what is optional are its setters, and `.await` ends it (or `send()`, whose future needs no box). Where the
//! API wants a user action signature, it is made on the way: the API is told the exact request, the signer signs the
//! challenge, and the request goes out with the token that comes back.
//!
//! ```
//! use dfns::types::Network;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = dfns_emulator::Emulator::start().await?;
//! # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
//! # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
//! let wallet = dfns.wallets().create(Network::EthereumSepolia).name("treasury").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! A user who signs elsewhere, such as with a passkey in a browser, takes two steps: `init()` gives the challenge as plain
//! data, [`PreparedAction`], and `complete()` sends the call with the user's answer. The guide `docs/delegated-users.md`
//! shows a server that does so.
//!
//! # What a policy holds back, and what takes its time
//!
//! What a policy can hold back is an [`Outcome`]: done, or awaiting an approval. Whoever has no policies calls `done()`. Reads
//! of what takes its time have `wait()`, which looks again until the end: a transfer is confirmed, an approval is given.
//!
//! ```
//! use std::time::Duration;
//!
//! use dfns::Outcome;
//! use dfns::types::Transfer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = dfns_emulator::Emulator::start().await?;
//! # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
//! # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
//! # let wallet = dfns.wallets().create(dfns::types::Network::EthereumSepolia).await?;
//! # let to = wallet.address.clone().ok_or("no address")?;
//! # emulator.admin().fund(&wallet.id, 1_000_000_000_000_000_000_u64).await?;
//! match dfns.wallet(&wallet.id).transfer(Transfer::native(to, 5_u64)).await? {
//!     Outcome::Done(transfer) => {
//!         # emulator.clock().advance(Duration::from_secs(600));
//!         let wait = dfns.transfers().get(&wallet.id, transfer.id).wait().limit(Duration::from_secs(120));
//!         println!("confirmed in {:?}", wait.await?.tx_hash);
//!     }
//!     Outcome::PendingApproval { approval_id, .. } => println!("somebody has to approve it: {approval_id:?}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Lists
//!
//! `.await` yields one [`Page`]; `stream()` yields the items of all pages, each page fetched when it is needed, and
//! `pages()` the pages with the token to go on from another time. Both are a `Stream` too, for those who use the
//! combinators of `futures`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = dfns_emulator::Emulator::start().await?;
//! # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
//! # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
//! let mut wallets = dfns.wallets().list().page_size(100).stream();
//! while let Some(wallet) = wallets.try_next().await? {
//!     println!("{} on {}", wallet.id, wallet.network);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Webhooks
//!
//! [`webhook`] checks and reads what the API posts to your server; with the feature `axum` there is an extractor.
//!
//! # Errors
//!
//! [`Error`] has one variant per thing that a caller can do. [`Error::report`] is the line for a log.
//!
//! ```
//! use dfns::{Error, Sent};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = dfns_emulator::Emulator::start().await?;
//! # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
//! # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
//! # let id = dfns.wallets().create(dfns::types::Network::Bitcoin).send().await?.id;
//! match dfns.wallets().update(id).name("treasury").send().await {
//!     Ok(wallet) => println!("{:?}", wallet.name),
//!     Err(error) if error.is_not_found() => println!("there is no such wallet"),
//!     Err(Error::Transport { sent: Sent::No, .. }) => println!("nothing happened, call again"),
//!     Err(error) => println!("{}", error.report()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # When something goes wrong on the way
//!
//! A call is tried up to four times ([`RetryPolicy`]): after a failure to connect, 429, 502 to 504 and a lost answer, with
//! growing random delays, and never before the API wants it (`Retry-After`). A write that may have taken effect is repeated
//! only if the API can tell that it is the same one. Transfers, transactions and signatures therefore get an `externalId`
//! when you give none, so that exactly one exists after an answer was lost and asked for again. If a call ends in doubt
//! nevertheless, [`Error::external_id`] is the value to call again with.
//!
//! [`DfnsBuilder::timeout`] limits a request, [`DfnsBuilder::call_timeout`] a call; [`CallOptions`] change such a setting
//! for one call, [`Dfns::with_retry`] and its like for several. [`Metrics`] and [`Middleware`] see what happens; each call is
//! a `tracing` span named `dfns`.
//!
//! Invariant: no token, key or user action is shown by `Debug`, held by an error or logged.

mod action;
mod base_url;
#[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
pub mod blocking;
mod builder;
mod call;
mod client;
mod clock;
mod config;
#[cfg(feature = "auth")]
pub mod credential;
mod engine;
mod error;
#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    clippy::all,
    unused_imports,
    reason = "generated code follows the specification, whose shapes are not ours to choose"
)]
mod generated;
#[cfg(feature = "auth")]
mod identity;
mod json;
mod limiter;
mod metrics;
mod middleware;
mod options;
mod outcome;
mod paging;
mod random;
mod retry;
mod signer;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
#[cfg(feature = "signers")]
mod upload;
mod wait;
#[cfg(feature = "webhooks")]
pub mod webhook;
mod wire;

/// Groups of calls and the calls themselves, as [`Dfns`] makes them.
pub mod calls {
    #[allow(unused_imports, unreachable_pub, reason = "without a domain there are no calls")]
    pub use crate::generated::*;
}

pub use action::PreparedAction;
pub use builder::DfnsBuilder;
pub use client::{CallFuture, Dfns};
pub use dfns_api::Upload;
pub use dfns_types as types;
pub use dfns_types::{FirstFactorAssertion, Secret};
pub use error::{Cause, DecodeError, Details, Duplicate, Error, LastState, Refusal, Result, Sent, Step};
pub use http;
#[cfg(feature = "auth")]
pub use identity::{LogIn, LoggedIn, Session};
pub use metrics::{CallReport, Metrics, RequestReport};
pub use middleware::{Middleware, MiddlewareFuture, Next, OutgoingRequest};
pub use options::CallOptions;
pub use outcome::Outcome;
pub use paging::{ItemStream, Page, PageStream};
pub use retry::RetryPolicy;
pub use signer::{
    ClientData, KeyError, KeyKind, KeyPair, KeySigner, PrivateKeyPem, Signer, SignerError, SignerFuture,
    ecdsa_signature_der, public_key_pem,
};
pub use wait::{PauseFuture, Wait};

/// The program in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So do the programs of the guides.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../../docs/webhooks.md")]
struct WebhookGuide;

/// The programs in the guide compile and run.
#[cfg(all(doctest, feature = "testing", feature = "wallets"))]
#[doc = include_str!("../../../docs/delegated-users.md")]
struct DelegatedUsers;

#[cfg(all(doctest, feature = "wallets"))]
#[doc = include_str!("../../../docs/first-wallet.md")]
struct FirstWallet;

#[cfg(all(doctest, feature = "auth", feature = "policies", feature = "wallets"))]
#[doc = include_str!("../../../docs/policies-and-approvals.md")]
struct PoliciesAndApprovals;

#[cfg(all(doctest, feature = "wallets"))]
#[doc = include_str!("../../../docs/exactly-once.md")]
struct ExactlyOnce;
