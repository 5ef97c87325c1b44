//! A signer whose key is in a key management service: registers the service's key as a credential, and signs with it.
//!
//! Run it with `cargo run -p dfns --example kms_signer`. The service here is a thread with an Ed25519 key, which answers
//! as a real one does: to a request, after a while, with a signature and nothing else. One with ECDSA keys that answers
//! two numbers in place of DER goes through [`dfns::ecdsa_signature_der`].

use dfns::credential::{KeyAttestation, NewCredential};
use dfns::types::{AuthenticationChallenge, EndUserWallet, NativeTransfer, Network, NewUserKind, Transfer};
use dfns::{ClientData, Dfns, KeyKind, KeyPair, KeySigner, Signer, SignerError, SignerFuture};
use tokio::sync::{mpsc, oneshot};

/// A client of the service: what an AWS, Google or PKCS#11 client would be.
struct Service {
    public_key_der: Vec<u8>,
    requests: mpsc::Sender<(Vec<u8>, oneshot::Sender<Vec<u8>>)>,
}

impl Service {
    fn start() -> Result<Self, dfns::KeyError> {
        let key = KeyPair::generate(KeyKind::Ed25519)?;
        let public_key_der = key.public_key_der();
        let (requests, mut inbox) = mpsc::channel::<(Vec<u8>, oneshot::Sender<Vec<u8>>)>(8);
        std::thread::spawn(move || {
            while let Some((message, answer)) = inbox.blocking_recv() {
                // Whoever asked may have gone; there is nobody to tell then.
                let _gone = key.sign(&message).map(|signature| answer.send(signature));
            }
        });
        Ok(Self {
            public_key_der,
            requests,
        })
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ServiceGone> {
        let (answer, signature) = oneshot::channel();
        self.requests
            .send((message.to_vec(), answer))
            .await
            .map_err(|_| ServiceGone)?;
        signature.await.map_err(|_| ServiceGone)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the key management service does not answer")]
struct ServiceGone;

/// The credential in Dfns whose key the service holds.
struct ServiceSigner {
    service: Service,
    credential_id: String,
}

impl Signer for ServiceSigner {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(async move {
            let client_data = ClientData::new(challenge, &self.credential_id)?;
            let signature = self.service.sign(client_data.as_bytes()).await;
            Ok(client_data.answer(signature.map_err(SignerError::failed)?))
        })
    }
}

#[expect(clippy::print_stdout, reason = "it is what an example does")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = dfns_emulator::Emulator::start().await?;
    let key = emulator.private_key_pem().ok_or("the emulator made no key")?;
    let server = Dfns::builder()
        .base_url(emulator.url())
        .auth_token(emulator.auth_token())
        .signer(KeySigner::from_pem(emulator.credential_id(), key)?)
        .build()?;

    // The service's key becomes the credential of a new user.
    let service = Service::start()?;
    let begun = server
        .registration()
        .delegated("jane@example.test", NewUserKind::EndUser)
        .send()
        .await?;
    let public_key = dfns::public_key_pem(&service.public_key_der);
    let attestation = KeyAttestation::new(&begun.challenge, "key-1-of-the-service", public_key);
    let signature = service.sign(attestation.as_bytes()).await?;
    let done = server
        .continue_registration(&begun)?
        .complete_end_user(
            NewCredential::key(attestation.finish(signature)),
            [EndUserWallet::new(Network::SolanaDevnet)],
        )
        .send()
        .await?;

    // From now on, what she does is signed by the service.
    let signer = ServiceSigner {
        service,
        credential_id: "key-1-of-the-service".to_owned(),
    };
    let hers = server.with_auth_token(done.authentication.token)?.with_signer(signer);
    let wallet = done.wallets.first().ok_or("no wallet")?;
    emulator.admin().fund(&wallet.id, 1_000_000_u64).await?;
    let shop = server.wallets().create(Network::SolanaDevnet).send().await?;
    let payment = NativeTransfer::new(shop.address.ok_or("no address")?, 7_u64);
    let transfer = hers
        .transfers()
        .create(&wallet.id, Transfer::Native(payment))
        .await?
        .done()?;
    println!("{} paid with {}: {}", done.user.username, wallet.id, transfer.status);
    Ok(())
}
