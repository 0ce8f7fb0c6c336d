//! Replays the seeds of the fuzz targets, and every input with which one once failed.

use std::path::Path;

fn replay(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    assert!(seeds.len() >= 30, "only {} seeds of {target}", seeds.len());
    for seed in seeds {
        check(&std::fs::read(seed).unwrap());
    }
}

#[test]
fn every_seed_is_computed_or_refused() {
    replay("compute", crate::checks::compute);
}

#[test]
fn every_seed_is_explained_or_refused() {
    replay("explain", crate::checks::explain);
}
