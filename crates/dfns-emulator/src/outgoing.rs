//! Connections that the emulator itself opens: to webhooks, and to nodes.
//!
//! Invariant: servers prove who they are with certificates of Mozilla's authorities; no redirect is followed.

use std::error::Error;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Builder, Client};
use rustls::{ClientConfig, RootCertStore};

/// What sends requests.
pub(crate) type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Whom servers must have their certificates from: Mozilla's authorities.
static TLS: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
});

/// A client with these settings.
///
/// # Errors
/// If there is no TLS to be had.
pub(crate) fn client(settings: &Builder) -> Result<HttpClient, &'static rustls::Error> {
    let tls = TLS.as_ref()?.clone();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    Ok(settings.build(HttpsConnector::from((tcp, tls))))
}

/// An error with all its causes, for people.
pub(crate) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
