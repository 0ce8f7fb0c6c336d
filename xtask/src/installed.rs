//! `cargo xtask dist --check`: the Debian package, installed into a fresh root of Debian 12 and started there.

use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, command, output, run, say, succeeds, target};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The most that the package may weigh, in bytes.
const MOST_BYTES: u64 = 25_000_000;
/// The release on which the package has to work.
const RELEASE: &str = "bookworm";
/// How long the program may take to show its first screen in the fresh root, where no file is in memory yet.
const PATIENCE: Duration = Duration::from_secs(60);
/// A window that is still blank has fewer colours than this.
const COLOURS: u32 = 32;

/// Installs the newest package with nothing else around it, starts the program, and looks at its window.
///
/// # Errors
/// There is no package, it is too large, it does not install, or its window stays away or blank.
pub fn check() -> Outcome {
    let package = newest_package()?;
    let bytes = fs::metadata(&package)?.len();
    say(&format!("{} weighs {bytes} bytes.", package.display()));
    if bytes > MOST_BYTES {
        return Err(format!("the package may weigh {MOST_BYTES} bytes at most").into());
    }
    if output(command("id").arg("-u"))? != "0" {
        return Err("a fresh root is made by root alone: run this as root, in a container for example".into());
    }
    prerequisites::install(&[Purpose::Test, Purpose::Package])?;
    let root = FreshRoot::make()?;
    root.install(&package)?;
    let picture = root.start()?;
    say(&format!(
        "Installed and started on a bare {RELEASE}; its first screen is in {}.",
        picture.display()
    ));
    Ok(())
}

fn newest_package() -> Outcome<PathBuf> {
    let folder = target().join("release/bundle/deb");
    let packages = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    packages
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "deb"))
        .max_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).ok())
        .ok_or_else(|| "there is no package yet: run cargo xtask dist".into())
}

/// A folder with a bare system in it, and what is mounted there until it is dropped.
struct FreshRoot {
    folder: PathBuf,
    mounted: Vec<PathBuf>,
}

impl FreshRoot {
    /// A system of nothing but the essential packages, from the place where this machine gets its own.
    fn make() -> Outcome<FreshRoot> {
        let folder = target().join("bare-root");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let sites = output(command("apt-get").args(["indextargets", "--format", "$(CODENAME) $(SITE)"]))?;
        let site = sites
            .lines()
            .find_map(|line| line.strip_prefix(RELEASE)?.strip_prefix(' '));
        let site = site.ok_or_else(|| format!("this machine's package sources have no {RELEASE}"))?;
        say("Making a bare root.");
        run(command("debootstrap")
            .args(["--variant=minbase", RELEASE])
            .arg(&folder)
            .arg(site)
            .stdout(Stdio::null()))?;
        let mut root = FreshRoot {
            folder,
            mounted: Vec::new(),
        };
        for place in ["proc", "dev", "dev/shm"] {
            root.mount(place)?;
        }
        Ok(root)
    }

    fn mount(&mut self, place: &str) -> Outcome {
        let target = self.folder.join(place);
        run(command("mount")
            .arg("--bind")
            .arg(Path::new("/").join(place))
            .arg(&target))?;
        self.mounted.push(target);
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut inside = command("chroot");
        inside.arg(&self.folder).arg("env").arg("-i");
        inside.args([
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "DEBIAN_FRONTEND=noninteractive",
        ]);
        inside.arg(program);
        inside
    }

    fn install(&self, package: &Path) -> Outcome {
        fs::copy(package, self.folder.join("farthing.deb"))?;
        say("Installing the package there.");
        run(self.command("apt-get").args(["update", "-qq"]))?;
        run(self
            .command("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends", "/farthing.deb"])
            .stdout(Stdio::null()))
    }

    /// Starts the program as a desktop would, and takes a picture once its window shows something.
    fn start(&self) -> Outcome<PathBuf> {
        let display = Display::open()?;
        let log = target().join("bare-root.log");
        let mut inside = self.command("env");
        inside.arg(format!("DISPLAY={}", display.name)).arg("farthing-desktop");
        inside.stdout(fs::File::create(&log)?).stderr(fs::File::create(&log)?);
        let mut program = Ended(inside.spawn()?);
        let picture = target().join("bare-root.png");
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(500));
            if let Some(status) = program.0.try_wait()? {
                return Err(format!("the program ended with {status}: see {}", log.display()).into());
            }
            if display.shows_window() && display.colours(&picture)? >= COLOURS {
                return Ok(picture);
            }
        }
        Err(format!("no screen within {} seconds: see {}", PATIENCE.as_secs(), log.display()).into())
    }
}

impl Drop for FreshRoot {
    fn drop(&mut self) {
        for place in self.mounted.iter().rev() {
            // A place that is still in use is let go of as soon as it isn't.
            let _ = run(command("umount").arg("--lazy").arg(place));
        }
    }
}

/// A process that ends with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // One that ended by itself needs no signal.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A display without a monitor.
struct Display {
    name: String,
    _server: Ended,
}

impl Display {
    fn open() -> Outcome<Display> {
        let mut server = command("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        if let Some(said) = server.stdout.take() {
            BufReader::new(said).read_line(&mut number)?;
        }
        Ok(Display {
            name: format!(":{}", number.trim()),
            _server: Ended(server),
        })
    }

    fn shows_window(&self) -> bool {
        succeeds(command("xwininfo").args(["-display", &self.name, "-name", "Farthing"]))
    }

    /// How many colours there are on it, with the picture left in a file.
    fn colours(&self, picture: &Path) -> Outcome<u32> {
        run(command("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(picture))?;
        Ok(output(command("identify").args(["-format", "%k"]).arg(picture))?.parse()?)
    }
}
