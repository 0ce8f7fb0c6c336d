//! The database of a run, and what can be done to it: PostgreSQL on a private cluster, which is killed and started again.

use crate::Outcome;
use crate::cluster::Cluster;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// So long the database has to be there again, with what its log holds written back.
const BACK: Duration = Duration::from_secs(60);

/// Who is killed.
#[derive(Clone, Copy, Debug)]
pub enum Victim {
    /// A desk.
    Desk,
    /// A server.
    Server,
    /// All of PostgreSQL.
    Postmaster,
    /// One process of PostgreSQL's.
    Backend,
    /// The machine of the primary, with all that runs there.
    Machine,
    /// Nobody: the primary's machine works on, but its line to all others is cut.
    Line,
}

/// PostgreSQL, however many machines keep it.
pub trait Database {
    /// Where servers find it; the same for as long as it is there.
    fn url(&self) -> String;

    /// Who is killed, in turn.
    fn victims(&self) -> &'static [Victim];

    /// Kills something of it, and has it come back; what that was.
    ///
    /// # Errors
    /// It was not there, or does not come back.
    fn kill(&mut self, victim: Victim, down: Duration) -> Outcome<Victim>;

    /// Does under load what those who look after it do, another thing every other time.
    ///
    /// # Errors
    /// It was not there, or does not come back.
    fn maintain(&mut self, is_other: bool, down: Duration) -> Outcome;

    /// What the superuser, who sees the rows of all organisations, is answered.
    ///
    /// # Errors
    /// What PostgreSQL says.
    fn ask(&self, sql: &str) -> Outcome<String>;
}

/// One cluster on this machine.
pub struct Single {
    folder: PathBuf,
    // None only while it is down.
    cluster: Option<Cluster>,
}

impl Single {
    /// Makes a cluster and starts it; what it commits is on the disk.
    ///
    /// # Errors
    /// Those of the cluster.
    pub fn make(folder: &Path) -> Outcome<Single> {
        Ok(Single {
            folder: folder.to_path_buf(),
            cluster: Some(Cluster::start(folder, true)?),
        })
    }

    /// Kills one process that serves a connection, one that works if there is one: PostgreSQL ends all others and recovers by
    /// itself. Whether there was one.
    fn kill_backend(&mut self) -> Outcome<bool> {
        let ask = "select pid from pg_stat_activity where usename = 'farthing' and backend_type = 'client backend'
                   order by (state = 'active') desc, query_start desc limit 1";
        // While it recovers there is none, and one that ended by itself just now needs no signal.
        let was_there = self
            .ask(ask)
            .unwrap_or_default()
            .parse()
            .is_ok_and(|pid| signal("-KILL", pid).is_ok());
        let end = Instant::now() + BACK;
        while Instant::now() < end {
            if self.ask("select 1").is_ok() {
                return Ok(was_there);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("PostgreSQL did not recover after one of its processes was killed".into())
    }

    fn end(&mut self, name: &str, down: Duration) -> Outcome {
        signal(name, postmaster(&self.folder.join("data"))?)?;
        // Waits for its end.
        drop(self.cluster.take());
        thread::sleep(down);
        let end = Instant::now() + BACK;
        loop {
            // Processes of the killed one may not have noticed yet; until then it refuses to start.
            match Cluster::start(&self.folder, true) {
                Ok(cluster) => {
                    self.cluster = Some(cluster);
                    return Ok(());
                }
                Err(error) if Instant::now() > end => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Database for Single {
    fn url(&self) -> String {
        self.cluster.as_ref().map(Cluster::url).unwrap_or_default()
    }

    fn victims(&self) -> &'static [Victim] {
        &[
            Victim::Desk,
            Victim::Server,
            Victim::Postmaster,
            Victim::Desk,
            Victim::Server,
            Victim::Backend,
        ]
    }

    fn kill(&mut self, victim: Victim, down: Duration) -> Outcome<Victim> {
        if matches!(victim, Victim::Backend) && self.kill_backend()? {
            return Ok(victim);
        }
        // The postmaster's processes end when they notice.
        self.end("-KILL", down)?;
        Ok(Victim::Postmaster)
    }

    fn maintain(&mut self, is_other: bool, down: Duration) -> Outcome {
        // Fast: who is connected is cut off, what is done is written out. Otherwise at once, as after a crash.
        self.end(if is_other { "-INT" } else { "-QUIT" }, down)
    }

    fn ask(&self, sql: &str) -> Outcome<String> {
        ask(Command::new("psql").arg("-h").arg(&self.folder), "farthing", sql)
    }
}

/// What psql answers the superuser, told where the database is.
///
/// # Errors
/// What PostgreSQL says.
pub fn ask(psql: &mut Command, database: &str, sql: &str) -> Outcome<String> {
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres"]);
    let said = psql.args(["-d", database, "-c", sql]).output()?;
    match said.status.success() {
        true => Ok(String::from_utf8(said.stdout)?.trim().to_string()),
        false => Err(String::from_utf8_lossy(&said.stderr).into_owned().into()),
    }
}

/// PostgreSQL's first process, by its data.
///
/// # Errors
/// It does not run.
pub fn postmaster(data: &Path) -> Outcome<u32> {
    let kept = fs::read_to_string(data.join("postmaster.pid"))?;
    let pid = kept
        .lines()
        .next()
        .ok_or("PostgreSQL does not say which process it is")?;
    Ok(pid.trim().parse()?)
}

/// Sends a signal to a process of the cluster's.
///
/// # Errors
/// It does not run.
pub fn signal(name: &str, pid: u32) -> Outcome {
    let sent = Command::new("kill").args([name, &pid.to_string()]).output()?;
    match sent.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&sent.stderr).into_owned().into()),
    }
}
