//! A rate that changes while the loan runs.

use super::Run;
use crate::ledger::NewTerms;
use crate::tail::Tail;
use crate::terms::{RateChange, TermsError};
use chrono::NaiveDate;

impl Run<'_> {
    /// The changes of the rate that the terms in force know of and that hold only after a day.
    pub(super) fn rates_after(&self, day: NaiveDate) -> Vec<RateChange> {
        let new = self.ledger.terms.as_ref().map(|new| &new.terms);
        let terms = new.or(self.account.terms.as_ref());
        let known = terms.map_or(&[][..], |terms| &terms.rate_changes);
        known.iter().filter(|change| change.on > day).copied().collect()
    }

    /// Another rate from the first due date on or after a day: the installments after it are worked out anew. Where that
    /// can't be done they stay as they are, and the ledger says why.
    pub(super) fn change_rate(&mut self, change: RateChange) {
        if let Err(error) = self.reprice(change) {
            self.ledger.kept_schedule.push(error);
        }
    }

    fn reprice(&mut self, change: RateChange) -> Result<(), TermsError> {
        let own = |terms| NewTerms {
            terms,
            after: 0,
            repriced: true,
        };
        let old = self.ledger.terms.as_deref().cloned();
        let Some(old) = old.or_else(|| self.account.terms.clone().map(own)) else {
            return Ok(());
        };
        // What holds on the day of the disbursement is in the terms.
        let first = old.terms.disbursed_on;
        if self
            .account
            .terms
            .as_ref()
            .is_some_and(|terms| change.on <= terms.disbursed_on)
        {
            return Ok(());
        }
        let rows = &self.ledger.rows;
        let begins = |at: &usize| {
            let start = rows[*at - 1].due_on;
            rows[*at].n > old.after && start >= change.on && start > first && rows[*at].due_on > start
        };
        let Some(at) = (1..rows.len()).find(begins) else {
            return Ok(());
        };
        let from = rows[at - 1].due_on;
        let mut new = old.clone();
        let changes = &mut new.terms.rate_changes;
        let in_force = changes.iter().rev().find(|known| known.on <= from);
        if in_force.map_or(new.terms.annual_rate, |known| known.annual_rate) == change.annual_rate {
            return Ok(());
        }
        changes.retain(|known| known.on != from);
        changes.push(RateChange { on: from, ..change });
        changes.sort_by_key(|known| known.on);
        let decimals = self.account.decimals;
        let before = Tail::under(&old, decimals, &self.ledger, at)?;
        let tail = Tail::under(&new, decimals, &self.ledger, at)?;
        let (rows, stages) = tail.repriced(&before, &self.stages, &self.ledger.early)?;
        let first = self.ledger.rows[at].n;
        self.put_rows(first, &rows, None, from, None);
        self.stages.retain(|stage| stage.n < first);
        self.stages.extend(stages);
        self.ledger.terms = Some(Box::new(new));
        Ok(())
    }
}
