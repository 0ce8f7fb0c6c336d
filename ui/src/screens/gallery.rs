//! Every part in its states, in debug builds only.

use crate::i18n::text;
use crate::parts::{
    Banner, Button, Cell, CheckField, Choice, CodeField, Column, DataTable, DateField, Dialog, EmptyState, Figure,
    Figures, Form, FormState, MoneyField, PasswordField, Pill, RadioOptions, Row, Screen, Segmented, SelectField,
    Status, StatusGlyph, Tab, Tabs, TextField, Tone, WorkItem,
};
use crate::state::app;
use leptos::prelude::*;

/// The gallery.
#[component]
pub fn GalleryScreen() -> impl IntoView {
    let app = app();
    let words = || RwSignal::new(String::new());
    let form = FormState::new("gallery-form");
    let open = RwSignal::new(false);
    let (tab, segment, option) = (
        RwSignal::new("a".to_owned()),
        RwSignal::new("a".to_owned()),
        RwSignal::new("a".to_owned()),
    );
    let choices = || {
        vec![
            Choice::new("a", text::STATUS_PAID)
                .amount(Signal::stored("55.59".to_owned()))
                .note(text::TABLE_BEFORE),
            Choice::new("b", text::STATUS_LATE)
                .amount(Signal::stored("0.00".to_owned()))
                .note(text::TABLE_AFTER),
        ]
    };
    let statuses = [
        ("paid", text::STATUS_PAID),
        ("partly", text::STATUS_PARTLY),
        ("late", text::STATUS_LATE),
        ("due", text::STATUS_DUE_TODAY),
        ("waiting", text::STATUS_WAITING),
        ("attention", text::NAV_ATTENTION),
        ("upcoming", text::STATUS_UPCOMING),
    ];
    let shown = statuses
        .map(|(glyph, word)| view! { <StatusGlyph status=Status::new(app, glyph, word)/> })
        .collect_view();
    let refuse = move |()| {
        form.refuse(vec![
            ("text".into(), app.say(text::FORM_SEVERAL).into()),
            ("amount".into(), app.say(text::FORM_SEVERAL).into()),
        ]);
    };
    let row = move |n: usize| Row {
        key: n.to_string(),
        number: n.to_string(),
        class: ["row-settled", "row-live", "row-upcoming"][n % 3],
        cells: vec![
            Cell::Who(format!("Row {n}")),
            Cell::Ident(format!("BR1-L-{n:05}")),
            Cell::Amount("1,204.50".into()),
            Cell::Zero("0.00".into()),
            Cell::DaysLate(u32::try_from(n * 17).unwrap_or_default()),
            Cell::Status(Status::new(app, "late", text::STATUS_LATE)),
        ],
    };
    let columns = || {
        vec![
            Column::words(text::FIELD_CUSTOMER).cut(),
            Column::words(text::FIELD_LOAN),
            Column::number(text::FIELD_DUE_NOW),
            Column::number(text::FIELD_OUTSTANDING),
            Column::number(text::FIELD_DAYS_LATE),
            Column::status(text::FIELD_STATUS),
        ]
    };
    view! {
        <Screen name="gallery" title=text::NAV_GALLERY>
            <div class="stack-loose">
                <p class="row">
                    <Button label=text::SAVE kind="primary" on_press=|()| {}/>
                    <Button label=text::SAVE on_press=|()| {}/>
                    <Button label=text::SAVE kind="text" on_press=|()| {}/>
                    <Button label=text::SAVE kind="danger" on_press=|()| {}/>
                    <Button label=text::SAVE kind="primary" busy=Signal::stored(true) busy_label=text::SAVING on_press=|()| {}/>
                    <Button label=text::SAVE reason=Signal::stored(Some("Reason".to_owned())) on_press=|()| {}/>
                    <Button label=text::SEARCH_OR_DO icon="plus" on_press=move |()| open.set(true)/>
                    <Button label=text::SYNC_SAVED on_press=move |()| app.tell(app.say(text::SYNC_SAVED))/>
                </p>
                <p class="row">{shown}</p>
                <p class="row">
                    <Pill label=text::STATUS_LATE tone=Tone::Bad glyph="late"/>
                    <Pill label=text::STATUS_PAID tone=Tone::Good glyph="paid"/>
                    <Pill label=text::STATUS_WAITING tone=Tone::Warn/>
                    <Pill label=text::STATUS_UPCOMING/>
                </p>
                <Figures figures=vec![
                    Figure::new("a", text::HOME_DUE_TODAY, Signal::stored("7,318.40".to_owned())).glyph("due", "tone-accent").unit(Signal::stored("USD".to_owned())).note(text::STATUS_LATE),
                    Figure::new("b", text::HOME_OVERDUE, Signal::stored("19,860.14".to_owned())).bad_while(Signal::stored(true)),
                    Figure::new("c", text::HOME_WAITING, Signal::stored("5".to_owned())),
                ]/>
                <Banner title=text::SETTINGS_BOOK_SOUND tone=Tone::Good icon="check"/>
                <Banner title=text::SETTINGS_BOOK_WRONG tone=Tone::Bad icon="warning"/>
                <Banner title=text::PALETTE_OFFLINE/>
                <ul class="work"><WorkItem title=text::TASK_SETTLE reason=text::TASK_OUTCOME_HINT><Button label=text::TASK_SETTLE kind=" btn-sm" on_press=|()| {}/></WorkItem></ul>
                <EmptyState sentence=text::CUSTOMERS_NONE><Button label=text::CUSTOMER_REGISTER on_press=|()| {}/></EmptyState>
                <Tabs label=text::NAV_MAIN value=tab tabs=vec![Tab::new("a", text::STATUS_PAID).count(Signal::stored("5".to_owned())), Tab::new("b", text::STATUS_LATE)]/>
                <Form state=form on_submit=refuse>
                    <div class="form-grid">
                        <TextField name="text" label=text::FIELD_NAME value=words() hint=text::CUSTOMER_PHONE_HINT/>
                        <MoneyField name="amount" label=text::FIELD_DUE_NOW value=words()/>
                        <DateField name="date" label=text::SETTINGS_LAST_DAY value=words() optional=true/>
                        <SelectField name="select" label=text::STAFF_ROLE value=words() options=Signal::stored(vec![("a".to_owned(), "A".to_owned())])/>
                        <PasswordField name="password" label=text::FIELD_PASSWORD value=words() is_new=true wide=true/>
                        <CodeField name="code" label=text::CODE_LABEL value=words()/>
                        <Segmented name="segment" label=text::SETTINGS_THEME value=segment choices=choices()/>
                    </div>
                    <CheckField name="check" label=text::RECOVERY_KEPT value=RwSignal::new(true)/>
                    <RadioOptions name="option" label=text::STAFF_ROLE value=option choices=Signal::stored(choices())/>
                    <p><Button label=text::SAVE kind="primary"/></p>
                </Form>
                <DataTable label=text::NAV_LOANS columns=columns() rows=Signal::stored(Some((1..6).map(row).collect())) on_open=|_| {}/>
                <DataTable label=text::NAV_LOANS columns=columns() rows=Signal::stored(None) slow=Signal::stored(true)/>
            </div>
        </Screen>
        <Dialog open=open title=text::TASK_SETTLE_TITLE name="gallery">
            <div class="dialog-body"><p>{app.say(text::TASK_OUTCOME_HINT)}</p></div>
            <footer class="dialog-foot"><Button label=text::CANCEL on_press=move |()| open.set(false)/></footer>
        </Dialog>
    }
}
