//! The command `dfns-emulator`: starts an emulator and prints one line of JSON when it is ready.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dfns_emulator::Emulator;
use tracing_subscriber::EnvFilter;

/// Half of the memory of a call is freed on another thread than it was taken on, which the allocator of glibc is slow at.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The Dfns API on your own machine: real keys, real signatures, every user action checked.
///
/// When it is ready, one line of JSON goes to standard output: url, admin, orgId, authToken, credentialId,
/// privateKey, and caCertificate with --tls. Logs go to standard error; RUST_LOG sets how much.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on; port 0 is any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Keep everything in this file. Without it everything is in memory.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Make ids, challenges and keys follow from this number. Without it they cannot be guessed.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The public key (PEM) of the service account. Without it a key pair is made and the private key printed.
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// Send the transactions of an EVM network to the node at this URL instead of the ledger; may be given for several.
    #[arg(long, value_name = "NETWORK=URL", value_parser = node)]
    rpc: Vec<(String, String)>,
    /// Speak https, with a certificate for localhost, 127.0.0.1, ::1 and the address listened on, new at every start.
    /// The line then has the certificate (PEM) to trust, as caCertificate.
    #[arg(long)]
    tls: bool,
    /// Write the certificate to trust to this file, too: for SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE.
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for people: a file that keeps the log has no use for them.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();

    let Err(error) = run(Arguments::parse()).await else {
        return ExitCode::SUCCESS;
    };
    let causes = std::iter::successors(Some(&*error as &dyn std::error::Error), |&error| error.source());
    let report: Vec<String> = causes.map(ToString::to_string).collect();
    // Where standard error is closed there is nobody to tell; the exit code says it still.
    let _nobody_reads = writeln!(std::io::stderr(), "error: {}", report.join(": "));
    ExitCode::FAILURE
}

/// Reads `EthereumSepolia=http://127.0.0.1:8545`.
fn node(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (network, url) = parts.ok_or("expected a network, =, and a URL: EthereumSepolia=http://127.0.0.1:8545")?;
    Ok((network.to_owned(), url.to_owned()))
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Emulator::builder().listen(arguments.listen);
    if let Some(path) = arguments.data {
        builder = builder.data_file(path);
    }
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    if let Some(path) = arguments.public_key {
        let pem = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        builder = builder.public_key_pem(pem);
    }
    for (network, url) in arguments.rpc {
        builder = builder.rpc(network, url);
    }
    if arguments.tls {
        builder = builder.tls();
    }
    // Listened for before the line is out: whoever reads it may ask for the end at once.
    let asked_to_end = asked_to_end()?;
    let mut emulator = builder.start().await?;
    // Before the line is out: whoever reads it finds the file.
    if let (Some(path), Some(certificate)) = (arguments.tls_ca, emulator.ca_certificate_pem()) {
        std::fs::write(&path, certificate).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    // Whoever started this process reads the line to know where to connect, so it must not stay in a buffer.
    writeln!(std::io::stdout(), "{}", emulator.ready_line())?;
    std::io::stdout().flush()?;
    tokio::select! {
        ended = emulator.wait() => ended?,
        asked = asked_to_end => {
            asked?;
            emulator.stop().await?;
        }
    }
    Ok(())
}

/// Waits for ctrl-c, or for the signal by which a service manager ends a process.
#[cfg(unix)]
fn asked_to_end() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

/// Waits for ctrl-c.
#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "where there are signals, listening for them can fail"
)]
fn asked_to_end() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
