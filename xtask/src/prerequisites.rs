//! What has to be on the machine: what is missing, why it is needed, and its installation.

use crate::process::{Outcome, command, is_program, output, run, say, succeeds};

/// What a step needs the machine for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Building the desktop and opening its window.
    Build,
    /// Driving the real window in tests.
    Test,
    /// Running the central server, by hand and in tests.
    Server,
    /// A database on three machines.
    Cluster,
    /// Trying the package on a bare system.
    Package,
}

/// How to see that something is there, on any distribution.
enum Probe {
    /// A program on the search path.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A module of the distribution's Python.
    Module(&'static str),
}

/// One thing that the machine needs.
pub struct Need {
    probe: Probe,
    /// The package's name in Debian and its relatives.
    package: &'static str,
    why: &'static str,
    purpose: Purpose,
}

use Probe::{Library, Module, Program};
use Purpose::{Build, Cluster, Package, Server, Test};

const NEEDS: &[Need] = &[
    Need::new(
        Build,
        Program("cc"),
        "build-essential",
        "compiles SQLCipher and links every program",
    ),
    Need::new(
        Build,
        Program("pkg-config"),
        "pkg-config",
        "tells the compiler where the libraries below are",
    ),
    Need::new(
        Build,
        Library("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        "shows the screens in the window",
    ),
    Need::new(
        Build,
        Library("openssl"),
        "libssl-dev",
        "encrypts the book and the connection to the mail server",
    ),
    Need::new(
        Build,
        Library("dbus-1"),
        "libdbus-1-dev",
        "reaches the system's keyring",
    ),
    Need::new(
        Test,
        Program("WebKitWebDriver"),
        "webkit2gtk-driver",
        "types and clicks in the real window",
    ),
    Need::new(
        Test,
        Program("Xvfb"),
        "xvfb",
        "gives the window a display that needs no monitor",
    ),
    Need::new(
        Test,
        Program("import"),
        "imagemagick",
        "takes the pictures of the window",
    ),
    Need::new(
        Test,
        Program("pdftotext"),
        "poppler-utils",
        "reads the amounts in receipts and statements",
    ),
    Need::new(
        Test,
        Module("aiosmtpd"),
        "python3-aiosmtpd",
        "takes the mail that the desk sends, as a real server does",
    ),
    Need::new(
        Test,
        Program("dbus-run-session"),
        "dbus",
        "gives the keyring's test a session of its own",
    ),
    Need::new(
        Test,
        Program("gnome-keyring-daemon"),
        "gnome-keyring",
        "keeps the machine's secret in tests, as on a real desktop",
    ),
    Need::new(
        Test,
        Program("openssl"),
        "openssl",
        "makes the certificates of the mail server in tests",
    ),
    Need::new(
        Server,
        Program("pg_ctlcluster"),
        "postgresql",
        "keeps what the central server knows",
    ),
    Need::new(
        Cluster,
        Program("patroni"),
        "patroni",
        "says which machine's database is the primary",
    ),
    Need::new(
        Cluster,
        Program("etcd"),
        "etcd-server",
        "lets the machines agree about it",
    ),
    Need::new(Cluster, Program("haproxy"), "haproxy", "leads to the primary"),
    Need::new(Cluster, Program("ip"), "iproute2", "makes three machines of one"),
    Need::new(
        Package,
        Program("debootstrap"),
        "debootstrap",
        "makes a bare system to install the package into",
    ),
    Need::new(
        Package,
        Program("xwininfo"),
        "x11-utils",
        "sees whether the installed program opened its window",
    ),
];

impl Need {
    const fn new(purpose: Purpose, probe: Probe, package: &'static str, why: &'static str) -> Self {
        Self {
            probe,
            package,
            why,
            purpose,
        }
    }

    fn is_met(&self) -> bool {
        match self.probe {
            Program(name) => is_program(name),
            Library(name) => succeeds(command("pkg-config").args(["--exists", name])),
            Module(name) => succeeds(command("/usr/bin/python3").args(["-c", &format!("import {name}")])),
        }
    }
}

/// What is missing on this machine for `purposes`.
pub fn missing(purposes: &[Purpose]) -> Vec<&'static Need> {
    // Other systems bring their web view and their TLS; only their compiler could be missing, and cargo names that.
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    NEEDS
        .iter()
        .filter(|need| purposes.contains(&need.purpose) && !need.is_met())
        .collect()
}

/// Tells what is missing and why.
pub fn tell(needs: &[&Need]) {
    for need in needs {
        say(&format!("  {:<24} {}", need.package, need.why));
    }
}

/// Installs what is missing for `purposes`, telling each thing and why.
///
/// # Errors
/// Something is missing and this system has no apt (the packages are named), or the installation failed.
pub fn install(purposes: &[Purpose]) -> Outcome {
    install_these(&installable(purposes)?)
}

/// Installs what [`installable`] found, telling each thing and why.
///
/// # Errors
/// The installation failed.
pub fn install_these(needs: &[&Need]) -> Outcome {
    if needs.is_empty() {
        return Ok(());
    }
    say("Installing what is missing:");
    tell(needs);
    run(apt_get()?.arg("update").arg("-qq"))?;
    let packages = needs.iter().map(|need| need.package);
    run(apt_get()?
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages))
}

/// What is missing for `purposes`; asks for what its installation will take, so that it asks nothing later.
///
/// # Errors
/// Something is missing and this system has no apt (the packages are named), or the person may not install.
pub fn installable(purposes: &[Purpose]) -> Outcome<Vec<&'static Need>> {
    let needs = missing(purposes);
    if needs.is_empty() {
        return Ok(needs);
    }
    if !is_program("apt-get") {
        say("Missing here (the names are Debian's):");
        tell(&needs);
        return Err("this system has no apt: install the packages named above, then run this again".into());
    }
    if !is_root()? {
        run(command("sudo").arg("--validate"))?;
    }
    Ok(needs)
}

/// Whether this runs as root.
///
/// # Errors
/// The system does not say.
pub fn is_root() -> Outcome<bool> {
    Ok(output(command("id").arg("-u"))? == "0")
}

/// apt-get with the rights to install, asking no questions.
pub fn apt_get() -> Outcome<std::process::Command> {
    let mut apt = if is_root()? { command("env") } else { command("sudo") };
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(apt)
}
