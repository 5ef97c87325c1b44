//! A signer that does not do as it should.

use std::fmt;

use dfns::{KeySigner, Signer, SignerFuture};
use dfns_types::{AuthenticationChallenge, FirstFactorAssertion};

/// Signs as another signer does, after changing the challenge; or gives an answer of its own.
pub struct Meddler<F> {
    signer: KeySigner,
    meddle: F,
}

impl<F> Meddler<F>
where
    F: Fn(&mut AuthenticationChallenge) -> Option<FirstFactorAssertion> + Send + Sync,
{
    /// One that lets `meddle` change every challenge; what `meddle` answers goes out in place of a signature of `signer`.
    pub fn new(signer: KeySigner, meddle: F) -> Self {
        Self { signer, meddle }
    }
}

impl<F> Signer for Meddler<F>
where
    F: Fn(&mut AuthenticationChallenge) -> Option<FirstFactorAssertion> + Send + Sync,
{
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(async move {
            let mut challenge = challenge.clone();
            match (self.meddle)(&mut challenge) {
                Some(answer) => Ok(answer),
                None => self.signer.sign(&challenge).await,
            }
        })
    }
}

impl<F> fmt::Debug for Meddler<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Meddler").finish_non_exhaustive()
    }
}
