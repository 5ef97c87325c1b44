//! A scene for tests of webhooks, on a clock that the tests move.

use std::time::Duration;

use dfns_emulator::{Clock, Emulator};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{Answer, Signer, send};

/// When the scene begins, in seconds since 1970: 2026-01-02T03:04:05Z.
pub(crate) const BEGINNING: i64 = 1_767_323_045;

/// How long a block takes.
pub(crate) const BLOCK: Duration = Duration::from_millis(100);

/// An emulator whose clock stands still, and its service account.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) service: Signer,
}

/// A webhook that was made.
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) secret: String,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let start = serde_json::from_value(json!("2026-01-02T03:04:05.000Z")).unwrap();
        let builder = Emulator::builder().seed(7).clock(Clock::fixed(start));
        let emulator = builder
            .webhook_timeout(Duration::from_millis(300))
            .start()
            .await
            .unwrap();
        Self::of(emulator)
    }

    pub(crate) fn of(emulator: Emulator) -> Self {
        let service = Signer::service_account(&emulator);
        Self { emulator, service }
    }

    pub(crate) fn create(&self, body: &Value) -> Answer {
        self.service.signed("POST", "/webhooks", &body.to_string())
    }

    /// A webhook at a receiver that is told of these kinds.
    pub(crate) fn webhook(&self, receiver: &Receiver, events: &[&str]) -> Webhook {
        self.webhook_at(&receiver.url, events)
    }

    pub(crate) fn webhook_at(&self, url: &str, events: &[&str]) -> Webhook {
        let made = self.create(&json!({ "url": url, "events": events }));
        assert_eq!(made.status, 200, "{made:?}");
        let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
        Webhook {
            id: text("id"),
            path: format!("/webhooks/{}", text("id")),
            secret: text("secret"),
        }
    }

    pub(crate) fn update(&self, webhook: &Webhook, body: &Value) -> Answer {
        self.service.signed("PUT", &webhook.path, &body.to_string())
    }

    /// What was sent to a webhook, newest first.
    pub(crate) fn events(&self, webhook: &Webhook, query: &str) -> Vec<Value> {
        let answer = self.service.call("GET", &format!("{}/events{query}", webhook.path), "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["items"].as_array().unwrap().clone()
    }

    /// Makes a wallet; answers its id.
    pub(crate) fn wallet(&self) -> String {
        let body = json!({ "network": "EthereumSepolia" }).to_string();
        let made = self.service.signed("POST", "/wallets", &body);
        made.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{made:?}"))
            .to_owned()
    }

    pub(crate) fn fund(&self, wallet: &str, amount: &str) {
        let body = json!({ "walletId": wallet, "amount": amount }).to_string();
        let answer = send(&self.emulator.url(), "POST", "/__admin/faucet", &[], body.as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Transfers an amount to an address of nobody.
    pub(crate) fn transfer(&self, from: &str, amount: &str) -> Answer {
        let body = json!({ "kind": "Native", "to": format!("0x{:040x}", 0xaa), "amount": amount });
        let path = format!("/wallets/{from}/transfers");
        self.service.signed("POST", &path, &body.to_string())
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.emulator.clock().advance(time);
    }

    /// Waits until everything that is due was sent.
    pub(crate) fn flush(&self) {
        let answer = send(&self.emulator.url(), "POST", "/__admin/webhooks/flush", &[], b"");
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
