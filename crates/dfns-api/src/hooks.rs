//! Hands every generated call to the transport.

use std::fmt;
use std::sync::Arc;

use dfns_types::operation;
use progenitor_client::{ClientHooks, OperationInfo};

use crate::{Client, Transport};

impl ClientHooks<Arc<dyn Transport>> for Client {
    async fn exec(&self, request: reqwest::Request, info: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        match operation::by_function(info.operation_id) {
            Some(operation) => self.inner.execute(&self.client, operation, request).await,
            // Table and calls come from one document, and codegen refuses to write one without the other.
            None => self.client.execute(request).await,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("baseurl", &self.baseurl)
            .finish_non_exhaustive()
    }
}
