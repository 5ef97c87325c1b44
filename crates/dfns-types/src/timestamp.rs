//! Points in time.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat, Utc};

/// A point in time, in UTC, to the millisecond. The API's form is `2026-11-22T14:56:55.123Z`.
///
/// Any RFC 3339 text with an offset is read, and what is finer than a millisecond is dropped; what is written always
/// has milliseconds and `Z`. The years are 0 to 9999, since others have no such text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

/// 0000-01-01T00:00:00.000Z, in milliseconds since 1970.
const FIRST: i64 = -62_167_219_200_000;

/// 9999-12-31T23:59:59.999Z, likewise.
const LAST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The time so many milliseconds after 1970-01-01T00:00:00Z; `None` outside of the years 0 to 9999.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        DateTime::from_timestamp_millis(millis)
            .filter(|_| (FIRST..=LAST).contains(&millis))
            .map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The time so much later; `None` if that cannot be represented.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let millis = i64::try_from(duration.as_millis()).ok()?;
        Self::from_unix_millis(self.unix_millis().checked_add(millis)?)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
        };
        // No clock is outside of the years that can be written; one that is stands still at the nearest of them.
        Self(DateTime::from_timestamp_millis(millis.clamp(FIRST, LAST)).unwrap_or_default())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Text that is no point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError(Box<str>);

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?} is no RFC 3339 time with an offset, such as 2026-11-22T14:56:55.123Z",
            self.0
        )
    }
}

impl std::error::Error for TimestampError {}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|time| Self::from_unix_millis(time.timestamp_millis()))
            .ok_or_else(|| TimestampError(text.into()))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::open_enum::deserialize_text(deserializer, "Timestamp", str::parse)?.map_err(serde::de::Error::custom)
    }
}
