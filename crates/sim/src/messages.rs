//! Messages on their way, and what they do where they arrive.

use crate::desk::{Desk, Next, Phase};
use crate::server::Killed;
use crate::world::{Caller, Event, MINUTE, TIMEOUT, World};
use crate::{check, told};
use farthing_sync::wire::{PushAnswer, Reply, unpack};

impl World {
    pub(crate) fn goes_on(&mut self, desk: usize, next: Next) {
        match next {
            Next::Ask(bytes) => {
                self.note("sends", desk, &bytes);
                let round = self.desks[desk].round;
                self.after(TIMEOUT, Event::Timeout { desk, round });
                let of = self.caller(desk, round);
                self.travel(of, None, &bytes);
            }
            Next::Rest => {}
            Next::Killed => self.dies(desk),
        }
    }

    /// A message that belongs to no round.
    pub(crate) fn send(&mut self, desk: usize, bytes: &[u8]) {
        let of = self.caller(desk, 0);
        self.travel(of, None, bytes);
    }

    fn caller(&self, desk: usize, round: u64) -> Caller {
        let Desk { epoch, offered, .. } = self.desks[desk];
        Caller {
            desk,
            epoch,
            round,
            offered,
        }
    }

    /// From a copy of a desk's book to the server, or to it with how many of the desk's commands the server had.
    fn travel(&mut self, of: Caller, from: Option<i64>, bytes: &[u8]) {
        let desk = of.desk;
        let fate = self.lines[desk].send(from.is_none(), bytes.len(), self.now, &mut self.dice);
        for fault in fate.faults {
            self.count(fault);
        }
        for (after, length) in fate.copies {
            let bytes = bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes).to_vec();
            let event = match from {
                None => Event::AtServer { of, bytes },
                Some(had) => Event::AtDesk { of, bytes, had },
            };
            self.after(after, event);
        }
    }

    pub(crate) fn at_server(&mut self, of: Caller, bytes: &[u8]) -> Result<(), String> {
        let desk = of.desk;
        if self.now < self.server_down {
            return Ok(());
        }
        let killed = match self.dice.between(0, 199) {
            _ if self.calm => Killed::Not,
            0 => Killed::Before,
            1 => Killed::After,
            2 => Killed::Forgets,
            _ => Killed::Not,
        };
        match killed {
            Killed::Before => self.count("server killed"),
            Killed::After => self.count("lost acknowledgement"),
            Killed::Forgets => self.count("last commit lost"),
            Killed::Not => {}
        }
        if killed != Killed::Not {
            self.server_down = self.now + self.dice.between(1, 60) * MINUTE;
        }
        if let Some(answer) = self.server.answer(bytes, self.now, killed)? {
            self.note("answers", desk, &answer);
            check::promised(&self.desks[desk], &self.server)?;
            told::answered(&self.desks[desk], &self.server, &answer)?;
            let had = check::has(&self.desks[desk], &self.server);
            self.travel(of, Some(had), &answer);
        }
        Ok(())
    }

    pub(crate) fn at_desk(&mut self, of: Caller, bytes: &[u8], had: i64) -> Result<(), String> {
        let desk = of.desk;
        if !self.desks[desk].up {
            return Ok(());
        }
        let waits = self.desks[desk].round == of.round && self.desks[desk].phase != Phase::Idle;
        let luck = self.luck();
        let pulls = matches!(self.desks[desk].phase, Phase::Pulling | Phase::Anew);
        // What the server has it may have lost since: only whoever waits for the answer deletes a book because of it.
        let reply = unpack::<Reply>(bytes)
            .ok()
            .filter(|reply| waits || !matches!(reply, Reply::Revoked(_)));
        let brings = matches!(reply, Some(Reply::Pull(_)));
        if let Some(Reply::Pull(page)) = &reply {
            check::granted(&self.desks[desk], &self.server, page)?;
        }
        let is_newer = check::is_newer(&self.desks[desk], reply.as_ref());
        match &reply {
            Some(Reply::Push(PushAnswer::Older)) => self.count("command newer than the server"),
            Some(Reply::Refused(_)) => self.count("letter newer than the server"),
            _ if is_newer => self.count("fact newer than the desk"),
            _ => {}
        }
        let is_older = matches!(reply, Some(Reply::Push(PushAnswer::Older)));
        let pushes = matches!(self.desks[desk].phase, Phase::Pushing { .. });
        let taken = self.desks[desk].taken;
        self.desks[desk].offered = of.offered;
        let next = self.desks[desk].hear(reply, luck);
        if self.desks[desk].taken > taken {
            self.count("chunk of the history taken");
            if !self.calm && self.dice.chance(200) {
                self.dies(desk);
                return Ok(());
            }
        }
        if is_newer {
            check::understood(&self.desks[desk])?;
        }
        if is_older && pushes {
            check::fetches(&self.desks[desk])?;
        }
        if self.desks[desk].gone {
            // What is nowhere else is in each backup from now on.
            self.server.back_up(self.desks[desk].organisation);
        }
        if pulls && self.desks[desk].is_current {
            check::heard(&self.desks[desk], had)?;
        }
        if brings && self.dice.chance(50) {
            check::desk_now(&self.desks[desk])?;
        }
        self.goes_on(desk, next);
        Ok(())
    }
}
