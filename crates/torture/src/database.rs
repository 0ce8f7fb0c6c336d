//! PostgreSQL on a private cluster, which is killed and started again.

use crate::Outcome;
use crate::cluster::Cluster;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// So long the database has to be there again, with what its log holds written back.
const BACK: Duration = Duration::from_secs(60);

/// The cluster of a run.
pub struct Database {
    folder: PathBuf,
    // None only while it is down.
    cluster: Option<Cluster>,
}

/// How PostgreSQL is asked to end.
#[derive(Clone, Copy)]
pub enum Stop {
    /// `pg_ctl stop -m immediate`: at once, as after a crash.
    Immediate,
    /// `pg_ctl restart -m fast`: who is connected is cut off, what is done is written out.
    Fast,
}

impl Database {
    /// Makes a cluster and starts it; what it commits is on the disk.
    ///
    /// # Errors
    /// Those of the cluster.
    pub fn make(folder: &Path) -> Outcome<Database> {
        Ok(Database {
            folder: folder.to_path_buf(),
            cluster: Some(Cluster::start(folder, true)?),
        })
    }

    /// Where servers find it; the same for as long as the folder is.
    pub fn url(&self) -> String {
        self.cluster.as_ref().map(Cluster::url).unwrap_or_default()
    }

    /// Kills the postmaster, whose processes end when they notice, and starts it again.
    ///
    /// # Errors
    /// It was not there, or does not come back.
    pub fn kill(&mut self, down: Duration) -> Outcome {
        signal("-KILL", self.postmaster()?)?;
        self.come_back(down)
    }

    /// Kills one process that serves a connection, one that works if there is one: PostgreSQL ends all others and recovers by
    /// itself. Whether there was one.
    ///
    /// # Errors
    /// It does not come back.
    pub fn kill_backend(&mut self) -> Outcome<bool> {
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

    /// Stops it under load, and starts it again.
    ///
    /// # Errors
    /// It was not there, or does not come back.
    pub fn restart(&mut self, how: Stop, down: Duration) -> Outcome {
        let name = match how {
            Stop::Immediate => "-QUIT",
            Stop::Fast => "-INT",
        };
        signal(name, self.postmaster()?)?;
        self.come_back(down)
    }

    fn postmaster(&self) -> Outcome<u32> {
        let kept = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let pid = kept
            .lines()
            .next()
            .ok_or("PostgreSQL does not say which process it is")?;
        Ok(pid.trim().parse()?)
    }

    fn come_back(&mut self, down: Duration) -> Outcome {
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

    /// What the superuser, who sees the rows of all organisations, is answered.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub fn ask(&self, sql: &str) -> Outcome<String> {
        let mut psql = Command::new("psql");
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            "farthing",
        ]);
        let said = psql.arg("-h").arg(&self.folder).args(["-c", sql]).output()?;
        match said.status.success() {
            true => Ok(String::from_utf8(said.stdout)?.trim().to_string()),
            false => Err(String::from_utf8_lossy(&said.stderr).into_owned().into()),
        }
    }
}

/// Sends a signal to a process of the cluster's.
fn signal(name: &str, pid: u32) -> Outcome {
    let sent = Command::new("kill").args([name, &pid.to_string()]).output()?;
    match sent.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&sent.stderr).into_owned().into()),
    }
}
