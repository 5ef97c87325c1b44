//! Hands every generated call to the transport.

use std::fmt::{self, Debug};
use std::sync::Arc;

use dfns_types::operation;
use progenitor_client::{ClientHooks, Error, OperationInfo, ResponseValue};
use serde::de::DeserializeOwned;

use crate::{Change, Client, Transport};

/// Done.
const OK: u16 = 200;
/// Policy holds it back.
const ACCEPTED: u16 = 202;
/// Done, and there is nothing to say.
const NO_CONTENT: u16 = 204;

impl ClientHooks<Arc<dyn Transport>> for Client {
    async fn exec(&self, request: reqwest::Request, info: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        match operation::by_function(info.operation_id) {
            Some(operation) => self.inner.execute(&self.client, operation, request).await,
            // Table and calls come from one document, and codegen refuses to write one without the other.
            None => self.client.execute(request).await,
        }
    }
}

#[allow(dead_code, reason = "not every choice of domains has calls of every kind")]
impl Client {
    /// Sends the request of a call and reads its answer in JSON. Generated calls end in it, or in one of those below.
    pub(crate) async fn answer<T: DeserializeOwned, E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<T>, Error<E>> {
        let response = self.respond(request, operation_id, &[OK]).await?;
        ResponseValue::from_response(response).await
    }

    /// As [`answer`](Self::answer), for an entity that policy may hold back: it comes the same either way.
    pub(crate) async fn entity<T: DeserializeOwned, E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<T>, Error<E>> {
        let response = self.respond(request, operation_id, &[OK, ACCEPTED]).await?;
        ResponseValue::from_response(response).await
    }

    /// As [`answer`](Self::answer), for a call that is answered without a body.
    pub(crate) async fn nothing<E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<()>, Error<E>> {
        let response = self.respond(request, operation_id, &[OK, NO_CONTENT]).await?;
        Ok(ResponseValue::empty(response))
    }

    /// As [`answer`](Self::answer), for a change that policy may hold back.
    pub(crate) async fn change<T: DeserializeOwned + Debug, P: DeserializeOwned + Debug, E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<Change<T, P>>, Error<E>> {
        let response = self.respond(request, operation_id, &[OK, ACCEPTED]).await?;
        if response.status().as_u16() == ACCEPTED {
            return ResponseValue::<P>::from_response(response).await?.map(Change::Held);
        }
        ResponseValue::<T>::from_response(response).await?.map(Change::Made)
    }

    /// As [`change`](Self::change), for one that is answered without a body once it is made.
    pub(crate) async fn change_without_answer<P: DeserializeOwned + Debug, E: DeserializeOwned>(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> Result<ResponseValue<Change<(), P>>, Error<E>> {
        let accepted = [OK, ACCEPTED, NO_CONTENT];
        let response = self.respond(request, operation_id, &accepted).await?;
        if response.status().as_u16() == ACCEPTED {
            return ResponseValue::<P>::from_response(response).await?.map(Change::Held);
        }
        ResponseValue::empty(response).map(Change::Made)
    }

    /// Sends the request of a call; an answer of any other status than those is an error. Once for all types of answers.
    async fn respond<E: DeserializeOwned>(
        &self,
        mut request: reqwest::Request,
        operation_id: &'static str,
        accepted: &[u16],
    ) -> Result<reqwest::Response, Error<E>> {
        let info = OperationInfo { operation_id };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            status if accepted.contains(&status) => Ok(response),
            400..=599 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

impl Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("baseurl", &self.baseurl)
            .finish_non_exhaustive()
    }
}
