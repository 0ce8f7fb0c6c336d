//! Where the time comes from.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// The one clock of the desk.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    #[cfg(feature = "test-hooks")]
    file: Option<std::path::PathBuf>,
    fixed: Option<DateTime<Utc>>,
}

impl Clock {
    /// The system's clock. In a build with test hooks, the file that FARTHING_TEST_CLOCK names, if it is set.
    pub fn system() -> Clock {
        Clock {
            #[cfg(feature = "test-hooks")]
            file: std::env::var_os("FARTHING_TEST_CLOCK").map(Into::into),
            fixed: None,
        }
    }

    /// A clock that stands still, for demo data.
    pub fn at(instant: DateTime<Utc>) -> Clock {
        Clock { fixed: Some(instant), ..Clock::default() }
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        #[cfg(feature = "test-hooks")]
        if let Some(told) = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()) {
            if let Ok(at) = DateTime::parse_from_rfc3339(told.trim()) {
                return at.with_timezone(&Utc);
            }
        }
        Utc::now()
    }

    /// Today in a time zone.
    pub fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}
