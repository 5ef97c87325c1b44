//! Settings of an emulator, and its start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dfns_types::Network;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::auth::tokens::TokenKey;
use crate::bootstrap::{Bootstrap, BootstrapError, bootstrap, check_public_key};
use crate::context::{Config, Services};
use crate::entropy::Seed;
use crate::node::{NodeProblem, Nodes};
use crate::server::{Emulation, serve};
use crate::store::{Database, Store, StoreError};
use crate::tls::Identity;
use crate::webhooks::{Courier, Outbound};
use crate::{Clock, Emulator, snapshots};

/// Settings of an [`Emulator`] that is not running yet.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs before `start`"]
pub struct EmulatorBuilder {
    listen: Option<SocketAddr>,
    seed: Option<u64>,
    clock: Clock,
    data_file: Option<PathBuf>,
    public_key: Option<String>,
    block_time: Option<Duration>,
    end_user_operations: Vec<String>,
    webhook_timeout: Option<Duration>,
    tls: bool,
    nodes: Vec<(String, String)>,
    node_timeout: Option<Duration>,
}

/// Why an emulator could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The operating system has no randomness to give.
    #[error("no randomness: {0}")]
    Randomness(String),
    /// The data file cannot be used: not a data file, of another version, or not writable.
    #[error("{}: {reason}", path.display())]
    DataFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data file was made with another seed than the one that was set.
    #[error("the data file was made with another seed")]
    OtherSeed,
    /// The public key is not one that a service account can have, or not the one in the data file.
    #[error("{0}")]
    PublicKey(String),
    /// The certificate for TLS could not be made.
    #[error("no certificate: {0}")]
    Certificate(String),
    /// A network cannot have the node that was set for it.
    #[error("the node of {network}: {problem}")]
    Node {
        /// The network.
        network: String,
        /// What is wrong.
        problem: String,
    },
    /// The emulator failed inside.
    #[error("{0}")]
    Internal(String),
}

impl EmulatorBuilder {
    /// The address to listen on (default: a free port of 127.0.0.1).
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Makes ids, challenges and keys follow from a number. Without it they cannot be guessed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The clock to go by (default: the system's time).
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Keeps everything in a file, which is made if it is not there (default: in memory).
    pub fn data_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_file = Some(path.into());
        self
    }

    /// The public key of the service account, in PEM (default: the emulator makes a key pair).
    pub fn public_key_pem(mut self, pem: impl Into<String>) -> Self {
        self.public_key = Some(pem.into());
        self
    }

    /// How long a block takes (default: 100 ms). A transfer is broadcast after one block and confirmed after two.
    pub fn block_time(mut self, block_time: Duration) -> Self {
        self.block_time = Some(block_time);
        self
    }

    /// One more operation that every end user may call, such as `Wallets:Create`, as if the organisation had added it to
    /// their managed permission (default: reading, transfers, transactions and signatures). In a data file that is there
    /// already, the permission stays as it is.
    pub fn allow_end_users(mut self, operation: impl Into<String>) -> Self {
        self.end_user_operations.push(operation.into());
        self
    }

    /// How long a webhook may take to answer before it has failed, by the real clock (default: 10 seconds).
    pub fn webhook_timeout(mut self, webhook_timeout: Duration) -> Self {
        self.webhook_timeout = Some(webhook_timeout);
        self
    }

    /// Speaks https in place of http, for clients that insist on it, with a certificate for `localhost`, `127.0.0.1`, `::1`
    /// and the address that is listened on (default: http). The certificate and the authority that signed it are new at
    /// every start, and valid whatever the emulator's clock says: clients trust
    /// [`ca_certificate_pem`](Emulator::ca_certificate_pem).
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Sends the transactions of an EVM network to a node instead of the emulator's own ledger, by JSON-RPC, and reads
    /// balances, fees and contracts there (default: no network has a node). What is sent is real: this is meant for a node
    /// on the same machine, such as Hardhat's or Anvil's. Once for each network.
    pub fn rpc(mut self, network: impl Into<Network>, url: impl Into<String>) -> Self {
        self.nodes.push((network.into().as_str().to_owned(), url.into()));
        self
    }

    /// How long a node may take to answer before it has failed, by the real clock (default: 10 seconds).
    pub fn rpc_timeout(mut self, rpc_timeout: Duration) -> Self {
        self.node_timeout = Some(rpc_timeout);
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    /// [`StartError`], by what was in the way.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let address = self.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        let cannot_listen = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let identity = self.tls.then(|| Identity::new(address.ip())).transpose();
        let identity = identity.map_err(|error| StartError::Certificate(error.to_string()))?;
        let (acceptor, authority) = match identity {
            Some(identity) => (Some(identity.acceptor), Some((identity.authority, identity.trust))),
            None => (None, None),
        };
        let base_url = base_url(address, authority.is_some());
        let clock = self.clock.clone();
        let timeout = self.webhook_timeout.unwrap_or(Duration::from_secs(10));
        let (outbound, flushes) = Outbound::new(timeout);
        let (emulation, bootstrap) = self.prepare(base_url, outbound)?;
        let emulation = Arc::new(emulation);
        let courier = Courier::new(Arc::clone(&emulation), flushes).start();

        let (stop, stopped) = watch::channel(());
        let server = tokio::spawn(serve(listener, acceptor, emulation, stopped));
        tracing::info!(%address, "listening");
        Ok(Emulator {
            address,
            authority,
            clock,
            bootstrap,
            stop: Some(stop),
            server,
            courier,
        })
    }

    fn prepare(self, base_url: String, outbound: Outbound) -> Result<(Emulation, Bootstrap), StartError> {
        // Before the file is made: what cannot start leaves nothing behind.
        if let Some(public_key) = &self.public_key {
            check_public_key(public_key)?;
        }
        let nodes = Nodes::new(self.nodes, self.node_timeout)?;
        let path = self.data_file.unwrap_or_default();
        let with_file = |error: StoreError| match error {
            error if path.as_os_str().is_empty() => StartError::Internal(error.to_string()),
            StoreError::Database(cause) => StartError::DataFile {
                path: path.clone(),
                reason: cause.to_string(),
            },
            error => StartError::DataFile {
                path: path.clone(),
                reason: error.to_string(),
            },
        };
        let opened = if path.as_os_str().is_empty() {
            Database::in_memory()
        } else {
            Database::in_file(&path)
        };
        let database = opened.map_err(with_file)?;
        // One transaction, so that a file with a seed never lacks what was made from it.
        let (services, made) = database.transaction(|store| {
            let seed = seed(store, self.seed)?;
            // Time never goes back: what a file holds may be dated by a clock that was moved.
            if let Some(stored) = store.clock()? {
                self.clock.resume(stored);
            }
            let token_key = TokenKey::new(&seed).map_err(|error| StartError::Internal(error.to_string()))?;
            let mut config = Config::new(base_url);
            config.block_time = self.block_time.unwrap_or(config.block_time);
            config.public_key = self.public_key;
            config.nodes = nodes.into();
            config.end_user_operations.extend(self.end_user_operations);
            let services = Services {
                clock: self.clock,
                seed,
                token_key: token_key.into(),
                materials: Arc::default(),
                foresight: Arc::default(),
                config,
                faults: Arc::default(),
                outbound: outbound.into(),
                journal: Arc::default(),
            };
            let made = bootstrap(store, &services)?;
            Ok::<_, StartError>((services, made))
        })?;
        Ok((Emulation::new(database, services), made))
    }
}

/// The base URL of the API.
pub(crate) fn base_url(address: SocketAddr, is_secured: bool) -> String {
    let scheme = if is_secured { "https" } else { "http" };
    format!("{scheme}://{address}")
}

/// The seed of the database: the one it has, or the one that was set, or a new one.
fn seed(store: Store<'_>, set: Option<u64>) -> Result<Seed, StartError> {
    let set = set.map(Seed::of_number);
    if let Some(stored) = store.meta(snapshots::SEED)? {
        let bytes =
            <[u8; 32]>::try_from(stored).map_err(|_| StartError::Internal("the seed is not 32 bytes".to_owned()))?;
        let stored = Seed::from_bytes(bytes);
        return match set {
            Some(set) if set != stored => Err(StartError::OtherSeed),
            _ => Ok(stored),
        };
    }
    let seed = match set {
        Some(seed) => seed,
        None => Seed::from_system().map_err(|error| StartError::Randomness(error.to_string()))?,
    };
    store.set_meta(snapshots::SEED, seed.as_bytes())?;
    Ok(seed)
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<NodeProblem> for StartError {
    fn from(NodeProblem { network, problem }: NodeProblem) -> Self {
        Self::Node { network, problem }
    }
}

impl From<BootstrapError> for StartError {
    fn from(error: BootstrapError) -> Self {
        match error {
            BootstrapError::PublicKey(_) | BootstrapError::OtherPublicKey => Self::PublicKey(error.to_string()),
            BootstrapError::Refused(_) | BootstrapError::Unreadable(_) => Self::Internal(error.to_string()),
        }
    }
}
