//! The callers, the request they sign, and the refusals they may get.

use dfns_emulator::Emulator;

use crate::support::{Answer, Declared, Signer};

pub(crate) const MISSING_OR_INVALID: (u16, &str) = (403, "user action signature is missing or invalid");
pub(crate) const ALREADY_USED: (u16, &str) = (400, "user action has already been used");
pub(crate) const CHALLENGE_NOT_VALID: (u16, &str) = (400, "Challenge token is not valid.");
pub(crate) const NO_CREDENTIAL: (u16, &str) = (
    401,
    "User does not have a credential that can be used for the application.",
);
pub(crate) const INVALID_SIGNATURE: (u16, &str) = (401, "Invalid signature.");
pub(crate) const BODY: &str = r#"{"isSSORequired":true,"amount":9007199254740993}"#;

/// An emulator and its two callers. `path` is the employee, whom either may update.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) service: Signer,
    pub(crate) employee: Signer,
    pub(crate) path: String,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let emulator = Emulator::start()
            .await
            .expect("nothing is in the way of an emulator in memory");
        let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
        let path = format!("/auth/users/{}", emulator.employee().user_id());
        Self {
            emulator,
            service,
            employee,
            path,
        }
    }

    pub(crate) fn update<'a>(&'a self, payload: &'a str) -> Declared<'a> {
        Declared {
            method: "PUT",
            path: &self.path,
            payload,
        }
    }

    /// Sends `sent` to `target` with an action that was signed for `declared`.
    pub(crate) fn send(&self, declared: Declared<'_>, method: &str, target: &str, sent: &str) -> Answer {
        let action = self.service.sign(declared);
        self.service.call_with(method, target, sent, Some(&action))
    }
}
