//! The customer's own home: what to pay, how far the loans are, receipts; an application; a notice of payment.

mod apply;
mod cards;
mod notice;
mod what_if;

use crate::i18n::{t, text};
use crate::ipc::send;
use crate::parts::{Banner, Button, Icon, Tone};
use crate::screens::account::Account;
use crate::screens::loan_kit::{Show, loading, trouble};
use crate::screens::loan_papers::Papers;
use crate::screens::overruled::Overruled;
use crate::screens::own_halted::OwnHalted;
use crate::state::app;
use crate::user_menu::initials;
use farthing_api::{ApiError, CustomerHome, CustomerHomeView, LoanStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Which page of the customer's copy is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The cards.
    Home,
    /// The application.
    Apply,
    /// The notice of a payment.
    Notice,
    /// What a payment would do.
    WhatIf,
    /// One's own account.
    Account,
}

/// What the pages share.
#[derive(Clone, Copy)]
pub struct Own {
    /// The home as last read.
    pub home: RwSignal<Option<Result<CustomerHomeView, ApiError>>>,
    /// What writes receipts.
    pub papers: Papers,
    /// The page that is shown.
    pub page: RwSignal<Page>,
}

impl Own {
    /// Reads the home again.
    pub fn load(self) {
        spawn_local(async move {
            self.home.set(Some(send(&CustomerHome {}).await));
        });
    }

    /// Shows the cards with what is new.
    pub fn back(self) {
        self.page.set(Page::Home);
        self.load();
    }
}

fn actions(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let running = home.loans.iter().any(|loan| loan.row.status == LoanStatus::Active);
    let notice = (running && show.may("give_notice")).then(|| {
        view! {
            <button type="button" class="btn btn-primary btn-lg" data-do="give-notice" on:click=move |_| own.page.set(Page::Notice)>
                {t(text::OWN_NOTICE)}
            </button>
        }
    });
    let apply = show.may("apply").then(|| {
        let class = if running { "btn btn-lg" } else { "btn btn-primary btn-lg" };
        view! {
            <button type="button" class=class data-do="apply" on:click=move |_| own.page.set(Page::Apply)>{t(text::OWN_APPLY)}</button>
        }
    });
    let what_if = running.then(|| {
        view! {
            <button type="button" class="btn btn-lg" data-do="what-if" on:click=move |_| own.page.set(Page::WhatIf)>
                {t(text::OWN_WHAT_IF)}
            </button>
        }
    });
    view! { <div class="cust-actions">{notice}{what_if}{apply}</div> }.into_any()
}

/// The two columns of cards.
fn cards(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let loans: Vec<_> = home
        .loans
        .iter()
        .filter(|loan| loan.row.status == LoanStatus::Active && !loan.row.purchase)
        .collect();
    let progress: Vec<_> = loans.iter().map(|loan| cards::progress(loan, show)).collect();
    let running = home.loans.iter().filter(|loan| loan.row.status == LoanStatus::Active);
    let first = loans.first().copied().or(running.into_iter().next());
    let installments = first.map(|loan| cards::installments(loan, show));
    let verify = home.phone_to_verify.then(|| {
        view! {
            <div class="cust-told">
                <Banner title=text::OWN_PHONE_OPEN tone=Tone::Warn icon="info">
                    <Button label=text::ACCOUNT_VERIFY_PHONE kind=" btn-sm" does="to-verify" on_press=move |()| own.page.set(Page::Account)/>
                </Banner>
            </div>
        }
    });
    view! {
        {verify}
        <div class="cust-columns" data-screen="customer-home">
            <div>
                {cards::to_pay(home, show, actions(home, own, show))}
                {progress}
            </div>
            <div>
                {cards::applications(home, show)}
                {installments}
                {cards::purchases(home, show)}
                {cards::receipts(home, own, show)}
            </div>
        </div>
    }
    .into_any()
}

/// The customer's copy: its own frame without a side navigation.
#[component]
pub fn CustomerHomeScreen() -> impl IntoView {
    let show = Show::here();
    let own = Own {
        home: RwSignal::new(None),
        papers: Papers::new(show),
        page: RwSignal::new(Page::Home),
    };
    let app = app();
    Effect::new(move || {
        // What came from the branch shows at once.
        app.news.track();
        own.load();
    });
    let session = show.session();
    let (name, organisation, branch) = session
        .map(|session| (session.name, session.organisation, session.branch_name))
        .unwrap_or_default();
    let body = move || match (own.page.get(), own.home.get()) {
        (Page::Account, _) => view! { <div class="cust-account"><Account/></div> }.into_any(),
        (_, None) => loading(text::OWN_HOME),
        (_, Some(Err(error))) => trouble(&error),
        (Page::Home, Some(Ok(home))) => cards(&home, own, show),
        (Page::Apply, Some(Ok(home))) => apply::page(&home, own, show),
        (Page::Notice, Some(Ok(home))) => notice::page(&home, own, show),
        (Page::WhatIf, Some(Ok(home))) => what_if::page(&home, own, show),
    };
    let shared = move || {
        let sync = app
            .session
            .with(|session| session.as_ref().and_then(|s| s.sync.clone()))?;
        app.is_own_machine().then(|| crate::frame::shared(app, &sync))
    };
    let home_link = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        own.back();
    };
    view! {
        <div class="app-customer">
            <a class="skip-link" href="#content">{t(text::OWN_HOME)}</a>
            <header class="cust-top">
                <a class="cust-brand" href="#" on:click=home_link><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</a>
                <nav class="cust-nav" aria-label=t(text::OWN_HOME)>
                    <a href="#" data-do="home" aria-current=move || (own.page.get() == Page::Home).then_some("page") on:click=home_link>
                        <Icon name="home"/>{t(text::OWN_HOME)}
                    </a>
                </nav>
                <button type="button" class="btn btn-plain" data-do="account" on:click=move |_| own.page.set(Page::Account)>
                    <Icon name="customer"/>{t(text::ACCOUNT)}
                </button>
                <span class="cust-user"><span class="avatar" aria-hidden="true">{initials(&name)}</span><span>{name.clone()}</span></span>
                <button type="button" class="btn" data-do="sign-out" on:click=move |_| show.sign_out()>
                    <Icon name="sign-out"/>{t(text::OWN_SIGN_OUT)}
                </button>
            </header>
            <main class="cust-main" id="content" tabindex="-1">{own.papers.banner()}{app.is_own_machine().then(|| view! { <OwnHalted/> <Overruled/> })}{body}</main>
            <footer class="cust-foot">
                <p class="sync-open"><Icon name="desk"/>{t(text::OWN_SAVED_HERE)}{shared}</p>
                <p>{organisation} " · " {show.fill(text::OWN_BRANCH, [("branch", branch)])}</p>
            </footer>
        </div>
    }
    .into_any()
}
