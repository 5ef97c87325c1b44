//! The names of what a permission can grant: those of today, and the older ones that are still accepted.
//!
//! Invariant: an older name grants what its newer one grants, and nothing else.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dfns_types::PermissionOperation;
use dfns_types::operation::OPERATIONS;

/// Each older name, and the one that took its place.
const RENAMED: [(&str, &str); 56] = [
    ("Agreements:Acceptance:Create", "Agreements:Accept"),
    ("Agreements:Acceptance:Read", "Agreements:Read"),
    ("Alias:Create", "Registry:Addresses:Create"),
    ("Alias:Delete", "Registry:Addresses:Delete"),
    ("Alias:Read", "Registry:Addresses:Read"),
    ("Alias:Update", "Registry:Addresses:Update"),
    ("Auth:Login:Delegated", "Auth:Delegated:Login"),
    ("Auth:Recover:Delegated", "Auth:Delegated:Recover"),
    ("Auth:Register:Delegated", "Auth:Delegated:Register"),
    ("Billing:Write", "Billing:Manage"),
    ("Tenant:Billing:Write", "Billing:Manage"),
    ("Tenant:Settings:Write", "Orgs:Settings:Update"),
    ("Events:Read", "Activities:Read"),
    ("Keys:Derive", "Keys:Vrf:Derive"),
    ("KeyStores:Fleets:AddMacUser", "KeyStores:Instructions:Fleets:Users:Add"),
    (
        "KeyStores:Fleets:AddProvisioner",
        "KeyStores:Instructions:Fleets:Provisioners:Add",
    ),
    ("KeyStores:Fleets:Cancel", "KeyStores:Instructions:Cancel"),
    ("KeyStores:Fleets:Clone", "KeyStores:Instructions:Fleets:Clone"),
    ("KeyStores:Fleets:Create", "KeyStores:Instructions:Fleets:Create"),
    (
        "KeyStores:Fleets:KeyHarvest",
        "KeyStores:Instructions:Fleets:Keys:Harvest",
    ),
    ("KeyStores:OnchainSignatures:Create", "KeyStores:Instructions:Keys:Sign"),
    (
        "KeyStores:ProofOfControl:Create",
        "KeyStores:Instructions:Keys:ProveControl",
    ),
    ("Networks:CantonValidators:Create", "Networks:Canton:Validators:Create"),
    ("Networks:CantonValidators:Delete", "Networks:Canton:Validators:Delete"),
    ("Networks:CantonValidators:Read", "Networks:Canton:Validators:Read"),
    ("Networks:CantonValidators:Update", "Networks:Canton:Validators:Update"),
    ("Payouts:Write", "Payouts:Update"),
    ("PermissionAssignments:Create", "Permissions:Assign"),
    ("PermissionAssignments:Read", "Permissions:Assignments:Read"),
    ("PermissionAssignments:Revoke", "Permissions:Revoke"),
    ("Permissions:Archive", "Permissions:Delete"),
    ("Policies:Approvals:Approve", "Policies:Evaluations:Vote"),
    ("Policies:Approvals:Read", "Policies:Evaluations:Read"),
    ("Policies:Archive", "Policies:Delete"),
    ("Vaults:Locks:Delete", "Vaults:Locks:Release"),
    ("Vaults:Tags:Delete", "Vaults:Tags:Remove"),
    ("Wallets:BroadcastTransaction", "Wallets:Transactions:Create"),
    ("Wallets:Delegate", "Keys:Delegate"),
    ("Wallets:Export", "Keys:Export"),
    ("Wallets:GenerateSignature", "Keys:Signatures:Create"),
    ("Wallets:Import", "Keys:Import"),
    ("Wallets:ReadSignature", "Keys:Signatures:Read"),
    ("Wallets:ReadTransaction", "Wallets:Transactions:Read"),
    ("Wallets:ReadTransfer", "Wallets:Transfers:Read"),
    ("Wallets:Tags:Create", "Wallets:Tags:Add"),
    ("Wallets:Tags:Delete", "Wallets:Tags:Remove"),
    ("Wallets:TransferAsset", "Wallets:Transfers:Create"),
    ("Yields:Create", "Allocations:Create"),
    ("Yields:Read", "Allocations:Read"),
    ("Yields:Update", "Allocations:Update"),
    // Names of what is no longer an operation of its own: they grant nothing, and are taken all the same.
    ("Auth:Action:Sign", "Auth:Action:Sign"),
    ("Auth:Creds:Create", "Auth:Creds:Create"),
    ("Auth:Creds:Read", "Auth:Creds:Read"),
    ("Auth:Creds:Update", "Auth:Creds:Update"),
    ("Auth:Creds:Code:Create", "Auth:Creds:Code:Create"),
    ("Internal:Auth:Types:Staff", "Internal:Auth:Types:Staff"),
];
/// Names that only the oldest parts of the API ask for, and no table of today's operations names alone.
const OLDEST: [&str; 6] = [
    "Auth:Apps:Read",
    "Auth:Types:Employee",
    "Auth:Types:EndUser",
    "Auth:Types:Pat",
    "Auth:Types:ServiceAccount",
    "Auth:Users:Delegate",
];

static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let today = PermissionOperation::VALUES.iter().map(PermissionOperation::as_str);
    let needed = OPERATIONS.iter().flat_map(|operation| operation.permissions);
    today
        .chain(needed.map(|name| name.trim_end_matches('?')))
        .chain(RENAMED.iter().flat_map(|(older, newer)| [*older, *newer]))
        .chain(OLDEST)
        .collect()
});

/// True if a permission can grant something of this name.
pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(name)
}

/// The name of today for what a name stands for.
pub(crate) fn current(name: &str) -> &str {
    RENAMED
        .iter()
        .find(|(older, _)| *older == name)
        .map_or(name, |(_, newer)| newer)
}

/// Everything of today that can be granted.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied().filter(|name| current(name) == *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_name_stands_for_is_no_older_name_itself() {
        for (older, newer) in RENAMED {
            assert_eq!(current(newer), newer, "{older}");
        }
    }

    #[test]
    fn every_name_that_an_operation_needs_can_be_granted() {
        for operation in &OPERATIONS {
            for name in operation.permissions {
                assert!(is_known(name.trim_end_matches('?')), "{name}");
            }
        }
    }

    #[test]
    fn the_older_names_of_the_api_can_be_granted_and_others_cannot() {
        assert!(is_known("Wallets:TransferAsset") && is_known("Policies:Approvals:Approve"));
        assert!(!is_known("Wallets:Everything") && !is_known("*") && !is_known(""));
    }

    #[test]
    fn everything_of_today_names_nothing_twice() {
        assert!(all().any(|name| name == "Policies:Evaluations:Vote"));
        assert!(!all().any(|name| name == "Policies:Approvals:Approve"));
    }
}
