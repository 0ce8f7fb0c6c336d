//! The window's figures, as ratios against a blank Tauri window in the same run. Run by `cargo xtask bench`.
//!
//! Both programs are started in turns on one display without a monitor, and looked at from outside: when the screen
//! shows what it will show, how much memory all their processes take, how long a request from the page takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]
#![cfg(target_os = "linux")]

mod ipc;
#[path = "../../tests/window/harness/processes.rs"]
#[allow(dead_code, reason = "the tests' harness has more than a bench needs")]
mod processes;
mod program;
mod screen;
#[path = "../../tests/window/harness/session.rs"]
#[allow(dead_code, reason = "the tests' harness has more than a bench needs")]
mod session;

use farthing_api::Secret;
use farthing_desk::demo::{Size, make};
use farthing_desk::{Clock, Home};
use program::Program;
use screen::Screen;
use std::path::Path;
use std::time::Duration;

/// The administrator's and the officer's in the demo.
const PASSWORD: &str = "copper lantern outgrows tides 9";
const STARTS: usize = 15;
const IDLES: usize = 5;
/// An idle screen is one that has been left alone for so long.
const IDLE: Duration = Duration::from_secs(5);

/// The middle one.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn shown(numbers: &[f64], unit: &str) -> String {
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(0.0, f64::max);
    format!("{:.1} {unit} ({least:.1} to {most:.1})", median(numbers))
}

/// A data folder with a small branch, as it is after a day's work.
fn prepare(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let now = Clock::system().now();
    runtime
        .block_on(make(
            Home::at(folder),
            &Secret::new(PASSWORD),
            Size::first_run(),
            now,
            &mut |_| {},
        ))
        .unwrap();
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (template, framebuffer) = (folder.path().join("template"), Screen::folder());
    std::fs::create_dir(&template).unwrap();
    prepare(&template);
    let display = processes::Display::start(&["-fbdir".as_ref(), framebuffer.path().as_os_str()]);
    let screen = Screen::open(framebuffer.path());
    let blank = Program::blank();
    let (plain, desk) = (Program::blank_by_processor(), Program::desktop(&template));

    let pictures = [&blank, &plain, &desk].map(|program| {
        let running = program.start(&display, &screen);
        screen.learn(&program.name, running)
    });
    let (mut starts, mut memory) = ([vec![], vec![], vec![]], [vec![], vec![], vec![]]);
    for round in 0..STARTS {
        for (which, program) in [&blank, &plain, &desk].into_iter().enumerate() {
            let running = program.start(&display, &screen);
            let painted = screen.wait_for(&pictures[which], &running).unwrap_or_else(|| {
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-window.png");
                display.picture(&path);
                let lines = screen.differing(&pictures[which]);
                let (name, path) = (&program.name, path.display());
                panic!("{name} shows something else than before: {path}; lines and their pixels that differ: {lines:?}")
            });
            starts[which].push(painted.as_secs_f64() * 1000.0);
            if round < IDLES {
                std::thread::sleep(IDLE);
                memory[which].push(running.memory());
            }
        }
    }
    tell("from process start to the screen painted", &starts, "ms");
    tell("memory of all processes (PSS), idle", &memory, "MiB");
    ipc::measure(&display, &blank, &desk);
}

fn tell(what: &str, [blank, plain, desk]: &[Vec<f64>; 3], unit: &str) {
    println!("{what}: blank window {}", shown(blank, unit));
    println!(
        "{what}: blank window without the DMA-BUF renderer {}",
        shown(plain, unit)
    );
    println!("{what}: sign-in {}", shown(desk, unit));
    println!("{what}, sign-in / blank, medians: {:.2}", median(desk) / median(blank));
    println!(
        "{what}, sign-in / blank without that renderer, medians: {:.2}",
        median(desk) / median(plain)
    );
}
