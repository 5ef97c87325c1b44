//! The whole state of an emulator, as a test keeps it and puts it back.

use dfns_types::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Admin, AdminError};

/// The whole state of an emulator, kept under names.
#[derive(Clone, Copy, Debug)]
pub struct Snapshots<'a>(&'a Admin);

/// With what an emulator can be called: the service account that may do everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Access {
    /// The organisation.
    pub org_id: String,
    /// The token.
    pub auth_token: Secret,
    /// The credential that signs.
    pub credential_id: String,
    /// The private key of the credential, PKCS#8 in PEM; `None` if its public half was given to the emulator.
    pub private_key: Option<Secret>,
}

impl Admin {
    /// Makes everything anew, as at the first start, with the same seed: clock and faults included. Snapshots stay.
    ///
    /// The answer differs from what the [`Emulator`](crate::Emulator) says only if a state with another seed had been
    /// restored.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn reset(&self) -> Result<Access, AdminError> {
        self.send("POST", "/reset", None).await
    }

    /// As [`reset`](Self::reset), with another seed, and so other ids and keys.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn reset_with_seed(&self, seed: u64) -> Result<Access, AdminError> {
        self.send("POST", "/reset", Some(&json!({ "seed": seed }))).await
    }

    /// The whole state, kept under names.
    pub fn snapshots(&self) -> Snapshots<'_> {
        Snapshots(self)
    }
}

impl Snapshots<'_> {
    /// Keeps the state as it is under a name, in place of one that may be there.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if the name is empty; [`AdminError::Unreachable`].
    pub async fn take(self, name: &str) -> Result<(), AdminError> {
        let body = json!({ "name": name });
        let _shown: Value = self.0.send("POST", "/snapshots", Some(&body)).await?;
        Ok(())
    }

    /// Puts a state back, clock included; faults are cleared. Answers who may call now.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such snapshot, or it is none of this version; [`AdminError::Unreachable`].
    pub async fn restore(self, name: &str) -> Result<Access, AdminError> {
        let path = format!("{}/restore", path(name));
        self.0.send("POST", &path, None).await
    }

    /// A state as a file, which [`upload`](Self::upload) takes and an emulator can be started with.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such snapshot; [`AdminError::Unreachable`].
    pub async fn download(self, name: &str) -> Result<Vec<u8>, AdminError> {
        self.0.fetch("GET", &path(name), Vec::new()).await
    }

    /// Keeps a file under a name.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn upload(self, name: &str, content: Vec<u8>) -> Result<(), AdminError> {
        self.0.fetch("PUT", &path(name), content).await?;
        Ok(())
    }
}

fn path(name: &str) -> String {
    let safe = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    format!("/snapshots/{}", name.bytes().map(safe).collect::<String>())
}
