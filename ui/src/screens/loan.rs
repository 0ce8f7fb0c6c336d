//! The page of one loan or purchase.

mod approval;
mod disburse;
mod foreclose;
mod head;
mod history;
mod more;
mod part;
mod payments;
mod receive;
mod refund;
mod reverse;
mod schedule;
mod suspense;
mod terms;
mod waive;
pub mod ways;
mod write_off;

use crate::i18n::{Text, t, text};
use crate::ipc::send;
use crate::parts::{Button, Screen, Tab, Tabs};
use crate::route::Route;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::{Show, loading, trouble};
use crate::screens::loan_papers::Papers;
use farthing_api::{ApiError, ErrorKind, GetLoan, LoanId, LoanStatus, LoanView, PaymentView, Request};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What lies over the page.
#[derive(Clone, PartialEq)]
pub enum Layer {
    /// Nothing.
    None,
    /// The panel that takes a payment.
    Receive,
    /// The dialog that pays the loan out.
    Disburse,
    /// The dialog that pays out the next part of the loan.
    Part,
    /// The dialog that refuses an application.
    Refuse,
    /// The dialog that closes the loan early.
    Foreclose,
    /// The dialog that takes a payment back.
    Reverse(Box<PaymentView>),
    /// The dialog that gives unapplied credit back.
    Refund,
    /// The dialog that no longer asks for dues.
    Waive,
    /// The dialog that puts the loan under new terms.
    Terms,
    /// The dialog that gives the loan up.
    WriteOff,
    /// The dialog that decides where money goes that was set aside.
    Settle(Box<PaymentView>),
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct LoanPage {
    /// Which loan.
    pub id: LoanId,
    /// The loan as last read.
    pub view: RwSignal<Option<LoanView>>,
    /// What lies over the page.
    pub layer: RwSignal<Layer>,
    /// Whether someone else changed the loan while a decision was made.
    pub changed: RwSignal<bool>,
    /// What writes receipts and statements.
    pub papers: Papers,
    /// Why the loan could not be read.
    pub trouble: RwSignal<Option<ApiError>>,
}

impl LoanPage {
    /// Reads the loan again.
    pub fn load(self) {
        let id = self.id;
        spawn_local(async move {
            match send(&GetLoan { id }).await {
                Ok(view) => self.view.set(Some(view)),
                Err(error) => self.trouble.set(Some(error)),
            }
        });
    }

    /// Shows the loan as an answer left it, and closes what lay over the page.
    pub fn settle(self, view: LoanView) {
        self.changed.set(false);
        self.view.set(Some(view));
        self.layer.set(Layer::None);
    }

    /// Whether an error says that the loan changed in between: then the page is read again and says so.
    pub fn was_changed(self, error: &ApiError) -> bool {
        if error.kind == ErrorKind::Waiting {
            self.layer.set(Layer::None);
            crate::state::waits(error);
            return true;
        }
        let changed = error.kind == ErrorKind::Changed;
        if changed {
            self.changed.set(true);
            self.layer.set(Layer::None);
            self.load();
        }
        changed
    }

    /// Sends what changes the loan; once it is done says so in the words of `done`, and shows the loan as it is then.
    pub fn send<R>(self, form: Form, request: R, show: Show, done: impl FnOnce(&LoanView) -> String + 'static)
    where
        R: Request<Answer = LoanView> + 'static,
    {
        form.send(
            request,
            move |view| {
                show.done(done(&view));
                self.settle(view);
            },
            move |error| self.was_changed(error),
        );
    }

    /// [`LoanView::seen`] of what is on the screen.
    pub fn seen(self) -> String {
        self.view
            .with_untracked(|view| view.as_ref().map(|v| v.seen.clone()).unwrap_or_default())
    }

    /// The button that closes what lies over the page; the focus begins here, so that Enter changes nothing.
    pub fn cancel(self, word: Text) -> AnyView {
        view! { <Button label=word does="cancel" autofocus=true on_press=move |()| self.layer.set(Layer::None)/> }
            .into_any()
    }
}

/// Whether someone may come with money for it: a loan that was paid off or given up takes some too, which is set aside
/// or recovered.
fn takes_money(loan: &LoanView) -> bool {
    use LoanStatus::{Active, Closed, WrittenOff};
    matches!(loan.row.status, Active | Closed | WrittenOff)
}

/// The actions that the loan's standing and the caller's role allow, the first one primary.
fn actions(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let opens = move |layer: Layer| move |()| page.layer.set(layer.clone());
    let active = loan.row.status == LoanStatus::Active;
    let (number, id) = (loan.row.number.clone(), page.id);
    let writing = RwSignal::new(false);
    let is_offer = matches!(loan.row.status, LoanStatus::Waiting | LoanStatus::Approved);
    let (label, written) = match is_offer {
        true => (text::LOAN_DO_OFFER, text::LOAN_DONE_OFFER_WRITTEN),
        false => (text::LOAN_DO_STATEMENT, text::LOAN_DONE_STATEMENT_WRITTEN),
    };
    let statement = (is_offer || loan.disbursed_on.is_some()).then(|| {
        view! {
            <Button label does="write-statement" busy=writing busy_label=text::LOAN_DO_WRITING
                on_press=move |()| page.papers.statement(id, (written, number.clone()), writing)/>
        }
    });
    let foreclose = (active && !loan.row.purchase && show.may("foreclose"))
        .then(|| view! { <Button label=text::LOAN_DO_FORECLOSE does="foreclose" on_press=opens(Layer::Foreclose)/> });
    let refund = (loan.credit.is_positive() && show.may("refund"))
        .then(|| view! { <Button label=text::LOAN_DO_REFUND does="refund-credit" on_press=opens(Layer::Refund)/> });
    let disburse = (loan.row.status == LoanStatus::Approved && loan.may_disburse.is_ok() && show.may("disburse")).then(|| {
        view! { <Button label=text::LOAN_DO_DISBURSE kind="primary" does="disburse-loan" key="d" on_press=opens(Layer::Disburse)/> }
    });
    let receive = (takes_money(loan) && show.may("receive")).then(|| {
        let kind = if loan.row.status == LoanStatus::Closed { "" } else { "primary" };
        view! { <Button label=text::LOAN_DO_RECEIVE kind does="receive-payment" key="r" on_press=opens(Layer::Receive)/> }
    });
    view! { {statement} {more::menu(loan, page, show)} {refund} {foreclose} {disburse} {receive} }.into_any()
}

/// The part that the tabs chose.
fn part(loan: &LoanView, which: &str, page: LoanPage, show: Show) -> AnyView {
    match which {
        "payments" => payments::table(loan, page, show),
        "history" => history::list(loan, show),
        _ => schedule::table(loan, show),
    }
}

/// What lies over the page now.
fn layer(loan: &LoanView, layer: Layer, page: LoanPage, show: Show) -> AnyView {
    match layer {
        Layer::None | Layer::Receive => ().into_any(),
        Layer::Disburse => disburse::layer(loan, page, show),
        Layer::Part => part::layer(loan, page, show),
        Layer::Refuse => approval::refuse(loan, page, show),
        Layer::Foreclose => foreclose::layer(loan, page, show),
        Layer::Reverse(payment) => reverse::layer(&payment, page, show),
        Layer::Refund => refund::layer(loan, page, show),
        Layer::Waive => waive::layer(loan, page, show),
        Layer::Terms => terms::layer(loan, page, show),
        Layer::WriteOff => write_off::layer(loan, page, show),
        Layer::Settle(payment) => suspense::layer(loan, &payment, page, show),
    }
}

/// The whole page of a loan that was read.
fn content(loan: LoanView, tab: RwSignal<String>, page: LoanPage, show: Show) -> AnyView {
    let paid = Signal::stored(loan.payments.len().to_string());
    let tabs = vec![
        Tab::new("schedule", text::LOAN_TAB_SCHEDULE),
        Tab::new("payments", text::LOAN_TAB_PAYMENTS).count(paid),
        Tab::new("history", text::LOAN_TAB_HISTORY),
    ];
    let changed = move || {
        page.changed
            .get()
            .then(|| view! { <div class="banner banner-warn" role="alert"><span>{t(text::LOAN_CHANGED)}</span></div> })
    };
    let obstacle =
        (loan.row.status == LoanStatus::Approved && show.may("disburse")).then(|| disburse::obstacle(&loan, show));
    view! {
        {changed}
        {page.papers.banner()}
        {head::head(&loan, show)}
        {approval::card(&loan, page, show)}
        {obstacle}
        <Tabs label=text::LOAN_TABS value=tab tabs flush=true/>
        {move || part(&loan, &tab.get(), page, show)}
    }
    .into_any()
}

/// The screen.
#[component]
pub fn LoanScreen(id: LoanId) -> impl IntoView {
    let show = Show::here();
    let page = LoanPage {
        id,
        view: RwSignal::new(None),
        layer: RwSignal::new(Layer::None),
        changed: RwSignal::new(false),
        papers: Papers::new(show),
        trouble: RwSignal::new(None),
    };
    let tab = RwSignal::new("schedule".to_owned());
    // At once, and again when others' work arrives.
    Effect::new(move || {
        show.news();
        page.load();
    });
    if show.intent() == Some("pay") {
        page.layer.set(Layer::Receive);
    }
    let number = Signal::derive(move || {
        page.view
            .with(|view| view.as_ref().map(|v| v.row.number.clone()).unwrap_or_default())
    });
    let tools = move || page.view.get().map(|loan| actions(&loan, page, show));
    let body = move || match (page.view.get(), page.trouble.get()) {
        (Some(loan), _) => content(loan, tab, page, show),
        (None, Some(error)) => trouble(&error),
        (None, None) => loading(text::LOAN_LOADING),
    };
    // The panel and the dialogs keep what was typed while the page behind them is read again.
    let is_read = Memo::new(move |_| page.view.with(Option::is_some));
    let side = move || match (
        page.layer.get(),
        is_read.get().then(|| page.view.get_untracked()).flatten(),
    ) {
        (Layer::Receive, Some(loan)) if takes_money(&loan) => receive::panel(&loan, page, show),
        _ => ().into_any(),
    };
    let over = move || match (
        page.layer.get(),
        is_read.get().then(|| page.view.get_untracked()).flatten(),
    ) {
        (now, Some(loan)) => layer(&loan, now, page, show),
        _ => ().into_any(),
    };
    let parent = (Route::loans(), text::LOANS_TITLE.into());
    view! {
        <Screen name="loan" class="tight" title=number parent tools side>{body} {over}</Screen>
    }
    .into_any()
}
