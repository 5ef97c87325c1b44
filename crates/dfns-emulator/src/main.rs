//! The command `dfns-emulator`: starts an emulator and prints one line of JSON when it is ready.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use dfns_emulator::Emulator;
use tracing_subscriber::EnvFilter;

/// The Dfns API on your own machine: real keys, real signatures, every user action checked.
///
/// When it is ready, one line of JSON goes to standard output: url, admin, orgId, authToken, credentialId, privateKey,
/// employee. Logs go to standard error; RUST_LOG sets how much.
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
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    let arguments = Arguments::parse();
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
    let mut emulator = builder.start().await?;
    // Whoever started this process reads the line to know where to connect, so it must not stay in a buffer.
    writeln!(std::io::stdout(), "{}", emulator.ready_line())?;
    std::io::stdout().flush()?;
    tokio::select! {
        ended = emulator.wait() => ended?,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            emulator.stop().await?;
        }
    }
    Ok(())
}
