//! Seeds of the simulator: the first of them, in parts that run side by side.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use farthing_sim::{Plan, run};

const SEEDS: u64 = 240;
const PARTS: u64 = 8;

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
    seeds_1_of_8 0,
    seeds_2_of_8 1,
    seeds_3_of_8 2,
    seeds_4_of_8 3,
    seeds_5_of_8 4,
    seeds_6_of_8 5,
    seeds_7_of_8 6,
    seeds_8_of_8 7,
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
    for seed in 0..6 {
        faults.extend(run(seed, &Plan::default()).faults.into_keys());
    }
    for fault in [
        "busy",
        "clock set",
        "delay and reorder",
        "disk full",
        "drop",
        "duplicate",
        "i/o error",
        "kill",
        "kill before the answer",
        "lost acknowledgement",
        "offline",
        "one-way partition",
        "pause",
        "server killed",
        "torn page",
        "truncated body",
        "unsynced page",
    ] {
        assert!(faults.contains(fault), "{fault}");
    }
}
