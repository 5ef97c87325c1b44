//! Calls for programs without an async runtime: the same calls, ended in another way.
//!
//! Everything that can be awaited can be waited for instead: calls end in [`send_blocking`](Wait::send_blocking), streams
//! are made iterators by [`into_blocking`](IntoBlocking::into_blocking).
//!
//! ```no_run
//! use dfns::blocking::{IntoBlocking as _, Wait as _};
//! use dfns::types::Network;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dfns = dfns::Dfns::builder().auth_token(std::env::var("DFNS_AUTH_TOKEN")?).build()?;
//! let wallet = dfns.wallets().create(Network::EthereumSepolia).name("treasury").send_blocking()?;
//! for wallet in dfns.wallets().list().stream().into_blocking() {
//!     println!("{}", wallet?.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Connections live on one thread in the background, which all clients of the program share and the first call starts.
//!
//! Invariant: nothing here blocks a thread of somebody's async runtime; it is an error there.

use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::OnceLock;

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, Result};

/// Waits for whatever can be awaited and comes to a [`Result`]: every call, and what waits for the end of something.
pub trait Wait: IntoFuture + Sized {
    /// Sends the request, and blocks the thread until there is an answer.
    ///
    /// # Errors
    /// Those of the call, and [`Error::Config`] on a thread of an async runtime: there, `.await` the call.
    fn send_blocking(self) -> Self::Output;
}

impl<F, T> Wait for F
where
    F: IntoFuture<Output = Result<T>>,
{
    fn send_blocking(self) -> Result<T> {
        // The call is made on the runtime too, for timers that it may start.
        runtime()?.block_on(async { self.into_future().await })
    }
}

/// Makes an iterator of a stream: [`ItemStream`](crate::ItemStream), [`PageStream`](crate::PageStream).
pub trait IntoBlocking: Sized {
    /// An iterator that blocks the thread while the next page is on its way.
    fn into_blocking(self) -> Blocking<Self>;
}

impl<T, S: Stream<Item = Result<T>> + Unpin> IntoBlocking for S {
    fn into_blocking(self) -> Blocking<Self> {
        Blocking { stream: self }
    }
}

/// The items of a stream, one by one, each when it is asked for. Ends as the stream does: after the last item, or after the
/// first error.
///
/// On a thread of an async runtime, every item is [`Error::Config`].
#[derive(Debug)]
#[must_use = "nothing is fetched before the iterator is used"]
pub struct Blocking<S> {
    stream: S,
}

impl<T, S: Stream<Item = Result<T>> + Unpin> Iterator for Blocking<S> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match runtime() {
            Ok(runtime) => runtime.block_on(poll_fn(|context| Pin::new(&mut self.stream).poll_next(context))),
            Err(error) => Some(Err(error)),
        }
    }
}

/// What drives the connections.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    if Handle::try_current().is_ok() {
        let problem = "a call that blocks was made on a thread of an async runtime, expected `.await`";
        return Err(Error::setting("blocking", problem));
    }
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("dfns")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| error.to_string())
    });
    runtime
        .as_ref()
        .map_err(|problem| Error::setting("blocking", format!("no thread can be started: {problem}")))
}
