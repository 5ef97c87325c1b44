//! The official Rust client plays a scenario against the emulator whose ready line stands in EMULATOR.

mod breadth;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_sdk_rust::signer::{CredentialAssertion, CredentialAssertionData, UserActionChallenge, UserActionSigner};
use dfns_sdk_rust::wallets::types::{GetWalletResponse, ListWalletsQuery};
use dfns_sdk_rust::{DfnsClient, Error, Options};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Signs with an Ed25519 key, which the client leaves to its user.
struct Key {
    credential_id: String,
    key: Ed25519KeyPair,
}

#[async_trait::async_trait]
impl UserActionSigner for Key {
    async fn sign(&self, challenge: &UserActionChallenge) -> Result<CredentialAssertion, Error> {
        let client_data = json!({ "type": "key.get", "challenge": challenge.challenge }).to_string();
        Ok(CredentialAssertion {
            kind: "Key".into(),
            credential_assertion: CredentialAssertionData {
                cred_id: self.credential_id.clone(),
                signature: URL_SAFE_NO_PAD.encode(self.key.sign(client_data.as_bytes())),
                client_data: URL_SAFE_NO_PAD.encode(client_data),
            },
        })
    }
}

fn client(url: &str, token: &Value, credential_id: &Value, pem: &Value) -> Result<DfnsClient, Error> {
    let der: String = text(pem).lines().filter(|line| !line.starts_with('-')).collect();
    let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&STANDARD.decode(der).expect("base64")).expect("a key");
    let credential_id = text(credential_id).to_owned();
    DfnsClient::new(Options {
        base_url: url.to_owned(),
        auth_token: text(token).to_owned(),
        signer: Some(Arc::new(Key { credential_id, key })),
        http: None,
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A request body of the client from JSON: its structs have no constructors.
fn body<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the body fits the client's type")
}

struct Scene {
    admin: String,
    dfns: DfnsClient,
    person: DfnsClient,
    employee: Value,
    url: String,
    token: Value,
    stranger_key: (Value, Value),
}

async fn ask(method: reqwest::Method, url: String, body: Option<Value>) -> Result<Value, reqwest::Error> {
    let request = reqwest::Client::new().request(method, url);
    let request = match &body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await?.error_for_status()?.json().await
}

impl Scene {
    async fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let ready: Value = serde_json::from_str(&std::env::var("EMULATOR")?)?;
        let (url, admin) = (text(&ready["url"]).to_owned(), text(&ready["admin"]).to_owned());
        let employee = ask(reqwest::Method::GET, format!("{admin}/employee"), None).await?;
        let session = json!({ "orgId": ready["orgId"], "userId": employee["userId"] });
        let session = ask(reqwest::Method::POST, format!("{admin}/sessions"), Some(session)).await?;
        Ok(Self {
            dfns: client(&url, &ready["authToken"], &ready["credentialId"], &ready["privateKey"])?,
            person: client(
                &url,
                &session["token"],
                &employee["credentialId"],
                &employee["privateKey"],
            )?,
            stranger_key: (employee["credentialId"].clone(), employee["privateKey"].clone()),
            token: ready["authToken"].clone(),
            employee,
            admin,
            url,
        })
    }

    async fn admin(&self, path: &str, body: Value) -> Result<Value, reqwest::Error> {
        ask(reqwest::Method::POST, format!("{}{path}", self.admin), Some(body)).await
    }

    async fn pass_blocks(&self) -> Outcome {
        self.admin("/clock/advance", json!({ "seconds": 1 })).await?;
        Ok(())
    }

    async fn wallet(&self, network: &str) -> Result<GetWalletResponse, Box<dyn std::error::Error>> {
        let made = self
            .dfns
            .wallets
            .create_wallet(body(json!({ "network": network, "name": "w" })))
            .await?;
        Ok(self.dfns.wallets.get_wallet(made.id).await?)
    }
}

/// Refused with this status. This client does not know the envelope of errors, so it answers the raw text.
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>, expected: u16) -> String {
    match answer.expect_err("it was not refused") {
        Error::ApiRaw { status, raw } if status == expected => raw,
        Error::Api { status, body } if status == expected => body.message,
        other => panic!("expected {expected}, got {other:?}"),
    }
}

async fn wallets(scene: &Scene) -> Outcome {
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(scene.wallet("EthereumSepolia").await?.id);
    }
    let renamed = scene
        .dfns
        .wallets
        .update_wallet(made[0].clone(), body(json!({ "name": "uno" })))
        .await?;
    assert_eq!(renamed.name.as_deref(), Some("uno"));
    let (mut listed, mut pagination_token) = (Vec::new(), None);
    loop {
        let query = ListWalletsQuery {
            limit: Some(2),
            pagination_token,
            owner: None,
            owner_id: None,
            owner_username: None,
        };
        let page = scene.dfns.wallets.list_wallets(Some(query)).await?;
        listed.extend(page.items.into_iter().map(|wallet| wallet.id));
        pagination_token = page.next_page_token;
        if pagination_token.is_none() {
            break;
        }
    }
    made.reverse();
    assert_eq!(listed, made);
    Ok(())
}

async fn keys_and_signatures(scene: &Scene) -> Outcome {
    let key = scene
        .dfns
        .keys
        .create_key(body(json!({ "scheme": "EdDSA", "curve": "ed25519", "name": "k" })))
        .await?;
    let key = scene.dfns.keys.get_key(key.id).await?;
    let message = "signed by the emulator";
    let digits: String = message.bytes().map(|byte| format!("{byte:02x}")).collect();
    let asked = body(json!({ "kind": "Message", "message": format!("0x{digits}") }));
    let made = scene.dfns.keys.generate_signature(key.id.clone(), asked).await?;
    assert_eq!(made.status, "Signed");
    let made = serde_json::to_value(&made)?;
    let bytes = |digits: &str| -> Vec<u8> {
        let digits = digits.trim_start_matches("0x");
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits"))
            .collect()
    };
    let signature = bytes(text(&made["signature"]["encoded"]));
    let public_key = UnparsedPublicKey::new(&ED25519, bytes(&key.public_key));
    public_key
        .verify(message.as_bytes(), &signature)
        .map_err(|_| "the signature does not verify")?;
    assert_eq!(scene.dfns.keys.list_signatures(key.id, None).await?.items.len(), 1);
    Ok(())
}

async fn transfers(scene: &Scene) -> Outcome {
    let (from, to) = (scene.wallet("Solana").await?, scene.wallet("Solana").await?);
    scene
        .admin("/faucet", json!({ "walletId": from.id, "amount": "1000000000" }))
        .await?;
    let payment = json!({ "kind": "Native", "to": to.address, "amount": "1000", "externalId": "payment-1" });
    let sent = scene
        .dfns
        .wallets
        .transfer_asset(from.id.clone(), payment.clone())
        .await?;
    let again = scene
        .dfns
        .wallets
        .transfer_asset(from.id.clone(), payment.clone())
        .await?;
    assert_eq!(again.id, sent.id);
    let mut other = payment;
    other["amount"] = "1".into();
    refused(scene.dfns.wallets.transfer_asset(from.id.clone(), other).await, 409);
    scene.pass_blocks().await?;
    let confirmed = scene.dfns.wallets.get_transfer(from.id.clone(), sent.id).await?;
    assert_eq!(confirmed.status, "Confirmed");
    let assets = serde_json::to_value(scene.dfns.wallets.get_wallet_assets(to.id, None).await?)?;
    assert_eq!(assets["assets"][0]["balance"], "1000");
    Ok(())
}

async fn policy_with_approval(scene: &Scene) -> Outcome {
    let (from, to) = (
        scene.wallet("EthereumSepolia").await?,
        scene.wallet("EthereumSepolia").await?,
    );
    scene
        .admin(
            "/faucet",
            json!({ "walletId": from.id, "amount": "1000000000000000000" }),
        )
        .await?;
    let approvers = json!({ "userId": { "in": [scene.employee["userId"]] } });
    let policy = json!({
        "name": "ask first", "activityKind": "Wallets:Sign",
        "rule": { "kind": "AlwaysTrigger", "configuration": {} },
        "action": { "kind": "RequestApproval", "approvalGroups": [{ "name": "all", "quorum": 1, "approvers": approvers }] },
        "filters": { "walletId": { "in": [from.id] } },
    });
    let policy = scene.person.policies.create_policy(policy).await?;
    let held = json!({ "kind": "Native", "to": to.address, "amount": "5" });
    let held = scene.dfns.wallets.transfer_asset(from.id.clone(), held).await?;
    assert_eq!(held.status, "Pending");
    let approval = held.approval_id.ok_or("a held transfer names its approval")?;
    let pending = scene
        .person
        .policies
        .list_approvals(Some(body(json!({ "status": "Pending" }))))
        .await?;
    assert_eq!(pending.items.len(), 1);
    let decision = body(json!({ "value": "Approved", "reason": "looks right" }));
    let decided = scene
        .person
        .policies
        .create_approval_decision(approval, decision)
        .await?;
    assert_eq!(serde_json::to_value(decided)?["status"], "Approved");
    scene.pass_blocks().await?;
    assert_eq!(
        scene.dfns.wallets.get_transfer(from.id, held.id).await?.status,
        "Confirmed"
    );
    scene
        .person
        .policies
        .delete_policy(text(&policy["id"]).to_owned())
        .await?;
    Ok(())
}

async fn permissions(scene: &Scene) -> Outcome {
    let wanted = body(json!({ "name": "readers", "operations": ["Wallets:Read"] }));
    let permission = scene.person.permissions.create_permission(wanted).await?;
    let user = body(json!({ "email": "reader@example.com", "kind": "CustomerEmployee" }));
    let user = scene.person.auth.create_user(user).await?;
    let identity = body(json!({ "identityId": user.user_id }));
    let assignment = scene
        .person
        .permissions
        .assign_permission(permission.id.clone(), identity)
        .await?;
    let assignment = serde_json::to_value(assignment)?;
    assert_eq!(
        scene
            .person
            .permissions
            .list_assignments(permission.id.clone(), None)
            .await?
            .items
            .len(),
        1
    );
    let id = text(&assignment["id"]).to_owned();
    scene
        .person
        .permissions
        .revoke_permission(permission.id.clone(), id, None)
        .await?;
    assert_eq!(
        scene
            .person
            .permissions
            .list_assignments(permission.id, None)
            .await?
            .items
            .len(),
        0
    );
    Ok(())
}

async fn webhooks(scene: &Scene) -> Outcome {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hook", listener.local_addr()?);
    let webhook = body(json!({ "url": url, "events": ["wallet.created"] }));
    let webhook = scene.person.webhooks.create_webhook(webhook).await?;
    let received = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await?;
        let mut request = Vec::new();
        loop {
            connection.read_buf(&mut request).await?;
            let whole = String::from_utf8_lossy(&request);
            let Some((head, rest)) = whole.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.to_ascii_lowercase();
            let length = length
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap_or("0");
            if rest.len() >= length.parse::<usize>().unwrap_or(0) {
                break;
            }
        }
        connection
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&request).to_ascii_lowercase())
    });
    let pinged = scene.person.webhooks.ping_webhook(webhook.id.clone()).await?;
    assert_eq!(pinged.status, "200");
    assert!(received.await??.contains("x-dfns-webhook-signature: sha256="));
    assert!(
        scene
            .person
            .webhooks
            .list_webhook_events(webhook.id.clone(), None)
            .await?
            .items
            .is_empty()
    );
    // This client wants text where the API answers `true`, so it cannot read the answer. The webhook is gone all the same.
    let unreadable = scene.person.webhooks.delete_webhook(webhook.id.clone()).await;
    assert!(matches!(unreadable, Err(Error::Serde(_))), "{unreadable:?}");
    refused(scene.person.webhooks.get_webhook(webhook.id).await, 404);
    Ok(())
}

async fn users(scene: &Scene) -> Outcome {
    assert!(!scene.person.auth.list_users(None).await?.items.is_empty());
    let wanted = body(json!({ "email": "colleague@example.com", "kind": "CustomerEmployee" }));
    let made = scene.person.auth.create_user(wanted).await?;
    assert_eq!(
        scene.person.auth.get_user(made.user_id.clone()).await?.username,
        "colleague@example.com"
    );
    let off = scene.person.auth.deactivate_user(made.user_id, body(json!({}))).await?;
    assert!(!off.is_active);
    Ok(())
}

async fn errors(scene: &Scene) -> Outcome {
    let unknown = scene
        .dfns
        .wallets
        .get_wallet("wa-00000-00000-00000000000000".into())
        .await;
    assert!(refused(unknown, 404).contains("wallet not found"));
    let atlantis = || body(json!({ "network": "Atlantis" }));
    refused(scene.dfns.wallets.create_wallet(atlantis()).await, 400);
    let (credential, key) = &scene.stranger_key;
    let stranger = client(&scene.url, &json!("not-a-token"), credential, key)?;
    refused(stranger.wallets.list_wallets(None).await, 401);
    let other = client(&scene.url, &scene.token, credential, key)?;
    refused(
        other.wallets.create_wallet(body(json!({ "network": "Bitcoin" }))).await,
        401,
    );
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let scene = Scene::new().await?;
    macro_rules! play {
        ($($step:ident),+) => {$(
            $step(&scene).await.map_err(|error| format!("{}: {error}", stringify!($step)))?;
            println!("  {}", stringify!($step));
        )+};
    }
    play!(
        wallets,
        keys_and_signatures,
        transfers,
        policy_with_approval,
        permissions,
        webhooks,
        users,
        errors
    );
    use breadth::{people, services, wallets_and_keys};
    play!(wallets_and_keys, people, services);
    Ok(())
}
