//! A variable rate: what its changes mean for the terms of one loan.

use crate::calendar::Calendar;
use crate::terms::{MOST_INSTALLMENTS, RateChange, Terms, TermsError};

impl Terms {
    /// Puts the changes of a variable rate, in order of date, into terms: what holds by the day of disbursement is their
    /// rate, each later one holds from the first due date on its day or after it.
    ///
    /// # Errors
    /// Where the due dates leave the calendar.
    pub fn follow(&mut self, rates: &[RateChange]) -> Result<(), TermsError> {
        self.rate_changes.clear();
        let calendar = Calendar::of(self);
        let last = self.installments.unwrap_or(MOST_INSTALLMENTS);
        let mut k = 1;
        for change in rates {
            if change.on <= self.disbursed_on {
                self.annual_rate = change.annual_rate;
                continue;
            }
            while k < last && calendar.due(k)? < change.on {
                k += 1;
            }
            let from = calendar.due(k)?;
            if k == last || from < change.on {
                break;
            }
            self.rate_changes.retain(|known| known.on != from);
            self.rate_changes.push(RateChange { on: from, ..*change });
        }
        Ok(())
    }
}
