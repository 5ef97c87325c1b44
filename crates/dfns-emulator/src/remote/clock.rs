//! The emulator's clock, as a test moves it.

use std::time::Duration;

use dfns_types::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Admin, AdminError};

#[derive(Deserialize)]
struct Now {
    now: Timestamp,
}

impl Admin {
    /// The time by the emulator's clock.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn now(&self) -> Result<Timestamp, AdminError> {
        Ok(self.send::<Now>("GET", "/clock", None).await?.now)
    }

    /// Moves the emulator's clock forward, by whole milliseconds, and answers the time that it shows then.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if that is beyond the year 9999; [`AdminError::Unreachable`].
    pub async fn advance(&self, duration: Duration) -> Result<Timestamp, AdminError> {
        self.clock("advance", &json!({ "seconds": duration.as_secs_f64() }))
            .await
    }

    /// Lets the emulator's clock stand still, and answers the time that it shows.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn freeze_clock(&self) -> Result<Timestamp, AdminError> {
        self.clock("freeze", &json!({})).await
    }

    /// Lets the emulator's clock run again, from the time that it shows.
    ///
    /// # Errors
    /// [`AdminError::Unreachable`].
    pub async fn run_clock(&self) -> Result<Timestamp, AdminError> {
        self.clock("run", &json!({})).await
    }

    /// Sets the emulator's clock, forward or back; it runs or stands still as before.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if it is not in the years 1970 to 9999; [`AdminError::Unreachable`].
    pub async fn set_clock(&self, now: Timestamp) -> Result<Timestamp, AdminError> {
        self.clock("set", &json!({ "now": now })).await
    }

    async fn clock(&self, how: &str, body: &Value) -> Result<Timestamp, AdminError> {
        let path = format!("/clock/{how}");
        Ok(self.send::<Now>("POST", &path, Some(body)).await?.now)
    }
}
