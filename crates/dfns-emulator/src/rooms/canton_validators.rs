//! Validators of Canton, which host the parties of its wallets.
//!
//! Invariant: how to reach a validator, and with which secret, is checked and then forgotten: no call needs it, and none
//! shows it.

use dfns_types::{
    CantonEndpoint, CantonNetwork, CantonNetworkName, CantonValidator, CantonValidatorKind, CantonValidatorPage,
    CreateCantonValidatorRequest, OrgId, UpdateCantonValidatorRequest, ValidatorId,
};

use super::refusals::{check_text, invalid_field, parsed};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// How many items a page may hold.
const PAGE_LENGTH: usize = 500;

impl Document for CantonValidator {
    const KIND: &'static str = "validator";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// `POST /networks/{network}/validators`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateCantonValidatorRequest = context.call.body()?;
    let network = network(context)?;
    let (kind, name) = match request {
        CreateCantonValidatorRequest::Shared(wanted) => (CantonValidatorKind::Shared, wanted.name),
        CreateCantonValidatorRequest::Custom(wanted) => {
            check_endpoint("validator", &wanted.validator)?;
            check_endpoint("ledger", &wanted.ledger)?;
            (CantonValidatorKind::Custom, wanted.name)
        }
        other => return Err(invalid_field("kind", &format!("unknown kind {:?}", other.kind()))),
    };
    check_text("name", name.as_deref(), 1, 50)?;
    let org = context.caller()?.org();
    let id = parsed::<ValidatorId>(&context.new_id("cv")?)?;
    // What parties begin with has to be theirs alone; the id is.
    let hint = format!("dfns-{}", id.as_str().trim_start_matches("cv-"));
    let mut validator = CantonValidator::new(id, parsed::<OrgId>(org)?, network, kind, hint, context.now);
    validator.name = name;
    context.store.insert(
        &validator,
        Filing {
            org,
            parent: validator.network.as_str(),
            owner: "",
        },
    )?;
    Reply::json(&validator)
}

/// `GET /networks/{network}/validators`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let network = network(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(network.as_str()),
        owner: None,
    };
    let found = context.store.list::<CantonValidator>(listing, &page, |_| true)?;
    let mut validators = CantonValidatorPage::new(found.items);
    validators.next_page_token = found.next_page_token;
    Reply::json(&validators)
}

/// `GET /networks/{network}/validators/{validatorId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&validator_of_path(context)?)
}

/// `PUT /networks/{network}/validators/{validatorId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateCantonValidatorRequest = context.call.body()?;
    check_text("name", request.name.as_deref(), 1, 50)?;
    let mut validator = validator_of_path(context)?;
    for (field, endpoint) in [("validator", &request.validator), ("ledger", &request.ledger)] {
        let Some(endpoint) = endpoint else { continue };
        if validator.kind != CantonValidatorKind::Custom {
            return Err(invalid_field(field, "a shared validator is reached by the API alone"));
        }
        check_endpoint(field, endpoint)?;
    }
    if request.name.is_some() {
        validator.name = request.name;
    }
    context.store.update(&validator)?;
    Reply::json(&validator)
}

/// `DELETE /networks/{network}/validators/{validatorId}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let validator = validator_of_path(context)?;
    context.store.delete::<CantonValidator>(validator.id.as_str())?;
    Reply::json(&validator)
}

/// The network that the path names, in the form that paths have or in that of answers.
fn network(context: &Context<'_>) -> Result<CantonNetwork, Refusal> {
    let name = context.call.parameter("network")?;
    match CantonNetworkName::from(name) {
        CantonNetworkName::Canton => return Ok(CantonNetwork::Canton),
        CantonNetworkName::CantonDevnet => return Ok(CantonNetwork::CantonDevnet),
        CantonNetworkName::CantonTestnet => return Ok(CantonNetwork::CantonTestnet),
        _ => {}
    }
    match CantonNetwork::from(name) {
        CantonNetwork::Unknown(_) => Err(invalid_field("network", &format!("{name:?} has no validators"))),
        network => Ok(network),
    }
}

fn validator_of_path(context: &Context<'_>) -> Result<CantonValidator, Refusal> {
    let (network, id) = (network(context)?, context.call.parameter("validatorId")?);
    let org = context.caller()?.org();
    let found: Option<CantonValidator> = context.store.get(org, id)?;
    found
        .filter(|validator| validator.network == network)
        .ok_or_else(|| Refusal::not_found("validator", "validatorId", id, org))
}

fn check_endpoint(field: &str, endpoint: &CantonEndpoint) -> Result<(), Refusal> {
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let wrong = |name: &str, problem: &str| Err(invalid_field(&format!("{field}.{name}"), problem));
    if !is_web(&endpoint.url) {
        return wrong("url", "expected a URL");
    }
    if endpoint.oauth2.client_id.is_empty() {
        return wrong("oauth2.clientId", "it is empty");
    }
    if endpoint.oauth2.client_secret.expose_secret().is_empty() {
        return wrong("oauth2.clientSecret", "it is empty");
    }
    Ok(())
}
