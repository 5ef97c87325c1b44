//! Login: the challenge, its answer by a signer, and a client with the token that comes back.

use std::fmt;
use std::sync::Arc;

use dfns_types::{OrgId, Secret};

use crate::client::Dfns;
use crate::error::{DecodeError, Error, Result, Step};
use crate::generated::CreateLoginChallengeCall;
use crate::signer::Signer;

impl Dfns {
    /// Logs a user in: asks for a challenge, has it answered by the signer, and exchanges the answer for a token.
    ///
    /// Needs no token. The client that comes back has the token of the session and the signer.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = dfns_emulator::Emulator::start().await?;
    /// # let jane = emulator.employee();
    /// # let signer = dfns::KeySigner::from_pem(jane.credential_id(), jane.private_key_pem())?;
    /// # let org_id: dfns::types::OrgId = emulator.org_id().parse()?;
    /// let open = dfns::Dfns::builder().base_url(emulator.url()).build()?;
    /// let login = open.log_in(signer).username(jane.username()).org_id(org_id).send().await?;
    /// let session = login.into_session().ok_or("single sign-on is required")?;
    /// let users = session.dfns.users().list().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn log_in(&self, signer: impl Signer + 'static) -> LogIn {
        LogIn {
            dfns: self.clone(),
            signer: Arc::new(signer),
            challenge: self.login().challenge(),
        }
    }
}

/// A login, made by [`Dfns::log_in`].
#[must_use = "a login does nothing until it is sent"]
pub struct LogIn {
    dfns: Dfns,
    signer: Arc<dyn Signer>,
    challenge: CreateLoginChallengeCall,
}

impl LogIn {
    /// The name of the user. Without it, only a passkey can log in, which knows whose it is.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.challenge = self.challenge.username(username);
        self
    }

    /// The organisation of the user.
    pub fn org_id(mut self, org_id: impl Into<OrgId>) -> Self {
        self.challenge = self.challenge.org_id(org_id);
        self
    }

    /// The tenant of a tenant user, in place of the organisation.
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.challenge = self.challenge.tenant_id(tenant_id);
        self
    }

    /// The code that `login().send_code(…)` mailed. Password-protected keys are offered with it only.
    pub fn code(mut self, code: impl Into<Secret>) -> Self {
        self.challenge = self.challenge.login_code(code);
        self
    }

    /// Logs in.
    ///
    /// # Errors
    /// [`Error::Refused`] if the user is unknown, deactivated or has no credential, if the code is wrong, or if the
    /// signature is; [`Error::Signer`] if the signer has none of the credentials that are offered.
    ///
    /// Source: `POST /auth/login/init` and `POST /auth/login` (operations `createLoginChallenge`, `completeLogin`).
    pub async fn send(self) -> Result<LoggedIn> {
        const OPERATION: &str = "completeLogin";
        let Self {
            dfns,
            signer,
            challenge,
        } = self;
        let challenge = challenge.send().await?;
        let answer = signer.sign(&challenge).await.map_err(|source| Error::Signer {
            operation: OPERATION,
            source,
        })?;
        let login = dfns
            .login()
            .complete(challenge.challenge_identifier, answer)
            .send()
            .await?;
        match (login.token, login.sso_client_id) {
            (Some(token), _) => {
                let dfns = dfns.with_auth_token(token.clone())?.with_shared_signer(signer);
                Ok(LoggedIn::Session(Session { token, dfns }))
            }
            (None, Some(client_id)) => Ok(LoggedIn::SsoRequired { client_id }),
            (None, None) => Err(Error::Decode {
                operation: OPERATION,
                step: Step::Call,
                source: DecodeError::because("there is neither a token nor the client id for single sign-on"),
            }),
        }
    }
}

impl fmt::Debug for LogIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LogIn").finish_non_exhaustive()
    }
}

/// What a login leads to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LoggedIn {
    /// The user is logged in.
    Session(Session),
    /// The credential was right, but this user logs in by single sign-on: go on with `login().start_sso(…)`.
    SsoRequired {
        /// The client to start single sign-on with.
        client_id: String,
    },
}

impl LoggedIn {
    /// The session, unless single sign-on is required.
    pub fn into_session(self) -> Option<Session> {
        match self {
            Self::Session(session) => Some(session),
            Self::SsoRequired { .. } => None,
        }
    }
}

/// A user who is logged in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The token of the session, for whoever keeps it elsewhere.
    pub token: Secret,
    /// A client with that token and the signer that logged in.
    pub dfns: Dfns,
}
