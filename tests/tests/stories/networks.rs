//! What networks are asked: contracts, transactions that were missed, and validators of Canton.

use std::time::Duration;

use dfns::types::{
    AbiParameter, CantonEndpoint, CantonNetworkName, CantonValidatorKind, ContractKind, CustomValidator, FunctionAbi,
    FunctionArguments, Hex, Network, OAuthClient, ReadContractNetwork, SharedValidator, Transfer,
};
use dfns_tests::World;
use serde_json::json;

const CONTRACT: &str = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Covers: readContract.
#[tokio::test]
#[expect(deprecated, reason = "the API still takes it")]
async fn a_contract_is_read_with_call_data_and_one_that_reverts_is_refused() {
    let world = World::new().await;
    let (supply, answer): (Hex, Hex) = ("0x18160ddd".parse().unwrap(), "0x2a".parse().unwrap());
    let admin = world.emulator.admin();
    let network = ReadContractNetwork::EthereumSepolia;
    admin
        .answer_call_data(network.as_str(), CONTRACT, &supply, &answer)
        .await
        .unwrap();
    let read = |data: &Hex| {
        let networks = world.dfns.networks();
        networks
            .read_contract(ContractKind::Evm, network.clone(), CONTRACT, data.clone())
            .send()
    };
    assert_eq!(read(&supply).await.unwrap().data, answer);
    let refused = read(&"0x70a08231".parse().unwrap()).await.unwrap_err();
    let refusal = refused.refusal().unwrap();
    assert!(
        refusal.status() == 400 && refusal.message().starts_with("execution reverted"),
        "{refusal}"
    );
}

/// Covers: callFunction.
#[tokio::test]
async fn a_function_answers_decoded_and_is_not_called_without_its_arguments() {
    let world = World::new().await;
    let admin = world.emulator.admin();
    let balance = json!("1000000000000000000000");
    admin
        .answer_function("Base", CONTRACT, "balanceOf", &balance)
        .await
        .unwrap();
    let abi = FunctionAbi::new(
        "function",
        "balanceOf",
        "view",
        [AbiParameter::new("owner", "address")],
        [AbiParameter::new("", "uint256")],
    );
    let call = || world.dfns.networks().call_function("Base", CONTRACT, abi.clone());
    let arguments = json!({ "owner": CONTRACT }).as_object().cloned().unwrap();
    let answered = call().calldata(FunctionArguments(arguments)).await.unwrap();
    assert_eq!(answered.0, balance);
    let refused = call()
        .calldata(FunctionArguments(serde_json::Map::new()))
        .await
        .unwrap_err();
    assert_eq!(refused.refusal().unwrap().message(), "calldata.owner: missing");
}

/// Covers: reindexTransaction, transferAsset, getWalletTransfer.
#[tokio::test]
async fn a_transaction_is_looked_at_again_ten_times_in_ten_minutes() {
    let world = World::new().await;
    let wallet = world.funded(Network::Ethereum, 10_u128.pow(18)).await;
    let payment = Transfer::native(CONTRACT, 1_u64);
    let sent = world
        .dfns
        .transfers()
        .create(&wallet.id, payment)
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    let hash = world
        .dfns
        .transfers()
        .get(&wallet.id, &sent.id)
        .await
        .unwrap()
        .tx_hash
        .unwrap();
    let look = |hash: &str| world.dfns.networks().reindex_transaction("Ethereum", hash).send();
    for _ in 0..10 {
        assert!(look(&hash).await.unwrap().success);
    }
    assert_eq!(look(&hash).await.unwrap_err().refusal().unwrap().status(), 429);
    world.emulator.clock().advance(Duration::from_secs(600));
    assert!(look("0x00").await.unwrap_err().is_not_found());
    assert!(look(&hash).await.unwrap().success);
}

/// Covers: createCantonValidator, getCantonValidator, updateCantonValidator, deleteCantonValidator, listCantonValidators.
#[tokio::test]
async fn a_validator_is_made_renamed_and_deleted_and_its_secret_never_shown() {
    let world = World::new().await;
    let validators = world.dfns.validators();
    let oauth = || OAuthClient::new("https://id.example.test", "ledger", "client", "hush");
    let endpoint = || CantonEndpoint::new("https://validator.example.test", oauth());
    let network = || CantonNetworkName::CantonTestnet;
    let custom = CustomValidator::new(endpoint(), endpoint()).with_name("ours");
    let made = validators.create(network(), custom).await.unwrap();
    assert_eq!(
        (&made.kind, made.name.as_deref()),
        (&CantonValidatorKind::Custom, Some("ours"))
    );
    assert!(!format!("{made:?}").contains("hush"));
    let shared = validators
        .create(CantonNetworkName::Canton, SharedValidator::new())
        .await
        .unwrap();

    let renamed = validators.update(network(), &made.id).name("theirs").await.unwrap();
    assert_eq!(renamed.name.as_deref(), Some("theirs"));
    let read = validators.get(network(), &made.id).await.unwrap();
    assert_eq!((read.id, read.name.as_deref()), (made.id.clone(), Some("theirs")));
    let elsewhere = validators.get(CantonNetworkName::Canton, &made.id).await.unwrap_err();
    assert!(elsewhere.is_not_found());
    let refused = validators
        .update(CantonNetworkName::Canton, &shared.id)
        .ledger(endpoint());
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());

    let listed = validators.list(network()).await.unwrap().items;
    assert_eq!(
        listed.iter().map(|validator| &validator.id).collect::<Vec<_>>(),
        [&made.id]
    );
    assert_eq!(validators.delete(network(), &made.id).await.unwrap().id, made.id);
    assert!(validators.list(network()).await.unwrap().items.is_empty());
}
