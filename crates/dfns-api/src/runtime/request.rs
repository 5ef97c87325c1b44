//! The request of a call, before it has an address and credentials.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use dfns_types::operation::Operation;
use http::HeaderValue;
use http::uri::PathAndQuery;

use super::encode::{QueryValue, Segment};
use super::form::{self, Upload};

/// What goes out as the body of an HTTP request.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The value of `Content-Type`.
    pub media_type: HeaderValue,
    /// The bytes.
    pub bytes: Bytes,
}

impl Content {
    /// A body in JSON.
    pub fn json(bytes: impl Into<Bytes>) -> Self {
        Self {
            media_type: HeaderValue::from_static("application/json"),
            bytes: bytes.into(),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Content({:?}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// A request that is ready to be authenticated, signed and sent. Cheap to clone: the clones share path and body.
#[derive(Clone)]
pub struct Request {
    operation: &'static Operation,
    target: PathAndQuery,
    body: Option<Bytes>,
    /// In a box, since few requests have one.
    file: Option<Box<Upload>>,
    accept: &'static str,
}

impl Request {
    /// The operation that is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Path and query, percent-encoded, as they stand in the request line when the API has no path of its own.
    pub fn target(&self) -> &PathAndQuery {
        &self.target
    }

    /// The path alone, percent-encoded: what a user action signature declares.
    pub fn path(&self) -> &str {
        self.target.path()
    }

    /// The body, which is JSON; `None` if the operation has none. These very bytes are what a user action signature
    /// declares.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// The file that goes beside the body; `None` for all but a few operations. No user action signature covers it: the
    /// body holds its checksum.
    pub fn file(&self) -> Option<&Upload> {
        self.file.as_deref()
    }

    /// What goes out: the body, or the form that holds it in the part `data` and the file in the part `file`. `None` if the
    /// operation has no body. Body and content share their bytes; a form is made whenever it is asked for, always the same.
    pub fn content(&self) -> Option<Content> {
        let body = self.body.as_ref()?;
        Some(match &self.file {
            None => Content::json(body.clone()),
            Some(file) => {
                let (media_type, bytes) = form::encode(body, file);
                Content { media_type, bytes }
            }
        })
    }

    /// The same request with another body in JSON.
    #[must_use]
    pub fn with_body(self, body: Bytes) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The media type that is asked for, the value of `Accept`.
    pub fn accept(&self) -> &'static str {
        self.accept
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("target", &self.target)
            .field("body", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

/// A request in the making.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) operation: &'static Operation,
    target: String,
    has_query: bool,
    body: Option<Bytes>,
    file: Option<Box<Upload>>,
    problem: Option<Problem>,
}

/// An argument, and what is wrong with it.
pub(super) type Problem = (&'static str, String);

impl Draft {
    /// Fills the values into the path template of the operation, in its order.
    pub(super) fn new(operation: &'static Operation, values: &[&dyn Display]) -> Self {
        let mut draft = Self {
            operation,
            // Room for two ids and a query: most requests are made with one allocation.
            target: String::with_capacity(operation.path.len() + 96),
            has_query: false,
            body: None,
            file: None,
            problem: None,
        };
        let mut values = values.iter();
        let mut rest = operation.path;
        while let Some((before, after)) = rest.split_once('{') {
            draft.target.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            rest = after;
            match values.next() {
                Some(value) => draft.segment(name, value),
                None => draft.wrong(name, "it is missing".to_owned()),
            }
        }
        draft.target.push_str(rest);
        draft
    }

    /// An empty segment, `.` or `..` would make the path another one.
    fn segment(&mut self, name: &'static str, value: &dyn Display) {
        let start = self.target.len();
        let written = write!(Segment(&mut self.target), "{value}");
        let segment = self.target.get(start..).unwrap_or_default();
        if written.is_err() || matches!(segment, "" | "." | "..") {
            let path = self.operation.path;
            self.wrong(
                name,
                format!("it is empty, `.` or `..`, which does not fit the path {path}, expected a name"),
            );
        }
    }

    pub(super) fn query(&mut self, name: &'static str, value: &dyn Display) {
        self.target.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.target.push_str(name);
        self.target.push('=');
        if write!(QueryValue(&mut self.target), "{value}").is_err() {
            self.wrong(name, "it cannot be written".to_owned());
        }
    }

    pub(super) fn json(&mut self, body: serde_json::Result<Vec<u8>>) {
        match body {
            Ok(body) => self.body = Some(body.into()),
            Err(error) => self.wrong("body", error.to_string()),
        }
    }

    pub(super) fn file(&mut self, file: &Upload) {
        if file.content().is_empty() {
            self.wrong("file", "it is empty, expected the bytes of a file".to_owned());
        }
        self.file = Some(Box::new(file.clone()));
    }

    /// The first problem is the one that is told.
    fn wrong(&mut self, argument: &'static str, problem: String) {
        self.problem.get_or_insert((argument, problem));
    }

    pub(super) fn finish(self, accept: &'static str) -> Result<Request, Problem> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let length = self.target.len();
        let target = PathAndQuery::from_maybe_shared(Bytes::from(self.target)).map_err(|error| {
            (
                "path",
                format!("with its query of {length} bytes it cannot be sent: {error}"),
            )
        })?;
        Ok(Request {
            operation: self.operation,
            target,
            body: self.body,
            file: self.file,
            accept,
        })
    }
}
