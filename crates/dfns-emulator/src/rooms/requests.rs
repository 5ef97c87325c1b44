//! What all requests to sign, transfer or broadcast have in common: who asks, and how a repeated one is recognised.
//!
//! Invariant: one external id names one request of its kind in an organisation, for ever.

use dfns_types::{Requester, TokenId, UserId};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::refusals::{check_text, parsed};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Remembered, TokenKind};

/// How long the external id of a request may be, in characters.
const EXTERNAL_ID_LENGTH: usize = 50;

/// The caller, as requests name the one who made them.
///
/// # Errors
/// 500 if the operation has no caller.
pub(crate) fn requester(context: &Context<'_>) -> Result<Requester, Refusal> {
    let caller = context.caller()?;
    let requester = Requester::new(parsed::<UserId>(caller.user_id())?);
    Ok(match caller.token_kind {
        TokenKind::Pat | TokenKind::ServiceAccount => requester.with_token_id(parsed::<TokenId>(&caller.token_id)?),
        // A login has no token that the API would list.
        TokenKind::Token | TokenKind::Temp | TokenKind::Recovery => requester,
    })
}

/// A request that can be told from its repetition.
#[derive(Clone, Debug)]
pub(crate) struct Repeatable {
    kind: &'static str,
    external_id: Option<String>,
    fingerprint: String,
}

impl Repeatable {
    /// The request of this call; `kind` is what it makes, such as `transfer`.
    ///
    /// # Errors
    /// 400 if the external id is empty or too long.
    pub(crate) fn of_call(
        context: &Context<'_>,
        kind: &'static str,
        external_id: Option<&str>,
    ) -> Result<Self, Refusal> {
        check_text("externalId", external_id, 1, EXTERNAL_ID_LENGTH)?;
        // Read as a value, two bodies that differ in white space or in the order of fields are the same.
        let body: Value = context.call.body()?;
        let hash = Sha256::new()
            .chain_update(&context.call.path)
            .chain_update("\n")
            .chain_update(body.to_string());
        let fingerprint = dfns_types::Hex::from_bytes_bare(hash.finalize()).to_string();
        Ok(Self {
            kind,
            external_id: external_id.map(str::to_owned),
            fingerprint,
        })
    }

    /// The id of what the same request made before; `None` if this is the first one.
    ///
    /// # Errors
    /// 409 if another request has used the external id.
    pub(crate) fn made_before(&self, context: &Context<'_>) -> Result<Option<String>, Refusal> {
        let Some(external_id) = &self.external_id else {
            return Ok(None);
        };
        let Some(made) = context
            .store
            .external_id(self.kind, context.caller()?.org(), external_id)?
        else {
            return Ok(None);
        };
        if made.fingerprint == self.fingerprint {
            return Ok(Some(made.entity_id));
        }
        let duplicate = serde_json::json!({ "id": made.entity_id, "externalId": external_id });
        let message = format!("Conflicting {} with same externalId", self.kind);
        Err(Refusal::conflict(message).with("duplicate", duplicate))
    }

    /// Remembers what the request made.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub(crate) fn remember(self, context: &Context<'_>, entity_id: &str) -> Result<(), Refusal> {
        let Some(external_id) = self.external_id else {
            return Ok(());
        };
        let made = Remembered {
            entity_id: entity_id.to_owned(),
            fingerprint: self.fingerprint,
        };
        Ok(context
            .store
            .remember_external_id(self.kind, context.caller()?.org(), &external_id, &made)?)
    }
}
