//! Listens for the machine being locked or put to sleep: then the book's key is forgotten.
//!
//! On Linux: logind's `PrepareForSleep`, its session's `Lock` and `LockedHint`, and what screen savers say. Sleep is held
//! up for as long as closing the book takes.

use dbus::Message;
use dbus::arg::{OwnedFd, PropMap, RefArg};
use dbus::blocking::Connection;
use dbus::channel::MatchingReceiver;
use dbus::message::MatchRule;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const LOGIND: &str = "org.freedesktop.login1";
const SESSION: &str = "org.freedesktop.login1.Session";
const PATIENCE: Duration = Duration::from_secs(2);

/// Calls `forget` whenever the machine is locked or put to sleep, for as long as the program runs. Where a bus can't be had
/// the log says so, and nothing else happens.
pub fn watch(forget: impl Fn() + Send + Sync + 'static) {
    let forget: Arc<dyn Fn() + Send + Sync> = Arc::new(forget);
    let own = forget.clone();
    thread::spawn(move || {
        if let Err(error) = system_bus(own) {
            tracing::warn!(%error, "the machine's sleep and lock are not heard of");
        }
    });
    thread::spawn(move || {
        if let Err(error) = session_bus(forget) {
            tracing::info!(%error, "screen savers are not heard of");
        }
    });
}

fn listen(
    bus: &Connection,
    rule: MatchRule<'static>,
    act: impl Fn(&Message) + Send + 'static,
) -> Result<(), dbus::Error> {
    bus.add_match_no_cb(&rule.match_str())?;
    bus.start_receive(
        rule,
        Box::new(move |message, _| {
            act(&message);
            true
        }),
    );
    Ok(())
}

/// Holds sleep up until what this answers is dropped; nothing where logind does not answer.
fn hold_sleep_up(bus: &Connection) -> Option<OwnedFd> {
    let manager = bus.with_proxy(LOGIND, "/org/freedesktop/login1", PATIENCE);
    let asked = ("sleep", "Farthing", "The book's key is forgotten first.", "delay");
    let answer: Result<(OwnedFd,), _> = manager.method_call("org.freedesktop.login1.Manager", "Inhibit", asked);
    answer.ok().map(|(hold,)| hold)
}

/// The path of the session that this program runs in.
fn own_session(bus: &Connection) -> Option<dbus::Path<'static>> {
    let manager = bus.with_proxy(LOGIND, "/org/freedesktop/login1", PATIENCE);
    let of = (std::process::id(),);
    let answer: Result<(dbus::Path<'static>,), _> =
        manager.method_call("org.freedesktop.login1.Manager", "GetSessionByPID", of);
    answer.ok().map(|(path,)| path)
}

fn system_bus(forget: Arc<dyn Fn() + Send + Sync>) -> Result<(), dbus::Error> {
    let bus = Connection::new_system()?;
    let hold = Arc::new(Mutex::new(hold_sleep_up(&bus)));
    let woke = Arc::new(Mutex::new(false));
    let sleep = MatchRule::new_signal("org.freedesktop.login1.Manager", "PrepareForSleep");
    let (held, awake, act) = (hold.clone(), woke.clone(), forget.clone());
    listen(&bus, sleep, move |message| {
        if message.read1().unwrap_or(true) {
            act();
            held.lock().unwrap_or_else(PoisonError::into_inner).take();
        } else {
            *awake.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
    })?;
    let mut lock = MatchRule::new_signal(SESSION, "Lock");
    let mut hint = MatchRule::new_signal("org.freedesktop.DBus.Properties", "PropertiesChanged");
    // Another person's session at this machine may be locked without ours.
    if let Some(path) = own_session(&bus) {
        lock = lock.with_path(path.clone());
        hint = hint.with_path(path);
    }
    let act = forget.clone();
    listen(&bus, lock, move |_| act())?;
    listen(&bus, hint, move |message| {
        if let Ok((SESSION, changed)) = message.read2::<&str, PropMap>()
            && changed.get("LockedHint").and_then(|locked| locked.0.as_u64()) == Some(1)
        {
            forget();
        }
    })?;
    loop {
        bus.process(Duration::from_secs(3600))?;
        if std::mem::take(&mut *woke.lock().unwrap_or_else(PoisonError::into_inner)) {
            *hold.lock().unwrap_or_else(PoisonError::into_inner) = hold_sleep_up(&bus);
        }
    }
}

fn session_bus(forget: Arc<dyn Fn() + Send + Sync>) -> Result<(), dbus::Error> {
    let bus = Connection::new_session()?;
    for saver in [
        "org.freedesktop.ScreenSaver",
        "org.gnome.ScreenSaver",
        "org.cinnamon.ScreenSaver",
        "org.mate.ScreenSaver",
    ] {
        let act = forget.clone();
        listen(&bus, MatchRule::new_signal(saver, "ActiveChanged"), move |message| {
            if message.read1() == Ok(true) {
                act();
            }
        })?;
    }
    loop {
        bus.process(Duration::from_secs(3600))?;
    }
}
