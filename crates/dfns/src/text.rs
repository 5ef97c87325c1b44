//! Answers that are text, not JSON: the CSV of a log.

use std::future::poll_fn;
use std::pin::Pin;

use dfns_api::{ByteStream, ResponseValue};
use futures_core::Stream as _;
use serde::Serialize;

use crate::client::Dfns;
use crate::error::{DecodeError, Error, Result, Step};

impl Dfns {
    /// Reads an answer in text to its end.
    #[allow(dead_code, reason = "only one domain answers text")]
    pub(crate) async fn finish_text<E: Serialize>(
        &self,
        operation: &'static str,
        result: std::result::Result<ResponseValue<ByteStream>, dfns_api::Error<E>>,
    ) -> Result<String> {
        let mut stream = self.finish(operation, result)?.into_inner();
        let mut bytes = Vec::new();
        while let Some(chunk) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
            let chunk = chunk.map_err(|error| Error::unanswered(operation, Step::Call, self.timeout(), error))?;
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| Error::Decode {
            operation,
            step: Step::Call,
            source: DecodeError::because("the answer is not UTF-8 text"),
        })
    }
}
