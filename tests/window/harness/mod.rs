//! Starts the program in a window, and sees, types and clicks there.

mod processes;

use processes::{Display, Driver};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

/// How long anything may take to appear. Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(50);

/// The web view's driver serves one session at a time, so the tests of one process take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// The program in its window. Dropping it ends the program and its display.
pub struct App {
    session: WebDriver,
    driver: Driver,
    display: Display,
    home: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

#[allow(dead_code, reason = "the harness is what tests may need, not what today's tests use")]
impl App {
    /// Opens the window on the data folder `home`.
    pub async fn start(home: &Path) -> Self {
        let turn = TURN.lock().await;
        let display = Display::open();
        let (driver, session) = open(&display, home).await;
        Self {
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

    /// Opens the window again on the same folder, ending the program first if it still runs.
    pub async fn restart(&mut self) {
        self.driver.end();
        let (driver, session) = open(&self.display, &self.home).await;
        self.driver = driver;
        self.session = session;
    }

    /// The first element that matches `css`, waited for.
    pub async fn find(&self, css: &str) -> WebElement {
        self.wait_for(&By::Css(css), css).await
    }

    /// The innermost element that shows `text`, waited for.
    pub async fn text(&self, text: &str) -> WebElement {
        let shown = format!("contains(normalize-space(.), {})", quoted(text));
        self.wait_for(&By::XPath(format!("//body//*[{shown} and not(*[{shown}])]")), text)
            .await
    }

    /// What the first element that matches `css` shows.
    pub async fn read(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Clicks on the first element that matches `css`.
    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Clicks on the element that shows `text`.
    pub async fn click_text(&self, text: &str) {
        self.text(text).await.click().await.unwrap();
    }

    /// Replaces what stands in the field `css` by `text`, key by key.
    pub async fn type_into(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses `key` while `held` are down, wherever the focus is: `press(&[Key::Control], 'k')`.
    pub async fn press(&self, held: &[Key], key: impl Into<char>) {
        let key = key.into();
        let mut chord = self.session.action_chain();
        for modifier in held {
            chord = chord.key_down(modifier.clone());
        }
        chord = chord.key_down(key).key_up(key);
        for modifier in held.iter().rev() {
            chord = chord.key_up(modifier.clone());
        }
        chord.perform().await.unwrap();
    }

    /// Runs `script` (the body of a JavaScript function) in the page and answers what it returns.
    pub async fn script(&self, script: &str) -> serde_json::Value {
        self.session.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Looks until `condition` holds; fails, naming `what`, when it does not in time.
    pub async fn wait_until(&self, what: &str, condition: impl AsyncFn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition().await {
            if Instant::now() > end {
                let picture = self.picture("failed");
                panic!("waited in vain for {what}; what is on screen: {}", picture.display());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes a picture of the display, under `target/window`, and answers where it is.
    pub fn picture(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("window");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        self.display.picture(&path);
        path
    }

    async fn wait_for(&self, by: &By, what: &str) -> WebElement {
        self.wait_until(what, async || self.session.find(by.clone()).await.is_ok())
            .await;
        self.session.find(by.clone()).await.unwrap()
    }
}

/// A driver on `display` and its session, which is the program in its window.
async fn open(display: &Display, home: &Path) -> (Driver, WebDriver) {
    let driver = Driver::start(display, home);
    let options =
        serde_json::json!({ "webkitgtk:browserOptions": { "binary": env!("CARGO_BIN_EXE_farthing-desktop") } });
    let options = options.as_object().unwrap().clone();
    let session = WebDriver::new(driver.url(), Capabilities::from(options)).await.unwrap();
    // The driver is ended by its process; a session that said goodbye while a test fails would only hang.
    session.clone().leak().unwrap();
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
