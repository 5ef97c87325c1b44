//! Permissions: what people may do, who says so, and what they cannot help themselves to.

use dfns::types::{PermissionId, PermissionOperation};
use dfns_tests::{Person, World};

async fn readers(world: &World) -> PermissionId {
    let operations = vec![PermissionOperation::from("Wallets:Read")];
    world.dfns.permissions().create("readers", operations).await.unwrap().id
}

/// Covers: createPermission, getPermission, updatePermission, assignPermission, listPermissionAssignments.
/// Covers: revokePermission.
#[tokio::test]
async fn somebody_is_let_in_for_as_long_as_they_hold_a_permission() {
    let world = World::new().await;
    let (anna, anna_id) = world.newcomer(&Person::new("anna")).await;
    assert!(
        anna.wallets()
            .list()
            .await
            .unwrap_err()
            .refusal()
            .unwrap()
            .is_forbidden()
    );
    let id = readers(&world).await;
    let assignments = world.dfns.permission_assignments();
    let assigned = assignments.create(&id, anna_id.as_str()).await.unwrap().done().unwrap();
    assert!(anna.wallets().list().await.unwrap().items.is_empty());
    assert!(anna.keys().list().await.is_err());
    let more = ["Wallets:Read", "Keys:Read"].map(PermissionOperation::from);
    world
        .dfns
        .permissions()
        .update(&id)
        .operations(more)
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(anna.keys().list().await.is_ok());
    assert_eq!(world.dfns.permissions().get(&id).await.unwrap().operations.len(), 2);
    let holders = assignments.list(&id).await.unwrap().items;
    assert_eq!(holders[0].identity_id, anna_id.as_str());
    assignments.revoke(&id, &assigned.id).await.unwrap().done().unwrap();
    assert!(
        anna.wallets()
            .list()
            .await
            .unwrap_err()
            .refusal()
            .unwrap()
            .is_forbidden()
    );
}

/// Covers: createPermission, listPermissions, archivePermission, deletePermission.
#[tokio::test]
async fn a_permission_is_archived_and_deleted_but_not_one_that_the_api_manages() {
    let world = World::new().await;
    let permissions = world.dfns.permissions();
    let id = readers(&world).await;
    #[expect(deprecated, reason = "it still has to work")]
    let archived = permissions.archive(&id, true).await.unwrap().done().unwrap();
    assert!(archived.is_archived);
    permissions.delete(&id).await.unwrap().done().unwrap();
    let all = permissions.list().await.unwrap().items;
    assert!(all.iter().all(|permission| permission.id != id));
    let managed = all.iter().find(|permission| permission.is_immutable).unwrap();
    let refused = permissions.delete(&managed.id).await.unwrap_err();
    assert!(refused.refusal().unwrap().is_forbidden(), "{}", refused.report());
}

/// Covers: createPermission, assignPermission, listPermissions.
#[tokio::test]
async fn nobody_promotes_themselves() {
    let world = World::new().await;
    let (mallory, mallory_id) = world.newcomer(&Person::new("mallory")).await;
    let operations = ["Permissions:Create", "Permissions:Read", "Permissions:Assign"].map(PermissionOperation::from);
    let clerks = world.dfns.permissions().create("clerks", operations).await.unwrap();
    world
        .dfns
        .permission_assignments()
        .create(&clerks.id, mallory_id.as_str())
        .await
        .unwrap()
        .done()
        .unwrap();
    let all = mallory.permissions().list().await.unwrap().items;
    let everything = all.iter().find(|permission| permission.is_immutable).unwrap();
    let own = mallory
        .permissions()
        .create("mine", vec![PermissionOperation::from("Keys:Export")])
        .await
        .unwrap();
    for wanted in [&everything.id, &own.id] {
        let call = mallory.permission_assignments().create(wanted, mallory_id.as_str());
        let refused = call.await.unwrap_err();
        assert!(refused.refusal().unwrap().is_forbidden(), "{}", refused.report());
    }
    assert!(mallory.keys().list().await.is_err());
}
