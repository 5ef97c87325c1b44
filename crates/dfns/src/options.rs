//! The settings of a client that can differ from call to call.

use std::time::Duration;

use crate::client::Dfns;
use crate::config;
use crate::error::Result;
use crate::retry::RetryPolicy;

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
