//! The things of a document: made by the operations of the API, with keys and money that only a test can give.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::document::{at, placed, refuse};
use super::{Entry, Made, Seeding};
use crate::auth::session;
use crate::bootstrap::{self, KeyFiles};
use crate::chain;
use crate::server::{Call, Refusal};
use crate::store::UserRecord;

/// What one operation makes, shown as it answers.
pub(super) fn plain(seeding: &Seeding<'_, '_>, entry: Entry<'_>) -> Result<Made, Refusal> {
    let shown = seeding.call(entry.at, entry.operation, None, &entry.body.into())?;
    Ok(Made {
        id: text(&shown["id"])?,
        shown,
    })
}

/// A user; registered with a key and logged in, unless said otherwise.
pub(super) fn user(seeding: &Seeding<'_, '_>, mut entry: Entry<'_>) -> Result<Made, Refusal> {
    let is_registered = match entry.more.get("isRegistered") {
        None => true,
        Some(Value::Bool(given)) => *given,
        Some(_) => return Err(refuse(&at(entry.at, "isRegistered"), "must be true or false")),
    };
    let permissions = permissions(&entry)?;
    if is_registered {
        // Nobody needs a code by mail who is registered.
        entry.body.entry("registration").or_insert_with(|| "Delegated".into());
    }
    let shown = seeding.call(entry.at, entry.operation, None, &entry.body.into())?;
    let id = text(&shown["userId"])?;
    assign(seeding, &at(entry.at, "permissions"), &permissions, &id)?;
    let mut shown = json!({ "userId": id, "username": shown["username"] });
    if is_registered {
        let (context, org) = (seeding.context, seeding.caller.org());
        let user: Option<UserRecord> = context.store.get(org, &id)?;
        let mut user = user.ok_or_else(|| Refusal::not_found("user", "userId", &id, org))?;
        user.is_registered = true;
        context.store.update(&user)?;
        let key = KeyFiles::new(context)?;
        let credential = bootstrap::credential(context, &user, None, "Default Credential", &key.public_key)?;
        shown["token"] = session::log_in(context, &user)?.into();
        shown["credentialId"] = credential.into();
        shown["privateKey"] = key.private_key.expose_secret().into();
    }
    Ok(Made { id, shown })
}

/// A service account; its key is made, unless its public half is given.
pub(super) fn service_account(seeding: &Seeding<'_, '_>, mut entry: Entry<'_>) -> Result<Made, Refusal> {
    let place = at(entry.at, "permissions");
    let mut permissions = permissions(&entry)?;
    if let Some(first) = entry
        .more
        .contains_key("permissions")
        .then(|| permissions.first().cloned())
    {
        // Without any it would get all that the first employee has.
        let first = first.ok_or_else(|| refuse(&place, "must have at least 1 item"))?;
        permissions.remove(0);
        entry.body.insert("permissionId".to_owned(), first.into());
    }
    let mut private_key = None;
    if !entry.body.contains_key("publicKey") {
        let key = KeyFiles::new(seeding.context)?;
        entry.body.insert("publicKey".to_owned(), key.public_key.into());
        private_key = Some(key.private_key);
    }
    let made = seeding.call(entry.at, entry.operation, None, &entry.body.into())?;
    let (user, token) = (&made["userInfo"], &made["accessTokens"][0]);
    let id = text(&user["userId"])?;
    assign(seeding, &place, &permissions, &id)?;
    let mut shown = json!({
        "userId": id, "username": user["username"],
        "token": token["accessToken"], "credentialId": token["credId"],
    });
    if let Some(key) = private_key {
        shown["privateKey"] = key.expose_secret().into();
    }
    Ok(Made { id, shown })
}

/// A wallet, and what is in it.
pub(super) fn wallet(seeding: &Seeding<'_, '_>, entry: Entry<'_>) -> Result<Made, Refusal> {
    let shown = seeding.call(entry.at, entry.operation, None, &entry.body.into())?;
    let id = text(&shown["id"])?;
    if let Some(balance) = entry.more.get("balance") {
        let place = at(entry.at, "balance");
        let body = json!({ "walletId": id, "amount": balance });
        fund(seeding, &body).map_err(|refusal| placed(without_field(refusal), &place))?;
    }
    let place = at(entry.at, "assets");
    let assets = match entry.more.get("assets") {
        None => &Vec::new(),
        Some(Value::Array(assets)) => assets,
        Some(_) => return Err(refuse(&place, "must be a list")),
    };
    for (index, asset) in assets.iter().enumerate() {
        let place = at(&place, &index.to_string());
        let mut asset = asset
            .as_object()
            .ok_or_else(|| refuse(&place, "must be an object"))?
            .clone();
        let mut body = json!({ "walletId": id });
        if let Some(amount) = asset.remove("amount") {
            body["amount"] = amount;
        }
        body["asset"] = asset.into();
        fund(seeding, &body).map_err(|refusal| placed(within_asset(refusal), &place))?;
    }
    Ok(Made { id, shown })
}

fn fund(seeding: &Seeding<'_, '_>, body: &Value) -> Result<(), Refusal> {
    let bytes = Bytes::from(body.to_string());
    let call = Call::new("POST", "/faucet", "", HeaderMap::new(), bytes)?;
    chain::faucet(&mut seeding.context.of_part(&call))?;
    Ok(())
}

/// What the faucet refuses of a balance has one place, whatever the faucet calls it.
fn without_field(refusal: Refusal) -> Refusal {
    Refusal::new(refusal.status, refusal.message)
}

/// What the faucet calls `asset.contract` is the field `contract` here.
fn within_asset(refusal: Refusal) -> Refusal {
    let field = refusal.detail("field").and_then(Value::as_str).map(str::to_owned);
    match field {
        Some(field) => refusal.with("field", field.strip_prefix("asset.").unwrap_or(&field)),
        None => refusal,
    }
}

/// The ids of the permissions that somebody is to hold.
fn permissions(entry: &Entry<'_>) -> Result<Vec<String>, Refusal> {
    let place = at(entry.at, "permissions");
    let ids = match entry.more.get("permissions") {
        None => return Ok(Vec::new()),
        Some(Value::Array(ids)) => ids.iter().enumerate(),
        Some(_) => return Err(refuse(&place, "must be a list")),
    };
    let id = |(index, id): (usize, &Value)| {
        let wrong = || refuse(&at(&place, &index.to_string()), "must be text: an id, or @name");
        id.as_str().map(str::to_owned).ok_or_else(wrong)
    };
    ids.map(id).collect()
}

fn assign(seeding: &Seeding<'_, '_>, place: &str, permissions: &[String], identity: &str) -> Result<(), Refusal> {
    for permission in permissions {
        let body = json!({ "identityId": identity });
        seeding.call(place, "assignPermission", Some(("permissionId", permission)), &body)?;
    }
    Ok(())
}

fn text(value: &Value) -> Result<String, Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other("an answer has no id"));
    value.as_str().map(str::to_owned).ok_or_else(missing)
}
