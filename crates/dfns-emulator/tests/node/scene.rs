//! An emulator with a node for one network, and a wallet there.

use std::time::Duration;

use dfns_emulator::{Clock, Emulator};
use dfns_types::Timestamp;
use serde_json::{Value, json};

use crate::stub::Node;
use crate::support::{Answer, Signer, advance};

/// Somebody who is paid.
pub(crate) const SHOP: &str = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
/// A token.
pub(crate) const TOKEN: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) node: Node,
    pub(crate) service: Signer,
    /// The wallet, and its address.
    pub(crate) wallet: String,
    pub(crate) address: String,
}

impl Scene {
    /// The node may take a minute to answer.
    pub(crate) async fn new() -> Self {
        Self::with_limit(Duration::from_secs(60)).await
    }

    pub(crate) async fn with_limit(limit: Duration) -> Self {
        let node = Node::start();
        let url = node.url.clone();
        Self::at(node, &url, limit).await
    }

    /// The node is not where the emulator looks for it.
    pub(crate) async fn without_node() -> Self {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", taken.local_addr().unwrap());
        drop(taken);
        Self::at(Node::start(), &url, Duration::from_secs(60)).await
    }

    async fn at(node: Node, url: &str, limit: Duration) -> Self {
        let start: Timestamp = "2026-11-22T14:56:55.000Z".parse().unwrap();
        let emulator = Emulator::builder()
            .seed(7)
            .clock(Clock::fixed(start))
            .rpc("EthereumSepolia", format!("{url}/v3/secret"))
            .rpc_timeout(limit)
            .start()
            .await
            .unwrap();
        let service = Signer::service_account(&emulator);
        let wallet = service
            .signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#)
            .body;
        let text = |name: &str| wallet[name].as_str().unwrap().to_owned();
        let (wallet, address) = (text("id"), text("address"));
        Self {
            emulator,
            node,
            service,
            wallet,
            address,
        }
    }

    /// A signed request about the wallet; answers the new request's body and its path.
    pub(crate) fn ask(&self, kind: &str, body: &Value) -> (Value, String) {
        let path = format!("/wallets/{}/{kind}", self.wallet);
        let made = self.service.signed("POST", &path, &body.to_string());
        assert_eq!(made.status, 200, "{made:?}");
        let path = format!("{path}/{}", made.body["id"].as_str().unwrap());
        (made.body, path)
    }

    /// A transfer of 7 wei, and its path.
    pub(crate) fn pay(&self) -> String {
        self.ask("transfers", &json!({ "kind": "Native", "to": SHOP, "amount": "7" }))
            .1
    }

    /// Lets a block pass, and looks.
    pub(crate) fn look(&self, path: &str) -> Value {
        advance(&self.emulator.url(), 1);
        let seen = self.get(path);
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.body
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.service.call("GET", path, "")
    }

    /// A call about the wallet.
    pub(crate) fn get_of_wallet(&self, what: &str) -> Answer {
        self.get(&format!("/wallets/{}/{what}", self.wallet))
    }
}
