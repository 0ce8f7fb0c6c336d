//! The line between desks and servers, and what goes wrong on it: an address for each desk, and behind all of them the servers that
//! run just now.

use crate::Outcome;
use crate::dice::Dice;
use crate::events::{Event, What, Who};
use crate::message;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

/// Longer than a desk waits for an answer.
const PATIENCE: Duration = Duration::from_secs(90);
/// So many in a hundred requests have an accident.
const ACCIDENTS: u32 = 25;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// It is lost before it arrives.
    Dropped,
    /// It ends in the middle, and the server sees the line end.
    RequestCut,
    /// The server does it, and its answer is lost.
    AnswerDropped,
    /// The answer ends in the middle.
    AnswerCut,
    /// It takes its time, while others pass.
    Delayed,
    /// It arrives a second time after the first one was answered.
    Twice,
    /// It arrives twice at the same time, maybe at different servers.
    AtOnce,
    /// It is answered, and arrives again much later.
    Late,
    /// Somebody in between answers that nobody is there.
    Refused,
}

const FAULTS: [(Fault, &str); 9] = [
    (Fault::Dropped, "requests dropped"),
    (Fault::RequestCut, "requests cut"),
    (Fault::AnswerDropped, "answers dropped"),
    (Fault::AnswerCut, "answers cut"),
    (Fault::Delayed, "delayed"),
    (Fault::Twice, "sent twice"),
    (Fault::AtOnce, "sent twice at once"),
    (Fault::Late, "sent again later"),
    (Fault::Refused, "refused on the way"),
];

struct Line {
    servers: Mutex<Vec<Option<SocketAddr>>>,
    dice: Mutex<Dice>,
    is_calm: AtomicBool,
    /// Copies that are still under way.
    late: AtomicU64,
    happened: Mutex<BTreeMap<Fault, u64>>,
    events: Mutex<Sender<Event>>,
}

/// The proxy; its lines end with it.
pub struct Proxy {
    line: Arc<Line>,
    addresses: Vec<SocketAddr>,
    // What runs ends here.
    _runtime: Runtime,
}

impl Proxy {
    /// An address for each of so many desks, in front of so many servers, of which none runs yet.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(desks: usize, servers: usize, dice: Dice, events: Sender<Event>) -> Outcome<Proxy> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let line = Arc::new(Line {
            servers: Mutex::new(vec![None; servers]),
            dice: Mutex::new(dice),
            is_calm: AtomicBool::new(true),
            late: AtomicU64::new(0),
            happened: Mutex::default(),
            events: Mutex::new(events),
        });
        let mut addresses = Vec::new();
        for desk in 0..desks {
            let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
            addresses.push(listener.local_addr()?);
            let line = line.clone();
            runtime.spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let line = line.clone();
                    // A line that broke is taken up by the desk.
                    tokio::spawn(async move { line.serve(stream, desk).await });
                }
            });
        }
        Ok(Proxy {
            line,
            addresses,
            _runtime: runtime,
        })
    }

    /// Where a desk finds the server.
    pub fn address(&self, desk: usize) -> Option<String> {
        self.addresses.get(desk).map(|address| format!("http://{address}"))
    }

    /// A server listens from now on, or no longer.
    pub fn set_server(&self, server: usize, address: Option<SocketAddr>) {
        if let Some(place) = lock(&self.line.servers).get_mut(server) {
            *place = address;
        }
    }

    /// Whether everything passes as it should from now on.
    pub fn set_calm(&self, is_calm: bool) {
        self.line.is_calm.store(is_calm, Ordering::SeqCst);
    }

    /// Whether a copy of a request is still under way.
    pub fn has_late(&self) -> bool {
        self.line.late.load(Ordering::SeqCst) > 0
    }

    /// How often each accident happened.
    pub fn happened(&self) -> BTreeMap<String, u64> {
        let happened = lock(&self.line.happened);
        let named = FAULTS.iter().map(|(fault, name)| {
            let count = happened.get(fault).copied().unwrap_or(0);
            ((*name).to_string(), count)
        });
        named.collect()
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    async fn serve(self: Arc<Line>, mut desk: TcpStream, number: usize) -> io::Result<()> {
        while let Some(request) = message::read(&mut desk).await? {
            let fault = self.fault();
            let pause = lock(&self.dice).moment(250);
            match fault {
                Some(Fault::Dropped) => return Ok(()),
                Some(Fault::RequestCut) => return self.cut(&request).await,
                Some(Fault::Refused) => {
                    let refusal = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
                    desk.write_all(refusal).await?;
                    continue;
                }
                Some(Fault::Delayed) => sleep(pause).await,
                _ => {}
            }
            // Only its sender is gone where nobody hears of it any more.
            let _ = lock(&self.events).send(Event::of(Who::Proxy, number, What::Passed));
            let answer = match fault {
                Some(Fault::AtOnce) => {
                    let (one, other) = tokio::join!(self.ask(&request), self.ask(&request));
                    one.or(other)?
                }
                Some(Fault::Twice) => {
                    let first = self.ask(&request).await;
                    self.ask(&request).await.or(first)?
                }
                Some(Fault::Late) => {
                    let answer = self.ask(&request).await?;
                    self.clone().ask_later(request, pause * 8);
                    answer
                }
                _ => self.ask(&request).await?,
            };
            match fault {
                Some(Fault::AnswerDropped) => return Ok(()),
                Some(Fault::AnswerCut) => return desk.write_all(&answer[..self.part(answer.len())]).await,
                _ => desk.write_all(&answer).await?,
            }
        }
        Ok(())
    }

    /// What happens to the next request.
    fn fault(&self) -> Option<Fault> {
        let mut dice = lock(&self.dice);
        if self.is_calm.load(Ordering::SeqCst) || dice.below(100) >= ACCIDENTS {
            return None;
        }
        let (fault, _) = *dice.pick(&FAULTS)?;
        *lock(&self.happened).entry(fault).or_default() += 1;
        Some(fault)
    }

    /// A length before the end of something.
    fn part(&self, of: usize) -> usize {
        lock(&self.dice).below(u32::try_from(of).unwrap_or(u32::MAX)) as usize
    }

    async fn cut(&self, request: &[u8]) -> io::Result<()> {
        let mut server = self.connect().await?;
        server.write_all(&request[..self.part(request.len())]).await
    }

    /// One of the servers that run; the next one where it does not take the line.
    async fn connect(&self) -> io::Result<TcpStream> {
        let running: Vec<SocketAddr> = lock(&self.servers).iter().flatten().copied().collect();
        let first = lock(&self.dice).below(u32::try_from(running.len()).unwrap_or(0)) as usize;
        for at in 0..running.len() {
            if let Some(address) = running.get((first + at) % running.len())
                && let Ok(stream) = TcpStream::connect(address).await
            {
                return Ok(stream);
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    async fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let asking = async {
            let mut server = self.connect().await?;
            server.write_all(request).await?;
            let answer = message::read(&mut server).await?;
            answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
        };
        timeout(PATIENCE, asking).await?
    }

    fn ask_later(self: Arc<Line>, request: Vec<u8>, pause: Duration) {
        self.late.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            sleep(pause).await;
            // Nobody waits for that answer.
            let _ = self.ask(&request).await;
            self.late.fetch_sub(1, Ordering::SeqCst);
        });
    }
}
