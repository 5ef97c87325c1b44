//! Logging people in at the identity provider that the emulator plays.

use serde::Deserialize;
use serde_json::json;

use super::{Admin, AdminError};

/// What somebody comes back with from the identity provider.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SignedIn {
    /// The address that their browser is sent to, with `code` and `state` in its query.
    pub location: String,
    /// The one-time code, good for a minute.
    pub code: String,
    /// The state that the login began with.
    pub state: String,
}

impl Admin {
    /// Logs somebody in at the page that `initSsoLogin` or `initOidcLogin` sent them to, as whoever they say they are.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if it is not such a page; [`AdminError::Unreachable`].
    pub async fn sign_in(&self, redirect_url: &str, email: &str) -> Result<SignedIn, AdminError> {
        let body = json!({ "redirectUrl": redirect_url, "email": email });
        self.send("POST", "/identity-provider/authorize", Some(&body)).await
    }

    /// An ID token for somebody, as a social login hands it to an application; good for five minutes.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if the address is empty; [`AdminError::Unreachable`].
    pub async fn id_token(&self, email: &str) -> Result<String, AdminError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Issued {
            id_token: String,
        }
        let body = json!({ "email": email });
        let issued: Issued = self.send("POST", "/identity-provider/id-tokens", Some(&body)).await?;
        Ok(issued.id_token)
    }
}
