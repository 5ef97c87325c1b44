//! A proxy that opens a tunnel to the API (`CONNECT`).
//!
//! Invariant: the proxy is told where the API is and its own credentials, and nothing else; what goes through the tunnel is
//! for the API alone. No error holds the credentials.

mod choice;

use std::error::Error as StdError;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns_types::Secret;
use http::uri::Authority;
use tokio::net::TcpStream;

pub(crate) use choice::ProxyChoice;

use super::connect::{dial, unbracketed};

/// How many bytes the head of the proxy's answer may have.
const LONGEST_HEAD: usize = 8 * 1024;
/// What every answer of a proxy begins with.
const VERSION: &[u8] = b"HTTP/1.";

/// A proxy that passed the checks.
pub(crate) struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`.
    authorization: Option<Secret>,
}

impl Proxy {
    /// Reads `http://user:password@host:port`. User and password are optional, and percent-encoded as in any URL; without a
    /// port it is 80.
    ///
    /// # Errors
    /// What is wrong with it. The text itself is not shown: it may hold a password.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let expected = "it is no proxy, expected http://host:port or http://user:password@host:port";
        let (scheme, rest) = text.split_once(':').ok_or(expected)?;
        let rest = rest.strip_prefix("//").ok_or(expected)?;
        if !scheme.eq_ignore_ascii_case("http") {
            return Err("it is no proxy that is spoken to in plain HTTP, expected http://host:port");
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, rest),
        };
        let address: Authority = address.parse().map_err(|_| expected)?;
        let host = unbracketed(&address).to_owned();
        let port = match address.port_u16() {
            Some(port) => port,
            None if address.as_str() == address.host() => 80,
            None => return Err("its port is none, expected a number up to 65535"),
        };
        if host.is_empty() {
            return Err(expected);
        }
        let authorization = credentials.map(basic).transpose()?;
        Ok(Self {
            host,
            port,
            authorization,
        })
    }
}

/// The header for `user:password`.
fn basic(credentials: &str) -> Result<Secret, &'static str> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let plain = [decoded(user)?, b":".to_vec(), decoded(password)?].concat();
    Ok(Secret::new(format!("Basic {}", STANDARD.encode(plain))))
}

fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    let wrong = "its credentials are not percent-encoded: a `%` is followed by no two hex digits";
    let mut bytes = text.bytes();
    let mut output = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            output.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit().ok_or(wrong)?, digit().ok_or(wrong)?);
        output.push(u8::try_from(high * 16 + low).map_err(|_| wrong)?);
    }
    Ok(output)
}

/// The way through a proxy to one host.
pub(super) struct Tunnel {
    proxy: Proxy,
    request: Secret,
}

impl Tunnel {
    /// To this host, with the brackets of an IPv6 address.
    pub(super) fn new(proxy: Proxy, host: &str, port: u16) -> Self {
        let authorization = match &proxy.authorization {
            Some(authorization) => format!("Proxy-Authorization: {}\r\n", authorization.expose_secret()),
            None => String::new(),
        };
        let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
        Self {
            proxy,
            request: Secret::new(request),
        }
    }

    /// Connects to the proxy and has it connect to the host.
    pub(super) async fn open(&self) -> io::Result<TcpStream> {
        let stream = dial(&self.proxy.host, self.proxy.port)
            .await
            .map_err(TunnelProblem::Unreachable)?;
        write(&stream, self.request.expose_secret().as_bytes())
            .await
            .map_err(TunnelProblem::Lost)?;
        read(&stream).await?;
        Ok(stream)
    }
}

async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the answer to its end, and not a byte of what comes through the tunnel.
async fn read(stream: &TcpStream) -> Result<(), TunnelProblem> {
    let mut answer = Vec::with_capacity(LONGEST_HEAD);
    let mut buffer = [0; 512];
    while answer.len() < LONGEST_HEAD {
        stream.readable().await.map_err(TunnelProblem::Lost)?;
        match stream.try_read(&mut buffer) {
            Ok(0) => {
                let problem = "it closed the connection before it had answered";
                return Err(TunnelProblem::Lost(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    problem,
                )));
            }
            Ok(count) => answer.extend(buffer.iter().take(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(TunnelProblem::Lost(error)),
        }
        if let Some(verdict) = verdict(&answer) {
            return verdict;
        }
    }
    Err(TunnelProblem::Malformed)
}

/// What the proxy says, as far as it was read; `None` if it has not said it yet.
fn verdict(answer: &[u8]) -> Option<Result<(), TunnelProblem>> {
    let malformed = Some(Err(TunnelProblem::Malformed));
    if answer.iter().zip(VERSION).any(|(found, expected)| found != expected) {
        return malformed;
    }
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = std::str::from_utf8(line.get(..12).unwrap_or_default());
    let status = line.ok().and_then(|line| line.split_once(' '));
    let Some(status) = status.and_then(|(_, status)| status.parse::<u16>().ok()) else {
        return malformed;
    };
    match status {
        // The API does not speak first: what follows the head at once is not from there.
        200..=299 if end + 4 < answer.len() => malformed,
        200..=299 => Some(Ok(())),
        100..=599 => Some(Err(TunnelProblem::Refused(status))),
        _ => malformed,
    }
}

/// Why there is no tunnel. Nothing of the request was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum TunnelProblem {
    #[error("the proxy cannot be reached")]
    Unreachable(#[source] io::Error),
    #[error("the connection to the proxy was lost before there was a tunnel")]
    Lost(#[source] io::Error),
    #[error("the proxy refused to open a tunnel, with status {0}{hint}", hint = hint(*.0))]
    Refused(u16),
    #[error("the proxy gave a malformed answer, expected one of HTTP/1.1 to `CONNECT`")]
    Malformed,
}

fn hint(status: u16) -> &'static str {
    match status {
        407 => ": it wants credentials, or others than it was given",
        _ => "",
    }
}

impl From<TunnelProblem> for io::Error {
    fn from(problem: TunnelProblem) -> Self {
        Self::other(problem)
    }
}

/// True if the proxy refused in a way that it would repeat a second later.
pub(super) fn is_lasting(error: &(dyn StdError + 'static)) -> bool {
    match error.downcast_ref() {
        Some(TunnelProblem::Refused(status)) => (400..500).contains(status) && !matches!(status, 408 | 429),
        Some(TunnelProblem::Malformed) => true,
        Some(TunnelProblem::Unreachable(_) | TunnelProblem::Lost(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Proxy, Tunnel, TunnelProblem, verdict};

    #[test]
    fn tunnel_is_asked_for_with_the_credentials_of_the_proxy() {
        let plain = Proxy::parse("http://proxy.example.test:3128/").expect("a proxy");
        assert_eq!((plain.host.as_str(), plain.port), ("proxy.example.test", 3128));
        assert_eq!(
            Tunnel::new(plain, "[::1]", 443).request.expose_secret(),
            "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n"
        );

        let known = Proxy::parse("HTTP://us%40er:p%3a@[::1]").expect("a proxy");
        assert_eq!((known.host.as_str(), known.port), ("::1", 80));
        assert_eq!(
            Tunnel::new(known, "api.dfns.io", 443).request.expose_secret(),
            "CONNECT api.dfns.io:443 HTTP/1.1\r\nHost: api.dfns.io:443\r\nProxy-Authorization: Basic dXNAZXI6cDo=\r\n\r\n"
        );
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_being_shown() {
        for text in [
            "",
            "proxy:3128",
            "https://proxy:3128",
            "socks5://proxy:1080",
            "http://",
            "http://:3128",
            "http://user:secret@",
            "http://proxy/secret",
            "http://proxy:secret",
            "http://proxy:65536",
            "http://proxy:",
            "http://proxy?secret",
            "http://user:%secret@proxy:1",
            "http://pro xy:1",
            "http://proxy:1\r\nsecret: 1",
        ] {
            let problem = Proxy::parse(text).err().unwrap_or_else(|| panic!("{text}"));
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn answer_is_read_to_the_end_of_its_head() {
        let whole = b"HTTP/1.1 200 Connected\r\nVia: x\r\n\r\n";
        for end in 0..whole.len() {
            assert!(verdict(&whole[..end]).is_none(), "{end}");
        }
        assert!(matches!(verdict(whole), Some(Ok(()))));
        assert!(matches!(verdict(b"HTTP/1.0 204\r\n\r\n"), Some(Ok(()))));
        let refused = verdict(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nwe do not");
        assert!(matches!(refused, Some(Err(TunnelProblem::Refused(403)))));
    }

    #[test]
    fn malformed_answer_is_known_at_once() {
        for answer in [
            "SSH-2.0",
            "HTTP/2",
            "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 2000 x\r\nhead: 1\r\n\r\nx",
            "HTTP/1.1 20\r\n\r\n",
            "HTTP/1.1 999 x\r\n\r\n",
            "HTTP/1.1 200 x\r\n\r\nmore",
        ] {
            let found = verdict(answer.as_bytes());
            assert!(
                matches!(found, Some(Err(TunnelProblem::Malformed))),
                "{answer}: {found:?}"
            );
        }
    }
}
