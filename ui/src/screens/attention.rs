//! What needs attention, and how each thing is settled.

use super::overruled::Overruled;
use crate::i18n::text;
use crate::parts::{AreaField, Button, Dialog, EmptyState, Form, FormState, Refusal, Screen, WorkItem, query};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{ListTasks, SettleTask, TaskKind, TaskView};
use leptos::prelude::*;

/// What happened, in words.
pub fn task_title(app: App, task: &TaskView) -> String {
    let amount = task.amount.map(|amount| app.money(amount)).unwrap_or_default();
    let money_in = |text| app.say_with(text, &[("amount", amount), ("code", app.code())]);
    match task.kind {
        TaskKind::NoticeOfPayment => money_in(text::TASK_NOTICE),
        TaskKind::LikelyDuplicatePayment => money_in(text::TASK_DUPLICATE),
        TaskKind::PaymentOnClosedLoan => money_in(text::TASK_ON_CLOSED),
        TaskKind::PaymentOnWrittenOffLoan => money_in(text::TASK_ON_WRITTEN_OFF),
        TaskKind::UnplacedMoney => money_in(text::TASK_UNPLACED),
        TaskKind::RevokedDeskMoney => money_in(text::TASK_REVOKED_DESK),
        TaskKind::LikelyDuplicateCustomer => app.say(text::TASK_TWINS).to_owned(),
        TaskKind::PhoneToVerify => app.say(text::TASK_PHONE).to_owned(),
        TaskKind::Other => app.say(text::TASK_ANY).to_owned(),
    }
}

/// What belongs to it, in words.
fn task_detail(app: App, task: &TaskView) -> String {
    match task.kind {
        TaskKind::NoticeOfPayment => match task.detail.split_once(" · ") {
            Some((day, reference)) => {
                let day = day.parse().map_or_else(|_| day.to_owned(), |day| app.day(day));
                app.say_with(
                    text::TASK_NOTICE_DETAIL,
                    &[("day", day), ("reference", reference.to_owned())],
                )
            }
            None => task.detail.clone(),
        },
        TaskKind::LikelyDuplicateCustomer => app.say(text::TASK_TWINS_DETAIL).to_owned(),
        TaskKind::PhoneToVerify => app.say(text::TASK_PHONE_DETAIL).to_owned(),
        TaskKind::LikelyDuplicatePayment | TaskKind::PaymentOnClosedLoan | TaskKind::PaymentOnWrittenOffLoan => {
            app.say_with(text::TASK_RECEIPT, &[("receipt", task.detail.clone())])
        }
        TaskKind::UnplacedMoney | TaskKind::RevokedDeskMoney | TaskKind::Other => task.detail.clone(),
    }
}

/// Whose, on which loan, since when.
pub fn task_reason(app: App, task: &TaskView) -> String {
    let since = app.day(crate::dates::local_date(task.at));
    let parts = [
        task.customer.clone(),
        task.loan_number.clone(),
        task_detail(app, task),
        since,
    ];
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join(" · ")
}

/// The list.
#[component]
pub fn AttentionScreen() -> impl IntoView {
    let app = app();
    let tasks = query(move || Some(ListTasks {}));
    let settling = RwSignal::new(None::<TaskView>);
    let open = RwSignal::new(false);
    let item = move |task: TaskView| {
        let (title, reason) = (task_title(app, &task), task_reason(app, &task));
        let (loan, number) = (task.loan, task.loan_number.clone());
        let customer = task.customer_id.filter(|_| loan.is_none());
        let settle = move |()| {
            settling.set(Some(task.clone()));
            open.set(true);
        };
        view! {
            <WorkItem title=title reason=reason>
                <span class="row" data-task=number>
                    {loan.map(|id| view! { <Button label=text::TASK_OPEN_LOAN kind="text btn-sm" does="open-loan" on_press=move |()| app.go(Route::Loan(id))/> })}
                    {customer.map(|id| view! { <Button label=text::TASK_OPEN_CUSTOMER kind="text btn-sm" does="open-customer" on_press=move |()| app.go(Route::Customer(id))/> })}
                    {app.can("settle_tasks").then(|| view! { <Button label=text::TASK_SETTLE kind=" btn-sm" does="settle-task" on_press=settle/> })}
                </span>
            </WorkItem>
        }
    };
    let list = move || match (tasks.value.get(), tasks.error.get()) {
        (Some(tasks), _) if tasks.is_empty() => view! { <EmptyState sentence=text::ATTENTION_NONE/> }.into_any(),
        (Some(tasks), _) => view! { <ul class="work">{tasks.into_iter().map(item).collect_view()}</ul> }.into_any(),
        (None, Some(error)) => view! { <EmptyState sentence=app.answer(&error)/> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <Screen name="attention" title=text::NAV_ATTENTION><Overruled/>{list}</Screen>
        <Dialog open=open title=text::TASK_SETTLE_TITLE name="settle-task">
            {move || settling.get().map(|task| view! { <SettleForm task=task open=open on_done=move |()| tasks.reload()/> })}
        </Dialog>
    }
}

#[component]
fn SettleForm(task: TaskView, open: RwSignal<bool>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let app = app();
    let form = FormState::new("settle-form");
    let outcome = RwSignal::new(String::new());
    let (title, reason) = (task_title(app, &task), task_reason(app, &task));
    let submit = move |()| {
        if form.require(&[("outcome", outcome)]) {
            let request = SettleTask {
                task: task.id,
                outcome: outcome.get_untracked(),
            };
            form.submit(request, move |()| {
                open.set(false);
                app.tell(app.say(text::TASK_SETTLED));
                on_done.run(());
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p><b>{title}</b><br/><span class="muted">{reason}</span></p>
                <AreaField name="outcome" label=text::TASK_OUTCOME value=outcome hint=text::TASK_OUTCOME_HINT/>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::TASK_SETTLE kind="primary" does="save-settled" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
}
