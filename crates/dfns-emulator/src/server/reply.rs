//! Answers that say yes.

use axum::http::StatusCode;
use serde::Serialize;

use super::refusal::Refusal;

/// What a handler answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
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
        })
    }

    /// 204 without a body.
    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            content_type: "",
            body: Vec::new(),
        }
    }
}
