//! Starts the program in a window, and sees, types and clicks there.

mod branch;
mod central;
#[path = "../../../xtask/src/cluster.rs"]
mod cluster;
mod people;
mod processes;
mod session;
mod sink;

use processes::{Display, Driver};
use serde_json::Value;
use session::{By, Session};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use branch::{ADMIN, Branch, CUSTOMER, OFFICER};
pub use central::Central;
pub use people::{Begins, Mail, PASSWORD};
pub use session::{Element, Key};
pub use sink::Sink;

/// How long anything may take to appear. Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(50);

/// One window at a time: the tests of one process take turns.
static TURN: Mutex<()> = Mutex::new(());

/// The program in its window. Dropping it ends the program and its display.
pub struct App {
    session: Session,
    driver: Driver,
    display: Display,
    home: PathBuf,
    asks_second_factor: bool,
    // None beside a window that has it.
    _turn: Option<MutexGuard<'static, ()>>,
}

/// Copies the files of a program's data folder, as a copy of the disk would, without the folders in it.
pub fn copy_files(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
}

#[allow(dead_code, reason = "the harness is what tests may need, not what today's tests use")]
impl App {
    /// Opens the window on the data folder `home`, where the desk's clock stands at `instant`.
    pub fn start_at(home: &Path, instant: &str) -> Self {
        std::fs::write(home.join("clock"), instant).unwrap();
        Self::start(home)
    }

    /// Opens the window on the data folder `home`.
    pub fn start(home: &Path) -> Self {
        Self::start_with(home, false)
    }

    /// Opens the window on the data folder `home` as it is for people, who are asked for their second factor.
    pub fn start_asking(home: &Path) -> Self {
        Self::start_with(home, true)
    }

    /// Opens a second window, on a display of its own, beside one that is open for longer.
    pub fn start_beside(_first: &App, home: &Path, instant: &str) -> Self {
        std::fs::write(home.join("clock"), instant).unwrap();
        Self::open_window(home, false, None)
    }

    fn start_with(home: &Path, asks_second_factor: bool) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self::open_window(home, asks_second_factor, Some(turn))
    }

    fn open_window(home: &Path, asks_second_factor: bool, turn: Option<MutexGuard<'static, ()>>) -> Self {
        let display = Display::open();
        let (driver, session) = open(&display, home, asks_second_factor);
        Self {
            asks_second_factor,
            session,
            driver,
            display,
            home: home.to_owned(),
            _turn: turn,
        }
    }

    /// Ends the program at once, as a power cut would: no handler runs.
    pub fn kill(&mut self) {
        self.driver.kill_program();
    }

    /// Waits until the program has ended by itself.
    pub fn ends(&mut self) {
        self.wait_until("the program to end", || !self.driver.runs_program());
    }

    /// Opens the window again on the same folder, ending the program first if it still runs.
    pub fn restart(&mut self) {
        self.driver.end();
        (self.driver, self.session) = open(&self.display, &self.home, self.asks_second_factor);
    }

    /// The first element that matches `css`, waited for.
    pub fn find(&self, css: &str) -> Element {
        self.wait_for(&By::Css(css.to_owned()), css)
    }

    /// Every element that matches `css` now.
    pub fn all(&self, css: &str) -> Vec<Element> {
        self.session.find_all(&By::Css(css.to_owned())).unwrap()
    }

    /// The innermost element that contains `text`, waited for.
    pub fn text(&self, text: &str) -> Element {
        let shown = format!("contains(normalize-space(.), {})", quoted(text));
        self.wait_for(&By::XPath(format!("//body//*[{shown} and not(*[{shown}])]")), text)
    }

    /// What the first element that matches `css` shows.
    pub fn read(&self, css: &str) -> String {
        self.session.text(&self.find(css)).unwrap()
    }

    /// Clicks on the first element that matches `css`, once it can be clicked.
    pub fn click(&self, css: &str) {
        let middle = format!(
            "document.querySelector({})?.scrollIntoView({{ block: 'center' }});",
            Value::from(css)
        );
        self.wait_until(&format!("a click on {css}"), || {
            // At the edge of what scrolls an element may be in sight and still not be hit.
            self.hits(&self.find(css)) || self.session.script(&middle).is_err()
        });
    }

    /// Clicks on an element; whether the click came to it. One during which the page moves it away comes to nothing.
    fn hits(&self, element: &Element) -> bool {
        // What acts on the press and goes away with it is never clicked on.
        let listen = "const element = arguments[0];
                      window.wasHit = () => window.isPressed && !element.isConnected;
                      window.isPressed = false;
                      const once = { capture: true, once: true };
                      element.addEventListener('mousedown', () => { window.isPressed = true; }, once);
                      element.addEventListener('click', () => { window.wasHit = () => true; }, once);";
        if self.session.script_with(listen, element).is_err() || self.session.click(element).is_err() {
            return false;
        }
        // A page that is another one since was left by the click.
        let was_hit = self.session.script("return window.wasHit ? window.wasHit() : true;");
        was_hit.is_ok_and(|was_hit| was_hit == Value::Bool(true))
    }

    /// Clicks on what ends the program, which may be gone before it answers.
    pub fn click_last(&self, css: &str) {
        let _ = self.session.click(&self.find(css));
    }

    /// Clicks on the element that contains `text`, once it can be clicked.
    pub fn click_text(&self, text: &str) {
        self.wait_until(&format!("a click on {text}"), || self.hits(&self.text(text)));
    }

    /// Replaces what stands in the field `css` by `text`, key by key.
    pub fn type_into(&self, css: &str, text: &str) {
        let field = self.find(css);
        // What is selected is typed over; clearing first would make a money field put its zero back.
        self.script(&format!(
            "const field = document.querySelector({}); field.focus(); field.select();",
            Value::from(css)
        ));
        self.session.send_keys(&field, text).unwrap();
    }

    /// Chooses in a select, a radio group or a check box: sets the value as a person's choice does.
    pub fn choose(&self, css: &str, value: &str) {
        self.find(css);
        let (css, value) = (Value::from(css), Value::from(value));
        self.script(&format!(
            "const field = document.querySelector({css});
             if (field.type === 'radio' || field.type === 'checkbox') {{ field.click(); return; }}
             field.value = {value};
             for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {{ bubbles: true }}));"
        ));
    }

    /// Chooses the option of a select whose words contain `words`, once it is offered.
    pub fn choose_option(&self, css: &str, words: &str) {
        let (select, sought) = (Value::from(css), Value::from(words));
        let find = format!(
            "const found = [...(document.querySelector({select})?.options ?? [])].find(o => o.text.includes({sought}));
             return found ? found.value : null;"
        );
        self.wait_until(&format!("{words} in {css}"), || !self.script(&find).is_null());
        let value = self.script(&find);
        self.choose(css, value.as_str().unwrap_or_default());
    }

    /// Waits until the first element that matches `css` shows exactly `text`.
    pub fn shows(&self, css: &str, text: &str) {
        self.wait_until(&format!("{css} to show {text}"), || {
            self.session
                .find(&By::Css(css.to_owned()))
                .is_ok_and(|e| self.session.text(&e).is_ok_and(|t| t == text))
        });
    }

    /// Waits until nothing matches `css`.
    pub fn gone(&self, css: &str) {
        self.wait_until(&format!("{css} to go"), || self.all(css).is_empty());
    }

    /// Sets the desk's clock, which stands still between two settings.
    pub fn set_clock(&self, instant: &str) {
        std::fs::write(self.home.join("clock"), instant).unwrap();
    }

    /// Presses the keys together, the last one last, wherever the focus is: `press(&[Key::Control, Key::Letter('k')])`.
    pub fn press(&self, chord: &[Key]) {
        self.session.press(chord).unwrap();
    }

    /// Runs `script`, the body of a JavaScript function, in the page and answers what it returns.
    pub fn script(&self, script: &str) -> Value {
        self.session.script(script).unwrap()
    }

    /// Gives the window another size, and waits until the page has it.
    pub fn resize(&self, width: u32, height: u32) {
        self.session.resize(width, height).unwrap();
        let size = serde_json::json!([width, height]);
        self.wait_until("the window's new size", || {
            self.script("return [window.innerWidth, window.innerHeight]") == size
        });
    }

    /// What of the page is cut off: wider than the window, or words that don't fit and say so by nothing (what may be
    /// shortened carries its whole text as a title).
    pub fn cut_off(&self) -> Vec<String> {
        let cut = self.script(include_str!("cut_off.js"));
        let cut = cut.as_array().unwrap().iter();
        cut.map(|what| what.as_str().unwrap().to_owned()).collect()
    }

    /// Looks until `condition` holds; fails, naming `what`, when it does not in time.
    pub fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition() {
            if Instant::now() > end {
                let picture = self.picture(&format!(
                    "failed-{}",
                    thread::current().name().unwrap_or("test").replace("::", "-")
                ));
                panic!(
                    "waited in vain for {what}; what is on screen: {}\n{}",
                    picture.display(),
                    self.words_on_screen()
                );
            }
            thread::sleep(PAUSE);
        }
    }

    /// What the page says, and which field has the focus: for whoever has no picture.
    fn words_on_screen(&self) -> String {
        let ask = "return [document.activeElement?.outerHTML.slice(0, 300), document.body.innerText].join('\\n');";
        let words = self.session.script(ask);
        words.map_or_else(|error| error, |words| words.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page has shown two frames after what it holds now; a page that is gone is not waited for.
    fn painted(&self) {
        let ask = "window.framesShown = 0; const count = () => { if (++window.framesShown < 4) requestAnimationFrame(count); };
                   requestAnimationFrame(count);";
        if self.session.script(ask).is_err() {
            return;
        }
        let end = Instant::now() + PATIENCE;
        let is_painted = || {
            self.session
                .script("return window.framesShown >= 4;")
                .is_ok_and(|shown| shown == Value::Bool(true))
        };
        while !is_painted() && Instant::now() < end {
            thread::sleep(PAUSE);
        }
    }

    /// Takes a picture of the display, below cargo's folder for tests, and answers where it is.
    pub fn picture(&self, name: &str) -> PathBuf {
        self.painted();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("window");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        self.display.picture(&path);
        path
    }

    fn wait_for(&self, by: &By, what: &str) -> Element {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.session.find(by) {
                Ok(element) => return element,
                Err(error) if Instant::now() > end => {
                    let picture = self.picture(&format!(
                        "failed-{}",
                        thread::current().name().unwrap_or("test").replace("::", "-")
                    ));
                    panic!(
                        "waited in vain for {what} ({error}); what is on screen: {}",
                        picture.display()
                    );
                }
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }
}

/// A driver on `display` and its session, which is the program in its window.
fn open(display: &Display, home: &Path, asks_second_factor: bool) -> (Driver, Session) {
    let driver = Driver::start(display, home, asks_second_factor);
    let session = Session::open(driver.port(), env!("CARGO_BIN_EXE_farthing-desktop")).unwrap();
    (driver, session)
}

/// `text` as an XPath string: it has no escapes, so the quotes are chosen by what the text contains.
fn quoted(text: &str) -> String {
    if text.contains('\'') {
        format!("\"{text}\"")
    } else {
        format!("'{text}'")
    }
}
