//! The answer of an API that refuses.

use std::fmt;
use std::time::Duration;

use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::{Map, Value};

use super::redact::redact;
use super::retry_after;
use crate::json;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How many characters of a message from the API are kept.
const LONGEST_MESSAGE: usize = 1000;
/// How many characters are kept of an answer that is not the API's own, such as the page of a proxy.
const LONGEST_TEXT: usize = 200;

/// An answer with a status other than 2xx, in the server's own words.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    status: u16,
    message: String,
    code: Option<String>,
    id: Option<String>,
    details: Details,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    external_id: Option<Box<str>>,
}

/// What the API adds to a message: an object whose fields depend on the error, such as `walletId`.
///
/// `Debug` leaves out what could be a token.
#[derive(Clone, Default, PartialEq)]
pub struct Details(Map<String, Value>);

impl fmt::Debug for Details {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(&self.0).unwrap_or_default();
        formatter.write_str(&redact(&text, LONGEST_MESSAGE))
    }
}

impl Details {
    /// True if the API added nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A field of any type.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A field that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// All fields.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// What a refused write is a duplicate of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate<'a> {
    /// The id of the entity that is there already, such as `xfr-…`.
    pub id: &'a str,
    /// The `externalId` that both have.
    pub external_id: Option<&'a str>,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The message of the API; for an answer that is not the API's own, its first 200 characters.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A code for machines. The API documents none; some answers have one.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The id of the error, which Dfns support can look up.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What the API adds to the message.
    pub fn details(&self) -> &Details {
        &self.details
    }

    /// What the request is a duplicate of, from the details of a 409.
    pub fn duplicate(&self) -> Option<Duplicate<'_>> {
        let duplicate = self.details.get("duplicate").filter(|_| self.is_conflict())?;
        Some(Duplicate {
            id: duplicate.get("id")?.as_str()?,
            external_id: duplicate.get("externalId").and_then(Value::as_str),
        })
    }

    /// The id of the request, from the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How long to wait before the next request, from the header `retry-after`: a number of seconds, or a time, which is
    /// measured from the `date` of the same answer.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// True for 404: there is no such entity, or it belongs to another organisation.
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// True for 409, for example because an `externalId` is in use.
    pub fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// True for 401: the token is missing, invalid, expired or revoked.
    pub fn is_unauthorized(&self) -> bool {
        self.status == 401
    }

    /// True for 403: a permission or a valid user action is missing.
    pub fn is_forbidden(&self) -> bool {
        self.status == 403
    }

    /// True for 429: too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.status == 429
    }

    pub(super) fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    pub(super) fn set_external_id(&mut self, external_id: &str) {
        self.external_id = Some(external_id.into());
    }

    /// Reads `{"error":{"message":…}}`, the older `{"message":…}`, and makes do with anything else.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let mut refusal = Self {
            status,
            message: String::new(),
            code: None,
            id: None,
            details: Details::default(),
            request_id: None,
            retry_after: None,
            external_id: None,
        };
        if let Ok(Value::Object(mut answer)) = json::tree(body) {
            // Taken and not removed: what is left is dropped anyway, and removing is a lot of code.
            match answer.get_mut("error").map(Value::take) {
                Some(Value::Object(error)) => refusal.fill(error),
                Some(Value::String(message)) => refusal.message = redact(&message, LONGEST_MESSAGE),
                _ => {}
            }
            if refusal.message.is_empty() {
                refusal.fill(answer);
            }
        }
        if refusal.message.is_empty() {
            refusal.message = redact(&String::from_utf8_lossy(body), LONGEST_TEXT);
        }
        if refusal.message.is_empty() {
            "no message".clone_into(&mut refusal.message);
        }
        refusal
    }

    pub(crate) fn with_headers(mut self, headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        self.request_id = text(&REQUEST_ID).map(|id| redact(id, 64));
        self.retry_after = text(&RETRY_AFTER).and_then(|after| retry_after::read(after, text(&DATE)));
        self
    }

    fn fill(&mut self, mut error: Map<String, Value>) {
        let mut text = |name: &str| match error.get_mut(name).map(Value::take) {
            Some(Value::String(text)) => Some(text),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        if let Some(message) = text("message") {
            self.message = redact(&message, LONGEST_MESSAGE);
        }
        self.code = text("code").or_else(|| self.code.take());
        self.id = text("id").or_else(|| self.id.take());
        if let Some(Value::Object(details)) = error.get_mut("details").map(Value::take) {
            self.details = Details(details);
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.status)?;
        if let Some(code) = &self.code {
            write!(formatter, " {code}")?;
        }
        write!(formatter, ": {}", self.message)?;
        match &self.request_id {
            Some(id) => write!(formatter, " (request {id})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn refusal_reads_the_documented_envelope() {
        let body =
            br#"{"error":{"id":"2038837570328299032","message":"wallet not found","details":{"walletId":"wa-1"}}}"#;
        let refusal = Refusal::read(404, body);
        assert_eq!(refusal.message(), "wallet not found");
        assert_eq!(refusal.id(), Some("2038837570328299032"));
        assert_eq!(refusal.details().text("walletId"), Some("wa-1"));
        assert!(refusal.is_not_found());
    }

    #[test]
    fn refusal_reads_the_older_message_at_the_top() {
        let refusal = Refusal::read(401, br#"{"message":"Not Authorized.","code":"E17"}"#);
        assert_eq!((refusal.message(), refusal.code()), ("Not Authorized.", Some("E17")));
        assert_eq!(refusal.to_string(), "401 E17: Not Authorized.");
    }

    #[test]
    fn refusal_keeps_the_beginning_of_an_answer_that_is_not_json() {
        let refusal = Refusal::read(502, format!("<h1>Bad\n\n Gateway</h1>{}", " x".repeat(500)).as_bytes());
        assert!(
            refusal.message().starts_with("<h1>Bad Gateway</h1> x x"),
            "{}",
            refusal.message()
        );
        assert_eq!(refusal.message().chars().count(), 201);
    }

    #[test]
    fn refusal_says_so_when_the_answer_is_empty() {
        assert_eq!(Refusal::read(503, b"").to_string(), "503: no message");
    }

    #[test]
    fn refusal_does_not_keep_a_token_that_the_answer_repeats() {
        let token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJvciJ9.c2lnbmF0dXJlc2lnbmF0dXJl";
        let in_json = Refusal::read(
            401,
            format!(r#"{{"error":{{"message":"bad token {token}"}}}}"#).as_bytes(),
        );
        let in_text = Refusal::read(401, format!("bad token {token}").as_bytes());
        assert!(!format!("{in_json:?} {in_json}").contains("eyJ"));
        assert!(!format!("{in_text:?} {in_text}").contains("eyJ"));
    }
}
