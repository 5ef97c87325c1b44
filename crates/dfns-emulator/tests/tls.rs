//! TLS: who trusts the emulator's certificate gets an answer, who does not gets none, and nobody is held up by either.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use dfns_emulator::{Admin, Clock, Emulator, Fault, When};
use dfns_types::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, Error, ProtocolVersion, RootCertStore,
    StreamOwned,
};

/// A client that trusts the authorities of a PEM text.
fn config(trusted: &str, versions: &[&'static rustls::SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(trusted.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn address(emulator: &Emulator) -> String {
    emulator.url().strip_prefix("https://").unwrap().to_owned()
}

/// Asks for the clock under a name that the certificate is to be good for.
fn ask(address: &str, name: &str, config: ClientConfig) -> io::Result<(String, ClientConnection)> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(b"GET /__admin/clock HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok((answer, stream.conn))
}

/// The reason of rustls why there was no answer.
fn reason(error: &io::Error) -> &Error {
    error.get_ref().and_then(|error| error.downcast_ref()).unwrap()
}

async fn secured() -> Emulator {
    Emulator::builder().tls().start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_trusts_the_authority_gets_an_answer_under_every_name_of_this_machine() {
    let emulator = secured().await;
    let trusted = emulator.ca_certificate_pem().unwrap();
    for name in ["127.0.0.1", "localhost", "::1"] {
        for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
            let (answer, connection) = ask(&address(&emulator), name, config(trusted, versions)).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
            assert_eq!(connection.protocol_version(), Some(versions[0].version));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_is_listened_on_is_in_the_certificate_and_others_are_not() {
    let builder = Emulator::builder().tls().listen("127.0.0.2:0".parse().unwrap());
    let emulator = builder.start().await.unwrap();
    let config = config(emulator.ca_certificate_pem().unwrap(), rustls::ALL_VERSIONS);
    ask(&address(&emulator), "127.0.0.2", config.clone()).unwrap();
    let error = ask(&address(&emulator), "127.0.0.3", config).unwrap_err();
    let Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. }) = reason(&error) else {
        panic!("{error:?}");
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_trust_the_authority_ends_the_handshake() {
    let (emulator, other) = (secured().await, secured().await);
    let config = config(other.ca_certificate_pem().unwrap(), rustls::ALL_VERSIONS);
    let error = ask(&address(&emulator), "127.0.0.1", config).unwrap_err();
    // Both authorities have the same name, so that it is the signature which does not fit.
    let Error::InvalidCertificate(CertificateError::BadSignature | CertificateError::UnknownIssuer) = reason(&error)
    else {
        panic!("{error:?}");
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_speaks_only_http_2_is_told_in_the_handshake() {
    let emulator = secured().await;
    let mut config = config(emulator.ca_certificate_pem().unwrap(), rustls::ALL_VERSIONS);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let error = ask(&address(&emulator), "127.0.0.1", config.clone()).unwrap_err();
    assert_eq!(
        reason(&error),
        &Error::AlertReceived(AlertDescription::NoApplicationProtocol)
    );
    config.alpn_protocols.push(b"http/1.1".to_vec());
    let (_, connection) = ask(&address(&emulator), "127.0.0.1", config).unwrap();
    assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(connection.protocol_version(), Some(ProtocolVersion::TLSv1_3));
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_fail_or_never_begin_hold_up_nobody_and_not_the_end() {
    let emulator = secured().await;
    let silent = TcpStream::connect(address(&emulator)).unwrap();
    let mut plain = TcpStream::connect(address(&emulator)).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).unwrap();
    assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear: {answer:?}");

    emulator.admin().now().await.unwrap();
    emulator.stop().await.unwrap();
    assert_eq!((&silent).read(&mut [0]).unwrap(), 0, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emulators_clock_does_not_matter_to_the_certificate() {
    for millis in [0, 200 * 365 * 86_400_000] {
        let clock = Clock::fixed(Timestamp::from_unix_millis(millis).unwrap());
        let emulator = Emulator::builder().tls().clock(clock.clone()).start().await.unwrap();
        assert_eq!(emulator.admin().now().await.unwrap(), clock.now());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_client_of_another_process_needs_the_certificate() {
    let (emulator, other) = (secured().await, secured().await);
    let before = emulator.clock().now();
    let admin = Admin::with_ca_certificate(&emulator.url(), emulator.ca_certificate_pem().unwrap()).unwrap();
    let now = admin.advance(Duration::from_secs(3_600)).await.unwrap();
    assert!(now.unix_seconds() >= before.unix_seconds() + 3_600);

    let stranger = Admin::with_ca_certificate(&emulator.url(), other.ca_certificate_pem().unwrap()).unwrap();
    let error = stranger.now().await.unwrap_err();
    assert!(error.to_string().ends_with("/clock: no answer"), "{error}");
    let error = Admin::new(&emulator.url()).unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_answer_is_dropped_over_tls_too() {
    let emulator = secured().await;
    let fault = Fault::drop(When::Before).on("listWallets");
    emulator.admin().faults().arm(fault).await.unwrap();
    let config = config(emulator.ca_certificate_pem().unwrap(), rustls::ALL_VERSIONS);
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address(&emulator)).unwrap());
    let bearer = emulator.auth_token();
    write!(
        stream,
        "GET /wallets HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {bearer}\r\n\r\n"
    )
    .unwrap();
    let ended = stream.read(&mut [0]);
    let is_end = matches!(&ended, Ok(0))
        || ended
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::UnexpectedEof);
    assert!(is_end, "{ended:?}");
}

#[tokio::test]
async fn without_tls_there_is_no_certificate() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.ca_certificate_pem(), None);
    assert!(emulator.url().starts_with("http://"));
}
