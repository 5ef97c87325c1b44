//! Waiting until a transfer, a signature, an approval or a job is at its end.
//!
//! A read of something that takes its time has `wait()`: the same read again and again, with pauses that grow, until the
//! status is an end.
//!
//! Invariant: nothing but reads is sent; what came to nothing is an error, never a result.

mod pace;

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use self::pace::Pace;
use crate::CallFuture;
use crate::clock::{self, Sleep};
use crate::error::{Error, LastState, Result, Sent, Step};
use dfns_types::{Progress, Tracked};

type Look<T> = Box<dyn FnMut() -> CallFuture<T> + Send>;
type Enough<T> = Box<dyn Fn(&T) -> bool + Send>;
type Pause = Box<dyn FnMut(Duration) -> PauseFuture + Send>;

/// A pause that passes when the future is ready, as [`Wait::pause_with`] takes it.
pub type PauseFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Waits for the end of something; `.await` starts it. Made by the `wait()` of a read.
///
/// The first look is taken at once. Between two looks passes a pause, at first about two seconds, each about half as long
/// again as the one before, up to half a minute; a share of each is left to chance, so that many who wait do not all ask at once.
/// Network failures, 429 and 502 to 504 do not end it: it looks again until its time is over.
///
/// ```
/// use std::time::Duration;
///
/// use dfns::types::{Network, Transfer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = dfns_emulator::Emulator::start().await?;
/// # let signer = dfns::KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
/// # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
/// # let wallet = dfns.wallets().create(Network::EthereumSepolia).await?;
/// # let to = wallet.address.clone().ok_or("no address")?;
/// # emulator.admin().fund(&wallet.id, 1_000_000_000_000_000_000_u64).await?;
/// let transfer = dfns.transfers().create(&wallet.id, Transfer::native(to, 5_u64)).await?.into_inner();
/// # emulator.clock().advance(Duration::from_secs(600));
/// let transfer = dfns.transfers().get(&wallet.id, transfer.id).wait().limit(Duration::from_secs(120)).await?;
/// println!("confirmed in {:?}", transfer.tx_hash);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is waited for before this is awaited"]
pub struct Wait<T> {
    operation: &'static str,
    look: Look<T>,
    enough: Option<Enough<T>>,
    limit: Duration,
    interval: Duration,
    pause: Pause,
}

/// How long is waited at most, unless the caller says otherwise.
const LIMIT: Duration = Duration::from_secs(10 * 60);
/// The first pause.
const INTERVAL: Duration = Duration::from_secs(2);

#[allow(dead_code, reason = "without a domain there are no calls")]
pub(crate) fn wait<T, F, C>(operation: &'static str, mut look: F) -> Wait<T>
where
    F: FnMut() -> C + Send + 'static,
    C: Future<Output = Result<T>> + Send + 'static,
{
    Wait {
        operation,
        look: Box::new(move || Box::pin(look())),
        enough: None,
        limit: LIMIT,
        interval: INTERVAL,
        pause: Box::new(|pause| Box::pin(clock::sleep(pause))),
    }
}

impl<T> Wait<T> {
    /// How long is waited at most. Default: ten minutes. What awaits people may take days: say how long you would wait.
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// How long the first pause is. Default: two seconds; at least 250 ms, whatever is said. None is longer than half a minute,
    /// unless this is.
    pub fn interval(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    /// Ends as soon as this is true, also before the end: a transfer on a network that is not indexed is never seen to be
    /// confirmed, so `until(|transfer| transfer.tx_hash.is_some())` is as far as one can wait.
    pub fn until(self, enough: impl Fn(&T) -> bool + Send + 'static) -> Self {
        Self {
            enough: Some(Box::new(enough)),
            ..self
        }
    }

    /// Passes the pauses in another way than by sleeping: a test moves its clock instead.
    pub fn pause_with<P>(self, mut pause: impl FnMut(Duration) -> P + Send + 'static) -> Self
    where
        P: Future<Output = ()> + Send + 'static,
    {
        Self {
            pause: Box::new(move |duration| Box::pin(pause(duration))),
            ..self
        }
    }
}

impl<T: Tracked + Send + Sync + 'static> Wait<T> {
    async fn run(mut self) -> Result<T> {
        let mut pace = Pace::new(self.interval);
        let mut end = pin!(clock::sleep(self.limit));
        // Pauses that are passed in another way than by sleeping take no time of the clock, but they count.
        let mut waited = Duration::ZERO;
        let mut last = None;
        loop {
            let failure = match (self.look)().await {
                Ok(entity) if self.enough.as_ref().is_some_and(|enough| enough(&entity)) => return Ok(entity),
                Ok(entity) => {
                    match entity.progress() {
                        Progress::Done => return Ok(entity),
                        Progress::Failed => {
                            return Err(Error::Failed {
                                operation: self.operation,
                                last: Box::new(LastState::of(entity)),
                            });
                        }
                        Progress::Held | Progress::Underway => last = Some(entity),
                    }
                    None
                }
                Err(error) if passes(&error) => Some(error),
                Err(error) => return Err(error),
            };
            // The last look is at the limit, not before it.
            let left = self.limit.saturating_sub(waited);
            if left.is_zero() || !is_left(end.as_mut()).await {
                return Err(match (last, failure) {
                    (None, Some(error)) => error,
                    (last, _) => self.timed_out(last),
                });
            }
            let pause = pace.next().min(left);
            cut((self.pause)(pause), end.as_mut()).await;
            waited += pause;
        }
    }

    fn timed_out(&self, last: Option<T>) -> Error {
        Error::TimedOut {
            operation: self.operation,
            step: Step::Wait,
            limit: self.limit,
            sent: Sent::No,
            external_id: None,
            last: last.map(LastState::of).map(Box::new),
        }
    }
}

/// True until the end has come.
async fn is_left(mut end: Pin<&mut Sleep>) -> bool {
    poll_fn(|context| Poll::Ready(end.as_mut().poll(context).is_pending())).await
}

/// Passes a pause, but not beyond the end.
async fn cut(mut pause: PauseFuture, mut end: Pin<&mut Sleep>) {
    poll_fn(|context| match pause.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => end.as_mut().poll(context),
    })
    .await;
}

/// True of what may be over at the next look.
fn passes(error: &Error) -> bool {
    match error {
        Error::Transport { .. } | Error::TimedOut { .. } | Error::RateLimited { .. } => true,
        Error::Refused { refusal, .. } => matches!(refusal.status(), 429 | 502..=504),
        _ => false,
    }
}

impl<T: Tracked + Send + Sync + 'static> IntoFuture for Wait<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T> std::fmt::Debug for Wait<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Wait")
            .field("operation", &self.operation)
            .field("limit", &self.limit)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
