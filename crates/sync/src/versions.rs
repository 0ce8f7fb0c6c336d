//! What a program understands.

use crate::wire::PROTOCOL;
use farthing_office::{COMMAND_VERSION, FACT_VERSION};

/// The versions that a program writes. It reads each of them and all before; what is newer waits until it is updated. Desks and
/// servers are updated one by one, so either side may meet the other's newer words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Of the payloads of commands.
    pub commands: u32,
    /// Of the payloads of facts.
    pub facts: u32,
    /// Of the letters.
    pub protocol: u16,
}

impl Versions {
    /// Those of this program.
    pub const HERE: Versions = Versions {
        commands: COMMAND_VERSION,
        facts: FACT_VERSION,
        protocol: PROTOCOL,
    };
}

impl Default for Versions {
    fn default() -> Versions {
        Versions::HERE
    }
}
