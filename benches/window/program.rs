//! The two programs: started from nothing each time, and ended with all that they started.

use crate::processes::{Display, children, is_alive};
use crate::screen::Screen;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A program with a window.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The data folder that it finds, copied for each start.
    template: Option<PathBuf>,
    /// Whether it draws as the desktop does where there is no graphics card.
    by_processor: bool,
}

/// A program that runs in a data folder of its own. Dropping it ends it.
pub(crate) struct Running {
    child: Child,
    pub(crate) started: Instant,
    _home: TempDir,
}

impl Program {
    /// The blank window, which `cargo xtask bench` builds beside this program.
    pub(crate) fn blank() -> Program {
        let this = std::env::current_exe().unwrap();
        let target = this.parent().and_then(Path::parent).unwrap();
        Program {
            name: "the blank window".into(),
            path: target.join("examples/blank"),
            template: None,
            by_processor: false,
        }
    }

    /// The blank window, drawn as the desktop draws its own where there is no graphics card.
    pub(crate) fn blank_by_processor() -> Program {
        Program {
            name: "the blank window without the DMA-BUF renderer".into(),
            by_processor: true,
            ..Program::blank()
        }
    }

    /// The desktop on a copy of a data folder.
    pub(crate) fn desktop(template: &Path) -> Program {
        Program {
            name: "the desktop".into(),
            path: env!("CARGO_BIN_EXE_farthing-desktop").into(),
            template: Some(template.to_owned()),
            by_processor: false,
        }
    }

    /// A data folder as the program finds it.
    pub(crate) fn home(&self) -> TempDir {
        let home = tempfile::tempdir().unwrap();
        for entry in self.template.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
            let path = entry.unwrap().path();
            fs::copy(&path, home.path().join(path.file_name().unwrap())).unwrap();
        }
        home
    }

    /// Starts it on a screen that shows nothing.
    pub(crate) fn start(&self, display: &Display, screen: &Screen) -> Running {
        let end = Instant::now() + PATIENCE;
        while !screen.is_empty() {
            assert!(Instant::now() < end, "the screen still shows the program before");
            thread::sleep(Duration::from_millis(50));
        }
        let home = self.home();
        let mut command = Command::new(&self.path);
        command
            .env("DISPLAY", display.name())
            .env("FARTHING_HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .env("LANG", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.by_processor {
            command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
        // What was written before is on the disk, so that it does not hold up what is measured.
        let _ = Command::new("sync").status();
        let started = Instant::now();
        Running {
            child: command
                .spawn()
                .unwrap_or_else(|e| panic!("{}: {e}", self.path.display())),
            started,
            _home: home,
        }
    }
}

impl Running {
    /// All its processes.
    fn family(&self) -> Vec<u32> {
        let mut family = vec![self.child.id()];
        let mut next = 0;
        while let Some(process) = family.get(next).copied() {
            family.extend(children(process));
            next += 1;
        }
        family
    }

    /// The proportional set size of all its processes, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let family = self.family();
        assert!(family.len() > 1, "the web view has processes of its own");
        let kibibytes: u64 = family.into_iter().map(proportional).sum();
        kibibytes as f64 / 1024.0
    }
}

/// A process's proportional set size, in KiB.
fn proportional(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

impl Drop for Running {
    fn drop(&mut self) {
        let family = self.family();
        let _ = self.child.kill();
        let _ = self.child.wait();
        let end = Instant::now() + PATIENCE;
        while family.iter().any(|process| is_alive(*process)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
    }
}
