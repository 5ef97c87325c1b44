//! Networks that are real: what happens on them is up to a node of the user's, which is asked by JSON-RPC.
//!
//! A handler asks in the middle of its work and reads on with the answer. It need not know that the transaction of its
//! request was undone meanwhile, the node asked, and the request begun anew; see [`inquiry`].
//!
//! Invariant: nobody waits for a node while the database is locked, and never for longer than the limit.

mod abi;
mod calls;
mod exchange;
mod fees;
mod inquiry;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use hyper::Uri;

pub(crate) use abi::Function;
pub(crate) use calls::{Asking, Receipt, Trial};
pub(crate) use fees::Prices;
pub(crate) use inquiry::{Inquiries, transaction};

use crate::chain::chain;
use crate::keys::Family;
use crate::server::Refusal;

/// How long a node may take for an answer.
const LIMIT: Duration = Duration::from_secs(10);

/// The node of a network.
#[derive(Debug)]
pub(crate) struct Node {
    /// The id of the network in the API.
    pub(crate) network: &'static str,
    uri: Uri,
    limit: Duration,
}

impl Node {
    /// The node as messages name it. The path of the URL stays out of it: it is where services have their keys.
    fn describe(&self) -> String {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        format!("the node of {} at {authority}", self.network)
    }
}

/// The networks that have a node.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    by_network: BTreeMap<&'static str, Arc<Node>>,
    /// Who has it brings the requests of all of them on their way.
    turn: Mutex<()>,
}

impl Nodes {
    /// The nodes at these URLs, by network. A node may take `limit` for an answer (default: 10 seconds).
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(crate) fn new(urls: Vec<(String, String)>, limit: Option<Duration>) -> Result<Self, NodeProblem> {
        let mut by_network = BTreeMap::new();
        for (network, url) in urls {
            let problem = |problem: &str| NodeProblem {
                network: network.clone(),
                problem: problem.to_owned(),
            };
            let known = chain(&network).ok_or_else(|| problem("there is no such network"))?;
            if known.family != Family::Evm {
                return Err(problem("only EVM networks can have a node"));
            }
            let uri: Uri = url.parse().map_err(|_| problem("the URL is malformed"))?;
            let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            if !is_http || authority.is_empty() {
                return Err(problem("expected a URL that begins with http:// or https://"));
            }
            if authority.contains('@') {
                return Err(problem("a URL with a user name or password is not supported"));
            }
            let node = Node {
                network: known.id,
                uri,
                limit: limit.unwrap_or(LIMIT),
            };
            if by_network.insert(known.id, Arc::new(node)).is_some() {
                return Err(problem("two nodes were given"));
            }
        }
        Ok(Self {
            by_network,
            turn: Mutex::default(),
        })
    }

    /// True if no network has a node, which is the rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_network.is_empty()
    }

    /// The node of a network.
    pub(crate) fn of(&self, network: &str) -> Option<&Arc<Node>> {
        self.by_network.get(network)
    }

    /// Waits for the turn to bring requests on their way: two at once would take the same number for two transactions.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        // Whatever panicked was undone with its transaction.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A node that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{network}: {problem}")]
pub(crate) struct NodeProblem {
    pub(crate) network: String,
    pub(crate) problem: String,
}

/// Why a node did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NodeError {
    /// Nobody is there. It has not heard the question.
    #[error("{node} cannot be reached: {problem}")]
    Unreachable { node: String, problem: String },
    /// It took too long, or the connection ended. It may have heard the question.
    #[error("{node} gave no answer: {problem}")]
    Silent { node: String, problem: String },
    /// What it answered is no JSON-RPC, or not of the form that the method has.
    #[error("{node} gave an answer that cannot be read: {problem}")]
    Unreadable { node: String, problem: String },
    /// It said no, in its own words.
    #[error("{message}")]
    Refused {
        code: i64,
        message: String,
        /// In hexadecimal, what a contract gave back when it reverted.
        data: Option<String>,
    },
}

/// 502 with the reason: it is not the caller's fault.
impl From<NodeError> for Refusal {
    fn from(error: NodeError) -> Self {
        match &error {
            NodeError::Refused { code, message, .. } => {
                Self::new(StatusCode::BAD_GATEWAY, format!("the node refused: {message}")).with("code", *code)
            }
            _ => Self::new(StatusCode::BAD_GATEWAY, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(urls: &[(&str, &str)]) -> Result<Nodes, NodeProblem> {
        let owned = |(network, url): &(&str, &str)| ((*network).to_owned(), (*url).to_owned());
        Nodes::new(urls.iter().map(owned).collect(), None)
    }

    #[test]
    fn a_node_belongs_to_one_evm_network_and_is_reached_by_http() {
        let good = nodes(&[("Ethereum", "http://127.0.0.1:8545"), ("Base", "https://base.test/key")]).unwrap();
        assert!(good.of("Ethereum").is_some() && good.of("EthereumSepolia").is_none() && !good.is_empty());
        for (urls, problem) in [
            (&[("Atlantis", "http://x")][..], "Atlantis: there is no such network"),
            (&[("Bitcoin", "http://x")], "Bitcoin: only EVM networks can have a node"),
            (
                &[("Base", "ftp://x")],
                "Base: expected a URL that begins with http:// or https://",
            ),
            (
                &[("Base", "/x")],
                "Base: expected a URL that begins with http:// or https://",
            ),
            (&[("Base", "http://a b")], "Base: the URL is malformed"),
            (
                &[("Base", "http://u:p@x")],
                "Base: a URL with a user name or password is not supported",
            ),
            (
                &[("Base", "http://x"), ("Base", "http://y")],
                "Base: two nodes were given",
            ),
        ] {
            assert_eq!(nodes(urls).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn what_messages_say_of_a_node_leaves_its_path_out() {
        let nodes = nodes(&[("Base", "https://base.test:8/v3/secret")]).unwrap();
        assert_eq!(nodes.of("Base").unwrap().describe(), "the node of Base at base.test:8");
    }
}
