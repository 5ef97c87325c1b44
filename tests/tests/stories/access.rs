//! Programs with tokens and keys of their own: service accounts and personal access tokens.

use std::time::Duration;

use dfns::types::Network;
use dfns::{Error, SignerError};
use dfns_tests::{Person, World};

/// Covers: createServiceAccount, getServiceAccount, createWallet.
#[tokio::test]
async fn a_service_account_signs_with_the_key_it_was_made_with() {
    let world = World::new().await;
    let robot = Person::new("robot");
    let made = world
        .employee()
        .await
        .service_accounts()
        .create("robot", robot.public_key_pem())
        .send()
        .await
        .unwrap();
    let token = &made.access_tokens[0];
    let secret = token.access_token.as_ref().unwrap().expose_secret();
    let client = world.client_as(secret, robot.signer_as(&token.cred_id));
    let wallet = client
        .wallets()
        .create(Network::Solana)
        .name("of the robot")
        .send()
        .await
        .unwrap();
    assert_eq!(wallet.name.as_deref(), Some("of the robot"));
    let shown = client
        .service_accounts()
        .get(&made.user_info.user_id)
        .send()
        .await
        .unwrap();
    assert!(shown.access_tokens[0].access_token.is_none(), "a token is shown once");
}

/// Covers: deactivateServiceAccount, activateServiceAccount, archiveServiceAccount, listWallets.
#[tokio::test]
async fn a_deactivated_service_account_is_refused_until_it_is_active_again() {
    let world = World::new().await;
    let (admin, robot) = (world.employee().await, Person::new("robot"));
    let made = admin
        .service_accounts()
        .create("robot", robot.public_key_pem())
        .send()
        .await
        .unwrap();
    let token = &made.access_tokens[0];
    let secret = token.access_token.as_ref().unwrap().expose_secret();
    let client = world.client_as(secret, robot.signer_as(&token.cred_id));
    admin
        .service_accounts()
        .deactivate(&made.user_info.user_id)
        .send()
        .await
        .unwrap();
    assert!(client.wallets().list().send().await.unwrap_err().is_unauthorized());
    admin
        .service_accounts()
        .activate(&made.user_info.user_id)
        .send()
        .await
        .unwrap();
    assert!(client.wallets().list().send().await.is_ok());
    admin
        .service_accounts()
        .archive(&made.user_info.user_id)
        .send()
        .await
        .unwrap();
    assert!(client.wallets().list().send().await.unwrap_err().is_unauthorized());
}

/// Covers: updateServiceAccount, listServiceAccounts.
#[tokio::test]
async fn a_service_account_is_renamed_and_an_archived_one_listed_no_more() {
    let world = World::new().await;
    let accounts = world.employee().await.service_accounts();
    let names = async || {
        let listed = accounts.list().await.unwrap().items;
        let mut names: Vec<_> = listed.into_iter().map(|account| account.user_info.username).collect();
        names.sort();
        names
    };
    let before = names().await;
    let key = Person::new("robot").public_key_pem();
    let made = accounts.create("robot", key).await.unwrap().user_info.user_id;
    let renamed = accounts.update(&made).name("night robot").await.unwrap();
    assert_eq!(renamed.user_info.username, "night robot");
    assert!(names().await.contains(&"night robot".to_owned()));
    accounts.archive(&made).await.unwrap();
    assert_eq!(names().await, before);
}

/// Covers: createPersonalAccessToken, createWallet.
#[tokio::test]
async fn a_personal_access_token_signs_with_its_own_key_and_not_with_that_of_its_user() {
    let world = World::new().await;
    let (employee, script) = (world.employee().await, Person::new("script"));
    let made = employee
        .personal_access_tokens()
        .create("script", script.public_key_pem())
        .send()
        .await
        .unwrap();
    assert_eq!(made.linked_user_id, world.emulator.employee().user_id());
    let client = world.client_as(made.access_token.expose_secret(), script.signer_as(&made.cred_id));
    assert!(client.wallets().create(Network::Solana).send().await.is_ok());

    let user = world.emulator.employee();
    let other_key = dfns::KeySigner::from_pem(user.credential_id(), user.private_key_pem()).unwrap();
    let client = world.client_as(made.access_token.expose_secret(), other_key);
    let error = client.wallets().create(Network::Solana).send().await.unwrap_err();
    let Error::Signer {
        operation: "createWallet",
        source,
    } = error
    else {
        panic!("the key is not that of the token: {error:?}")
    };
    assert!(matches!(source, SignerError::CredentialNotAllowed { .. }), "{source:?}");
}

/// Covers: updatePersonalAccessToken, listPersonalAccessTokens, archivePersonalAccessToken, listWallets.
#[tokio::test]
async fn a_personal_access_token_is_renamed_listed_and_archived() {
    let world = World::new().await;
    let (employee, script) = (world.employee().await, Person::new("script"));
    let tokens = employee.personal_access_tokens();
    let made = tokens
        .create("script", script.public_key_pem())
        .days_valid(1)
        .send()
        .await
        .unwrap();
    tokens.update(&made.token_id).name("nightly").send().await.unwrap();
    let listed = tokens.list().send().await.unwrap().items;
    assert_eq!(
        listed.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(),
        ["nightly"]
    );
    let client = world.client_as(made.access_token.expose_secret(), script.signer_as(&made.cred_id));
    assert!(client.wallets().list().send().await.is_ok());
    tokens.archive(&made.token_id).send().await.unwrap();
    assert!(client.wallets().list().send().await.unwrap_err().is_unauthorized());
}

/// Covers: getPersonalAccessToken, deactivatePersonalAccessToken, activatePersonalAccessToken, listWallets.
#[tokio::test]
async fn a_personal_access_token_is_good_for_nothing_while_it_is_deactivated() {
    let world = World::new().await;
    let (employee, script) = (world.employee().await, Person::new("script"));
    let tokens = employee.personal_access_tokens();
    let made = tokens.create("script", script.public_key_pem()).await.unwrap();
    let client = world.client_as(made.access_token.expose_secret(), script.signer_as(&made.cred_id));
    assert!(client.wallets().list().await.is_ok());
    tokens.deactivate(&made.token_id).await.unwrap();
    assert!(!tokens.get(&made.token_id).await.unwrap().is_active);
    assert!(client.wallets().list().await.unwrap_err().is_unauthorized());
    tokens.activate(&made.token_id).await.unwrap();
    assert!(tokens.get(&made.token_id).await.unwrap().is_active);
    assert!(client.wallets().list().await.is_ok());
}

/// Covers: createPersonalAccessToken, listWallets.
#[tokio::test]
async fn a_token_is_good_for_the_time_that_was_asked_for() {
    let world = World::new().await;
    let (employee, script) = (world.employee().await, Person::new("script"));
    let made = employee
        .personal_access_tokens()
        .create("script", script.public_key_pem())
        .seconds_valid(60);
    let made = made.send().await.unwrap();
    let client = world.client_as(made.access_token.expose_secret(), script.signer_as(&made.cred_id));
    world.emulator.admin().advance(Duration::from_secs(59)).await.unwrap();
    assert!(client.wallets().list().send().await.is_ok());
    world.emulator.admin().advance(Duration::from_secs(1)).await.unwrap();
    assert!(client.wallets().list().send().await.unwrap_err().is_unauthorized());
}

#[tokio::test]
async fn what_the_emulator_does_not_have_is_refused_with_501_and_its_operation_id() {
    let world = World::new().await;
    let error = world.dfns.vaults().list().send().await.unwrap_err();
    assert_eq!(error.operation(), Some("listVaults"));
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.status(), 501);
    assert!(refusal.message().contains("listVaults"), "{refusal}");
}
