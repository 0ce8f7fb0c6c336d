//! The machine goes to sleep: the book is closed, every session ends, and the window shows the sign-in.

use crate::harness::{ADMIN, App, Begins, Mail};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A bus of its own in the place of the machine's.
struct Bus(Child);

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sleep_closes_the_book() {
    let home = tempfile::tempdir().unwrap();
    let daemon = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address"])
        .stdout(Stdio::piped())
        .spawn();
    let mut bus = Bus(daemon.expect("dbus-daemon starts"));
    let mut address = String::new();
    BufReader::new(bus.0.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let address = address.trim();
    std::fs::write(home.path().join("bus"), address).unwrap();
    let app = App::start_at(home.path(), "2025-03-03T09:00:00Z");
    app.first_run(ADMIN, Mail::None, Begins::Empty);
    let tell = |asleep: bool| {
        let told = Command::new("dbus-send")
            .arg(format!("--bus={address}"))
            .args(["--type=signal", "/org/freedesktop/login1"])
            .arg("org.freedesktop.login1.Manager.PrepareForSleep")
            .arg(format!("boolean:{asleep}"))
            .status();
        assert!(told.expect("dbus-send starts").success());
    };
    tell(true);
    app.find("[data-screen=sign-in]");
    app.text("Sign in");
    assert_eq!(
        app.all("[data-do=other-way]").len(),
        0,
        "no customer signs in to a closed book"
    );
    app.sign_in(ADMIN);
    app.settings("sessions");
    app.text("Machine locked or asleep");
    tell(false);
    app.find("[data-session=current]");
}
