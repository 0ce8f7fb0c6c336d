//! The end of a day: what the authority does by itself.

use crate::bug::Bug;
use crate::database::{Database, Decided, Step};
use crate::server::{AUTHORITY, Server, loans, now_at};
use chrono::{Days, NaiveDate};
use farthing_api::LoanId;
use farthing_office::{Command, Context, Loan, RULES, State, apply, decide};
use farthing_sync::authority::Now;
use farthing_sync::day::{closing, looks, step};

impl Server {
    ///
    /// # Errors
    /// Something that must never happen.
    pub(crate) fn close_days(&mut self, ms: i64) -> Result<(), String> {
        for place in 0..self.organisations.len() {
            while self.close_next(place, ms)? {}
        }
        Ok(())
    }

    fn close_next(&mut self, place: usize, ms: i64) -> Result<bool, String> {
        let now = now_at(ms);
        let twice = self.bug == Some(Bug::DayClosedTwice);
        let database = &mut self.organisations[place];
        let Some(date) = database
            .state
            .day()
            .map(|day| day.open)
            .filter(|open| *open < now.today)
        else {
            return Ok(false);
        };
        let mut state = database.state.clone();
        let ids: Vec<LoanId> = loans(&state).map(|(id, _)| id).collect();
        let of = |state: &State| -> Vec<(LoanId, Loan)> {
            ids.iter()
                .filter_map(|id| Some((*id, state.loan(*id)?.clone())))
                .collect()
        };
        let mut facts = Vec::new();
        let before = of(&state);
        let looks: Vec<(String, Command)> = looks(before.iter().map(|(id, loan)| (*id, loan)), date).collect();
        for (word, command) in looks {
            act(database, &mut state, now, date, &word, command, &mut facts)?;
        }
        let after = of(&state);
        let rules = state.organisation().map(|o| o.lateness.clone()).unwrap_or_default();
        let command = closing(after.iter().map(|(_, loan)| loan), &rules, date);
        if twice {
            let mut other = state.clone();
            let word = format!("close {}", self.dice.id());
            act(database, &mut other, now, date, &word, command.clone(), &mut facts)?;
        }
        act(database, &mut state, now, date, "close", command, &mut facts)?;
        database.append(&state, facts, self.versions, 0)?;
        database.state = state;
        Ok(true)
    }
}

fn act(
    database: &mut Database,
    state: &mut State,
    now: Now,
    date: NaiveDate,
    word: &str,
    command: Command,
    facts: &mut Vec<farthing_office::Fact>,
) -> Result<(), String> {
    let op = step(database.organisation, &database.branch, date, word);
    let context = Context {
        op,
        at: now.at,
        today: now.today.max(date.checked_add_days(Days::new(1)).unwrap_or(date)),
        actor: None,
        device: AUTHORITY,
        desk: format!("{}-00", database.branch),
        rules: RULES,
        numbers: None,
    };
    let decided =
        decide(state, &command, &context).map_err(|refusal| format!("a day does not close: {}", refusal.0.message))?;
    if decided.is_empty() {
        return Ok(());
    }
    decided.iter().for_each(|fact| apply(state, fact));
    let note = Decided {
        step: Step::Own {
            command: Box::new(command),
        },
        device: AUTHORITY,
        epoch: 0,
        op,
        now,
        context,
        facts: decided.iter().map(|fact| fact.id).collect(),
        refusal: None,
        aside: false,
        own: None,
    };
    database.note(note, None);
    facts.extend(decided);
    Ok(())
}
