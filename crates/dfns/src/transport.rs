//! Carries out the requests that the generated calls make, and tells who wants to know how it went.
//!
//! Invariant: what is told holds ids, numbers and times; never an argument, a body or a token.

use std::future::Future;
use std::pin::Pin;

use dfns_api::{Request, Response, Transport, TransportFuture};
use dfns_types::operation::Operation;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::action::PreparedAction;
use crate::call;
use crate::clock::{self, Instant};
use crate::config::Settings;
use crate::error::{Error, Refusal};
use crate::metrics::CallReport;

pub(crate) struct SigningTransport {
    pub(crate) settings: Settings,
}

/// What [`SigningTransport::carry`] returns.
pub(crate) type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

impl Transport for SigningTransport {
    fn execute(&self, request: Request) -> TransportFuture<'_> {
        Box::pin(async move { Ok(self.carry(request).await?) })
    }
}

impl SigningTransport {
    /// Sends the request of a call; any answer but 2xx is an error. Boxed, so that all that a call does is compiled once
    /// and never moved.
    pub(crate) fn carry(&self, request: Request) -> Carrying<'_> {
        Box::pin(async move {
            let operation = request.operation();
            let span = tracing::debug_span!(
                "dfns",
                operation = operation.id,
                status = Empty,
                attempts = Empty,
                elapsed_ms = Empty,
                error = Empty,
            );
            // Without anybody who wants to know, no clock is read.
            let start = (self.settings.metrics.is_some() || !span.is_disabled()).then(clock::now);
            let mut attempts = 0;
            let result = call::carry_out(&self.settings, request, &mut attempts)
                .instrument(span.clone())
                .await;
            if let Some(start) = start {
                self.tell(&span, operation, attempts, start, &result);
            }
            result
        })
    }

    /// Declares the request of a call, for a user who signs elsewhere.
    pub(crate) async fn begin(&self, request: Request) -> Result<PreparedAction, Error> {
        call::begin(&self.settings, request).await
    }

    #[cold]
    fn tell(
        &self,
        span: &Span,
        operation: &'static Operation,
        attempts: u32,
        start: Instant,
        result: &Result<Response, Error>,
    ) {
        let report = CallReport {
            operation,
            attempts,
            status: match result {
                Ok(response) => Some(response.status().as_u16()),
                Err(error) => error.refusal().map(Refusal::status),
            },
            error: result.as_ref().err().map(Error::kind),
            elapsed: start.elapsed(),
        };
        span.record("attempts", attempts);
        span.record(
            "elapsed_ms",
            u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        );
        if let Some(status) = report.status {
            span.record("status", status);
        }
        if let Some(error) = report.error {
            span.record("error", error);
        }
        if let Some(metrics) = &self.settings.metrics {
            metrics.call(&report);
        }
    }
}
