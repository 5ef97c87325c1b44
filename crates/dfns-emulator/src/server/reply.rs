//! Answers that say yes.

use http::StatusCode;
use serde::Serialize;

use super::refusal::Refusal;
use crate::action::Sealing;
use crate::webhooks::Errand;

/// What a handler answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// What is left to do with the network before there is an answer, which then takes the place of this one.
    pub(crate) errand: Option<Errand>,
    /// Where a browser shall go on.
    pub(crate) location: Option<String>,
    /// The answer that takes the place of this one once its token is signed.
    pub(crate) sealing: Option<Box<Sealing>>,
}

impl Reply {
    /// 200 with a JSON body.
    ///
    /// # Errors
    /// 500 if the value cannot be written as JSON.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        Self::json_with(StatusCode::OK, value)
    }

    /// A JSON body with another status: 202 for what waits for an approval.
    ///
    /// # Errors
    /// 500 if the value cannot be written as JSON.
    pub(crate) fn json_with(status: StatusCode, value: &impl Serialize) -> Result<Self, Refusal> {
        let body = serde_json::to_vec(value).map_err(|error| Refusal::internal(&error))?;
        Ok(Self {
            status,
            content_type: "application/json; charset=utf-8",
            body,
            errand: None,
            location: None,
            sealing: None,
        })
    }

    /// 200 with text of any type.
    pub(crate) fn text(content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            body: body.into().into_bytes(),
            errand: None,
            location: None,
            sealing: None,
        }
    }

    /// 302: the browser shall go on elsewhere.
    pub(crate) fn redirect(location: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            location: Some(location),
            ..Self::empty()
        }
    }

    /// 204 without a body.
    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            content_type: "",
            body: Vec::new(),
            errand: None,
            location: None,
            sealing: None,
        }
    }

    /// 200 with what still lacks a token.
    pub(crate) fn sealed(sealing: Sealing) -> Self {
        Self {
            status: StatusCode::OK,
            sealing: Some(Box::new(sealing)),
            ..Self::empty()
        }
    }

    /// What an errand brings back once the transaction is through.
    pub(crate) fn after(errand: Errand) -> Self {
        Self {
            errand: Some(errand),
            ..Self::empty()
        }
    }
}
