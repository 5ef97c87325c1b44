//! People who come in through an identity provider, machines with a federated identity, and the log of what they signed.

use std::time::Duration;

use dfns::types::{
    AgreementType, CreateOidcLoginCredentialRequest, FederatedIdentity, FirstFactorCredential, Network, NewUserKind,
    SocialLoginProviderKind,
};
use dfns::{KeyKind, KeyPair, KeySigner, LoggedIn};
use dfns_tests::{Person, World};

const BACK: &str = "https://app.example.test/back";

fn key(id: &str) -> KeySigner {
    KeySigner::new(id, KeyPair::generate(KeyKind::Ed25519).unwrap()).unwrap()
}

/// Covers: createSocialRegistrationChallenge, completeRegistration, completeSocialLogin.
#[tokio::test]
async fn an_end_user_comes_in_with_a_social_login() {
    let world = World::new().await;
    let (open, admin, email) = (world.stranger(), world.emulator.admin(), "eve@example.test");
    let provider = SocialLoginProviderKind::Oidc;
    let token = admin.id_token(email).await.unwrap();
    let begun = open
        .registration()
        .social(provider.clone(), token)
        .send()
        .await
        .unwrap();
    let registration = open.continue_registration(&begun).unwrap();
    registration
        .complete(key("eve").attest(&begun.challenge).unwrap())
        .send()
        .await
        .unwrap();
    let login = open
        .login()
        .social(provider, admin.id_token(email).await.unwrap())
        .org_id(world.org_id());
    let token = login.send().await.unwrap().token;
    let hers = open.with_auth_token(token).unwrap();
    assert!(hers.wallets().list().send().await.unwrap().items.is_empty());
}

/// Covers: createLoginChallenge, completeLogin, initSsoLogin, completeSsoLogin, updateUser.
#[tokio::test]
async fn a_login_says_that_single_sign_on_is_required_and_goes_on_there() {
    let world = World::new().await;
    let (open, eve) = (world.stranger(), Person::new("eve"));
    world.end_user(&eve).await;
    let users = world.dfns.users().list().send().await.unwrap().items;
    let id = users
        .into_iter()
        .find(|user| user.username == eve.email)
        .unwrap()
        .user_id;
    world.dfns.users().update(&id, true).send().await.unwrap();
    let login = open
        .log_in(eve.signer())
        .username(eve.email.as_str())
        .org_id(world.org_id());
    let LoggedIn::SsoRequired { client_id } = login.send().await.unwrap() else {
        panic!("single sign-on is required")
    };
    let page = open
        .login()
        .start_sso(client_id, BACK)
        .org_id(world.org_id())
        .send()
        .await
        .unwrap();
    let back = world
        .emulator
        .admin()
        .sign_in(&page.sso_redirect_url, &eve.email)
        .await
        .unwrap();
    assert!(back.location.starts_with(BACK), "{}", back.location);
    let session = open.login().complete_sso(back.code, back.state).send().await.unwrap();
    let hers = open.with_auth_token(session.token).unwrap();
    assert!(hers.wallets().list().send().await.is_ok());
}

/// Covers: initOidcLogin, completeOidcLogin, createOidcLoginCredential, listCredentials.
#[tokio::test]
async fn who_comes_in_with_openid_connect_adds_a_first_credential() {
    let world = World::new().await;
    let (open, email) = (world.stranger(), "anna@example.test");
    world
        .dfns
        .users()
        .create(email, NewUserKind::CustomerEmployee)
        .send()
        .await
        .unwrap();
    let page = open
        .login()
        .start_oidc(BACK)
        .org_id(world.org_id())
        .nonce("n")
        .send()
        .await
        .unwrap();
    let back = world.emulator.admin().sign_in(&page.redirect_url, email).await.unwrap();
    let login = open.login().complete_oidc(back.code, back.state).send().await.unwrap();
    let hers = open.with_auth_token(login.token).unwrap();
    let challenge = login.credential_challenge.unwrap().0;
    let new = key("laptop").attest(challenge["challenge"].as_str().unwrap()).unwrap();
    let mut body = serde_json::to_value(FirstFactorCredential::from(new)).unwrap();
    body["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
    let made = hers
        .login()
        .create_oidc_credential(CreateOidcLoginCredentialRequest(body))
        .send()
        .await
        .unwrap();
    assert_eq!(made.credential_id, "laptop");
    assert_eq!(hers.credentials().list().send().await.unwrap().items.len(), 1);
}

/// Covers: createServiceAccount, createServiceAccountCredential, deleteServiceAccountCredential, createWallet.
/// Covers: listAuditLogs, getAuditLog.
#[tokio::test]
async fn a_federated_service_account_changes_its_key_and_the_log_tells_which_one_signed() {
    let world = World::new().await;
    let (old, new) = (
        KeyPair::generate(KeyKind::Ed25519).unwrap(),
        KeyPair::generate(KeyKind::P256).unwrap(),
    );
    let employee = world.employee().await;
    let identity = serde_json::json!({ "issuer": "https://issuer.example.test", "subject": "build" });
    let accounts = employee.service_accounts().create("build", old.public_key_pem());
    let made = accounts
        .federated_identity(FederatedIdentity(identity))
        .send()
        .await
        .unwrap();
    let token = made.access_tokens.into_iter().next().unwrap();
    let text = token.access_token.unwrap();
    let with_old = world.client_as(text.expose_secret(), KeySigner::new(token.cred_id, old).unwrap());
    let added = with_old
        .service_accounts()
        .create_credential(new.public_key_pem())
        .send()
        .await
        .unwrap();
    let with_new = with_old.with_signer(KeySigner::new(added.credential_id, new).unwrap());
    with_new.wallets().create(Network::Bitcoin).send().await.unwrap();

    let now = world.emulator.clock().now();
    let later = now.checked_add(Duration::from_secs(60)).unwrap();
    let calls = world.dfns.audit_logs();
    let csv = calls
        .list(now, later)
        .user_id(made.user_info.user_id)
        .send()
        .await
        .unwrap();
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert_eq!((rows[1][1], rows[1][6]), ("Wallets:Create", "200"));
    let (first, last) = (
        calls.get(rows[0][0]).send().await.unwrap(),
        calls.get(rows[1][0]).send().await.unwrap(),
    );
    assert_eq!(last.first_factor_credential.id, added.credential_uuid.as_str());
    let old_id = first
        .first_factor_credential
        .id
        .parse::<dfns::types::CredentialUuid>()
        .unwrap();
    with_new
        .service_accounts()
        .delete_credential(old_id)
        .send()
        .await
        .unwrap();
    assert!(with_old.wallets().create(Network::Bitcoin).send().await.is_err());
}

/// Covers: getLatestUnacceptedAgreement, acceptAgreement.
#[tokio::test]
async fn an_agreement_is_accepted_once() {
    let world = World::new().await;
    let calls = world.dfns.agreements();
    let latest = || calls.latest_unaccepted(AgreementType::UniswapTermsOfService).send();
    let agreement = latest().await.unwrap().latest_agreement.unwrap();
    let accepted = calls.accept(agreement.id.as_str()).send().await.unwrap();
    assert_eq!(accepted.agreement_id, agreement.id);
    assert!(latest().await.unwrap().latest_agreement.is_none());
}

/// Covers: restartDelegatedRegistration, completeRegistration.
#[tokio::test]
#[expect(deprecated, reason = "the API still takes it")]
async fn a_registration_that_was_broken_off_is_restarted() {
    let world = World::new().await;
    let email = "eve@example.test";
    let registration = world.dfns.registration();
    registration
        .delegated(email, NewUserKind::EndUser)
        .send()
        .await
        .unwrap();
    let again = registration
        .restart_delegated(email, NewUserKind::EndUser)
        .send()
        .await
        .unwrap();
    let complete = world.stranger().continue_registration(&again).unwrap();
    let done = complete
        .complete(key("eve").attest(&again.challenge).unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(done.user.username, email);
}
