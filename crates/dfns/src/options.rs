//! The settings of a client that can differ from call to call.
//!
//! Invariant: a setting of a call changes nothing for any other call.

use std::time::Duration;

use crate::client::Dfns;
use crate::config;
use crate::error::Result;
use crate::retry::RetryPolicy;
use crate::signer::Signer;

/// The settings of one call, where they differ from those of its client: every call has them.
///
/// For a list they hold for each page, for `wait()` for each read.
///
/// ```
/// # async fn example(dfns: dfns::Dfns, id: dfns::types::WalletId) -> Result<(), dfns::Error> {
/// use std::time::Duration;
///
/// use dfns::{CallOptions as _, RetryPolicy};
///
/// let hasty = dfns.wallets().get(id).call_timeout(Duration::from_secs(2)).retry(RetryPolicy::none());
/// let wallet = hasty.await?;
/// # Ok(())
/// # }
/// ```
pub trait CallOptions: Sized {
    /// The client that the call is made by.
    #[doc(hidden)]
    fn dfns(&mut self) -> &mut Dfns;

    /// Limits each HTTP request of the call: [`DfnsBuilder::timeout`](crate::DfnsBuilder::timeout). A call with a limit of
    /// zero ends in [`Error::Argument`](crate::Error::Argument), and nothing is sent.
    #[must_use]
    fn timeout(mut self, timeout: Duration) -> Self {
        let dfns = self.dfns();
        *dfns = dfns.with(|settings| settings.limits.timeout = timeout);
        self
    }

    /// Limits the whole call, all its attempts included: [`DfnsBuilder::call_timeout`](crate::DfnsBuilder::call_timeout). A
    /// call with a limit of zero ends in [`Error::Argument`](crate::Error::Argument), and nothing is sent.
    #[must_use]
    fn call_timeout(mut self, timeout: Duration) -> Self {
        let dfns = self.dfns();
        *dfns = dfns.with(|settings| settings.call_timeout = Some(timeout));
        self
    }

    /// Tries the call again by other rules: [`DfnsBuilder::retry`](crate::DfnsBuilder::retry).
    #[must_use]
    fn retry(mut self, policy: RetryPolicy) -> Self {
        let dfns = self.dfns();
        *dfns = dfns.with_retry(policy);
        self
    }

    /// Has the call signed by another signer: [`Dfns::with_signer`].
    #[must_use]
    fn signed_by(mut self, signer: impl Signer + 'static) -> Self {
        let dfns = self.dfns();
        *dfns = dfns.with_signer(signer);
        self
    }
}

/// Gives settings to the calls of a domain.
#[allow(unused_macros, reason = "without a domain there are no calls")]
macro_rules! call_options {
    ($($call:ident),* $(,)?) => {
        $(
            impl $crate::CallOptions for $call {
                #[inline]
                fn dfns(&mut self) -> &mut $crate::Dfns {
                    &mut self.dfns
                }
            }
        )*
    };
}
#[allow(unused_imports, reason = "without a domain there are no calls")]
pub(crate) use call_options;

/// The same client with one setting changed, for one call or for many. It shares connections and limiters, and costs two
/// allocations.
///
/// ```
/// # async fn example(dfns: dfns::Dfns, id: dfns::types::WalletId) -> Result<(), dfns::Error> {
/// use std::time::Duration;
///
/// use dfns::RetryPolicy;
///
/// let hasty = dfns.with_call_timeout(Duration::from_secs(2))?.with_retry(RetryPolicy::none());
/// let wallet = hasty.wallets().get(id).send().await?;
/// # Ok(())
/// # }
/// ```
impl Dfns {
    /// With another limit for one HTTP request: [`DfnsBuilder::timeout`](crate::DfnsBuilder::timeout).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if it is zero.
    pub fn with_timeout(&self, timeout: Duration) -> Result<Self> {
        let timeout = config::timeout("timeout", timeout)?;
        Ok(self.with(|settings| settings.limits.timeout = timeout))
    }

    /// With another limit for a whole call: [`DfnsBuilder::call_timeout`](crate::DfnsBuilder::call_timeout).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if it is zero.
    pub fn with_call_timeout(&self, timeout: Duration) -> Result<Self> {
        let timeout = config::timeout("call_timeout", timeout)?;
        Ok(self.with(|settings| settings.call_timeout = Some(timeout)))
    }

    /// With other rules for trying again: [`DfnsBuilder::retry`](crate::DfnsBuilder::retry).
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        self.with(|settings| settings.retry = policy)
    }

    /// With or without a check of arguments before they are sent:
    /// [`DfnsBuilder::check_arguments`](crate::DfnsBuilder::check_arguments).
    #[must_use]
    pub fn with_check_arguments(&self, check: bool) -> Self {
        self.with(|settings| settings.check_arguments = check)
    }

    /// With or without made-up external ids: [`DfnsBuilder::external_ids`](crate::DfnsBuilder::external_ids).
    #[must_use]
    pub fn with_external_ids(&self, make: bool) -> Self {
        self.with(|settings| settings.external_ids = make)
    }
}
