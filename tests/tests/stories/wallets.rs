//! Wallets: making, finding, naming, tagging and handing them over.

use dfns::types::{Network, Nft, SigningKeyOptions, WalletId, WalletStatus};
use dfns_tests::{Person, World};

/// Covers: createWallet.
#[tokio::test]
async fn every_family_of_networks_has_addresses_of_its_own_form() {
    let world = World::new().await;
    let forms: [(Network, &str, usize); 10] = [
        (Network::EthereumSepolia, "0x", 42),
        (Network::Bitcoin, "bc1q", 42),
        (Network::Solana, "", 44),
        (Network::Tron, "T", 34),
        (Network::Stellar, "G", 56),
        (Network::XrpLedger, "r", 34),
        (Network::Algorand, "", 58),
        (Network::CosmosHub4, "cosmos1", 45),
        (Network::Polkadot, "1", 48),
        (Network::Ton, "", 48),
    ];
    for (network, beginning, longest) in forms {
        let wallet = world.wallet(network.clone()).await;
        let address = wallet.address.unwrap();
        assert!(address.starts_with(beginning), "{network}: {address}");
        assert!((longest - 3..=longest).contains(&address.len()), "{network}: {address}");
        assert_eq!((wallet.network, wallet.status), (network, WalletStatus::Active));
    }
}

/// Covers: createWallet, getWallet.
#[tokio::test]
async fn a_wallet_has_the_name_and_the_tags_it_was_made_with() {
    let world = World::new().await;
    let made = world.dfns.wallets().create(Network::Bitcoin).name("treasury");
    let made = made
        .tags(["cold".to_owned(), "eu".to_owned()])
        .external_id("t-1")
        .send()
        .await
        .unwrap();
    let read = world.dfns.wallets().get(&made.id).send().await.unwrap();
    assert_eq!(read.name.as_deref(), Some("treasury"));
    assert_eq!(read.external_id.as_deref(), Some("t-1"));
    assert_eq!(read.tags, ["cold", "eu"]);
    assert_eq!(read.address, made.address);
}

/// Covers: updateWallet, getWallet.
#[tokio::test]
async fn an_update_sets_keeps_and_clears_one_field_at_a_time() {
    let world = World::new().await;
    let wallets = world.dfns.wallets();
    let id = wallets
        .create(Network::Bitcoin)
        .name("a")
        .external_id("e")
        .send()
        .await
        .unwrap()
        .id;
    let named = wallets.update(&id).name("b").send().await.unwrap();
    assert_eq!(
        (named.name.as_deref(), named.external_id.as_deref()),
        (Some("b"), Some("e"))
    );
    let cleared = wallets.update(&id).clear_name().send().await.unwrap();
    assert_eq!((cleared.name, cleared.external_id.as_deref()), (None, Some("e")));
    let read = wallets.get(&id).send().await.unwrap();
    assert_eq!((read.name, read.external_id.as_deref()), (None, Some("e")));
}

/// Covers: tagWallet, untagWallet, getWallet.
#[tokio::test]
async fn tags_are_added_and_taken_away() {
    let world = World::new().await;
    let id = world.wallet(Network::Bitcoin).await.id;
    let tags = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    world.dfns.wallets().tag(&id, tags(&["a", "b"])).send().await.unwrap();
    world.dfns.wallets().untag(&id, tags(&["a"])).send().await.unwrap();
    assert_eq!(world.dfns.wallets().get(&id).send().await.unwrap().tags, ["b"]);
}

/// Covers: listWallets.
#[tokio::test]
async fn a_list_goes_over_all_pages_and_each_wallet_is_in_it_once() {
    let world = World::new().await;
    let mut made: Vec<WalletId> = Vec::new();
    for _ in 0..5 {
        made.insert(0, world.wallet(Network::Bitcoin).await.id);
    }
    let mut stream = world.dfns.wallets().list().page_size(2).stream();
    let mut listed = Vec::new();
    while let Some(wallet) = stream.try_next().await.unwrap() {
        listed.push(wallet.id);
    }
    assert_eq!(listed, made, "newest first");

    let first = world.dfns.wallets().list().page_size(2).send().await.unwrap();
    let token = first.next.unwrap();
    let second = world
        .dfns
        .wallets()
        .list()
        .page_size(2)
        .page_token(token)
        .send()
        .await
        .unwrap();
    let ids: Vec<WalletId> = first
        .items
        .into_iter()
        .chain(second.items)
        .map(|wallet| wallet.id)
        .collect();
    assert_eq!(ids, made[..4]);
}

/// Covers: listWallets.
#[tokio::test]
async fn a_stream_is_a_stream_for_the_combinators_too() {
    use futures_util::TryStreamExt as _;
    let world = World::new().await;
    for _ in 0..3 {
        world.wallet(Network::Solana).await;
    }
    let wallets: Vec<_> = world
        .dfns
        .wallets()
        .list()
        .page_size(1)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(wallets.len(), 3);
}

/// Covers: createWallet, listWallets, getWallet.
#[tokio::test]
async fn an_end_user_sees_the_wallets_that_are_theirs_and_a_filter_finds_them() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let theirs = world.end_user(&eve).await;
    let user = world.dfns.users().list().send().await.unwrap().items;
    let user = user
        .into_iter()
        .find(|user| user.username == eve.email)
        .unwrap()
        .user_id;
    let organisation = world.wallet(Network::Bitcoin).await.id;
    let hers = world
        .dfns
        .wallets()
        .create(Network::Bitcoin)
        .delegate_to(&user)
        .send()
        .await
        .unwrap();
    assert!(!hers.custodial);
    assert_eq!(hers.signing_key.delegated_to.as_ref(), Some(&user));

    let seen = theirs.wallets().list().send().await.unwrap().items;
    assert_eq!(seen.iter().map(|wallet| &wallet.id).collect::<Vec<_>>(), [&hers.id]);
    assert!(
        theirs
            .wallets()
            .get(&organisation)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );
    let found = world.dfns.wallets().list().owner_id(&user).send().await.unwrap().items;
    assert_eq!(found.iter().map(|wallet| &wallet.id).collect::<Vec<_>>(), [&hers.id]);
    let found = world
        .dfns
        .wallets()
        .list()
        .owner_username("nobody@example.test")
        .send()
        .await
        .unwrap();
    assert!(found.items.is_empty());
}

/// Covers: createWallet, delegateKey, getWallet.
#[tokio::test]
async fn a_wallet_that_waited_for_it_is_handed_over() {
    let world = World::new().await;
    let eve = Person::new("eve");
    let theirs = world.end_user(&eve).await;
    let users = world.dfns.users().list().send().await.unwrap().items;
    let user = users
        .into_iter()
        .find(|user| user.username == eve.email)
        .unwrap()
        .user_id;
    let wallet = world
        .dfns
        .wallets()
        .create(Network::Solana)
        .delay_delegation(true)
        .send()
        .await
        .unwrap();
    assert!(
        theirs
            .wallets()
            .get(&wallet.id)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );
    world
        .dfns
        .keys()
        .delegate(&wallet.signing_key.id, &user)
        .send()
        .await
        .unwrap();
    assert!(!theirs.wallets().get(&wallet.id).send().await.unwrap().custodial);
}

/// Covers: createWallet.
#[tokio::test]
async fn one_key_serves_one_wallet_on_each_network_of_its_family() {
    let world = World::new().await;
    let first = world.wallet(Network::Ethereum).await;
    let with_key = || {
        let mut options = SigningKeyOptions::new();
        options.id = Some(first.signing_key.id.clone());
        world.dfns.wallets().create(Network::Polygon).signing_key(options)
    };
    let second = with_key().send().await.unwrap();
    assert_eq!(second.address, first.address);
    assert!(with_key().send().await.unwrap_err().is_conflict());
}

/// Covers: getWallet.
#[tokio::test]
async fn an_unknown_wallet_is_not_found_and_the_error_names_it() {
    let world = World::new().await;
    let id: WalletId = "wa-00000-00000-0000000000000000".parse().unwrap();
    let error = world.dfns.wallets().get(&id).send().await.unwrap_err();
    assert!(error.is_not_found(), "{}", error.report());
    assert_eq!(error.refusal().unwrap().details().text("walletId"), Some(id.as_str()));
}

/// Covers: delegateWallet, getWallet.
#[tokio::test]
#[expect(deprecated, reason = "the API still takes it")]
async fn a_wallet_that_waited_for_it_is_given_to_an_end_user_once_and_for_good() {
    let world = World::new().await;
    let (hers, eve) = world.end_user_with_id(&Person::new("eve")).await;
    let wallets = world.dfns.wallets();
    let made = wallets.create(Network::Solana).delay_delegation(true).await.unwrap();
    assert!(made.custodial);
    assert!(hers.wallets().get(&made.id).await.unwrap_err().is_not_found());
    wallets.delegate(&made.id, &eve).await.unwrap();
    let hers = hers.wallets().get(&made.id).await.unwrap();
    assert_eq!(
        (hers.custodial, hers.signing_key.delegated_to.as_ref()),
        (false, Some(&eve))
    );
    let again = wallets.delegate(&made.id, &eve).await.unwrap_err();
    assert_eq!(again.refusal().unwrap().status(), 400, "{}", again.report());
}

/// Covers: getWalletNfts, getWalletAssets.
#[tokio::test]
async fn what_exists_once_is_shown_apart_from_what_is_counted() {
    let world = World::new().await;
    let wallet = world.funded(Network::EthereumSepolia, 7).await;
    let contract = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let picture = serde_json::json!({ "kind": "Erc721", "contract": contract, "tokenId": "9", "symbol": "ART" });
    let admin = world.emulator.admin();
    admin.fund_asset(&wallet.id, &picture, 1_u64).await.unwrap();
    let held = world.dfns.wallets().nfts(&wallet.id).await.unwrap();
    let [Nft::Erc721(nft)] = &held.nfts[..] else {
        panic!("one picture was put there: {held:?}")
    };
    assert_eq!((nft.contract.as_str(), nft.token_id.as_str()), (contract, "9"));
    assert_eq!(nft.symbol.as_deref(), Some("ART"));
    let assets = world.dfns.wallets().assets(&wallet.id).await.unwrap().assets;
    assert_eq!(assets.len(), 1, "{assets:?}");
}
