//! A product whose users sign with passkeys in their browsers, on the emulator: run it, open the page, register.
//!
//! ```text
//! cargo run -p dfns --example delegated
//! ```

#![expect(clippy::print_stdout, reason = "a program talks to whoever started it")]

mod server;

use dfns::{Dfns, KeySigner};
use dfns_emulator::Emulator;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With the API itself, an administrator adds these to the permission `ManagedDefaultEndUserAccess`.
    let emulator = Emulator::builder()
        .allow_end_users("Keys:Create")
        .allow_end_users("Wallets:Create");
    let emulator = emulator.start().await?;
    let key = emulator
        .private_key_pem()
        .ok_or("the emulator was given a public key")?;
    let dfns = Dfns::builder()
        .base_url(emulator.url())
        .auth_token(emulator.auth_token())
        .signer(KeySigner::from_pem(emulator.credential_id(), key)?)
        .build()?;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    // Browsers have passkeys for `localhost`, and without TLS for no other host.
    println!("http://localhost:{}", listener.local_addr()?.port());
    axum::serve(listener, server::product(dfns)).await?;
    Ok(())
}
