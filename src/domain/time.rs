//! Instants and the zone they are read in.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The zone of all dates that people see. Vietnam has no summer time.
pub const VIETNAM: Tz = chrono_tz::Asia::Ho_Chi_Minh;

/// An instant in microseconds since 1970-01-01T00:00:00Z.
///
/// Microseconds because PostgreSQL keeps no finer ones: what goes into a store comes out the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant that a date and time of the wall clock in Vietnam names.
    ///
    /// # Panics
    /// Where there is no such date. Meant for constants and tests.
    pub fn vietnam(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Self {
        use chrono::TimeZone;
        let local =
            VIETNAM.with_ymd_and_hms(year, month, day, hour, minute, 0).single().expect("a date that exists");
        Self::from(local.with_timezone(&Utc))
    }

    /// The same instant as a date and time in `zone`.
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.utc().with_timezone(&zone)
    }

    /// The same instant as a `chrono` value.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// `08:00 07/12/2026`, in Vietnam.
    pub fn short(self) -> String {
        let t = self.in_zone(VIETNAM);
        format!("{:02}:{:02} {:02}/{:02}/{}", t.hour(), t.minute(), t.day(), t.month(), t.year())
    }

    /// The instant `duration` later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// The instant `duration` earlier.
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long from `earlier` to this one; nothing if it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        self.after(duration)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        self.before(duration)
    }
}

/// ISO 8601 in UTC, for logs and `--json`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.utc().format("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }
}
