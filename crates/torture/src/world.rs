//! The processes of a run: desks, servers and PostgreSQL, how each is started and killed, and what they say.

use crate::Outcome;
use crate::database::Database;
use crate::events::{Event, What, Who, keep_lines, tell_lines};
use crate::proxy::Proxy;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// What a desk said last of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// Commands without an outcome, and those that the server lacks.
    pub waiting: (u32, u32),
    /// Facts that it has.
    pub facts: u64,
}

/// A desk, over all its lives.
#[derive(Default)]
pub struct DeskPlace {
    running: Option<(Child, ChildStdin)>,
    life: u32,
    /// How much it said to be saved.
    pub saved: u64,
    /// Rounds that it came to the end of.
    pub rounds: u64,
    /// Where it stands, once it said so in this life.
    pub stand: Option<Stand>,
    /// Whether it was told to end.
    is_leaving: bool,
    has_ended: bool,
}

/// A server, over all its lives.
#[derive(Default)]
struct ServerPlace {
    running: Option<Child>,
    life: u32,
    listens: bool,
    is_leaving: bool,
}

/// What runs, and where it keeps its files.
pub struct World {
    folder: PathBuf,
    program: PathBuf,
    seed: u64,
    /// The database.
    pub database: Box<dyn Database>,
    /// The line.
    pub proxy: Proxy,
    /// The desks.
    pub desks: Vec<DeskPlace>,
    servers: Vec<ServerPlace>,
    /// Requests that went on to a server.
    pub passed: u64,
    /// Servers that did not come up, since the database was not there, and were started again.
    pub tried_again: u64,
    link: Option<String>,
    to: Sender<Event>,
    events: Receiver<Event>,
}

impl World {
    /// A world in which nothing runs yet but the database and the line. `program` is the server's.
    pub fn new(
        folder: &Path,
        program: &Path,
        seed: u64,
        (database, proxy): (Box<dyn Database>, Proxy),
        (desks, servers): (usize, usize),
        (to, events): (Sender<Event>, Receiver<Event>),
    ) -> World {
        World {
            folder: folder.to_path_buf(),
            program: program.to_path_buf(),
            seed,
            database,
            proxy,
            desks: (0..desks).map(|_| DeskPlace::default()).collect(),
            servers: (0..servers).map(|_| ServerPlace::default()).collect(),
            passed: 0,
            tried_again: 0,
            link: None,
            to,
            events,
        }
    }

    /// Where a desk keeps its book.
    pub fn home(&self, desk: usize) -> PathBuf {
        self.folder.join(format!("desk{desk}"))
    }

    /// Where a desk's journal is.
    pub fn journal(&self, desk: usize) -> PathBuf {
        self.folder.join(format!("desk{desk}.journal"))
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        self.servers.len()
    }

    fn log(&self, name: &str) -> Outcome<File> {
        let path = self.folder.join(format!("{name}.log"));
        Ok(OpenOptions::new().append(true).create(true).open(path)?)
    }

    /// Starts a desk on its folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn start_desk(&mut self, desk: usize) -> Outcome {
        let (home, journal, log) = (self.home(desk), self.journal(desk), self.log(&format!("desk{desk}"))?);
        let mut command = until_we_end(std::env::current_exe()?);
        command.arg("desk").arg(home).arg(journal);
        command.args(["--desk", &desk.to_string(), "--seed", &self.seed.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a desk without standard input and output".into());
        };
        let place = &mut self.desks[desk];
        (place.life, place.stand) = (place.life + 1, None);
        place.running = Some((child, stdin));
        let event = Event {
            life: place.life,
            ..Event::of(Who::Desk, desk, What::Ended)
        };
        tell_lines(stdout, event, self.to.clone());
        Ok(())
    }

    /// Starts a server.
    ///
    /// # Errors
    /// What the system says.
    pub fn start_server(&mut self, server: usize) -> Outcome {
        let log = self.log(&format!("server{server}"))?;
        let mut command = until_we_end(&self.program);
        command
            .args(["--listen", "127.0.0.1:0", "--database"])
            .arg(self.database.url());
        command.arg("--address").arg(self.proxy.address(0).unwrap_or_default());
        command
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err("a server without standard output".into());
        };
        let place = &mut self.servers[server];
        (place.life, place.listens) = (place.life + 1, false);
        place.running = Some(child);
        let event = Event {
            life: place.life,
            ..Event::of(Who::Server, server, What::Ended)
        };
        tell_lines(stdout, event.clone(), self.to.clone());
        keep_lines(stderr, log, "listening", event, self.to.clone());
        Ok(())
    }

    /// Kills a desk and starts it again.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill_desk(&mut self, desk: usize) -> Outcome {
        if let Some((mut child, _)) = self.desks[desk].running.take() {
            child.kill()?;
            child.wait()?;
        }
        self.start_desk(desk)
    }

    /// Kills a server and starts it again.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill_server(&mut self, server: usize) -> Outcome {
        self.proxy.set_server(server, None);
        if let Some(mut child) = self.servers[server].running.take() {
            child.kill()?;
            child.wait()?;
        }
        self.start_server(server)
    }

    /// Takes what the processes say until something holds.
    ///
    /// # Errors
    /// It does not hold in time, or a process says or does what it must not.
    pub fn until(
        &mut self,
        what: &str,
        limit: Duration,
        mut holds: impl FnMut(&mut World) -> Outcome<bool>,
    ) -> Outcome {
        let end = Instant::now() + limit;
        while !holds(self)? {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let stands: Vec<_> = self.desks.iter().map(|desk| &desk.stand).collect();
                return Err(format!("stuck: {what}, not within {limit:?}; the desks stand at {stands:?}").into());
            }
            match self.events.recv_timeout(left.min(Duration::from_millis(200))) {
                Ok(event) => self.hear(&event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err("nobody tells anything any more".into()),
            }
        }
        Ok(())
    }

    /// Takes everything that was said up to now.
    ///
    /// # Errors
    /// A process says or does what it must not.
    pub fn hear_all(&mut self) -> Outcome {
        while let Ok(event) = self.events.try_recv() {
            self.hear(&event)?;
        }
        Ok(())
    }

    fn hear(&mut self, event: &Event) -> Outcome {
        match (event.who, &event.what) {
            (Who::Proxy, _) => self.passed += 1,
            (Who::Desk, What::Line(line)) => self.hear_desk(event, line)?,
            (Who::Desk, _) if self.desks[event.number].life == event.life => {
                let place = &mut self.desks[event.number];
                place.has_ended = true;
                if !place.is_leaving {
                    return Err(format!("desk {} ended by itself; its log says why", event.number).into());
                }
            }
            (Who::Server, What::Line(line)) if self.servers[event.number].life == event.life => {
                self.hear_server(event.number, line)?;
            }
            (Who::Server, What::Ended) if self.servers[event.number].life == event.life => {
                let place = &mut self.servers[event.number];
                if place.is_leaving {
                    return Ok(());
                }
                if place.listens {
                    return Err(format!("server {} ended by itself; its log says why", event.number).into());
                }
                // As its service manager does.
                self.tried_again += 1;
                self.kill_server(event.number)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn hear_desk(&mut self, event: &Event, line: &str) -> Outcome {
        let place = &mut self.desks[event.number];
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["saved", _] => place.saved += 1,
            ["round"] => place.rounds += 1,
            ["state", waiting, unsent, facts, halted] => {
                if *halted != "-" {
                    return Err(format!("stuck: desk {} exchanges nothing any more: {halted}", event.number).into());
                }
                if place.life == event.life {
                    place.stand = Some(Stand {
                        waiting: (waiting.parse()?, unsent.parse()?),
                        facts: facts.parse()?,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn hear_server(&mut self, server: usize, line: &str) -> Outcome {
        if line.contains("/#") {
            self.link = Some(line.to_string());
        }
        if let Some((_, address)) = line.split_once("bound=") {
            let address: SocketAddr = address.trim().parse()?;
            self.servers[server].listens = true;
            self.proxy.set_server(server, Some(address));
        }
        Ok(())
    }

    /// The setup link, once a server has printed it.
    pub fn link(&self) -> Option<String> {
        self.link.clone()
    }

    /// Whether a server listens.
    pub fn listens(&self, server: usize) -> bool {
        self.servers.get(server).is_some_and(|server| server.listens)
    }

    /// Whether every server listens.
    pub fn all_listen(&self) -> bool {
        self.servers.iter().all(|server| server.listens)
    }

    /// Tells every desk to record nothing more.
    ///
    /// # Errors
    /// A desk is not there.
    pub fn rest(&mut self) -> Outcome {
        for place in &mut self.desks {
            if let Some((_, stdin)) = &mut place.running {
                stdin.write_all(b"rest\n")?;
            }
        }
        Ok(())
    }

    /// Ends desks and servers as people end them, each of which must succeed.
    ///
    /// # Errors
    /// One of them does not, or not in time.
    pub fn end(&mut self, limit: Duration) -> Outcome {
        for place in &mut self.desks {
            place.is_leaving = true;
            if let Some((_, stdin)) = &mut place.running {
                stdin.write_all(b"end\n")?;
            }
        }
        self.until("the desks end", limit, |world| {
            Ok(world.desks.iter().all(|desk| desk.has_ended))
        })?;
        for (number, place) in self.desks.iter_mut().enumerate() {
            if let Some((mut child, _)) = place.running.take()
                && !child.wait()?.success()
            {
                return Err(format!("desk {number} did not end well; its log says why").into());
            }
        }
        for (number, place) in self.servers.iter_mut().enumerate() {
            place.is_leaving = true;
            if let Some(mut child) = place.running.take() {
                Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
                if !child.wait()?.success() {
                    return Err(format!("server {number} did not end well; its log says why").into());
                }
            }
        }
        Ok(())
    }
}

impl Drop for World {
    /// Nothing goes on after a run that failed.
    fn drop(&mut self) {
        let desks = self.desks.iter_mut().filter_map(|place| place.running.take());
        let servers = self.servers.iter_mut().filter_map(|place| place.running.take());
        for mut child in desks.map(|(child, _)| child).chain(servers) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A program that is killed when this one ends, however that comes.
fn until_we_end(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}
