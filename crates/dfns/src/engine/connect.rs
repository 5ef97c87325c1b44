//! From the address of the API to a connection that HTTP/1.1 can be spoken on.
//!
//! Invariant: with an address that wants TLS, nothing is sent before the certificate was found good.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::uri::Authority;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::builtin::Whole;
use super::proxy::{Proxy, Tunnel};
use super::tls::{self, RootCertificates};
use crate::base_url::BaseUrl;
use crate::error::Error;

/// How long a connection is silent before the system asks the peer whether it is still there, and again, three times.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;
/// How long the addresses of one family have, before those of the other are tried beside them (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(300);

/// Where to connect to, and whom to expect there.
pub(super) struct Connector {
    host: String,
    port: u16,
    tunnel: Option<Tunnel>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Connector {
    pub(super) fn new(base_url: &BaseUrl, roots: RootCertificates, proxy: Option<Proxy>) -> Result<Self, Error> {
        let authority = base_url.authority();
        let host = unbracketed(authority).to_owned();
        let tls = if base_url.is_tls() {
            let name = ServerName::try_from(host.clone())
                .map_err(|_| Error::setting("base_url", "no certificate can be for its host, expected a DNS name"))?;
            let config = tls::config(roots)
                .map_err(|error| Error::setting("base_url", format!("TLS cannot be set up: {error}")))?;
            Some((TlsConnector::from(Arc::new(config)), name))
        } else {
            None
        };
        let port = authority.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
        let tunnel = proxy.map(|proxy| Tunnel::new(proxy, authority.host(), port));
        Ok(Self {
            host,
            port,
            tunnel,
            tls,
        })
    }

    /// Connects, and leaves the connection to a task that ends with it.
    pub(super) async fn connect(&self) -> io::Result<SendRequest<Whole>> {
        let tcp = match &self.tunnel {
            None => dial(&self.host, self.port).await?,
            // Boxed, so that calls without a proxy carry no room for it.
            Some(tunnel) => Box::pin(tunnel.open()).await?,
        };
        let stream: Stream = match &self.tls {
            None => Box::new(tcp),
            Some((connector, name)) => Box::new(connector.connect(name.clone(), tcp).await?),
        };
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(async move {
            // What goes wrong is told to the request that is under way.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

/// Connects to a host.
pub(super) async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let tcp = reach(&addresses).await?;
    tcp.set_nodelay(true)?;
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE).with_interval(KEEP_ALIVE);
    #[cfg(not(any(windows, target_os = "openbsd")))]
    let keep_alive = keep_alive.with_retries(KEEP_ALIVE_PROBES);
    SockRef::from(&tcp).set_tcp_keepalive(&keep_alive)?;
    Ok(tcp)
}

/// The host without the brackets of an IPv6 address.
pub(super) fn unbracketed(authority: &Authority) -> &str {
    authority.host().trim_start_matches('[').trim_end_matches(']')
}

/// Connects to whichever address answers first: those of the family that the system prefers, and a little later those of
/// the other one beside them.
async fn reach(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let prefers_v4 = addresses.first().is_some_and(SocketAddr::is_ipv4);
    let (preferred, others): (Vec<SocketAddr>, Vec<SocketAddr>) =
        addresses.iter().partition(|address| address.is_ipv4() == prefers_v4);
    if others.is_empty() {
        return one_of(&preferred).await;
    }
    let mut first = pin!(one_of(&preferred));
    if let Ok(answer) = tokio::time::timeout(HEAD_START, first.as_mut()).await {
        return match answer {
            Ok(stream) => Ok(stream),
            Err(_) => one_of(&others).await,
        };
    }
    let mut second = pin!(one_of(&others));
    let mut attempts: [Option<Pin<&mut dyn Attempt>>; 2] = [Some(first.as_mut()), Some(second.as_mut())];
    std::future::poll_fn(|context| {
        for attempt in &mut attempts {
            match attempt.as_mut().map(|attempt| attempt.as_mut().poll(context)) {
                Some(Poll::Ready(Ok(stream))) => return Poll::Ready(Some(stream)),
                Some(Poll::Ready(Err(_))) => *attempt = None,
                Some(Poll::Pending) | None => {}
            }
        }
        if attempts.iter().all(Option::is_none) {
            return Poll::Ready(None);
        }
        Poll::Pending
    })
    .await
    .ok_or_else(|| io::Error::new(io::ErrorKind::HostUnreachable, "none of its addresses can be reached"))
}

/// A connection on its way.
trait Attempt: Future<Output = io::Result<TcpStream>> + Send {}
impl<F: Future<Output = io::Result<TcpStream>> + Send> Attempt for F {}

/// Tries one address after the other; the error is that of the last.
async fn one_of(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut problem = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => problem = error,
        }
    }
    Err(problem)
}

/// What bytes go over. Behind a pointer, so that what it is made of is compiled once, and not in every part of the crate that may
/// drop it.
type Stream = Box<dyn Connection>;

/// TCP, or TLS over it.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl Connection for TcpStream {}

impl Connection for TlsStream<TcpStream> {}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::net::TcpListener;

    use super::reach;

    async fn closed(host: &str) -> Option<SocketAddr> {
        TcpListener::bind((host, 0)).await.ok()?.local_addr().ok()
    }

    #[tokio::test]
    async fn addresses_are_tried_until_one_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let open = listener.local_addr().expect("an address");
        let closed_v4 = closed("127.0.0.1").await.expect("a port");
        // A machine without IPv6 has one family only.
        let closed_v6 = closed("::1").await;
        for addresses in [
            vec![closed_v4, open],
            closed_v6.into_iter().chain([open]).collect(),
            [open].into_iter().chain(closed_v6).collect(),
        ] {
            let stream = reach(&addresses).await.expect("a connection");
            assert_eq!(stream.peer_addr().expect("an address"), open);
        }
    }

    #[tokio::test]
    async fn host_without_an_open_address_is_an_error() {
        let closed_v4 = closed("127.0.0.1").await.expect("a port");
        reach(&[closed_v4]).await.expect_err("nobody is there");
        assert_eq!(
            reach(&[]).await.expect_err("nowhere").to_string(),
            "the host has no address"
        );
    }
}
