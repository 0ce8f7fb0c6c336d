//! What becomes of messages on the way.

use crate::dice::Dice;

/// The line between a desk and the server, each way for itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    /// Until when nothing gets to the server, in milliseconds.
    pub(crate) up_cut: i64,
    /// Until when nothing gets back.
    pub(crate) down_cut: i64,
    /// How many of a thousand messages are lost, come twice, come late, or are cut off.
    pub(crate) lossy: i64,
}

/// What the network does with one message: when each copy arrives, and how much of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    /// The arrivals: after how many milliseconds, and how many bytes where it is cut off.
    pub(crate) copies: Vec<(i64, Option<usize>)>,
    /// What was done to it, by its word.
    pub(crate) faults: Vec<&'static str>,
}

impl Line {
    /// How the line is for the next hours.
    pub(crate) fn change(&mut self, now: i64, dice: &mut Dice) -> Option<&'static str> {
        let hours = |dice: &mut Dice, most| now + dice.between(1, most) * 3_600_000;
        *self = Line::default();
        match dice.between(0, 9) {
            0..=1 => {
                let end = hours(dice, 30);
                (self.up_cut, self.down_cut) = (end, end);
                Some("offline")
            }
            2 => {
                self.up_cut = hours(dice, 6);
                Some("one-way partition")
            }
            3 => {
                self.down_cut = hours(dice, 6);
                Some("one-way partition")
            }
            4..=5 => {
                self.lossy = dice.between(50, 300);
                None
            }
            _ => {
                self.lossy = dice.between(0, 20);
                None
            }
        }
    }

    /// What becomes of a message.
    pub(crate) fn send(&self, is_up: bool, length: usize, now: i64, dice: &mut Dice) -> Fate {
        let mut fate = Fate::default();
        let cut = if is_up { self.up_cut } else { self.down_cut };
        if now < cut {
            return fate;
        }
        if dice.chance(self.lossy) {
            fate.faults.push("drop");
            return fate;
        }
        let copies = 1 + i64::from(dice.chance(self.lossy));
        if copies > 1 {
            fate.faults.push("duplicate");
        }
        for _ in 0..copies {
            let mut after = dice.between(20, 2_000);
            if dice.chance(self.lossy) {
                // Later messages come first.
                after += dice.between(1_000, 5 * 3_600_000);
                fate.faults.push("delay and reorder");
            }
            let bytes = dice.chance(self.lossy / 2).then(|| dice.place(length));
            if bytes.is_some() {
                fate.faults.push("truncated body");
            }
            fate.copies.push((after, bytes));
        }
        fate
    }
}
