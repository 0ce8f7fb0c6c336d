//! What screens ask of a large book: lists, searches and homes, through the desk as a signed-in person gets them.

use crate::times::{Times, timed};
use chrono::NaiveTime;
use farthing_api::{AdminHome, Find, ListCustomers, ListLoans, ListQuery, OfficerHome, Secret, SignIn};
use farthing_desk::{Clock, Desk, Home, headless};
use std::path::Path;
use std::time::Duration;

/// What someone types: beginnings, middles, several words, numbers, and what nobody is called.
const WORDS: &[&str] = &[
    "n",
    "ng",
    "ngu",
    "nguy",
    "o",
    "os",
    "ose",
    "dlam",
    "rama",
    "ven kat",
    "a m",
    "br1-01-c0",
    "254 71",
    "demo",
    "ama",
    "mar",
    "x",
    "zz",
    "hass",
    "pat",
    "nguyen thi",
    "esteban q",
    "small business",
    "bicycle kamau",
];

/// The words by which the customers' list may be filtered and sorted, none first.
const CUSTOMERS: (&[&str], &[&str]) = (
    &["", "unverified", "borrowing"],
    &["", "name", "outstanding", "registered"],
);
/// The same of the loans' list.
const LOANS: (&[&str], &[&str]) = (
    &["", "waiting", "active", "overdue", "purchases", "closed"],
    &["", "number", "principal", "outstanding"],
);

/// The times of one kind of request, and the slowest of them by name.
#[derive(Default)]
struct Kind {
    times: Vec<Duration>,
    slowest: Option<(Duration, String)>,
}

impl Kind {
    async fn ask<T>(&mut self, name: impl Fn() -> String, work: impl Future<Output = farthing_desk::Answer<T>>) {
        timed(&mut self.times, work).await.unwrap();
        let last = self.times[self.times.len() - 1];
        if self.slowest.as_ref().is_none_or(|(slowest, _)| *slowest < last) {
            self.slowest = Some((last, name()));
        }
    }

    fn tell(self, what: &str) {
        let (slowest, name) = self.slowest.unwrap_or_default();
        println!(
            "{what}: {}; {} requests, the slowest {:.3} ms ({name})",
            Times(self.times.clone()).shown(),
            self.times.len(),
            slowest.as_secs_f64() * 1000.0
        );
    }
}

/// A desk on the evening of the book's last day, its administrator signed in.
async fn open(path: &Path, password: &Secret) -> Desk {
    let book = headless::open(path, Some("admin@demo.test"), password).await.unwrap();
    let evening = NaiveTime::from_hms_opt(18, 0, 0).unwrap();
    let last = book.book().last_day().await.unwrap().and_time(evening).and_utc();
    book.close().await.unwrap();
    let desk = Desk::with_clock(Home::of_book(path), Clock::moved(last)).without_second_factor();
    sign_in(&desk, "admin@demo.test", password).await;
    desk
}

async fn sign_in(desk: &Desk, email: &str, password: &Secret) {
    let request = SignIn {
        email: email.into(),
        password: password.clone(),
    };
    desk.sign_in(request).await.unwrap();
}

pub(crate) async fn measure(path: &Path) {
    let password = Secret::new(std::env::var("FARTHING_PASSWORD").expect("FARTHING_PASSWORD"));
    let desk = open(path, &password).await;
    searches(&desk).await;
    pages(&desk).await;
    let mut home = Kind::default();
    for _ in 0..100 {
        home.ask(String::new, desk.admin_home(AdminHome { language: "en".into() }))
            .await;
    }
    home.tell("administrator's home");
    sign_in(&desk, "officer@demo.test", &password).await;
    let mut home = Kind::default();
    for _ in 0..100 {
        home.ask(String::new, desk.officer_home(OfficerHome { language: "en".into() }))
            .await;
    }
    home.tell("officer's home");
    desk.shut().await;
}

async fn searches(desk: &Desk) {
    let mut search = Kind::default();
    for round in 0..20 {
        for word in WORDS {
            let query = ListQuery {
                search: (*word).into(),
                page: round % 2,
                ..ListQuery::default()
            };
            let customers = ListCustomers { query: query.clone() };
            let named = |list: &str| format!("{list} with {word}");
            search.ask(|| named("customers"), desk.list_customers(customers)).await;
            search
                .ask(|| named("loans"), desk.list_loans(ListLoans { query }))
                .await;
            let find = Find { search: (*word).into() };
            search.ask(|| named("everything"), desk.find(find)).await;
        }
    }
    search.tell("search as you type, in customers, loans and everything");
}

async fn pages(desk: &Desk) {
    let mut pages = Kind::default();
    for page in [0, 1, 2, 5, 10, 19, 50, 99] {
        for descending in [false, true] {
            for (filter, sort) in pairs(CUSTOMERS) {
                let query = asked(filter, sort, descending, page);
                let name = || format!("customers {filter} by {sort}, page {page}");
                pages.ask(name, desk.list_customers(ListCustomers { query })).await;
            }
            for (filter, sort) in pairs(LOANS) {
                let query = asked(filter, sort, descending, page);
                let name = || format!("loans {filter} by {sort}, page {page}");
                pages.ask(name, desk.list_loans(ListLoans { query })).await;
            }
        }
    }
    pages.tell("list page, every filter and order");
}

fn pairs(
    (filters, sorts): (&'static [&'static str], &'static [&'static str]),
) -> impl Iterator<Item = (&'static str, &'static str)> {
    filters
        .iter()
        .flat_map(move |filter| sorts.iter().map(move |sort| (*filter, *sort)))
}

fn asked(filter: &str, sort: &str, descending: bool, page: u32) -> ListQuery {
    ListQuery {
        filter: filter.into(),
        sort: sort.into(),
        descending,
        page,
        ..ListQuery::default()
    }
}
