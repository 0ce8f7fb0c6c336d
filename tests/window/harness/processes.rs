//! The display and the driver: processes of this test's own, ended with it.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// A display without a monitor.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// A display of 1280 by 800 at the first free number.
    pub fn open() -> Self {
        Self::start(&[])
    }

    /// The same, started with more arguments.
    pub fn start(arguments: &[&OsStr]) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        assert!(!number.trim().is_empty(), "Xvfb found no free display");
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    /// Its name, as in `DISPLAY`.
    #[allow(dead_code, reason = "for the bench, which starts programs without the driver")]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what the display shows to `path`. (The driver's own picture call hangs on such a display.)
    pub fn picture(&self, path: &Path) {
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(path)
            .status();
        assert!(status.expect("import starts").success(), "the picture was taken");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// The web view's driver, which starts the program when a session opens.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// A driver whose program will show on `display` and keep its data in `home`.
    pub fn start(display: &Display, home: &Path, asks_second_factor: bool) -> Self {
        // The port is free again before the driver takes it; nothing else asks for ports that quickly.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("DISPLAY", &display.name)
            .env("FARTHING_HOME", home)
            .env("FARTHING_TEST_CLOCK", home.join("clock"))
            .env("FARTHING_TEST_CHEAP_ARGON2", "1")
            .envs((!asks_second_factor).then_some(("FARTHING_TEST_NO_SECOND_FACTOR", "1")))
            // A test of what the machine's bus says brings one of its own.
            .envs(
                fs::read_to_string(home.join("bus"))
                    .ok()
                    .map(|bus| ("DBUS_SYSTEM_BUS_ADDRESS", bus)),
            )
            .env("LANG", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver starts");
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < end, "the driver does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, port }
    }

    /// Where the driver listens on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the program runs.
    pub fn runs_program(&self) -> bool {
        !children(self.process.id()).is_empty()
    }

    /// Ends the program, and nothing else, by a signal that it can't handle, and waits until it is gone.
    pub fn kill_program(&mut self) {
        for program in children(self.process.id()) {
            let killed = Command::new("kill").args(["-9", &program.to_string()]).status();
            assert!(killed.expect("kill starts").success(), "the program was killed");
            let end = Instant::now() + PATIENCE;
            while is_alive(program) {
                assert!(Instant::now() < end, "the program outlives its end");
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Ends the program and the driver.
    pub fn end(&mut self) {
        for program in children(self.process.id()) {
            // It may end by itself in the meantime.
            let _ = Command::new("kill")
                .args(["-9", &program.to_string()])
                .stderr(Stdio::null())
                .status();
        }
        end(&mut self.process);
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end();
    }
}

/// The processes that `parent` started and that still run.
pub fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|process| status(*process).is_some_and(|(state, from)| state != 'Z' && from == parent))
        .collect()
}

/// Whether a process still runs.
pub fn is_alive(process: u32) -> bool {
    status(process).is_some_and(|(state, _)| state != 'Z')
}

/// A process's state and parent. Its name stands before them in parentheses and may contain anything.
fn status(process: u32) -> Option<(char, u32)> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = line.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn end(process: &mut Child) {
    // One that has ended needs no end.
    let _ = process.kill();
    let _ = process.wait();
}
