//! What tests of policies share: policies that are made in a line, and people who decide.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::{Answer, Signer, send};

/// Where the money of these tests goes.
pub(crate) const RECEIVER: &str = "0x00000000000000000000000000000000000000aa";
/// A whole unit of an asset with 18 decimals.
pub(crate) const ETHER: &str = "1000000000000000000";

/// A group of anybody, one of whom has to approve.
pub(crate) fn anybody() -> Value {
    json!({ "quorum": 1, "approvers": {} })
}

/// The action that asks these groups.
pub(crate) fn ask(groups: &[Value]) -> Value {
    json!({ "kind": "RequestApproval", "approvalGroups": groups })
}

/// The body of a policy that looks at all activities of a kind.
pub(crate) fn always(kind: &str, action: &Value) -> Value {
    json!({ "name": "always", "activityKind": kind, "rule": { "kind": "AlwaysTrigger" }, "action": action })
}

/// The body of a policy about what wallets sign.
pub(crate) fn signing(rule: &Value, action: &Value) -> Value {
    json!({ "name": "a rule", "activityKind": "Wallets:Sign", "rule": rule, "action": action })
}

impl Scene {
    /// Makes a policy and answers its id.
    pub(crate) fn policy(&self, body: &Value) -> String {
        let made = self.service.signed("POST", "/v2/policies", &body.to_string());
        assert_eq!(made.status, 200, "{made:?}");
        made.body["id"].as_str().unwrap().to_owned()
    }

    /// The first employee, logged in.
    pub(crate) fn employee(&self) -> Signer {
        Signer::employee(&self.emulator)
    }

    /// A wallet with so much of the native asset.
    pub(crate) fn funded(&self, network: &str, amount: &str) -> Wallet {
        let wallet = self.wallet(network);
        self.fund(&wallet, amount);
        wallet
    }

    /// A transfer of so much of the native asset to the receiver.
    pub(crate) fn pay(&self, from: &Wallet, amount: &str) -> Answer {
        self.transfer(from, &json!({ "kind": "Native", "to": RECEIVER, "amount": amount }))
    }

    /// The approval as it is now.
    pub(crate) fn approval(&self, id: &str) -> Value {
        self.get(&format!("/v2/policy-approvals/{id}"))
    }

    /// Lets the network take so many blocks.
    pub(crate) fn pass_blocks(&self, count: u32) {
        self.clock.advance(BLOCK * count);
    }

    /// A request to the admin interface.
    pub(crate) fn admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        let target = format!("/__admin{path}");
        send(&self.emulator.url(), method, &target, &[], body.to_string().as_bytes())
    }
}

/// Decides on an approval.
pub(crate) fn decide(who: &Signer, approval: &str, value: &str) -> Answer {
    let path = format!("/v2/policy-approvals/{approval}/decisions");
    who.signed("POST", &path, &json!({ "value": value }).to_string())
}

/// The text of a field that must be there.
pub(crate) fn text(answer: &Answer, name: &str) -> String {
    answer.body[name]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}
