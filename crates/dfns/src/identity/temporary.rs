//! The second halves of registrations and recoveries, which take the temporary token of their challenge.

#[cfg(feature = "protected-keys")]
use dfns_types::{CompleteRegistrationRequest, CompletedRegistration};
use dfns_types::{RecoveryChallenge, RegistrationChallenge};

use crate::calls::{RecoveryCalls, RegistrationCalls};
use crate::client::Dfns;
#[cfg(feature = "protected-keys")]
use crate::credential::RecoveryKey;
#[cfg(feature = "protected-keys")]
use crate::error::Error;
use crate::error::Result;

impl Dfns {
    /// The calls that complete a registration which has begun, for example by delegation; they carry its temporary token.
    ///
    /// ```
    /// use dfns::types::{EndUserWallet, Network, NewUserKind};
    /// use dfns::{KeyKind, KeyPair, KeySigner};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = dfns_emulator::Emulator::start().await?;
    /// # let signer = KeySigner::from_pem(emulator.credential_id(), emulator.private_key_pem().ok_or("no key")?)?;
    /// # let dfns = dfns::Dfns::builder().base_url(emulator.url()).auth_token(emulator.auth_token()).signer(signer).build()?;
    /// let begun = dfns.registration().delegated("jane@example.test", NewUserKind::EndUser).send().await?;
    /// // The key is made where the user is; the server sees the proof only.
    /// let key = KeySigner::new("the-key-of-jane", KeyPair::generate(KeyKind::Ed25519)?)?;
    /// let done = dfns
    ///     .continue_registration(&begun)?
    ///     .complete_end_user(key.attest(&begun.challenge)?, [EndUserWallet::new(Network::SolanaDevnet)])
    ///     .send()
    ///     .await?;
    /// assert_eq!(done.wallets[0].signing_key.delegated_to.as_ref(), Some(&done.user.id));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the temporary token cannot be sent in a header.
    pub fn continue_registration(&self, challenge: &RegistrationChallenge) -> Result<RegistrationCalls> {
        let temporary = challenge.temporary_authentication_token.clone();
        Ok(self.with_auth_token(temporary)?.registration())
    }

    /// The calls that complete a recovery which has begun; they carry its temporary token.
    ///
    /// `Dfns::recover` is shorter where the recovery key is a `credential::RecoveryKey`; both need the feature
    /// `protected-keys`.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the temporary token cannot be sent in a header.
    pub fn continue_recovery(&self, challenge: &RecoveryChallenge) -> Result<RecoveryCalls> {
        let temporary = challenge.temporary_authentication_token.clone();
        Ok(self.with_auth_token(temporary)?.recovery())
    }

    /// Completes a recovery: replaces all credentials of the user by new ones, each attested over the challenge, which the
    /// recovery key approves. Everything from before is void then: credentials, personal access tokens and sessions.
    ///
    /// # Errors
    /// [`Error::Refused`] if the key is not one of the user's, or an attestation is not over this challenge;
    /// [`Error::Signer`] if the recovery key cannot sign.
    ///
    /// Source: `POST /auth/recover/user` (operation `recoverUser`).
    #[cfg(feature = "protected-keys")]
    pub async fn recover(
        &self,
        challenge: &RecoveryChallenge,
        recovery_key: &RecoveryKey,
        new_credentials: impl Into<CompleteRegistrationRequest>,
    ) -> Result<CompletedRegistration> {
        let approved = recovery_key
            .approve(new_credentials.into())
            .map_err(|source| Error::Signer {
                operation: "recoverUser",
                source,
            })?;
        let calls = self.continue_recovery(challenge)?;
        calls.complete(approved.recovery, approved.new_credentials).send().await
    }
}
