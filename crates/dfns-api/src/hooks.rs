//! Hands every generated call to the transport.

use std::fmt;
use std::sync::Arc;

use dfns_types::operation;
use progenitor_client::{ClientHooks, Error, OperationInfo, ResponseValue};
use serde::de::DeserializeOwned;

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

impl Client {
    /// Sends the request of a call and reads its answer in JSON. Generated calls end in it.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) async fn answer<T: DeserializeOwned, E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<T>, Error<E>> {
        let response = self.respond(request, operation_id).await?;
        ResponseValue::from_response(response).await
    }

    /// Sends the request of a call; anything but an answer of status 200 is an error. Once for all types of answers.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    async fn respond<E: DeserializeOwned>(
        &self,
        mut request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<reqwest::Response, Error<E>> {
        let info = OperationInfo { operation_id };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200 => Ok(response),
            400..=599 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            _ => Err(Error::UnexpectedResponse(response)),
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
