//! What goes over the wire, word for word: the contract between the client and the API.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use dfns::Dfns;
use dfns::types::{
    Amount, Hex, KeyCurve, KeyScheme, MessageSignature, NativeTransfer, Network, SignatureBody, Transfer,
};
use dfns_tests::{Recorder, World, shown};

const RECEIVER: &str = "0x00000000000000000000000000000000000000aa";

/// A world, and a client that is overheard in it.
async fn overheard() -> (World, Recorder, Dfns) {
    let world = World::new().await;
    let recorder = Recorder::start(&world.emulator.url()).await;
    let dfns = world.client_through(&recorder.url());
    (world, recorder, dfns)
}

fn assert_wire(name: &str, recorder: &Recorder) {
    let exchanges: Vec<String> = recorder.take().iter().map(ToString::to_string).collect();
    assert!(!exchanges.is_empty(), "nothing went over the wire");
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => "../snapshots",
    }, {
        insta::assert_snapshot!(format!("wire__{name}"), shown(&exchanges.join("\n")));
    });
}

/// Covers: createUserActionChallenge, createUserActionSignature, createWallet.
#[tokio::test]
async fn creating_a_wallet_is_three_exchanges() {
    let (_world, recorder, dfns) = overheard().await;
    dfns.wallets()
        .create(Network::EthereumSepolia)
        .name("treasury")
        .send()
        .await
        .unwrap();
    assert_wire("create_wallet", &recorder);
}

/// Covers: transferAsset.
#[tokio::test]
async fn a_transfer_names_its_kind_and_holds_the_amount_as_text() {
    let (world, recorder, dfns) = overheard().await;
    let wallet = world.wallet(Network::EthereumSepolia).await;
    let amount: Amount = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        .parse()
        .unwrap();
    let mut transfer = NativeTransfer::new(RECEIVER, amount);
    transfer.external_id = Some("pay-1".to_owned());
    dfns.transfers()
        .create(&wallet.id, Transfer::Native(transfer))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_wire("transfer", &recorder);
}

/// Covers: getWallet.
#[tokio::test]
async fn a_read_is_one_exchange() {
    let (world, recorder, dfns) = overheard().await;
    let wallet = world.wallet(Network::EthereumSepolia).await;
    dfns.wallets().get(&wallet.id).send().await.unwrap();
    assert_wire("get_wallet", &recorder);
}

/// Covers: listWallets.
#[tokio::test]
async fn a_list_puts_filters_and_the_page_token_into_the_query() {
    let (world, recorder, dfns) = overheard().await;
    let list = dfns
        .wallets()
        .list()
        .owner_username("eve & adam+1@example.test")
        .page_size(2);
    list.page_token("a/b+c=&d").send().await.unwrap_err();
    assert_wire("list_with_filters", &recorder);
    for _ in 0..2 {
        world.wallet(Network::Bitcoin).await;
    }
    let first = dfns.wallets().list().page_size(1).send().await.unwrap();
    recorder.take();
    let second = dfns
        .wallets()
        .list()
        .page_size(1)
        .page_token(first.next.as_deref().unwrap());
    assert_eq!(
        second.send().await.unwrap().items.len(),
        1,
        "a token comes back as it was given"
    );
}

/// Covers: updateWallet.
#[tokio::test]
async fn an_update_sends_what_is_set_null_for_what_is_cleared_and_nothing_of_the_rest() {
    let (world, recorder, dfns) = overheard().await;
    let id = world.wallet(Network::Bitcoin).await.id;
    let update = || dfns.wallets().update(&id);
    update().name("a").send().await.unwrap();
    assert_wire("update_set", &recorder);
    update().clear_name().send().await.unwrap();
    assert_wire("update_clear", &recorder);
    update().send().await.unwrap();
    assert_wire("update_keep", &recorder);
}

/// Covers: untagWallet.
#[tokio::test]
async fn a_delete_may_have_a_body() {
    let (world, recorder, dfns) = overheard().await;
    let id = world.wallet(Network::Bitcoin).await.id;
    dfns.wallets().untag(&id, vec!["a".to_owned()]).send().await.unwrap();
    assert_wire("delete_with_body", &recorder);
}

/// Covers: createUserActionChallenge, deleteKey.
#[tokio::test]
async fn a_call_without_a_body_declares_an_empty_payload() {
    let (world, recorder, dfns) = overheard().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .send()
        .await
        .unwrap();
    dfns.keys().delete(&key.id).send().await.unwrap();
    assert_wire("delete_without_body", &recorder);
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn a_path_argument_is_escaped_and_declared_as_sent() {
    let (_world, recorder, dfns) = overheard().await;
    dfns.user_groups().get("a b/c?d=ä%2F").send().await.unwrap_err();
    assert_wire("escaped_path", &recorder);
    dfns.user_groups().delete("a b/c?d=ä%2F").send().await.unwrap_err();
    assert_wire("escaped_path_signed", &recorder);
}

/// Covers: createLoginChallenge.
#[tokio::test]
async fn an_open_call_goes_out_without_a_token() {
    let (world, recorder, dfns) = overheard().await;
    let username = world.emulator.employee().username();
    dfns.login()
        .challenge()
        .username(username)
        .org_id(world.org_id())
        .send()
        .await
        .unwrap();
    assert_wire("open_call", &recorder);
}

/// Covers: generateKeySignature.
#[tokio::test]
async fn a_signature_names_its_kind_beside_its_fields() {
    let (world, recorder, dfns) = overheard().await;
    let wallet = world.wallet(Network::EthereumSepolia).await;
    let mut message = MessageSignature::new(Hex::from_bytes("hello"));
    message.network = Some(Network::EthereumSepolia);
    // Without one, the client makes one up.
    message.external_id = Some("greeting-1".to_owned());
    let body = SignatureBody::Message(message);
    dfns.signatures()
        .create(&wallet.signing_key.id, body)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_wire("signature", &recorder);
}

/// Covers: listUsers.
#[tokio::test]
async fn a_filter_with_several_values_is_repeated() {
    use dfns::types::UserKind;
    let (_world, recorder, dfns) = overheard().await;
    dfns.users()
        .list()
        .kind(vec![UserKind::EndUser, UserKind::CustomerEmployee])
        .send()
        .await
        .unwrap();
    assert_wire("list_with_repeated_filter", &recorder);
}

/// Covers: listOrgWalletHistory.
#[tokio::test]
async fn a_time_is_sent_with_its_zone() {
    let (world, recorder, dfns) = overheard().await;
    let now = world.emulator.clock().now();
    dfns.wallets().organisation_history(now, now).send().await.unwrap();
    assert_wire("times_in_the_query", &recorder);
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn a_file_goes_beside_its_json_in_a_form_and_the_json_is_declared() {
    use dfns::types::{KeyStoreId, KeyStoreOutput, KeyStoreOutputStatus, KeyStoreOutputType};
    let (_world, recorder, dfns) = overheard().await;
    let (kind, status) = (KeyStoreOutputType::KeystoreOutput, KeyStoreOutputStatus::Success);
    let output = KeyStoreOutput::new(
        kind,
        1,
        "or-1",
        "fleet-1",
        "ks-1",
        "group-1",
        status,
        std::collections::BTreeMap::new(),
    );
    let store: KeyStoreId = "ks-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().unwrap();
    let file = dfns::Upload::new("abc").named("out\"put.zip");
    // The emulator has no key stores of this kind, and says so.
    let call = dfns.key_stores().onchain_sign_output(store, output, file);
    call.send().await.unwrap_err();
    assert_wire("form", &recorder);
}

/// The payload that was declared, and the body and the path that went out with the action.
fn declared_and_sent(recorder: &Recorder) -> (serde_json::Value, String, String) {
    let exchanges = recorder.take();
    let [init, _, call] = &exchanges[..] else {
        panic!("a signed call is three exchanges: {exchanges:?}")
    };
    (
        serde_json::from_str(&init.body).unwrap(),
        call.request.clone(),
        call.body.clone(),
    )
}

/// Covers: createUserActionChallenge, updateWallet, transferAsset.
#[tokio::test]
async fn what_is_declared_is_byte_for_byte_what_is_sent() {
    let (world, recorder, dfns) = overheard().await;
    let wallet = world.wallet(Network::EthereumSepolia).await.id;
    let names = [
        "plain",
        "Tresor \"ä\" \u{1f512}",
        "back\\slash / \u{7f}\u{2028}\n\t",
        "\u{0}",
        "e\u{301}",
        "",
    ];
    for name in names {
        // Some of the names are refused by the API, after they were signed and sent.
        let _ = dfns.wallets().update(&wallet).name(name).send().await;
        let (declared, line, sent) = declared_and_sent(&recorder);
        assert_eq!(declared["userActionPayload"], sent.as_str(), "{name:?}");
        assert_eq!(
            line,
            format!("PUT {}", declared["userActionHttpPath"].as_str().unwrap())
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&sent).unwrap()["name"], name);
    }
    for amount in [
        "1",
        "9007199254740993",
        "340282366920938463463374607431768211456000000000000000000",
    ] {
        let transfer = NativeTransfer::new(RECEIVER, amount.parse::<Amount>().unwrap());
        dfns.transfers()
            .create(&wallet, Transfer::Native(transfer))
            .send()
            .await
            .unwrap()
            .done()
            .unwrap();
        let (declared, _, sent) = declared_and_sent(&recorder);
        assert_eq!(declared["userActionPayload"], sent.as_str());
        assert!(sent.contains(&format!("\"amount\":\"{amount}\"")), "{sent}");
    }
}
