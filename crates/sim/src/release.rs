//! Programs of different versions: who runs which, and when it is updated.

use crate::check;
use crate::desk::Desk;
use crate::world::{Event, HOUR, MINUTE, World};
use farthing_sync::versions::Versions;

/// The program's releases, each of which writes something newer than the one before: commands alone, facts alone, both and the
/// letters too. The payloads read alike here, so that only their version says who may read them.
const RELEASES: [Versions; 4] = [Versions::HERE, newer(1, 0, 0), newer(1, 1, 0), newer(2, 2, 1)];

const fn newer(commands: u32, facts: u32, protocol: u16) -> Versions {
    Versions {
        commands: Versions::HERE.commands + commands,
        facts: Versions::HERE.facts + facts,
        protocol: Versions::HERE.protocol + protocol,
    }
}

/// The newest release.
const NEWEST: Versions = RELEASES[RELEASES.len() - 1];

/// The release after one.
fn after(versions: Versions) -> Versions {
    let later = RELEASES.iter().skip_while(|release| **release != versions).nth(1);
    *later.unwrap_or(&NEWEST)
}

impl World {
    /// Everybody begins with one of the first releases.
    pub(crate) fn installs(&mut self) {
        let mut dice = self.dice.clone();
        let mut first = || RELEASES[dice.place(RELEASES.len() - 1)];
        self.server.versions = first();
        self.desks.iter_mut().for_each(|desk| desk.versions = first());
        self.dice = dice;
        for desk in (0..self.desks.len()).map(Some).chain([None]) {
            self.soon(72 * HOUR, Event::Update { desk });
        }
    }

    /// A machine that comes later begins with one of them too.
    pub(crate) fn one_of_the_first(&mut self) -> Versions {
        RELEASES[self.dice.place(RELEASES.len() - 1)]
    }

    /// Those who are not there yet come to the newest release, in any order.
    pub(crate) fn all_update(&mut self) {
        for desk in (0..self.desks.len()).map(Some).chain([None]) {
            self.soon(30 * MINUTE, Event::Update { desk });
        }
    }

    /// A desk's program, or the server's, gives way to a later one.
    pub(crate) fn updates(&mut self, desk: Option<usize>) -> Result<(), String> {
        let runs = match desk {
            Some(desk) => self.desks[desk].versions,
            None => self.server.versions,
        };
        let next = if self.calm { NEWEST } else { after(runs) };
        if next != runs {
            self.note("updates", desk.unwrap_or(usize::MAX), &[]);
            match desk {
                Some(desk) => {
                    self.count("desk updated");
                    self.desks[desk].updates(next);
                    check::opened(&self.desks[desk])?;
                }
                None => {
                    self.count("server updated");
                    self.server.versions = next;
                }
            }
        }
        if !self.calm {
            self.soon(72 * HOUR, Event::Update { desk });
        }
        Ok(())
    }

    /// Whether everybody has the newest release.
    pub(crate) fn is_updated(&self) -> bool {
        let runs = |desk: &Desk| desk.gone || desk.versions == NEWEST;
        self.server.versions == NEWEST && self.desks.iter().all(runs)
    }
}

impl Desk {
    /// Another program takes the place of the one that runs, which ends; one that does not run is found when it is started.
    fn updates(&mut self, versions: Versions) {
        self.versions = versions;
        if self.up {
            self.start();
        }
    }
}
