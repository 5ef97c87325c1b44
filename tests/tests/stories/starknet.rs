//! Wallets on Starknet: their account is deployed before it is used, and their key signs on a curve of its own.

use std::collections::BTreeMap;

use dfns::types::{
    NativeTransfer, Network, NumberOrText, SignatureBody, SignatureStatus, Snip12Domain, Snip12Signature, Transaction,
    Transfer, TransferStatus, TypedDataField, TypedDataMessage, WalletStatus,
};
use dfns_tests::World;
use serde_json::json;
use starknet_crypto::Felt;

/// What the activation and one transfer cost.
const FEE: u128 = 1_000_000_000_000_000;

/// Covers: createWallet, activateWallet, getWalletTransaction, getWallet, transferAsset, getWalletTransfer.
#[tokio::test]
async fn an_account_is_deployed_from_its_own_money_and_then_pays() {
    let world = World::new().await;
    let wallet = world.wallet(Network::StarknetSepolia).await;
    assert_eq!(wallet.status, WalletStatus::Inactive);
    world.emulator.admin().fund(&wallet.id, 2 * FEE + 1_000).await.unwrap();
    let wallets = world.dfns.wallets();
    let activation = wallets.activate(&wallet.id).send().await.unwrap();
    assert!(matches!(activation.request_body, Transaction::ActivateAccount(_)));
    world.pass_blocks(2);
    let transactions = world.dfns.transactions();
    let activation = transactions.get(&wallet.id, &activation.id).send().await.unwrap();
    assert_eq!(activation.status, TransferStatus::Confirmed);
    assert_eq!(
        wallets.get(&wallet.id).send().await.unwrap().status,
        WalletStatus::Active
    );

    let receiver = world.wallet(Network::StarknetSepolia).await;
    let transfer = Transfer::Native(NativeTransfer::new(receiver.address.unwrap(), 1_000_u64));
    let transfers = world.dfns.transfers();
    let made = transfers
        .create(&wallet.id, transfer)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    let done = transfers.get(&wallet.id, &made.id).send().await.unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    assert_eq!(world.balance(&receiver.id).await, 1_000);
    assert_eq!(world.balance(&wallet.id).await, 0);
}

/// Covers: activateWallet.
#[tokio::test]
async fn a_wallet_that_needs_no_activation_is_told_so() {
    let world = World::new().await;
    let wallet = world.wallet(Network::EthereumSepolia).await;
    let refused = world.dfns.wallets().activate(&wallet.id).send().await.unwrap_err();
    assert!(refused.to_string().contains("need no activation"), "{refused}");
}

/// Covers: generateKeySignature.
#[tokio::test]
async fn a_typed_message_is_signed_with_r_and_s_that_verify() {
    let world = World::new().await;
    let wallet = world.wallet(Network::StarknetSepolia).await;
    let fields = |names: &[&str]| -> Vec<TypedDataField> {
        names
            .iter()
            .map(|name| TypedDataField::new(*name, "shortstring"))
            .collect()
    };
    let types = BTreeMap::from([
        ("StarknetDomain", fields(&["name", "version", "chainId", "revision"])),
        ("Vote", fields(&["choice"])),
    ]);
    let domain = Snip12Domain::new()
        .with_name("Club")
        .with_version("1")
        .with_chain_id("SN_SEPOLIA")
        .with_revision(1_u64);
    assert_eq!(domain.chain_id, Some(NumberOrText::from("SN_SEPOLIA")));
    let message = TypedDataMessage(json!({ "choice": "yes" }).as_object().unwrap().clone());
    let types = types
        .into_iter()
        .map(|(name, fields)| (name.to_owned(), fields))
        .collect();
    let body = Snip12Signature::new("Vote", types, domain, message).with_network(Network::StarknetSepolia);
    let signatures = world.dfns.signatures();
    let signed = signatures
        .create(&wallet.signing_key.id, SignatureBody::Snip12(body))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(signed.status, SignatureStatus::Signed);
    let signature = signed.signature.unwrap();
    let felt = |bytes: &[u8]| Felt::from_bytes_be_slice(bytes);
    let (r, s) = (felt(&signature.r.to_bytes()), felt(&signature.s.to_bytes()));
    let key = felt(&wallet.signing_key.public_key.to_bytes()[1..]);
    let account = Felt::from_hex_unchecked(&wallet.address.unwrap());
    assert!(starknet_crypto::verify(&key, &vote_hash(account), &r, &s).unwrap());
}

/// The hash of the message above, put together by hand as SNIP-12 says.
fn vote_hash(account: Felt) -> Felt {
    use sha3::{Digest as _, Keccak256};

    let text = |text: &str| Felt::from_bytes_be_slice(text.as_bytes());
    let name = |signature: &str| {
        let mut hash: [u8; 32] = Keccak256::digest(signature).into();
        hash[0] &= 3;
        Felt::from_bytes_be(&hash)
    };
    let domain = starknet_crypto::poseidon_hash_many(&[
        name(
            r#""StarknetDomain"("name":"shortstring","version":"shortstring","chainId":"shortstring","revision":"shortstring")"#,
        ),
        text("Club"),
        Felt::ONE,
        text("SN_SEPOLIA"),
        Felt::ONE,
    ]);
    let vote = starknet_crypto::poseidon_hash_many(&[name(r#""Vote"("choice":"shortstring")"#), text("yes")]);
    starknet_crypto::poseidon_hash_many(&[text("StarkNet Message"), domain, account, vote])
}
