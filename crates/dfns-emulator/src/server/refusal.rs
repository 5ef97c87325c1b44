//! Answers that say no.
//!
//! Invariant: what a refusal says is meant for the caller; what went wrong inside stays in the log.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::store::StoreError;

/// A refusal: the status and the body `{"error":{"status","message","details"?}}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    details: Map<String, Value>,
    /// The methods that the path has; of a refusal for another one.
    pub(crate) allowed: Vec<&'static str>,
}

impl Refusal {
    /// A refusal with any status.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: Map::new(),
            allowed: Vec::new(),
        }
    }

    /// 400: malformed or invalid, or in the wrong state.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401: nobody we know.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403: known, but not allowed.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404 for an entity: message `wallet not found`, details `{walletId, orgId}`.
    pub(crate) fn not_found(entity: &str, id_field: &str, id: &str, org: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{entity} not found"))
            .with(id_field, id)
            .with("orgId", org)
    }

    /// 405: the path has other methods, which the header `Allow` names, too.
    pub(crate) fn other_method(method: &str, allowed: Vec<&'static str>) -> Self {
        let message = format!("{method} is not a method of this path, but {}", allowed.join(", "));
        Self {
            allowed,
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// 409: in the way of something that is there already.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500, with the cause in the log and not in the answer.
    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        let mut chain = cause.to_string();
        let mut source = cause.source();
        while let Some(error) = source {
            chain = format!("{chain}: {error}");
            source = error.source();
        }
        tracing::error!(cause = chain, "a request failed inside of the emulator");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// Adds a detail.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// A detail.
    pub(crate) fn detail(&self, name: &str) -> Option<&Value> {
        self.details.get(name)
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "status": self.status.as_u16(), "message": self.message });
        if !self.details.is_empty() {
            error["details"] = Value::Object(self.details.clone());
        }
        json!({ "error": error })
    }
}

/// Ids are made by the emulator; one that is none is a mistake of its own.
impl From<dfns_types::IdError> for Refusal {
    fn from(error: dfns_types::IdError) -> Self {
        Self::internal(&error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_entity_is_named_with_its_id_and_organisation() {
        let refusal = Refusal::not_found("wallet", "walletId", "wa-1", "or-1");
        assert_eq!(
            refusal.body(),
            json!({ "error": {
                "status": 404, "message": "wallet not found", "details": { "walletId": "wa-1", "orgId": "or-1" },
            } })
        );
    }

    #[test]
    fn an_inner_failure_is_not_shown() {
        let refusal = Refusal::internal(&std::io::Error::other("disk on fire"));
        assert_eq!(
            refusal.body(),
            json!({ "error": { "status": 500, "message": "Internal Server Error" } })
        );
    }
}
