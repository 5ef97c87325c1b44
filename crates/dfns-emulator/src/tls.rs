//! TLS for clients that insist on https: a certificate that the emulator makes for itself, and who trusts it.
//!
//! Every start makes a certificate authority, lets it sign one certificate for this machine, and forgets the authority's
//! key: whoever trusts the authority trusts this one run of the emulator, and nothing that anybody could sign later.
//!
//! Invariant: no clock is asked and no key is kept. The certificates are valid for longer than the emulator will be of
//! use, because a client holds them against the time of the world and not against the emulator's.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The name that the certificates carry, for those who list what they trust.
const NAME: &str = "dfns-emulator";
/// The characters of a line of PEM.
const LINE: usize = 64;

/// What a server needs to speak TLS, and what its clients need to trust it.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// The certificate of the authority, in PEM.
    pub(crate) authority: String,
    /// For the emulator's own admin client.
    pub(crate) trust: Trust,
}

/// Why there is no identity, or nobody to trust.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Protocol(#[from] rustls::Error),
    #[error("it is no certificate in PEM: {0}")]
    Pem(rustls::pki_types::pem::Error),
}

impl Identity {
    /// A new identity for this machine, under the address that is listened on, too.
    ///
    /// # Errors
    /// [`TlsError`] if the operating system has no randomness to give.
    pub(crate) fn new(address: IpAddr) -> Result<Self, TlsError> {
        let authority = CertifiedIssuer::self_signed(authority_params(), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let leaf = leaf_params(address)?.signed_by(&key, &authority)?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            // The authority goes along for those who show where a certificate comes from.
            .with_single_cert(
                vec![leaf.der().clone(), authority.der().clone()],
                PrivateKeyDer::from(key),
            )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: Arc::new(config).into(),
            authority: pem(authority.der()),
            trust: Trust::in_authority(authority.der().clone())?,
        })
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// What both certificates have in common.
fn params(role: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Before July 2019: from then on Apple's systems take no certificate that is valid for longer than 825 days.
    params.not_before = date_time_ymd(2019, 1, 1);
    params.not_after = date_time_ymd(2099, 12, 31);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("{NAME} {role}"));
    params
}

fn authority_params() -> CertificateParams {
    let mut params = params("authority of one run");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf_params(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut params = params("on this machine");
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(Ipv4Addr::LOCALHOST.into()),
        SanType::IpAddress(Ipv6Addr::LOCALHOST.into()),
    ];
    let own = SanType::IpAddress(address);
    if !params.subject_alt_names.contains(&own) {
        params.subject_alt_names.push(own);
    }
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict clients find the authority by it, and ask for it.
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn pem(certificate: &[u8]) -> String {
    let encoded = STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// A client's trust in one authority, and in no other.
#[derive(Clone, Debug)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// Trust in the authority whose certificate this is, in PEM.
    ///
    /// # Errors
    /// [`TlsError`] if it is none.
    pub(crate) fn in_pem(pem: &str) -> Result<Self, TlsError> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(TlsError::Pem)?;
        Self::in_authority(certificate)
    }

    fn in_authority(certificate: CertificateDer<'static>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add(certificate)?;
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(config.into()))
    }

    /// Shakes hands with the server of an authority, `HOST:PORT`.
    ///
    /// # Errors
    /// If the server is not the one that is trusted, or speaks no TLS.
    pub(crate) async fn connect(&self, authority: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
        TlsConnector::from(Arc::clone(&self.0)).connect(name, stream).await
    }
}
