//! What the screens of lending share: words and figures in the session's language and currency.

use crate::dates;
use crate::i18n::{Language, Text, t, text};
use crate::parts::{Source, Status, Why};
use crate::route::Route;
use crate::state::{App, app};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use farthing_api::{ApiError, Currency, InstallmentView, LoanRow, Money, SessionView, SignOut};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rust_decimal::Decimal;

/// Words and figures as this session reads them. Copied freely; made while a component is built.
#[derive(Clone, Copy)]
pub struct Show(App);

impl Show {
    /// That of the window.
    pub fn here() -> Show {
        Show(app())
    }

    /// A text in the language in force.
    pub fn say(self, text: Text) -> String {
        self.0.say(text).to_owned()
    }

    /// A text in the language in force, its blanks filled.
    pub fn fill<const N: usize>(self, text: Text, values: [(&'static str, String); N]) -> String {
        self.0.say_with(text, &values)
    }

    /// The language in force.
    pub fn language(self) -> Language {
        self.0.language.get()
    }

    /// The organisation's currency.
    pub fn currency(self) -> Currency {
        self.0.currency.get().unwrap_or(Currency {
            code: String::new(),
            decimals: 2,
        })
    }

    /// A figure of a row as a button that says how it came about; its name is that of its column.
    pub fn row_why(
        self,
        source: &Source,
        (n, figure): (u32, &str),
        name: Text,
        is_first: bool,
        shown: AnyView,
    ) -> AnyView {
        let name = [("figure", self.say(name)), ("n", n.to_string())];
        let why = Why {
            source: *source,
            figure: format!("rows[{n}].{figure}"),
            title: self.fill(text::WHY_OF_ROW, name),
        };
        why.figure(self.0, is_first, shown)
    }

    /// A figure as a button that says how it came about.
    pub fn why(self, source: &Source, figure: &str, name: Text, shown: String) -> AnyView {
        let why = Why {
            source: *source,
            figure: figure.to_owned(),
            title: self.say(name),
        };
        why.figure(self.0, true, shown)
    }

    /// An amount, without the currency's code.
    pub fn money(self, amount: Money) -> String {
        self.0.money(amount)
    }

    /// A rate in percent with two decimals: `18.00`.
    pub fn rate(self, rate: Decimal) -> String {
        self.punctuated(format!("{rate:.2}"))
    }

    /// A rate in percent with its sign: `18.00%`, `18,00 %`.
    pub fn percent(self, rate: Decimal) -> String {
        self.signed(self.rate(rate))
    }

    /// A rate in percent with the decimals that it has: `11.1%`.
    pub fn percent_as_it_is(self, rate: Decimal) -> String {
        self.signed(self.punctuated(rate.to_string()))
    }

    /// A share in hundredths of a percent with one decimal, rounded half-up: 438 is `4.4%`.
    pub fn share(self, hundredths: u32) -> String {
        let tenths = (hundredths + 5) / 10;
        self.signed(self.punctuated(format!("{}.{}", tenths / 10, tenths % 10)))
    }

    fn signed(self, number: String) -> String {
        match self.language() {
            Language::En => format!("{number}%"),
            Language::Fr => format!("{number}\u{a0}%"),
        }
    }

    /// A number without needless zeros, as a field holds it: `7.5`.
    pub fn number(self, number: Decimal) -> String {
        self.punctuated(number.normalize().to_string())
    }

    fn punctuated(self, number: String) -> String {
        number.replace('.', self.0.marks().point)
    }

    /// Reads an amount.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_money(self, typed: &str) -> Result<Money, ApiError> {
        self.0.read_money(typed)
    }

    /// What the desk answered, in the language in force.
    pub fn answer(self, error: &ApiError) -> String {
        self.0.answer(error)
    }

    /// A sentence of the mathematics in the language in force.
    pub fn sentence(self, english: &str) -> String {
        self.0.sentence(english)
    }

    /// Reads a day as a date field holds it.
    pub fn read_day(self, typed: &str) -> Option<NaiveDate> {
        typed.trim().parse().ok()
    }

    /// Today in the branch's time zone.
    pub fn today(self) -> NaiveDate {
        self.0.today.get()
    }

    /// A whole date: "5 Jun 2026".
    pub fn day(self, day: NaiveDate) -> String {
        self.0.date(day)
    }

    /// A whole date for a column, the day padded to two figures.
    pub fn day_column(self, day: NaiveDate) -> String {
        let pad = if day.day() < 10 { "\u{2007}" } else { "" };
        format!("{pad}{}", self.0.date(day))
    }

    /// A date whose year is left out inside the current year.
    pub fn day_near(self, day: NaiveDate) -> String {
        self.0.day(day)
    }

    /// A date with its day of the week: "Fri 17 Jul".
    pub fn weekday(self, day: NaiveDate) -> String {
        format!("{} {}", self.0.say(dates::weekday(day)), self.0.day(day))
    }

    /// A moment on this machine's clock: "9 Jul 10:42".
    pub fn instant(self, at: DateTime<Utc>) -> String {
        format!("{} {}", self.0.day(dates::local_date(at)), dates::clock(at))
    }

    /// A status of a word.
    pub fn status(self, glyph: &'static str, word: Text) -> Status {
        Status::new(self.0, glyph, word)
    }

    /// How a loan stands, in one word.
    pub fn loan(self, loan: &LoanRow) -> Status {
        Status::of_loan(self.0, loan)
    }

    /// How an installment stands.
    pub fn installment(self, row: &InstallmentView) -> Status {
        Status::of_installment(self.0, row)
    }

    /// Whether the signed-in role has a permission.
    pub fn may(self, permission: &str) -> bool {
        self.0.can(permission)
    }

    /// Opens a screen.
    pub fn go(self, route: Route) {
        self.0.go(route);
    }

    /// Follows what arrives from others.
    pub fn news(self) {
        self.0.news.track();
    }

    /// Tells that something was saved, and has the frame read its counts again.
    pub fn done(self, words: String) {
        self.0.tell(words);
        self.0.refresh();
    }

    /// [`Show::done`] with a button for what follows.
    pub fn done_with(self, words: String, label: String, press: impl Fn() + Send + Sync + 'static) {
        self.0.tell_and_offer(words, label, press);
        self.0.refresh();
    }

    /// Who is signed in.
    pub fn session(self) -> Option<SessionView> {
        self.0.session.get()
    }

    /// What the screen was opened for.
    pub fn intent(self) -> Option<&'static str> {
        self.0.take_intent()
    }

    /// Ends the session.
    pub fn sign_out(self) {
        spawn_local(async move {
            let _ = crate::ipc::send(&SignOut {}).await;
            self.0.restart();
        });
    }
}

/// An amount in a cell: a true zero steps back.
pub fn amount_cell(show: Show, amount: Money) -> AnyView {
    match amount.is_zero() {
        true => view! { <span class="zero">{show.money(amount)}</span> }.into_any(),
        false => show.money(amount).into_any(),
    }
}

/// An amount in a cell, or a dash where there is none.
pub fn dash_or(show: Show, amount: Money) -> AnyView {
    match amount.is_zero() {
        true => view! { <span class="dash">"–"</span> }.into_any(),
        false => show.money(amount).into_any(),
    }
}

/// The list or the page could not be read: why.
pub fn trouble(error: &ApiError) -> AnyView {
    let words = app().answer(error);
    view! { <div class="banner banner-bad" role="alert"><span data-figure="error">{words}</span></div> }.into_any()
}

/// Something is being read. Local data shows at once, so this is quiet.
pub fn loading(what: Text) -> AnyView {
    view! { <p class="visually-hidden" role="status">{t(what)}</p> }.into_any()
}
