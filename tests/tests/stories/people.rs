//! People: how they come in, log in, get another key, and are shut out.

use dfns::types::{
    CreateCredentialRequest, CredentialChallenge, EndUserWallet, NativeTransfer, Network, NewCredentialKind,
    NewKeyCredential, NewUserKind, Transfer, TransferStatus,
};
use dfns::{Dfns, Signer as _};
use dfns_tests::{Person, World};

/// Logs a registered person in through the login of the API.
async fn log_in(world: &World, person: &Person) -> dfns::Result<Dfns> {
    let open = world.stranger();
    let challenge = open
        .login()
        .challenge()
        .username(person.email.as_str())
        .org_id(world.org_id())
        .send()
        .await?;
    let answer = person.signer().sign(&challenge).await.unwrap();
    let login = open
        .login()
        .complete(challenge.challenge_identifier, answer)
        .send()
        .await?;
    Ok(world.client_as(login.token.unwrap().expose_secret(), person.signer()))
}

/// Covers: createDelegatedRegistrationChallenge, completeEndUserRegistration, transferAsset, getWalletTransfer.
/// Covers: getWalletAssets.
#[tokio::test]
async fn an_end_user_registers_by_delegation_and_spends_from_their_own_wallet() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let registration = world
        .dfns
        .registration()
        .delegated(eve.email.as_str(), NewUserKind::EndUser);
    let begun = registration.external_id("customer-1").send().await.unwrap();
    let temporary = world
        .stranger()
        .with_auth_token(begun.temporary_authentication_token.expose_secret())
        .unwrap();
    let mut wallet = EndUserWallet::new(Network::SolanaDevnet);
    wallet.name = Some("hers".to_owned());
    let complete = temporary.registration();
    let complete = complete.complete_end_user(eve.first_credential(&begun.challenge), vec![wallet]);
    let done = complete.send().await.unwrap();
    assert_eq!(done.user.username, eve.email);
    let [wallet] = &done.wallets[..] else {
        panic!("one wallet was asked for: {:?}", done.wallets)
    };
    assert_eq!((wallet.name.as_deref(), wallet.custodial), (Some("hers"), false));
    assert_eq!(wallet.signing_key.delegated_to.as_ref(), Some(&done.user.id));

    let hers = world.client_as(done.authentication.token.expose_secret(), eve.signer());
    world.emulator.admin().fund(&wallet.id, 1_000_000_u64).await.unwrap();
    let shop = world.wallet(Network::SolanaDevnet).await;
    let payment = || Transfer::Native(NativeTransfer::new(shop.address.as_deref().unwrap(), 7_u64));
    let refused = world
        .dfns
        .transfers()
        .create(&wallet.id, payment())
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 403, "{}", refused.report());
    let made = hers
        .transfers()
        .create(&wallet.id, payment())
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    let paid = hers.transfers().get(&wallet.id, &made.id).send().await.unwrap();
    assert_eq!(paid.status, TransferStatus::Confirmed);
    assert_eq!(world.balance(&shop.id).await, 7);
}

/// Covers: createDelegatedRegistrationChallenge, completeRegistration.
#[tokio::test]
async fn a_registration_attested_over_another_challenge_is_refused() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let begun = world
        .dfns
        .registration()
        .delegated(eve.email.as_str(), NewUserKind::EndUser)
        .send()
        .await
        .unwrap();
    let temporary = world
        .stranger()
        .with_auth_token(begun.temporary_authentication_token.expose_secret())
        .unwrap();
    let wrong = temporary
        .registration()
        .complete(eve.first_credential("another challenge"));
    let error = wrong.send().await.unwrap_err();
    assert_eq!(error.refusal().unwrap().status(), 400, "{}", error.report());
    let right = temporary
        .registration()
        .complete(eve.first_credential(&begun.challenge));
    assert_eq!(right.send().await.unwrap().user.username, eve.email);
}

/// Covers: createUser, createRegistrationChallenge, completeRegistration, createLoginChallenge, completeLogin.
/// Covers: listCredentials, listUsers, getUser.
#[tokio::test]
async fn an_employee_is_invited_registers_with_the_mailed_code_and_logs_in() {
    let world = World::new().await;
    let anna = Person::new("anna");
    let invited = world
        .dfns
        .users()
        .create(anna.email.as_str(), NewUserKind::CustomerEmployee)
        .send()
        .await
        .unwrap();
    assert!(!invited.is_registered);
    let mail = world.emulator.admin().outbox(&anna.email).await.unwrap().remove(0);
    let open = world.stranger();
    let begun = open
        .registration()
        .challenge(anna.email.as_str(), mail.code)
        .org_id(world.org_id())
        .send();
    let begun = begun.await.unwrap();
    let temporary = open
        .with_auth_token(begun.temporary_authentication_token.expose_secret())
        .unwrap();
    temporary
        .registration()
        .complete(anna.first_credential(&begun.challenge))
        .send()
        .await
        .unwrap();

    let hers = log_in(&world, &anna).await.unwrap();
    let credentials = hers.credentials().list().send().await.unwrap().items;
    assert_eq!(credentials.len(), 1);
    let refused = hers.users().list().send().await.unwrap_err();
    let refusal = refused.refusal().unwrap();
    assert!(
        refusal.is_forbidden() && refusal.message().ends_with("(Auth:Users:Read)"),
        "{refusal}"
    );
    assert!(
        world
            .dfns
            .users()
            .get(&invited.user_id)
            .send()
            .await
            .unwrap()
            .is_registered
    );
}

/// Covers: resendRegistrationCode, createRegistrationChallenge.
#[tokio::test]
async fn a_code_that_was_sent_again_replaces_the_first_one() {
    let world = World::new().await;
    let anna = Person::new("anna");
    let invite = world
        .dfns
        .users()
        .create(anna.email.as_str(), NewUserKind::CustomerEmployee);
    invite.await.unwrap();
    let (open, admin) = (world.stranger(), world.emulator.admin());
    let newest = async || admin.outbox(&anna.email).await.unwrap().remove(0).code;
    let first = newest().await;
    let resend = open.registration().resend_code(anna.email.as_str());
    resend.org_id(world.org_id()).await.unwrap();
    let second = newest().await;
    assert_ne!(first, second);
    let begin = |code| {
        let begin = open.registration().challenge(anna.email.as_str(), code);
        begin.org_id(world.org_id()).send()
    };
    let refused = begin(first).await.unwrap_err();
    assert!(refused.refusal().unwrap().is_forbidden(), "{}", refused.report());
    assert_eq!(begin(second).await.unwrap().user.name, anna.email);
}

/// Covers: createCredentialChallenge, createCredential, createLoginChallenge, completeLogin, listCredentials.
/// Covers: deactivateCredential.
#[tokio::test]
async fn another_key_is_added_and_the_first_one_put_away() {
    let world = World::new().await;
    let employee = world.employee().await;
    let mut phone = Person::new("phone");
    let challenge = employee
        .credentials()
        .challenge(NewCredentialKind::Key)
        .send()
        .await
        .unwrap();
    let CredentialChallenge::Key(challenge) = challenge else {
        panic!("a challenge for a key was asked for: {challenge:?}")
    };
    let proof = phone.attest(&challenge.challenge);
    let request = NewKeyCredential::new(proof, "phone", challenge.challenge_identifier);
    let added = employee
        .credentials()
        .create(CreateCredentialRequest::Key(request))
        .send()
        .await
        .unwrap();
    assert_eq!((added.name.as_str(), added.is_active), ("phone", true));

    world.emulator.employee().username().clone_into(&mut phone.email);
    let by_phone = log_in(&world, &phone).await.unwrap();
    let all = by_phone.credentials().list().send().await.unwrap().items;
    assert_eq!(all.len(), 2);
    let first = all.iter().find(|credential| credential.name != "phone").unwrap();
    by_phone
        .credentials()
        .deactivate(&first.credential_uuid)
        .send()
        .await
        .unwrap();
    let all = by_phone.credentials().list().send().await.unwrap().items;
    assert_eq!(all.iter().filter(|credential| credential.is_active).count(), 1);
}

/// Covers: deactivateUser, activateUser, createLoginChallenge, completeLogin, listWallets.
#[tokio::test]
async fn a_deactivated_user_is_shut_out_until_activated_again() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let hers = world.end_user(&eve).await;
    let users = world.dfns.users().list().send().await.unwrap().items;
    let id = users
        .into_iter()
        .find(|user| user.username == eve.email)
        .unwrap()
        .user_id;
    world.dfns.users().deactivate(&id).send().await.unwrap();
    assert!(hers.wallets().list().send().await.unwrap_err().is_unauthorized());
    assert!(log_in(&world, &eve).await.is_err());
    world.dfns.users().activate(&id).send().await.unwrap();
    assert!(hers.wallets().list().send().await.unwrap().items.is_empty());
    assert!(log_in(&world, &eve).await.is_ok());
}

/// Covers: archiveUser, listUsers.
#[tokio::test]
async fn an_archived_user_is_out_for_good() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let (hers, id) = world.newcomer(&eve).await;
    let users = world.dfns.users();
    users.archive(&id).await.unwrap();
    assert!(hers.wallets().list().await.unwrap_err().is_unauthorized());
    assert!(log_in(&world, &eve).await.is_err());
    let listed = users.list().await.unwrap().items;
    assert!(listed.iter().all(|user| user.user_id != id), "{listed:?}");
    let refused = users.activate(&id).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
}

/// Covers: logout, listUsers.
#[tokio::test]
async fn who_logs_out_is_out() {
    let world = World::new().await;
    let employee = world.employee().await;
    assert!(employee.users().list().send().await.is_ok());
    employee.login().logout().send().await.unwrap();
    assert!(employee.users().list().send().await.unwrap_err().is_unauthorized());
}

/// Covers: createDelegatedLogin, listWallets.
#[tokio::test]
async fn a_delegated_login_needs_no_key_of_the_user() {
    let world = World::new().await;
    let eve = Person::new("eve");
    world.end_user(&eve).await;
    let login = world.dfns.login().delegated(eve.email.as_str()).send().await.unwrap();
    let hers = world.stranger().with_auth_token(login.token.expose_secret()).unwrap();
    assert!(hers.wallets().list().send().await.unwrap().items.is_empty());
}
