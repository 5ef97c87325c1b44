//! A TLS server on this machine, and the authority that its certificate comes from.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::server::{self, Received};
use super::{fixtures, keys};

fn data(name: &str) -> Vec<u8> {
    let data: Value = serde_json::from_str(include_str!("../../data/tls.json")).expect("JSON");
    STANDARD.decode(data[name].as_str().expect("base64")).expect("base64")
}

/// The authority, whose certificate is the root to trust.
pub(crate) fn authority_pem() -> String {
    keys::pem("CERTIFICATE", &data("authority"))
}

/// PEM text that is no certificate.
pub(crate) fn private_key_pem() -> String {
    keys::pem("PRIVATE KEY", &data("serverPrivateKeyPkcs8"))
}

/// Takes one connection, and answers a wallet to one request: what was asked, or why the connection failed.
pub(crate) async fn serve_a_wallet() -> (SocketAddr, tokio::task::JoinHandle<std::io::Result<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(data("serverPrivateKeyPkcs8")));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(data("server"))], key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut stream = acceptor.accept(stream).await?;
        let request = server::read(&mut stream).await;
        server::write(&mut stream, &fixtures::wallet()).await;
        Ok(request)
    });
    (address, server)
}
