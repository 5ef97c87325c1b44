//! Applications: what was made for older clients can still be looked after.

#![expect(deprecated, reason = "applications are what is deprecated")]

use dfns::types::{ApplicationKind, NewClientSideApplication, NewServerSideApplication};
use dfns_tests::{Person, World};

/// Covers: createApplication, listApplications, getApplication, updateApplication.
#[tokio::test]
async fn an_application_is_made_found_and_renamed() {
    let world = World::new().await;
    let applications = world.dfns.applications();
    let shop = NewClientSideApplication::new("shop", "example.test", "https://app.example.test");
    let shop = applications.create(shop).send().await.unwrap();
    assert_eq!(
        (&shop.kind, shop.access_tokens.len()),
        (&ApplicationKind::ClientSideApplication, 0)
    );
    let listed = applications.list().send().await.unwrap().items;
    assert_eq!(
        listed.iter().map(|listed| &listed.app_id).collect::<Vec<_>>(),
        [&shop.app_id]
    );
    applications.update(&shop.app_id).name("till").send().await.unwrap();
    let found = applications.get(&shop.app_id).send().await.unwrap();
    assert_eq!((found.name.as_str(), found.is_active), ("till", true));
    assert_eq!(found.expected_origin.as_deref(), Some("https://app.example.test"));
}

/// Covers: createApplication, getApplication.
#[tokio::test]
async fn an_application_on_a_server_shows_its_token_once() {
    let world = World::new().await;
    let (applications, server) = (world.dfns.applications(), Person::new("server"));
    let new = NewServerSideApplication::new(
        "back office",
        "example.test",
        "https://example.test",
        server.public_key_pem(),
    );
    let made = applications.create(new.with_days_valid(30)).send().await.unwrap();
    let secret = made.access_tokens[0].access_token.as_ref().unwrap();
    assert_eq!(secret.expose_secret().split('.').count(), 3);
    let shown = applications.get(&made.app_id).send().await.unwrap();
    assert!(shown.access_tokens[0].access_token.is_none() && shown.access_tokens[0].is_active);
    assert_eq!(shown.access_tokens[0].linked_app_id, made.app_id.as_str());
}

/// Covers: deactivateApplication, activateApplication, archiveApplication, listApplications.
#[tokio::test]
async fn an_application_is_switched_off_and_on_and_archived_for_good() {
    let world = World::new().await;
    let applications = world.dfns.applications();
    let shop = NewClientSideApplication::new("shop", "example.test", "https://example.test");
    let id = applications.create(shop).send().await.unwrap().app_id;
    assert!(!applications.deactivate(&id).send().await.unwrap().is_active);
    assert!(applications.activate(&id).send().await.unwrap().is_active);
    assert!(!applications.archive(&id).send().await.unwrap().is_active);
    assert!(applications.list().send().await.unwrap().items.is_empty());
    let refused = applications.activate(&id).send().await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
}
