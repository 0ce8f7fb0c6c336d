//! PostgreSQL on three machines under Patroni, etcd and HAProxy, by the files that `deploy/cluster` offers: each machine is a network
//! namespace with folders of its own, whose processes are killed all at once or whose line is cut.
//!
//! The run itself must be in namespaces of its own (`cargo xtask torture --cluster` sees to that): the addresses are those of the
//! files, the folders are mounted where Debian's packages have them, and whatever still runs ends with it.

use crate::Outcome;
use crate::database::{Database, Victim, ask, postmaster, signal};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many machines the files are for.
const MACHINES: usize = 3;
/// So long another machine has to take over, or one that was away to be a standby again: several times what Patroni waits.
const LIMIT: Duration = Duration::from_secs(180);
/// What an answer of Patroni's may take.
const ANSWER: Duration = Duration::from_secs(2);
/// The address of whoever is no machine.
const HUB: &str = "10.0.0.1/24";
/// Where HAProxy listens by the files.
const PRIMARY: &str = "127.0.0.1";
/// For everyone in the files.
const PASSWORD: &str = "CHANGE-ME";
/// Where a machine has what is its own alone.
const FOLDERS: [&str; 4] = [
    "/var/lib/postgresql",
    "/var/lib/etcd",
    "/var/run/postgresql",
    "/var/backups",
];

/// Where the write-ahead log is kept by the files.
const ARCHIVE: &str = "/var/backups/farthing/wal";
/// Where the database is by the files.
const DATA: &str = "/var/lib/postgresql/15/farthing";

struct Machine {
    name: String,
    address: String,
    folder: PathBuf,
}

/// The three machines.
pub struct Machines {
    machines: Vec<Machine>,
    // Ends with the run.
    haproxy: Child,
}

impl Machine {
    /// Connects a machine, and writes its files.
    fn make(number: usize, files: &Path, folder: &Path, user: u32) -> Outcome<Machine> {
        let (name, address) = (format!("pg{number}"), format!("10.0.0.1{number}"));
        let line = format!("line{number}");
        ip(&["netns", "add", &name])?;
        ip(&[
            "link", "add", &line, "type", "veth", "peer", "name", "eth0", "netns", &name,
        ])?;
        ip(&["link", "set", &line, "master", "farthing", "up"])?;
        ip(&["-n", &name, "addr", "add", &format!("{address}/24"), "dev", "eth0"])?;
        ip(&["-n", &name, "link", "set", "eth0", "up"])?;
        ip(&["-n", &name, "link", "set", "lo", "up"])?;
        let folder = folder.join(&name);
        for own in FOLDERS {
            let own = folder.join(&own[1..]);
            fs::create_dir_all(&own)?;
            chown(own, Some(user), None)?;
        }
        let archive = folder.join(&ARCHIVE[1..]);
        fs::create_dir_all(&archive)?;
        chown(archive, Some(user), None)?;
        for file in ["patroni.yml", "etcd.default"] {
            fs::write(
                folder.join(file),
                of_machine(&fs::read_to_string(files.join(file))?, number),
            )?;
        }
        Ok(Machine { name, address, folder })
    }

    /// Starts what runs on it, as its service manager does.
    fn boot(&self) -> Outcome {
        let mut mounts = String::new();
        for own in FOLDERS {
            mounts.push_str(&format!("mount --bind {}{own} {own} && ", self.folder.display()));
        }
        let etcd = "set -a && . ./etcd.default && exec setpriv $user etcd";
        for (name, start) in [("etcd", etcd), ("patroni", "exec setpriv $user patroni patroni.yml")] {
            let log = fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(self.folder.join(format!("{name}.log")))?;
            let start = format!("user='--reuid=postgres --regid=postgres --clear-groups' && {mounts}{start}");
            let mut command = Command::new("ip");
            command.args(["netns", "exec", &self.name, "sh", "-c", &start]);
            command.current_dir(&self.folder).env("HOME", FOLDERS[0]);
            command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            let mut child = command.spawn()?;
            // It ends when its machine is killed; whoever waits for it then is nobody else's business.
            thread::spawn(move || child.wait());
        }
        Ok(())
    }

    /// Kills everything that runs on it.
    fn die(&self) -> Outcome {
        let end = Instant::now() + ANSWER;
        // Who starts another process meanwhile is met the next time.
        loop {
            let pids = output(Command::new("ip").args(["netns", "pids", &self.name]))?;
            if pids.is_empty() {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("{} is still running: {pids}", self.name).into());
            }
            let _ = Command::new("kill").arg("-KILL").args(pids.split('\n')).output()?;
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Cuts its line, or mends it.
    fn line(&self, state: &str) -> Outcome {
        ip(&["-n", &self.name, "link", "set", "eth0", state])
    }

    /// Whether Patroni says that it has a role, as it is asked by HAProxy.
    fn is(&self, role: &str) -> bool {
        let asked = || -> Outcome<String> {
            let at: SocketAddr = format!("{}:8008", self.address).parse()?;
            let mut line = TcpStream::connect_timeout(&at, ANSWER)?;
            line.set_read_timeout(Some(ANSWER))?;
            write!(line, "GET /{role} HTTP/1.0\r\n\r\n")?;
            let mut said = String::new();
            line.read_to_string(&mut said)?;
            Ok(said)
        };
        // A machine that is not there, or does not answer, has none.
        asked().is_ok_and(|said| said.split(' ').nth(1) == Some("200"))
    }
}

impl Machines {
    /// Makes three machines by the files of a folder, and waits until they replicate.
    ///
    /// # Errors
    /// Something is not installed, this is not root, or what the system says.
    pub fn make(files: &Path, folder: &Path) -> Outcome<Machines> {
        let user: u32 = output(Command::new("id").args(["-u", "postgres"]))?.parse()?;
        for own in FOLDERS {
            fs::create_dir_all(own)?;
        }
        fs::create_dir_all("/run/netns")?;
        must(Command::new("mount").args(["-t", "tmpfs", "tmpfs", "/run/netns"]))?;
        ip(&["link", "add", "farthing", "type", "bridge"])?;
        ip(&["addr", "add", HUB, "dev", "farthing"])?;
        ip(&["link", "set", "farthing", "up"])?;
        let machines: Vec<Machine> = (1..=MACHINES)
            .map(|number| Machine::make(number, files, folder, user))
            .collect::<Outcome<_>>()?;
        for machine in &machines {
            machine.boot()?;
        }
        let log = fs::File::create(folder.join("haproxy.log"))?;
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(files.join("haproxy.cfg"));
        let haproxy = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        let machines = Machines { machines, haproxy };
        machines.until("a primary with a synchronous standby", Machines::is_whole)?;
        machines.until("HAProxy leads to it", |own| own.query("postgres", "select 1").is_ok())?;
        machines.query("postgres", &format!("create role farthing login password '{PASSWORD}'"))?;
        machines.query("postgres", "create database farthing owner farthing")?;
        Ok(machines)
    }

    fn until(&self, what: &str, holds: impl Fn(&Machines) -> bool) -> Outcome {
        let end = Instant::now() + LIMIT;
        while !holds(self) {
            if Instant::now() > end {
                return Err(format!("the machines do not come to this within {LIMIT:?}: {what}").into());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn query(&self, database: &str, sql: &str) -> Outcome<String> {
        let mut psql = Command::new("psql");
        psql.args(["-h", PRIMARY])
            .env("PGPASSWORD", PASSWORD)
            .env("PGCONNECT_TIMEOUT", "5");
        ask(&mut psql, database, sql)
    }

    fn primary(&self) -> Option<usize> {
        self.machines.iter().position(|machine| machine.is("primary"))
    }

    /// Whether every machine does its part: a primary and two standbys, one of them synchronous.
    fn is_whole(&self) -> bool {
        let how_many = |role: &str| self.machines.iter().filter(|machine| machine.is(role)).count();
        how_many("primary") == 1 && how_many("replica") == MACHINES - 1 && how_many("sync") == 1
    }

    /// Takes the primary away, and waits until another machine is it.
    fn lose(&self, take: impl Fn(&Machine) -> Outcome) -> Outcome<&Machine> {
        // With two machines away nothing is acknowledged, as it should be, and nothing would go on.
        self.until("all three do their part again", Machines::is_whole)?;
        let lost = self.primary().ok_or("the primary went away by itself")?;
        let machine = &self.machines[lost];
        take(machine)?;
        tracing::info!(name = machine.name, "lost");
        self.until("another machine takes over", |own| {
            own.primary().is_some_and(|primary| primary != lost)
        })?;
        Ok(machine)
    }
}

impl Database for Machines {
    fn url(&self) -> String {
        format!("postgres://farthing:{PASSWORD}@{PRIMARY}:5432/farthing")
    }

    fn victims(&self) -> &'static [Victim] {
        &[
            Victim::Machine,
            Victim::Desk,
            Victim::Server,
            Victim::Line,
            Victim::Desk,
            Victim::Server,
            Victim::Postmaster,
            Victim::Desk,
        ]
    }

    fn kill(&mut self, victim: Victim, down: Duration) -> Outcome<Victim> {
        match victim {
            Victim::Line => {
                let cut = self.lose(|machine| machine.line("down"))?;
                thread::sleep(down);
                cut.line("up")?;
            }
            Victim::Postmaster => {
                let primary = self.primary().ok_or("the primary went away by itself")?;
                signal("-KILL", postmaster(&self.machines[primary].folder.join(&DATA[1..]))?)?;
                // Patroni starts it again, or makes another machine the primary.
                self.until("the database is back", |own| own.ask("select 1").is_ok())?;
            }
            _ => {
                let killed = self.lose(Machine::die)?;
                thread::sleep(down);
                killed.boot()?;
            }
        }
        Ok(victim)
    }

    /// Another machine becomes the primary, as before an update of the system.
    fn maintain(&mut self, _is_other: bool, _down: Duration) -> Outcome {
        self.until("all three do their part again", Machines::is_whole)?;
        let before = self.primary().ok_or("the primary went away by itself")?;
        let leader = &self.machines[before];
        let mut command = Command::new("patronictl");
        command.arg("-c").arg(leader.folder.join("patroni.yml"));
        must(command.args(["switchover", "--leader", &leader.name, "--force"]))?;
        self.until("another machine takes over", |own| {
            own.primary().is_some_and(|primary| primary != before)
        })
    }

    fn ask(&self, sql: &str) -> Outcome<String> {
        self.query("farthing", sql)
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        for machine in &self.machines {
            let _ = machine.die();
            // The namespace goes later; the next one's line has the same name.
            let _ = ip(&["-n", &machine.name, "link", "delete", "eth0"]);
            let _ = ip(&["netns", "delete", &machine.name]);
        }
        let _ = self.haproxy.kill();
        let _ = self.haproxy.wait();
        let _ = ip(&["link", "delete", "farthing"]);
        let _ = Command::new("umount").arg("/run/netns").output();
    }
}

/// A file of the folder's, which is written for the first machine, as another one has it: its own name, and its own address wherever not
/// all three are listed.
fn of_machine(text: &str, number: usize) -> String {
    let own = |line: &str| match line.contains("10.0.0.13") {
        true => line.to_string(),
        false => line
            .replace("10.0.0.11", &format!("10.0.0.1{number}"))
            .replace("pg1", &format!("pg{number}")),
    };
    text.lines().map(|line| own(line) + "\n").collect()
}

fn ip(arguments: &[&str]) -> Outcome {
    must(Command::new("ip").args(arguments))
}

fn must(command: &mut Command) -> Outcome {
    output(command).map(|_| ())
}

fn output(command: &mut Command) -> Outcome<String> {
    let done = command.output()?;
    match done.status.success() {
        true => Ok(String::from_utf8(done.stdout)?.trim().to_string()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr)).into()),
    }
}
