//! Where the time comes from.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use chrono_tz::Tz;
use std::sync::{Arc, Mutex};

/// The one clock of the desk.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    #[cfg(feature = "test-hooks")]
    file: Option<std::path::PathBuf>,
    told: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The system's clock. In a build with test hooks, the file that FARTHING_TEST_CLOCK names, if it is set.
    pub fn system() -> Clock {
        Clock {
            #[cfg(feature = "test-hooks")]
            file: std::env::var_os("FARTHING_TEST_CLOCK").map(Into::into),
            told: None,
        }
    }

    /// A clock that stands still until it is moved: for demo data, imports and tests.
    pub fn moved(instant: DateTime<Utc>) -> Clock {
        Clock {
            #[cfg(feature = "test-hooks")]
            file: None,
            told: Some(Arc::new(Mutex::new(instant))),
        }
    }

    /// Moves a clock that stands still; every copy of it moves too. The system's clock is not moved.
    pub fn set(&self, instant: DateTime<Utc>) {
        if let Some(Ok(mut told)) = self.told.as_ref().map(|told| told.lock()) {
            *told = instant;
        }
    }

    /// Now, to the millisecond: logs and letters keep no more.
    pub fn now(&self) -> DateTime<Utc> {
        if let Some(Ok(told)) = self.told.as_ref().map(|told| told.lock()) {
            return *told;
        }
        #[cfg(feature = "test-hooks")]
        if let Some(told) = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok())
            && let Ok(at) = DateTime::parse_from_rfc3339(told.trim())
        {
            return at.with_timezone(&Utc);
        }
        Utc::now().trunc_subsecs(3)
    }

    /// Today in a time zone.
    pub fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}
