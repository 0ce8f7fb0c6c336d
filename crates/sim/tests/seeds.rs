//! Seeds of the simulator: the first of them, in parts that run side by side.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use farthing_sim::{Plan, run};

const SEEDS: u64 = 2_000;
const PARTS: u64 = 20;

fn part(n: u64) {
    for seed in (n * SEEDS / PARTS)..((n + 1) * SEEDS / PARTS) {
        let report = run(seed, &Plan::default());
        assert_eq!(report.failure, None, "cargo xtask sim --seeds {seed}..{}", seed + 1);
        assert!(report.commands >= 500, "seed {seed}");
    }
}

macro_rules! parts {
    ($($name:ident $n:expr,)*) => {$(
        #[test]
        fn $name() {
            part($n);
        }
    )*};
}

parts! {
    part_01_of_20 0,
    part_02_of_20 1,
    part_03_of_20 2,
    part_04_of_20 3,
    part_05_of_20 4,
    part_06_of_20 5,
    part_07_of_20 6,
    part_08_of_20 7,
    part_09_of_20 8,
    part_10_of_20 9,
    part_11_of_20 10,
    part_12_of_20 11,
    part_13_of_20 12,
    part_14_of_20 13,
    part_15_of_20 14,
    part_16_of_20 15,
    part_17_of_20 16,
    part_18_of_20 17,
    part_19_of_20 18,
    part_20_of_20 19,
}

#[test]
fn the_same_seed_is_the_same_run() {
    let (one, other) = (run(7, &Plan::default()), run(7, &Plan::default()));
    assert_eq!(one, other);
    assert_ne!(one.trace, run(8, &Plan::default()).trace);
}

#[test]
fn every_fault_happens() {
    let mut faults = std::collections::BTreeSet::new();
    for seed in 0..16 {
        faults.extend(run(seed, &Plan::default()).faults.into_keys());
    }
    for fault in [
        "access taken away",
        "busy",
        "chunk of the history taken",
        "clock set",
        "command newer than the server",
        "copied book let in anew",
        "customer's command forged",
        "customer's own machine",
        "delay and reorder",
        "desk copied",
        "desk restored from a backup",
        "desk updated",
        "disk full",
        "drop",
        "duplicate",
        "fact newer than the desk",
        "i/o error",
        "kill",
        "kill before the answer",
        "kill between chunks",
        "last commit lost",
        "letter newer than the server",
        "lost acknowledgement",
        "offline",
        "one-way partition",
        "pause",
        "server killed",
        "server restored from a backup",
        "server updated",
        "torn page",
        "truncated body",
        "unsynced page",
    ] {
        assert!(faults.contains(fault), "{fault}");
    }
}
