//! Plays a short story against the Dfns API: wallets on three networks, a transfer, a signature, a list over pages.
//!
//! ```text
//! cargo run -p dfns --example quickstart
//! ```
//!
//! Without further ado it starts the emulator in-process. With `DFNS_API_URL`, `DFNS_AUTH_TOKEN`, `DFNS_CREDENTIAL_ID` and
//! `DFNS_PRIVATE_KEY` (PEM text) set, the same program talks to that API instead.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to whoever started it"
)]

mod stage;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use dfns::Dfns;
use dfns::types::{Amount, Network, SignatureBody, Transfer, TransferRequest, TransferStatus, Wallet, WalletAsset};
use stage::Stage;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What is sent: a thousandth of an ether, in wei.
const AMOUNT: u64 = 1_000_000_000_000_000;

#[tokio::main]
async fn main() -> ExitCode {
    match story().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn story() -> Outcome<()> {
    let started = Instant::now();
    let stage = Stage::set().await?;
    let dfns = &stage.dfns;
    println!("{}", stage.describe());

    println!("\nWallets");
    let ethereum = wallet(dfns, Network::EthereumSepolia, "treasury").await?;
    let savings = wallet(dfns, Network::EthereumSepolia, "savings").await?;
    let solana = wallet(dfns, Network::SolanaDevnet, "treasury").await?;
    let bitcoin = wallet(dfns, Network::BitcoinSignet, "treasury").await?;
    for wallet in [&ethereum, &savings, &solana, &bitcoin] {
        println!("  {:16} {}", wallet.network.as_str(), address(wallet)?);
    }

    println!("\nA transfer");
    stage.fund(&ethereum, 10 * AMOUNT).await?;
    transfer(dfns, &ethereum, &savings).await?;

    println!("\nA signature");
    sign(dfns, &solana).await?;

    println!("\nAll wallets, two a page");
    list(dfns).await?;

    println!("\nDone in {} ms.", started.elapsed().as_millis());
    Ok(())
}

/// The wallet of an earlier run, so that what was sent to it is still there; a new one the first time.
async fn wallet(dfns: &Dfns, network: Network, purpose: &str) -> Outcome<Wallet> {
    let name = format!("quickstart {purpose}");
    let mut wallets = dfns.wallets().list().stream();
    while let Some(wallet) = wallets.try_next().await? {
        if wallet.network == network && wallet.name.as_ref() == Some(&name) {
            return Ok(wallet);
        }
    }
    Ok(dfns.wallets().create(network).name(name).send().await?)
}

fn address(wallet: &Wallet) -> Outcome<&str> {
    wallet
        .address
        .as_deref()
        .ok_or_else(|| format!("wallet {} has no address yet", wallet.id).into())
}

/// Sends a little from one wallet to another, and waits until the network has confirmed it.
async fn transfer(dfns: &Dfns, from: &Wallet, to: &Wallet) -> Outcome<()> {
    let order = Transfer::native(address(to)?, AMOUNT);
    let transfer = dfns.transfers().create(&from.id, order).await?.done()?;
    println!("  {} of {AMOUNT} wei is {}", transfer.id, transfer.status);
    let transfer = wait(dfns, transfer).await?;
    println!("  {} is {}", transfer.id, transfer.status);
    println!("  transaction {}", or_dash(transfer.tx_hash));
    println!("  fee {} wei", or_dash(transfer.fee));
    println!(
        "  balances: {} wei here, {} wei there",
        balance(dfns, from).await?,
        balance(dfns, to).await?
    );
    Ok(())
}

/// What a wallet has of its network's own asset, in the smallest unit.
async fn balance(dfns: &Dfns, wallet: &Wallet) -> Outcome<Amount> {
    let assets = dfns.wallets().assets(&wallet.id).send().await?.assets;
    let native = assets.into_iter().find_map(|asset| match asset {
        WalletAsset::Native(native) => Some(native.balance),
        _ => None,
    });
    Ok(native.unwrap_or_else(Amount::zero))
}

/// Asks four times a second, for two minutes at most.
async fn wait(dfns: &Dfns, mut transfer: TransferRequest) -> Outcome<TransferRequest> {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        match transfer.status {
            TransferStatus::Confirmed => return Ok(transfer),
            TransferStatus::Failed | TransferStatus::Rejected => {
                return Err(format!("transfer {}: {}", transfer.status, or_dash(transfer.reason)).into());
            }
            _ if Instant::now() > deadline => return Err(format!("still {} after two minutes", transfer.status).into()),
            _ => tokio::time::sleep(Duration::from_millis(250)).await,
        }
        transfer = dfns.transfers().get(&transfer.wallet_id, &transfer.id).send().await?;
    }
}

/// Signs a message with the wallet's key, and checks the signature with nothing but the public key.
async fn sign(dfns: &Dfns, wallet: &Wallet) -> Outcome<()> {
    let message = b"I was here.";
    let body = SignatureBody::message(&message[..]).with_network(wallet.network.clone());
    let answer = dfns.signatures().create(&wallet.signing_key.id, body).await?.done()?;
    let signature = answer
        .signature
        .ok_or_else(|| format!("{} is {}, not signed", answer.id, answer.status))?;

    let bytes: Vec<u8> = signature
        .r
        .to_bytes()
        .into_iter()
        .chain(signature.s.to_bytes())
        .collect();
    let public_key: [u8; 32] = wallet.signing_key.public_key.to_bytes().as_slice().try_into()?;
    ed25519_dalek::VerifyingKey::from_bytes(&public_key)?
        .verify_strict(message, &ed25519_dalek::Signature::from_slice(&bytes)?)?;
    println!("  {} is {}: {}", answer.id, answer.status, or_dash(signature.encoded));
    println!("  verified here with the public key {}", wallet.signing_key.public_key);
    Ok(())
}

async fn list(dfns: &Dfns) -> Outcome<()> {
    let (mut pages, mut count, mut next) = (0, 0, None);
    loop {
        let mut call = dfns.wallets().list().page_size(2);
        if let Some(token) = next {
            call = call.page_token(token);
        }
        let page = call.send().await?;
        pages += 1;
        count += page.items.len();
        next = page.next;
        if next.is_none() || pages == 5 {
            break;
        }
    }
    println!("  {count} wallets on {pages} pages");
    Ok(())
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// An error and everything below it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        line.push_str(": ");
        line.push_str(&error.to_string());
        next = error.source();
    }
    line
}
