//! Connections: accepted until the emulator stops, each served by a task of its own, which shakes hands first if the
//! emulator speaks TLS: whoever fails at that, or never begins, holds up nobody else.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Emulation, answer};

/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves what connects, over TLS if there is an acceptor for it, until the sender of `stop` is gone; then lets the answers
/// that are under way finish.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    emulation: Arc<Emulation>,
    stop: watch::Receiver<()>,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut stopped = stop.clone();
    loop {
        tokio::select! {
            // Nothing is ever sent: a change is the sender's end.
            _ = stopped.changed() => break,
            Some(_ended) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Answers are small and complete: nothing is gained by waiting for more.
                    let _slower_without = stream.set_nodelay(true);
                    match &acceptor {
                        Some(acceptor) => {
                            connections.spawn(secured(stream, acceptor.clone(), Arc::clone(&emulation), stop.clone()));
                        }
                        None => {
                            connections.spawn(connection(stream, Arc::clone(&emulation), stop.clone()));
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    // What waits on a fault would wait for ever.
    emulation.services().faults.clear();
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn secured(stream: TcpStream, acceptor: TlsAcceptor, emulation: Arc<Emulation>, mut stop: watch::Receiver<()>) {
    let accepted = tokio::select! {
        accepted = acceptor.accept(stream) => accepted,
        // Nothing was asked yet, so nothing is owed.
        _ = stop.changed() => return,
    };
    match accepted {
        Ok(stream) => connection(stream, emulation, stop).await,
        // The usual cause is a client that was not told to trust the certificate, which its user wants to know.
        Err(error) => tracing::info!(%error, "a client did not get through the TLS handshake"),
    }
}

async fn connection<S>(stream: S, emulation: Arc<Emulation>, mut stop: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |request| answer(Arc::clone(&emulation), request));
    let served = http1::Builder::new()
        // Who has said everything may still want to hear the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        _ = stop.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
