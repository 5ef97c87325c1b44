//! Applications: the programs through which users called the API before it did without them.
//!
//! An older client names its application with each call, see [`crate::auth::application`]. One on a server has a token with
//! a key of its own; one in the hands of its users has neither.
//!
//! Invariant: no application changes its own state, and an archived one is never active again.

use dfns_types::{CreateApplicationRequest, PermissionId, UpdateApplicationRequest};
use serde_json::{Value, json};

use super::access_tokens::{self, NewToken};
use super::people::require_text;
use super::refusals::invalid_field;
use super::users;
use crate::auth::session::Holder;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{ApplicationKind, ApplicationRecord, Filing, Listing, TokenKind};

/// `GET /auth/apps`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let applications: Vec<ApplicationRecord> = context.store.all(listing)?;
    let living = applications.iter().filter(|application| !application.is_archived);
    let items: Result<Vec<Value>, Refusal> = living.map(|application| present(context, application)).collect();
    Reply::json(&json!({ "items": items? }))
}

/// `GET /auth/apps/{appId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let application = find(context)?;
    Reply::json(&present(context, &application)?)
}

/// An application to make.
struct New {
    kind: ApplicationKind,
    name: String,
    relying_party_id: String,
    origin: String,
    external_id: Option<String>,
    permission_id: Option<PermissionId>,
}

/// The key of an application on a server, in PEM, and for how many days its token is good.
type Key = (String, Option<i32>);

/// `POST /auth/apps`: the only answer with the token of an application on a server.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (new, key) = read(context.call.body()?)?;
    for (field, text) in [
        ("name", &new.name),
        ("relyingPartyId", &new.relying_party_id),
        ("origin", &new.origin),
    ] {
        require_text(field, text)?;
    }
    let lifetime = access_tokens::lifetime(key.as_ref().and_then(|(_, days_valid)| *days_valid))?;
    let permissions = access_tokens::permissions(context, new.permission_id.as_ref())?;
    let org = context.caller()?.org();
    let application = ApplicationRecord {
        id: context.new_id("ap")?,
        org: org.to_owned(),
        kind: new.kind,
        name: new.name,
        external_id: new.external_id,
        relying_party_id: new.relying_party_id,
        origin: new.origin,
        is_active: true,
        is_archived: false,
    };
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&application, filing)?;
    access_tokens::assign(context, &permissions, &application.id)?;
    let Some((public_key, _)) = key else {
        return Reply::json(&present(context, &application)?);
    };
    let new = NewToken {
        kind: TokenKind::Application,
        name: &application.name,
        external_id: application.external_id.clone(),
        public_key: &public_key,
        lifetime,
    };
    let holder = Holder {
        org,
        id: &application.id,
        name: &application.name,
    };
    let (text, _token) = access_tokens::make(context, holder, new)?;
    let mut shown = present(context, &application)?;
    shown["accessTokens"][0]["accessToken"] = text.into();
    Reply::json(&shown)
}

fn read(request: CreateApplicationRequest) -> Result<(New, Option<Key>), Refusal> {
    match request {
        CreateApplicationRequest::ClientSideApplication(request) => {
            let new = New {
                kind: ApplicationKind::ClientSideApplication,
                name: request.name,
                relying_party_id: request.relying_party_id,
                origin: request.origin,
                external_id: request.external_id,
                permission_id: request.permission_id,
            };
            Ok((new, None))
        }
        CreateApplicationRequest::ServerSideApplication(request) => {
            let new = New {
                kind: ApplicationKind::ServerSideApplication,
                name: request.name,
                relying_party_id: request.relying_party_id,
                origin: request.origin,
                external_id: request.external_id,
                permission_id: request.permission_id,
            };
            Ok((new, Some((request.public_key, request.days_valid))))
        }
        unknown => {
            let problem = format!(
                "expected ClientSideApplication or ServerSideApplication, found {:?}",
                unknown.kind()
            );
            Err(invalid_field("kind", &problem))
        }
    }
}

/// `PUT /auth/apps/{appId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateApplicationRequest = context.call.body()?;
    let mut application = find(context)?;
    refuse_archived(&application)?;
    if let Some(name) = request.name {
        require_text("name", &name)?;
        application.name = name;
    }
    if let Some(external_id) = request.external_id {
        application.external_id = Some(external_id);
    }
    for mut token in context.store.tokens_of(&application.id)? {
        token.name.clone_from(&application.name);
        token.external_id.clone_from(&application.external_id);
        context.store.update_token(&token)?;
    }
    keep(context, &application)
}

/// `PUT /auth/apps/{appId}/activate`: the same token is good again.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut application = find(context)?;
    refuse_itself(context, &application)?;
    refuse_archived(&application)?;
    application.is_active = true;
    keep(context, &application)
}

/// `PUT /auth/apps/{appId}/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut application = find(context)?;
    refuse_itself(context, &application)?;
    refuse_archived(&application)?;
    application.is_active = false;
    keep(context, &application)
}

/// `DELETE /auth/apps/{appId}`.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut application = find(context)?;
    refuse_itself(context, &application)?;
    application.is_active = false;
    application.is_archived = true;
    keep(context, &application)
}

/// The application that the path names.
fn find(context: &Context<'_>) -> Result<ApplicationRecord, Refusal> {
    let id = context.call.parameter("appId")?;
    let org = context.caller()?.org();
    let found = context.store.get(org, id)?;
    found.ok_or_else(|| Refusal::not_found("application", "appId", id, org))
}

/// Refuses that a call through an application changes the state of that application.
fn refuse_itself(context: &Context<'_>, application: &ApplicationRecord) -> Result<(), Refusal> {
    let through = context.caller()?.application.as_ref();
    match through.filter(|through| through.id == application.id) {
        Some(_) => Err(Refusal::invalid("application cannot modify its own state")),
        None => Ok(()),
    }
}

fn refuse_archived(application: &ApplicationRecord) -> Result<(), Refusal> {
    if application.is_archived {
        Err(Refusal::invalid(format!("{} is archived", application.id)))
    } else {
        Ok(())
    }
}

fn keep(context: &Context<'_>, application: &ApplicationRecord) -> Result<Reply, Refusal> {
    context.store.update(application)?;
    Reply::json(&present(context, application)?)
}

fn present(context: &Context<'_>, application: &ApplicationRecord) -> Result<Value, Refusal> {
    let mut tokens = Vec::new();
    for token in context.store.tokens_of(&application.id)? {
        let mut shown = access_tokens::present(context, &token, &application.id)?;
        shown["isActive"] = (token.is_active && application.is_active).into();
        tokens.push(shown);
    }
    Ok(json!({
        "appId": application.id,
        "kind": application.kind.as_str(),
        "orgId": application.org,
        "expectedRpId": application.relying_party_id,
        "expectedOrigin": application.origin,
        "name": application.name,
        "isActive": application.is_active,
        "permissionAssignments": users::assignments(context, &application.id)?,
        "accessTokens": tokens,
    }))
}
