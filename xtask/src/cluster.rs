//! A private PostgreSQL cluster made from the system's package: for `cargo xtask server`, for checking the server's queries,
//! and for its tests, which include this file. It speaks on a socket in its own folder and on no port.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A cluster that runs until this is dropped, or its program ends.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    server: Child,
}

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where the newest PostgreSQL of the system is.
fn programs() -> Outcome<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse();
        if let Ok(version) = version
            && entry.path().join("bin/initdb").is_file()
        {
            found.push((version, entry.path().join("bin")));
        }
    }
    let newest = found.into_iter().max_by_key(|(version, _)| *version);
    Ok(newest
        .ok_or("PostgreSQL is missing: install Debian's package postgresql")?
        .1)
}

/// A program of PostgreSQL's, as somebody who may run it: it refuses root. It ends with this program.
fn run_as_its_user(program: PathBuf) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program).stdout(Stdio::null());
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn must(command: &mut Command) -> Outcome {
    let done = command.output()?;
    match done.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned().into()),
    }
}

impl Cluster {
    /// Starts the cluster of a folder, which is made first where there is none. Its data outlives a failure of the machine
    /// only if it is `durable`.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or says why it can't start.
    pub fn start(folder: &Path, durable: bool) -> Outcome<Cluster> {
        let programs = programs()?;
        fs::create_dir_all(folder)?;
        if is_root() {
            must(Command::new("chown").arg("postgres:postgres").arg(folder))?;
        }
        let data = folder.join("data");
        let is_new = !data.join("PG_VERSION").is_file();
        if is_new {
            let mut make = run_as_its_user(programs.join("initdb"));
            make.args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "-D",
            ]);
            make.arg(&data).args((!durable).then_some("--no-sync"));
            must(&mut make)?;
        }
        let mut start = run_as_its_user(programs.join("postgres"));
        start.arg("-D").arg(&data).arg("-k").arg(folder);
        start.args(["-c", "listen_addresses=", "-c", "logging_collector=off"]);
        if !durable {
            start.args([
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "synchronous_commit=off",
            ]);
        }
        let log = fs::File::create(folder.join("postgres.log"))?;
        let server = start.stderr(log).spawn()?;
        let mut cluster = Cluster {
            folder: folder.to_path_buf(),
            programs,
            server,
        };
        cluster.wait()?;
        if is_new {
            // Not the superuser, who would pass by the rows' security.
            cluster.sql("postgres", "create role farthing login")?;
            cluster.sql("postgres", "create database farthing owner farthing")?;
        }
        Ok(cluster)
    }

    fn wait(&mut self) -> Outcome {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            if let Some(status) = self.server.try_wait()? {
                let said = fs::read_to_string(self.folder.join("postgres.log")).unwrap_or_default();
                return Err(format!("PostgreSQL ended with {status}: {said}").into());
            }
            let mut ask = Command::new(self.programs.join("pg_isready"));
            if ask.arg("-q").arg("-h").arg(&self.folder).status()?.success() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("PostgreSQL did not start within 30 seconds".into())
    }

    /// Runs SQL as the superuser.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub fn sql(&self, database: &str, sql: &str) -> Outcome {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            database,
            "-c",
            sql,
        ]);
        must(psql.arg("-h").arg(&self.folder))
    }

    /// Where the server's database is.
    pub fn url(&self) -> String {
        format!("postgres://farthing@localhost/farthing?host={}", self.folder.display())
    }
}

impl Drop for Cluster {
    /// Asks the cluster to end, and ends it if it does not.
    fn drop(&mut self) {
        let pid = self.server.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
