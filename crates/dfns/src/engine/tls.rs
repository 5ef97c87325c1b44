//! TLS with rustls and ring, named explicitly, and whom it trusts.
//!
//! Trusted are Mozilla's certificate authorities, which are compiled in, and those that the application adds.
//!
//! Invariant: no file is read, and no process-wide provider is installed or asked for, so that the application may have
//! its own.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::{ClientConfig, RootCertStore};
use webpki_roots::TLS_SERVER_ROOTS;

/// Certificates that are trusted beside the compiled-in ones.
pub(crate) struct RootCertificates {
    anchors: RootCertStore,
}

/// Why PEM text cannot be trusted. The text itself is not shown: it may be a private key, put here by mistake.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RootProblem {
    #[error("it holds no certificate, expected PEM text with `-----BEGIN CERTIFICATE-----`")]
    Empty,
    #[error("certificate {position} is no well-formed PEM section")]
    Pem { position: usize },
    #[error("certificate {position} cannot be a certificate authority: {problem}")]
    Certificate { position: usize, problem: rustls::Error },
}

impl RootCertificates {
    pub(crate) fn none() -> Self {
        Self {
            anchors: RootCertStore::empty(),
        }
    }

    /// Adds all certificates of a PEM text; sections of other kinds are passed over.
    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), RootProblem> {
        let mut position = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            position += 1;
            let certificate = certificate.map_err(|error| match error {
                PemError::NoItemsFound => RootProblem::Empty,
                _ => RootProblem::Pem { position },
            })?;
            self.anchors
                .add(certificate)
                .map_err(|problem| RootProblem::Certificate { position, problem })?;
        }
        if position == 0 {
            return Err(RootProblem::Empty);
        }
        Ok(())
    }
}

/// TLS 1.2 and 1.3, without a client certificate.
pub(super) fn config(own: RootCertificates) -> Result<ClientConfig, rustls::Error> {
    let mut roots = own.anchors;
    roots.extend(TLS_SERVER_ROOTS.iter().cloned());
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
