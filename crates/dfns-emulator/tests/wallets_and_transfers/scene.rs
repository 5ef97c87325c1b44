//! A scene for tests of what moves on the emulated networks, on a clock that the tests move.

use std::time::Duration;

use dfns_emulator::{Clock, Emulator};
use serde_json::{Value, json};

use crate::support::{Answer, Signer, send};

/// How long a block takes.
pub(crate) const BLOCK: Duration = Duration::from_millis(100);

/// An emulator whose clock stands still, and its service account.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) service: Signer,
    pub(crate) clock: Clock,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let start = serde_json::from_value(json!("2026-01-02T03:04:05.000Z")).unwrap();
        let clock = Clock::fixed(start);
        let emulator = Emulator::builder().seed(7).clock(clock.clone()).start().await.unwrap();
        let service = Signer::service_account(&emulator);
        Self {
            emulator,
            service,
            clock,
        }
    }

    /// A wallet that can be used: activated, where the network asks for that.
    pub(crate) fn wallet(&self, network: &str) -> Wallet {
        let wallet = self.new_wallet(network);
        if !["Canton", "Concordium", "Starknet"].contains(&network) {
            return wallet;
        }
        if network == "Starknet" {
            // What its activation costs.
            self.fund(&wallet, "1000000000000000");
        }
        let made = self.activate(&wallet, &self.activation(network));
        assert_eq!(made.status, 200, "{made:?}");
        self.clock.advance(2 * BLOCK);
        let active = self.get(&wallet.path);
        assert_eq!(active["status"], "Active", "{active}");
        Wallet {
            address: active["address"].as_str().unwrap().to_owned(),
            ..wallet
        }
    }

    /// What a network asks for to activate a wallet.
    pub(crate) fn activation(&self, network: &str) -> Value {
        match network {
            "Canton" => {
                let path = "/networks/canton/validators";
                let validator = self.service.signed("POST", path, r#"{"kind":"Shared"}"#);
                json!({ "validatorId": validator.body["id"] })
            }
            "Concordium" => json!({ "expiry": 1_800_000_000, "unsignedCdiStr": r#"{"credId":"a1"}"# }),
            _ => json!({}),
        }
    }

    pub(crate) fn activate(&self, wallet: &Wallet, body: &Value) -> Answer {
        self.service
            .signed("POST", &format!("{}/activate", wallet.path), &body.to_string())
    }

    pub(crate) fn new_wallet(&self, network: &str) -> Wallet {
        let made = self
            .service
            .signed("POST", "/wallets", &json!({ "network": network }).to_string());
        let field = |name: &str| {
            made.body[name]
                .as_str()
                .unwrap_or_else(|| panic!("{made:?}"))
                .to_owned()
        };
        Wallet {
            path: format!("/wallets/{}", field("id")),
            id: field("id"),
            address: field("address"),
        }
    }

    pub(crate) fn faucet(&self, body: &Value) -> Answer {
        send(
            &self.emulator.url(),
            "POST",
            "/__admin/faucet",
            &[],
            body.to_string().as_bytes(),
        )
    }

    pub(crate) fn fund(&self, wallet: &Wallet, amount: &str) {
        let answer = self.faucet(&json!({ "walletId": wallet.id, "amount": amount }));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) fn transfer(&self, from: &Wallet, body: &Value) -> Answer {
        self.service
            .signed("POST", &format!("{}/transfers", from.path), &body.to_string())
    }

    pub(crate) fn transfer_state(&self, from: &Wallet, transfer: &Answer) -> Value {
        self.get(&format!(
            "{}/transfers/{}",
            from.path,
            transfer.body["id"].as_str().unwrap()
        ))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.service.call("GET", path, "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    pub(crate) fn balance(&self, wallet: &Wallet) -> u128 {
        let assets = self.get(&format!("{}/assets", wallet.path));
        assert_eq!(assets["assets"][0]["kind"], "Native");
        assets["assets"][0]["balance"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn history(&self, wallet: &Wallet, query: &str) -> Vec<Value> {
        self.get(&format!("{}/history{query}", wallet.path))["items"]
            .as_array()
            .unwrap()
            .clone()
    }
}

/// A wallet of the emulator.
pub(crate) struct Wallet {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) address: String,
}
