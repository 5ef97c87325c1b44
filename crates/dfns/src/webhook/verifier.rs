//! A receiver's settings, to be shared by everything that takes deliveries.

use std::fmt;
use std::sync::Arc;

use dfns_types::{Secret, Timestamp};
use http::HeaderMap;

use super::{Delivery, Error, delivery, signature};

/// Checks deliveries of one webhook or of several at the same address. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    secrets: Arc<[Secret]>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Verifier {
    /// Checks against the secret of a webhook, as the call that created it answered, by this clock: that of the system, in
    /// an application.
    pub fn new<T: Into<Timestamp>>(secret: impl Into<Secret>, now: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            secrets: Arc::new([secret.into()]),
            now: Arc::new(move || now().into()),
        }
    }

    /// Accepts deliveries of one more webhook.
    #[must_use]
    pub fn or_secret(mut self, secret: impl Into<Secret>) -> Self {
        let secrets = self.secrets.iter().cloned().chain([secret.into()]);
        self.secrets = secrets.collect();
        self
    }

    /// Checks and reads a delivery; see [`verify`](super::verify).
    ///
    /// # Errors
    /// As [`verify`](super::verify).
    #[inline]
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Error> {
        let header = delivery::header(headers)?;
        let mut problem = Error::MissingSignature;
        for secret in self.secrets.iter() {
            match signature::check(secret, header, body) {
                Ok(()) => return delivery::read(body, (self.now)()),
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Verifier({} secrets)", self.secrets.len())
    }
}
