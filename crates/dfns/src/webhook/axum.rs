//! An extractor for axum: a handler that takes [`Verified`] is called for checked deliveries only.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Delivery, Error, Verifier};

/// A delivery that was checked and read. The state of the router has a [`Verifier`].
///
/// Bodies of more than 2 MB are refused, unless `DefaultBodyLimit` says otherwise.
#[derive(Clone, Debug)]
pub struct Verified(pub Delivery);

/// Why a handler was not called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The body could not be read to its end, or is too long: 400 or 413.
    #[error("the body cannot be read")]
    Body(#[source] BytesRejection),
    /// The delivery is not accepted: 401 if it is not known to come from the API, 422 if it cannot be understood.
    #[error("the delivery is not accepted")]
    Refused(#[source] Error),
}

impl IntoResponse for Rejection {
    /// The answer does not say what a forger would like to know.
    fn into_response(self) -> Response {
        match self {
            Self::Body(rejection) => rejection.into_response(),
            Self::Refused(error) if error.is_forgery() => StatusCode::UNAUTHORIZED.into_response(),
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Verified
where
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let verifier = Verifier::from_ref(state);
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await.map_err(Rejection::Body)?;
        let delivery = verifier.verify(&headers, &body).map_err(|error| {
            tracing::warn!(reason = error.report(), "a webhook delivery is not accepted");
            Rejection::Refused(error)
        })?;
        Ok(Self(delivery))
    }
}
