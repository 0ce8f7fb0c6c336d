//! Other libraries that keep desktops in step, from npm, on the same machine, by their own programs: the same facts, each a document or a
//! row, and the rows of all tables that a desk makes of them.

use crate::apply::Pulled;
use crate::intake::{Pushes, SINGLE};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const PULLED: usize = 10_000;
const PUSHED: usize = 2_000;

pub(crate) fn measure(pulled: &Pulled, pushes: &Pushes) {
    let per_second = |count: usize, took: std::time::Duration| count as f64 / took.as_secs_f64();
    println!(
        "a pull, applied: {:.0} facts a second",
        per_second(pulled.facts.len(), pulled.took)
    );
    println!(
        "applied alone: {:.0} facts a second",
        per_second(pulled.facts.len(), pulled.applied)
    );
    // They were counted for each of two copies.
    let written = pulled.written / 2;
    println!(
        "the same as rows: a pull {:.0} rows a second, applied alone {:.0}",
        per_second(written, pulled.took),
        per_second(written, pulled.applied)
    );
    println!(
        "a push, decided: {:.0} commands a second; the same as rows: {:.0} rows a second",
        per_second(pushes.commands.len(), pushes.took),
        per_second(pushes.written, pushes.took)
    );
    println!(
        "pushed one by one, decided: {:.0} commands a second",
        per_second(SINGLE, pushes.single)
    );
    let Some(folder) = std::env::var_os("FARTHING_BENCH_PEERS") else {
        println!("no FARTHING_BENCH_PEERS: the other libraries are left out");
        return;
    };
    let folder = Path::new(&folder);
    write(&folder.join("facts.jsonl"), &pulled.facts[..PULLED]);
    write(&folder.join("commands.jsonl"), &pushes.commands[..PUSHED]);
    write(&folder.join("rows.jsonl"), &pulled.rows);
    write(&folder.join("pushed.jsonl"), &pushes.rows);
    println!(
        "the rows of that book: {}; of what was pushed: {}",
        pulled.rows.len(),
        pushes.rows.len()
    );
    for program in ["pouch.mjs", "crsqlite.mjs"] {
        let status = Command::new("node").arg(program).current_dir(folder).status().unwrap();
        assert!(status.success(), "{program} failed");
    }
}

fn write(path: &Path, documents: &[impl Serialize]) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for document in documents {
        serde_json::to_writer(&mut file, document).unwrap();
        file.write_all(b"\n").unwrap();
    }
}
