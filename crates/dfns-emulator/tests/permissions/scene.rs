//! An organisation with people in it who hold no more than a test gives them.

use dfns_emulator::{Clock, Emulator};
use serde_json::{Value, json};

use crate::people::employee;
use crate::support::{Answer, Signer};

/// A user or service account, and their id.
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) signer: Signer,
}

/// An emulator whose clock stands still, and a service account that may do everything.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) service: Signer,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let start = serde_json::from_value(json!("2026-01-02T03:04:05.000Z")).unwrap();
        let emulator = Emulator::builder().clock(Clock::fixed(start)).start().await.unwrap();
        let service = Signer::service_account(&emulator);
        Self { emulator, service }
    }

    /// Makes a permission and answers its id.
    pub(crate) fn permission(&self, name: &str, operations: &[&str]) -> String {
        let body = json!({ "name": name, "operations": operations }).to_string();
        text(&self.service.signed("POST", "/permissions", &body), "id")
    }

    /// Assigns a permission, and answers the id of the assignment.
    pub(crate) fn assign(&self, permission: &str, identity: &str) -> String {
        let path = format!("/permissions/{permission}/assignments");
        let body = json!({ "identityId": identity }).to_string();
        text(&self.service.signed("POST", &path, &body), "id")
    }

    /// An employee who may do only this.
    pub(crate) fn member(&self, name: &str, operations: &[&str]) -> Member {
        let (signer, id) = employee(&self.emulator, &format!("{name}@example.test"));
        if !operations.is_empty() {
            let permission = self.permission(&format!("permission of {name}"), operations);
            self.assign(&permission, &id);
        }
        Member { id, signer }
    }

    /// What a path shows to the service account.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.service.call("GET", path, "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }
}

/// The text of a field that must be there.
pub(crate) fn text(answer: &Answer, name: &str) -> String {
    answer.body[name]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}
