//! A request as handlers see it: routed, its path decoded, its body in one piece.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::encoding;
use super::refusal::Refusal;

/// A request that has been read to its end.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as it was sent, still encoded, without the query.
    pub(crate) path: String,
    /// The query as it was sent, without the `?`; empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The decoded parameters of the path, by the names of the template.
    pub(crate) parameters: BTreeMap<&'static str, String>,
    /// The decoded pairs of the query, in order.
    pub(crate) pairs: Vec<(String, String)>,
    /// The fault that has struck it.
    pub(crate) fault: Option<String>,
}

impl Call {
    /// Takes a request apart. The parameters of the path are added when it is routed.
    ///
    /// # Errors
    /// 400 if the query is no percent-encoded UTF-8.
    pub(crate) fn new(method: &str, path: &str, query: &str, headers: HeaderMap, body: Bytes) -> Result<Self, Refusal> {
        let pairs = encoding::decode_query(query)
            .ok_or_else(|| Refusal::invalid("the query string is not percent-encoded UTF-8"))?;
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Ok(Self {
            method,
            path,
            query,
            headers,
            body,
            parameters: BTreeMap::new(),
            pairs,
            fault: None,
        })
    }

    /// A header, if it is there and readable text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header that says who calls or what was signed, if it is there once: of two nobody knows which one is meant, and a
    /// proxy before us may have looked at the other.
    pub(crate) fn sole_header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let only = values.next()?;
        match values.next() {
            None => only.to_str().ok(),
            Some(_) => None,
        }
    }

    /// A parameter of the path, decoded.
    ///
    /// # Errors
    /// 500 if the path template has no such parameter: the handler is wrong, not the caller.
    pub(crate) fn parameter(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || std::io::Error::other(format!("no path parameter {name} in {}", self.path));
        self.parameters
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Refusal::internal(&missing()))
    }

    /// The first value of a query parameter, decoded.
    pub(crate) fn query<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.query_all(name).next()
    }

    /// All values of a query parameter, decoded, in order.
    pub(crate) fn query_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The JSON body, as the type of the request. No body reads like `{}`; unknown fields are ignored.
    ///
    /// # Errors
    /// 400 that names the field that is missing or invalid.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let bytes: &[u8] = if self.body.trim_ascii().is_empty() {
            b"{}"
        } else {
            &self.body
        };
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            match path.as_str() {
                // Text that is no JSON has no field either.
                "." | "?" => Refusal::invalid(format!("invalid body: {}", error.inner())),
                field => Refusal::invalid(format!("invalid body: {field}: {}", error.inner())).with("field", field),
            }
        })?;
        reader
            .end()
            .map_err(|error| Refusal::invalid(format!("invalid body: {error}")))?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only the errors of reading it matter")]
    struct Named {
        name: String,
    }

    fn call(body: &'static str) -> Call {
        Call::new("POST", "/x", "", HeaderMap::new(), Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn a_missing_field_is_named() {
        for body in ["", "{}", " \n"] {
            assert!(
                call(body).body::<Named>().unwrap_err().message.contains("`name`"),
                "{body:?}"
            );
        }
    }

    #[test]
    fn an_invalid_field_is_named() {
        let refusal = call(r#"{"name":7}"#).body::<Named>().unwrap_err();
        assert_eq!(refusal.status, 400);
        assert!(
            refusal.message.starts_with("invalid body: name: invalid type"),
            "{}",
            refusal.message
        );
    }

    #[test]
    fn text_that_is_no_json_names_no_field() {
        for body in ["{", "x", "[1", r#"{"name""#] {
            let refusal = call(body).body::<Named>().unwrap_err();
            assert_eq!(refusal.status, 400);
            assert!(!refusal.body().to_string().contains('?'), "{}", refusal.body());
        }
    }

    #[test]
    fn text_after_the_body_is_refused() {
        assert!(call(r#"{"name":"a"} x"#).body::<Named>().is_err());
    }
}
