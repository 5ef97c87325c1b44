//! Operations that no other step calls: the types of this client have to read every answer, whose choices they close.

use serde_json::{Value, json};

use super::{Outcome, Scene, body, refused};

const PUBLIC_KEY: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn public_key() -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{PUBLIC_KEY}\n-----END PUBLIC KEY-----\n")
}

/// Wallets, and what is paid from them.
pub async fn wallets_and_keys(scene: &Scene) -> Outcome {
    let (wallets, keys) = (&scene.dfns.wallets, &scene.dfns.keys);
    let (one, two) = (
        scene.wallet("EthereumSepolia").await?,
        scene.wallet("EthereumSepolia").await?,
    );
    let (id, address) = (|| one.id.clone(), two.address.clone().expect("an address"));
    scene
        .admin(
            "/faucet",
            json!({ "walletId": one.id, "amount": "5000000000000000000" }),
        )
        .await?;
    wallets.tag_wallet(id(), body(json!({ "tags": ["x"] }))).await?;
    wallets.untag_wallet(id(), body(json!({ "tags": ["x"] }))).await?;
    scene.admin("/clock/freeze", json!({})).await?;
    for is_cancelled in [false, true] {
        let pay = json!({ "kind": "Native", "to": address, "amount": "1" });
        let send = json!({ "kind": "Eip1559", "to": address, "value": "0x1", "gasLimit": "0x5208" });
        let sent = wallets.transfer_asset(id(), body(pay)).await?.id;
        let made = wallets.sign_and_broadcast_transaction(id(), body(send)).await?.id;
        scene.admin("/clock/advance", json!({ "seconds": 0.15 })).await?;
        if is_cancelled {
            wallets.cancel_transfer(id(), sent.clone()).await?;
            wallets.cancel_transaction(id(), made.clone()).await?;
        } else {
            wallets.speed_up_transfer(id(), sent.clone()).await?;
            wallets.speed_up_transaction(id(), made.clone()).await?;
        }
        scene.pass_blocks().await?;
        wallets.get_transaction(id(), made.clone()).await?;
        refused(wallets.abort_transfer(id(), sent).await, 400);
        refused(wallets.abort_transaction(id(), made).await, 400);
    }
    scene.admin("/clock/run", json!({})).await?;
    wallets.list_transfers(id(), None).await?;
    assert_eq!(
        wallets.list_transactions(id(), None).await?.items.len(),
        6,
        "with the replacements of both"
    );
    wallets.get_wallet_history(id(), None).await?;
    wallets.get_wallet_nfts(id()).await?;
    wallets.list_offers(id(), None).await?;
    let bulk = json!({ "network": "EthereumSepolia", "count": 2, "name": "bulk" });
    wallets
        .get_bulk_wallet_job(wallets.bulk_create_wallets(body(bulk)).await?.id)
        .await?;
    wallets.list_bulk_wallet_jobs(None).await?;

    let key = keys
        .create_key(body(json!({ "scheme": "ECDSA", "curve": "secp256k1" })))
        .await?
        .id;
    keys.update_key(key.clone(), body(json!({ "name": "other" }))).await?;
    keys.list_keys(None).await?;
    let types = json!({ "Mail": [{ "name": "text", "type": "string" }] });
    let typed =
        json!({ "kind": "Eip712", "types": types, "domain": { "name": "Mail" }, "message": { "text": "hello" } });
    assert_eq!(
        keys.generate_signature(key.clone(), body(typed)).await?.status,
        "Signed"
    );
    keys.list_signatures(key, None).await?;
    scene.dfns.signers.list_signers().await?;
    scene.dfns.signers.list_key_stores().await?;
    Ok(())
}

/// Those who may call, and what they may do.
pub async fn people(scene: &Scene) -> Outcome {
    let (auth, permissions) = (&scene.person.auth, &scene.person.permissions);
    let user = json!({ "email": "breadth@example.com", "kind": "CustomerEmployee" });
    let user = auth.create_user(body(user)).await?.user_id;
    auth.deactivate_user(user.clone(), body(json!({}))).await?;
    auth.activate_user(user.clone()).await?;
    auth.update_user(user.clone(), body(json!({ "isSSORequired": false })))
        .await?;
    auth.delete_user(user).await?;
    let account = json!({ "name": "robot", "publicKey": public_key(), "daysValid": 3 });
    let account = serde_json::to_value(auth.create_service_account(body(account)).await?)?;
    let account = || super::text(&account["userInfo"]["userId"]).to_owned();
    auth.list_service_accounts().await?;
    auth.update_service_account(account(), body(json!({ "name": "other" })))
        .await?;
    auth.deactivate_service_account(account(), body(json!({}))).await?;
    auth.activate_service_account(account()).await?;
    auth.delete_service_account(account(), None).await?;
    let token = json!({ "name": "token", "publicKey": public_key(), "daysValid": 3 });
    let token = auth.create_personal_access_token(body(token)).await?.token_id;
    auth.list_personal_access_tokens().await?;
    auth.deactivate_personal_access_token(token.clone()).await?;
    auth.activate_personal_access_token(token.clone()).await?;
    auth.delete_personal_access_token(token).await?;
    auth.list_credentials().await?;
    let now = json!("2026-11-22T14:56:55.000Z");
    auth.list_audit_logs(Some(body(json!({ "startTime": now, "endTime": now }))))
        .await?;
    let permission = json!({ "name": "breadth", "operations": ["Wallets:Read"] });
    let permission = permissions.create_permission(body(permission)).await?.id;
    permissions
        .update_permission(permission.clone(), body(json!({ "name": "other" })))
        .await?;
    permissions.list_permissions(None).await?;
    permissions
        .archive_permission(permission, body(json!({ "isArchived": true })))
        .await?;
    Ok(())
}

/// Fees, sponsors, exchanges.
pub async fn services(scene: &Scene) -> Outcome {
    let fees: Value = scene
        .dfns
        .networks
        .estimate_fees(Some(body(json!({ "network": "Bitcoin" }))))
        .await?;
    assert_eq!(fees["kind"], "Bitcoin");
    scene
        .dfns
        .networks
        .list_canton_validators("canton-testnet".into(), None)
        .await?;
    let (wallet, sponsors) = (scene.wallet("PolygonAmoy").await?, &scene.dfns.fee_sponsors);
    let sponsor = sponsors
        .create_fee_sponsor(body(json!({ "walletId": wallet.id })))
        .await?
        .id;
    sponsors.list_fee_sponsors(None).await?;
    sponsors.deactivate_fee_sponsor(sponsor.clone()).await?;
    sponsors.activate_fee_sponsor(sponsor.clone()).await?;
    sponsors.list_sponsored_fees(sponsor.clone(), None).await?;
    sponsors.delete_fee_sponsor(sponsor).await?;
    let exchanges = &scene.person.exchanges;
    let keys = json!({ "publicApiKey": "rust", "privateApiKey": "a2V5" });
    let exchange = json!({ "kind": "Kraken", "name": "k", "readConfiguration": keys, "writeConfiguration": keys });
    let exchange = exchanges.create_exchange(body(exchange)).await?.id;
    exchanges.list_exchanges(None).await?;
    let accounts = serde_json::to_value(exchanges.list_accounts(exchange.clone(), None).await?)?;
    let account = super::text(&accounts["items"][0]["id"]).to_owned();
    exchanges.list_account_assets(exchange, account, None).await?;
    Ok(())
}
