//! What every screen shares: who is signed in, which screen shows, the toast, theme and language.

use crate::i18n::{Language, Text, text};
use crate::ipc;
use crate::parts::toast::Toast;
use crate::parts::why::Opened;
use crate::route::Route;
use chrono::{Datelike, NaiveDate};
use farthing_api::{
    ApiError, Currency, GetSession, Marks, Money, Role, SessionStage, SessionView, Start, StartState, not_an_amount,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;

/// What the window shows as a whole.
#[derive(Clone, PartialEq)]
pub enum Phase {
    /// The desk has not answered yet.
    Booting,
    /// There is no session: first run, sign-in or trouble.
    Outside(Box<StartState>),
    /// Someone is signed in.
    Inside,
}

/// How the colours are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// As the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word kept in the web view's storage and on `<html>`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; the system's for any other.
    pub fn of(word: &str) -> Theme {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The state shared by all screens. It is a handful of signals, so it is copied freely; take it with [`app`] while a
/// component is built, and use the copy in handlers.
#[derive(Clone, Copy)]
pub struct App {
    /// What the window shows as a whole.
    pub phase: RwSignal<Phase>,
    /// Who is signed in.
    pub session: RwSignal<Option<SessionView>>,
    /// Whether the session is locked.
    pub locked: Memo<bool>,
    /// How many facts the book had when the screens were told last: what they show is asked for again when it changes.
    pub news: RwSignal<u64>,
    /// The screen that shows.
    pub route: RwSignal<Route>,
    past: StoredValue<Vec<Route>>,
    intent: StoredValue<Option<&'static str>>,
    /// The one toast.
    pub toast: RwSignal<Option<Toast>>,
    /// How the colours are chosen.
    pub theme: RwSignal<Theme>,
    /// The language of the screens.
    pub language: RwSignal<Language>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// Whether the sheet of keys is open.
    pub keys: RwSignal<bool>,
    /// The derivation that is open beside its figure.
    pub why: RwSignal<Option<Opened>>,
    /// The organisation's currency.
    pub currency: Memo<Option<Currency>>,
    /// What the signed-in person is.
    pub role: Memo<Option<Role>>,
    permissions: Memo<Vec<String>>,
    /// Today in the branch's time zone.
    pub today: Memo<NaiveDate>,
    /// The first open day, to which entries are booked.
    pub booking_date: Memo<NaiveDate>,
}

thread_local! {
    /// The page's only state, for what happens outside of any component.
    static CURRENT: Cell<Option<App>> = const { Cell::new(None) };
}

const THEME_KEY: &str = "theme";
const LANGUAGE_KEY: &str = "language";

/// The language fixed on this machine, else the one that the book or the system says.
fn language_or(tag: &str) -> Language {
    let fixed = stored(LANGUAGE_KEY);
    Language::from_tag(if fixed.is_empty() { tag } else { &fixed })
}

/// Keeps a word in the web view's storage. A web view that keeps nothing still shows the choice until it is closed.
fn store(key: &str, word: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, word);
    }
}

/// The shared state. To be called while a component is built.
pub fn app() -> App {
    expect_context()
}

/// The desk said that nobody is signed in: shows the sign-in or the lock, as the desk has it.
pub fn signed_out() {
    if let Some(app) = CURRENT.get()
        && app.session.with_untracked(Option::is_some)
    {
        app.restart();
    }
}

/// The desk said that the book itself is in trouble: nothing else can be done before that is mended.
pub fn book_trouble(error: ApiError) {
    if let Some(app) = CURRENT.get() {
        app.leave(StartState::Trouble { error });
    }
}

/// What was asked for waits for a second person: tells so, also from where no component is built.
pub fn waits(error: &ApiError) {
    if let Some(app) = CURRENT.get() {
        app.waits(error);
    }
}

/// Makes the shared state and hands it to everything below.
pub fn provide() -> App {
    let system = window().navigator().language().unwrap_or_default();
    let session = RwSignal::new(None::<SessionView>);
    fn of<T>(
        session: RwSignal<Option<SessionView>>,
        part: impl Fn(&SessionView) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| session.with(|session| session.as_ref().map(&part)))
    }
    let permissions = of(session, |session| session.permissions.clone());
    let today = of(session, |session| session.today);
    let booking_date = of(session, |session| session.booking_date);
    let locked = of(session, |session| session.locked);
    let app = App {
        phase: RwSignal::new(Phase::Booting),
        session,
        locked: Memo::new(move |_| locked.get() == Some(true)),
        news: RwSignal::new(0),
        route: RwSignal::new(Route::Today),
        past: StoredValue::new(Vec::new()),
        intent: StoredValue::new(None),
        toast: RwSignal::new(None),
        theme: RwSignal::new(Theme::of(&stored(THEME_KEY))),
        language: RwSignal::new(language_or(&system)),
        palette: RwSignal::new(false),
        keys: RwSignal::new(false),
        why: RwSignal::new(None),
        currency: of(session, |session| session.currency.clone()),
        role: of(session, |session| session.role),
        permissions: Memo::new(move |_| permissions.get().unwrap_or_default()),
        today: Memo::new(move |_| today.get().unwrap_or_default()),
        booking_date: Memo::new(move |_| booking_date.get().unwrap_or_default()),
    };
    CURRENT.set(Some(app));
    provide_context(app);
    provide_context(app.language);
    Effect::new(move || app.show_theme());
    Effect::new(move || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", app.language.get().code());
        }
    });
    app
}

/// What the web view keeps under a name; nothing where it keeps nothing.
fn stored(key: &str) -> String {
    let storage = window().local_storage().ok().flatten();
    storage
        .and_then(|storage| storage.get_item(key).ok().flatten())
        .unwrap_or_default()
}

impl App {
    /// Asks the desk what to show: after the start, a sign-out, or a session that ended.
    pub fn restart(self) {
        spawn_local(async move {
            match ipc::send(&Start {}).await {
                Ok(StartState::SignedIn { session }) => self.enter(session),
                Ok(state) => self.leave(state),
                Err(error) => self.leave(StartState::Trouble { error }),
            }
        });
    }

    /// Shows the frame for a session, or what its sign-in still needs.
    pub fn enter(self, session: SessionView) {
        // What reads the language asks anew when it is set. Where that ends here, as for a session that is locked, it would never end.
        let language = language_or(&session.language);
        if self.language.get_untracked() != language {
            self.language.set(language);
        }
        if session.stage != SessionStage::In {
            self.phase
                .set(Phase::Outside(Box::new(StartState::SignedIn { session })));
            return;
        }
        self.session.set(Some(session));
        if self.phase.with_untracked(|phase| *phase != Phase::Inside) {
            self.route.set(Route::Today);
            self.past.update_value(Vec::clear);
            self.phase.set(Phase::Inside);
        }
    }

    fn leave(self, state: StartState) {
        if let StartState::SignIn { language, .. } = &state {
            self.language.set(language_or(language));
        }
        self.phase.set(Phase::Outside(Box::new(state)));
        self.session.set(None);
        self.toast.set(None);
    }

    /// Whether a server decides what is recorded here.
    pub fn is_enrolled(self) -> bool {
        self.session
            .with(|session| session.as_ref().is_some_and(|session| session.sync.is_some()))
    }

    /// Whether a customer is at a machine of their own.
    pub fn is_own_machine(self) -> bool {
        self.session
            .with_untracked(|session| session.as_ref().is_some_and(|session| session.own_machine))
    }

    /// Asks for the frame's counts and times again, after something was saved.
    pub fn refresh(self) {
        spawn_local(async move {
            if let Ok(session) = ipc::send(&GetSession {}).await {
                let facts = session.sync.as_ref().map_or(0, |sync| sync.facts);
                self.session.set(Some(session));
                self.tell_news(facts);
            }
        });
    }

    /// Shows what came from others, unless someone fills in a form: what is typed there stays, and the news wait for the next
    /// look.
    fn tell_news(self, facts: u64) {
        let at_work = || {
            let form = document().query_selector("dialog[open], main form");
            form.is_ok_and(|form| form.is_some())
        };
        if self.news.get_untracked() != facts && !at_work() {
            self.news.set(facts);
        }
    }

    /// Opens a screen; [`App::back`] returns.
    pub fn go(self, route: Route) {
        let here = self.route.get_untracked();
        if here != route {
            self.past.update_value(|past| past.push(here));
            self.route.set(route);
        }
    }

    /// Opens a screen in the place of this one, which [`App::back`] then skips.
    pub fn replace(self, route: Route) {
        self.route.set(route);
    }

    /// Opens a screen and tells it what to do at once; the screen asks with [`App::take_intent`].
    pub fn go_to(self, route: Route, intent: &'static str) {
        self.intent.set_value(Some(intent));
        self.go(route);
    }

    /// What the screen was opened for, such as `pay`; answered once.
    pub fn take_intent(self) -> Option<&'static str> {
        self.intent.try_update_value(Option::take).flatten()
    }

    /// Returns to the screen before.
    pub fn back(self) {
        if let Some(Some(route)) = self.past.try_update_value(Vec::pop) {
            self.route.set(route);
        }
    }

    /// Whether the signed-in role may do what the permission's word says (`crates/office/src/permission.rs`).
    pub fn can(self, permission: &str) -> bool {
        self.permissions
            .with(|words| words.iter().any(|word| word == permission))
    }

    /// How the language in force punctuates amounts.
    pub fn marks(self) -> Marks {
        self.language.get().marks()
    }

    /// An amount in the organisation's currency, without the code: `1,234.50`.
    pub fn money(self, amount: Money) -> String {
        self.currency.with(|currency| match currency {
            Some(currency) => amount.written(currency.decimals, self.marks()),
            None => String::new(),
        })
    }

    /// An amount that is kept as text, such as a customer's income: digits and a point, whatever the language.
    pub fn amount_kept(self, plain: &str) -> Option<Money> {
        self.currency
            .with(|currency| currency.as_ref().and_then(|currency| currency.read(plain).ok()))
    }

    /// An amount as it is kept as text; what is no amount stays as it was typed.
    pub fn plain_amount(self, typed: &str) -> String {
        let amount = self.read_money(typed);
        let plain = |amount: Money| self.currency.with(|c| c.as_ref().map(|c| amount.to_plain(c.decimals)));
        amount.ok().and_then(plain).unwrap_or_else(|| typed.trim().to_owned())
    }

    /// Reads an amount as the language in force writes it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_money(self, typed: &str) -> Result<Money, ApiError> {
        let currency = self.currency.get().unwrap_or(Currency {
            code: String::new(),
            decimals: 2,
        });
        let read = currency.read(&self.marks().plain(typed));
        read.map_err(|error| not_an_amount(error, &currency).with("text", typed.trim()))
    }

    /// The currency's code: `USD`.
    pub fn code(self) -> String {
        self.currency
            .with(|currency| currency.as_ref().map(|currency| currency.code.clone()))
            .unwrap_or_default()
    }

    /// A whole date: "5 Jun 2026".
    pub fn date(self, date: NaiveDate) -> String {
        format!("{} {}", self.day_month(date), date.year())
    }

    /// A date in a list: the year is left out inside the current year, "5 Jun".
    pub fn day(self, date: NaiveDate) -> String {
        if date.year() == self.today.get().year() {
            self.day_month(date)
        } else {
            self.date(date)
        }
    }

    fn day_month(self, date: NaiveDate) -> String {
        format!("{} {}", date.day(), self.say(crate::dates::short_month(date)))
    }

    /// A text in the language in force, also from a handler.
    pub fn say(self, text: Text) -> &'static str {
        text.in_language(self.language.get())
    }

    /// A text in the language in force with its blanks filled, also from a handler.
    pub fn say_with(self, text: Text, values: &[(&str, String)]) -> String {
        text.filled(self.language.get(), values)
    }

    /// What was asked for is kept and waits for a second person: tells so, and where it is.
    pub fn waits(self, error: &ApiError) {
        let words = untrack(|| self.answer(error));
        let label = untrack(|| self.say(text::REQUESTS_SEE));
        self.tell_and_offer(words, label, move || self.go(Route::Requests));
        self.refresh();
    }

    /// Tells an outcome.
    pub fn tell(self, message: impl Into<String>) {
        self.toast.set(Some(Toast::new(message)));
    }

    /// Tells an outcome, with a button that does what follows from it.
    pub fn tell_and_offer(
        self,
        message: impl Into<String>,
        label: impl Into<String>,
        action: impl Fn() + Send + Sync + 'static,
    ) {
        self.toast.set(Some(Toast::new(message).with(label, action)));
    }

    /// Fixes the theme on this desk.
    pub fn fix_theme(self, theme: Theme) {
        store(THEME_KEY, theme.word());
        self.theme.set(theme);
    }

    /// Fixes the language on this desk.
    pub fn fix_language(self, language: Language) {
        store(LANGUAGE_KEY, language.code());
        self.language.set(language);
    }

    fn show_theme(self) {
        let Some(root) = document().document_element() else {
            return;
        };
        let _ = match self.theme.get() {
            Theme::System => root.remove_attribute("data-theme"),
            theme => root.set_attribute("data-theme", theme.word()),
        };
    }
}
