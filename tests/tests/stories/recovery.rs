//! Recovery and password-protected keys: what is left when the key is not at hand.

use dfns::credential::{PasswordProtectedKey, PasswordSigner, RecoveryKey};
use dfns::types::{
    CompleteRegistrationRequest, EndUserWallet, NativeTransfer, Network, NewUserKind, RecoveryChallenge, Transfer,
    Wallet,
};
use dfns::{Dfns, KeyKind, KeyPair, KeySigner};
use dfns_tests::World;

const JANE: &str = "jane@example.test";

fn key(id: &str) -> KeySigner {
    KeySigner::new(id, KeyPair::generate(KeyKind::Ed25519).unwrap()).unwrap()
}

/// What Jane has once she is registered.
struct Jane {
    dfns: Dfns,
    wallet: Wallet,
    recovery_key: RecoveryKey,
    /// The code on paper.
    code: String,
}

/// Registers Jane as an end user with a key, a recovery key and a wallet.
async fn register(world: &World) -> Jane {
    let begun = world
        .dfns
        .registration()
        .delegated(JANE, NewUserKind::EndUser)
        .send()
        .await
        .unwrap();
    let first = key("laptop");
    let (recovery_key, code) = RecoveryKey::generate(JANE).unwrap();
    let registration = world.stranger().continue_registration(&begun).unwrap();
    let done = registration
        .complete_end_user(
            first.attest(&begun.challenge).unwrap(),
            [EndUserWallet::new(Network::SolanaDevnet)],
        )
        .recovery_credential(recovery_key.attest(&begun.challenge).unwrap())
        .send()
        .await
        .unwrap();
    Jane {
        dfns: world.client_as(done.authentication.token.expose_secret(), first),
        wallet: done.wallets.into_iter().next().unwrap(),
        recovery_key,
        code: code.expose_secret().to_owned(),
    }
}

/// The key of a recovery challenge, opened with the code on paper.
fn open(challenge: &RecoveryChallenge, code: &str) -> RecoveryKey {
    let [allowed] = &challenge.allowed_recovery_credentials[..] else {
        panic!("one recovery key was named: {challenge:?}")
    };
    RecoveryKey::open(JANE, code, allowed).unwrap()
}

async fn log_in(world: &World, signer: KeySigner) -> dfns::Result<Dfns> {
    let login = world.stranger().log_in(signer).username(JANE).org_id(world.org_id());
    Ok(login.send().await?.into_session().unwrap().dfns)
}

/// Covers: sendRecoveryCode, createRecoveryChallenge, recoverUser, createLoginChallenge, completeLogin.
/// Covers: listCredentials, transferAsset.
#[tokio::test]
async fn who_lost_every_key_recovers_with_the_code_on_paper_and_keeps_the_wallet() {
    let world = World::new().await;
    let jane = register(&world).await;
    let open_calls = world.stranger();
    open_calls
        .recovery()
        .send_code(JANE)
        .org_id(world.org_id())
        .send()
        .await
        .unwrap();
    let mail = world.emulator.admin().outbox(JANE).await.unwrap().remove(0);
    assert_eq!(mail.purpose, "recovery");
    let challenge = open_calls
        .recovery()
        .challenge(JANE, mail.code, jane.recovery_key.credential_id())
        .org_id(world.org_id())
        .send()
        .await
        .unwrap();

    let phone = key("phone");
    let (next, next_code) = RecoveryKey::generate(JANE).unwrap();
    let new = CompleteRegistrationRequest::new(phone.attest(&challenge.challenge).unwrap().named("phone"))
        .with_recovery_credential(next.attest(&challenge.challenge).unwrap());
    let recovered = open_calls
        .recover(&challenge, &open(&challenge, &jane.code), new)
        .await
        .unwrap();
    assert_eq!(
        (recovered.user.username.as_str(), &*recovered.credential.name),
        (JANE, "phone")
    );

    assert!(jane.dfns.wallets().list().send().await.unwrap_err().is_unauthorized());
    assert!(log_in(&world, key("laptop")).await.is_err(), "the old key is put away");
    let hers = log_in(&world, phone).await.unwrap();
    let credentials = hers.credentials().list().send().await.unwrap().items;
    assert_eq!(credentials.len(), 2, "{credentials:?}");
    world
        .emulator
        .admin()
        .fund(&jane.wallet.id, 1_000_000_u64)
        .await
        .unwrap();
    let shop = world.wallet(Network::SolanaDevnet).await;
    let payment = Transfer::Native(NativeTransfer::new(shop.address.as_deref().unwrap(), 7_u64));
    hers.transfers()
        .create(&jane.wallet.id, payment)
        .await
        .unwrap()
        .done()
        .unwrap();

    let again = world
        .dfns
        .recovery()
        .delegated(JANE, next.credential_id())
        .send()
        .await
        .unwrap();
    assert_eq!(
        open(&again, next_code.expose_secret()).public_key_pem(),
        next.public_key_pem()
    );
}

/// Covers: createDelegatedRecoveryChallenge, recoverUser.
#[tokio::test]
async fn a_service_begins_the_recovery_of_its_user_and_cannot_complete_it() {
    let world = World::new().await;
    let jane = register(&world).await;
    let begin = || {
        world
            .dfns
            .recovery()
            .delegated(JANE, jane.recovery_key.credential_id())
            .send()
    };
    let challenge = begin().await.unwrap();
    let new = key("new");

    let pair = KeyPair::generate(KeyKind::P256).unwrap();
    let forged = RecoveryKey::kept_by_owner(jane.recovery_key.credential_id(), pair).unwrap();
    let attested = || new.attest(&challenge.challenge).unwrap();
    let refused = world
        .stranger()
        .recover(&challenge, &forged, attested())
        .await
        .unwrap_err();
    assert!(refused.is_unauthorized(), "{}", refused.report());
    assert!(jane.dfns.wallets().list().send().await.is_ok(), "nothing has changed");

    let recovered = world
        .stranger()
        .recover(&challenge, &jane.recovery_key, attested())
        .await
        .unwrap();
    assert_eq!(recovered.user.username, JANE);
    let gone = begin().await.unwrap_err();
    let message = gone.refusal().unwrap().message();
    assert_eq!(
        message, "Credential cannot be used as a recovery factor.",
        "it was used, and not replaced"
    );
}

/// Covers: createUser, createRegistrationChallenge, completeRegistration, sendLoginCode, createLoginChallenge.
/// Covers: completeLogin, createCredentialCode.
#[tokio::test]
async fn a_password_protected_key_logs_in_with_a_mailed_code_and_signs() {
    let world = World::new().await;
    let open_calls = world.stranger();
    world
        .dfns
        .users()
        .create(JANE, NewUserKind::CustomerEmployee)
        .send()
        .await
        .unwrap();
    let mail = world.emulator.admin().outbox(JANE).await.unwrap().remove(0);
    let registration = open_calls.registration();
    let begun = registration
        .challenge(JANE, mail.code)
        .org_id(world.org_id())
        .send()
        .await
        .unwrap();
    let protected = PasswordProtectedKey::generate(JANE, "correct horse").unwrap();
    let registration = open_calls.continue_registration(&begun).unwrap();
    let done = registration
        .complete(protected.attest(&begun.challenge).unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(done.credential.kind.as_str(), "PasswordProtectedKey");

    let attempt = |password: &str| {
        let signer = PasswordSigner::new(JANE, password);
        open_calls.log_in(signer).username(JANE).org_id(world.org_id())
    };
    let refused = attempt("correct horse").send().await.unwrap_err();
    assert!(
        refused.is_unauthorized(),
        "without a code the key is not handed out: {}",
        refused.report()
    );
    let code = async || {
        open_calls
            .login()
            .send_code(JANE)
            .org_id(world.org_id())
            .send()
            .await
            .unwrap();
        world.emulator.admin().outbox(JANE).await.unwrap().remove(0).code
    };
    let refused = attempt("wrong").code(code().await).send().await.unwrap_err();
    assert!(matches!(refused, dfns::Error::Signer { .. }), "{}", refused.report());
    let login = attempt("correct horse").code(code().await).send().await.unwrap();
    let hers = login.into_session().unwrap().dfns;
    let soon = world
        .emulator
        .clock()
        .now()
        .checked_add(std::time::Duration::from_secs(30))
        .unwrap();
    hers.credentials().create_code(soon).send().await.unwrap();
}
