//! The audit: who asked for what, and what was refused.

use crate::i18n::{Text, t, text};
use crate::parts::{
    ALL, Banner, Button, Cell, Column, DataTable, FormState, Pager, Refusal, Row, Screen, SearchField, Tab, Tabs, Tone,
    asked_by, matches_of, query, rows_of,
};
use crate::screens::loan_kit::{Show, trouble};
use crate::screens::permissions;
use crate::state::{App, app};
use farthing_api::{AuditRow, ExportAudit, ListAudit};
use leptos::prelude::*;

const TABS: [(&str, Text); 2] = [(ALL, text::AUDIT_TAB_ALL), ("refused", text::AUDIT_TAB_REFUSED)];

/// The kinds of commands, what is done without one, and the steps of the sign-in, and how they are said; permissions have their own words.
const WORDS: &[(&str, Text)] = &[
    ("set_up", text::DID_SET_UP),
    ("add_user", text::DID_ADD_USER),
    ("ask_for_access", text::DID_ASK_FOR_ACCESS),
    ("answer_invitation", text::DID_ANSWER_INVITATION),
    ("invite_user", text::DID_INVITE_USER),
    ("admit_user", text::DID_ADMIT_USER),
    ("set_second_person_rules", text::DID_SET_SECOND_PERSON_RULES),
    ("decide_request", text::DID_DECIDE_REQUEST),
    ("unlock", text::DID_UNLOCK),
    ("set_user_access", text::DID_SET_USER_ACCESS),
    ("take_access", text::STAFF_TAKE),
    ("give_access", text::STAFF_GIVE),
    ("reset_second_factor", text::STAFF_RESET),
    ("record_password_change", text::DID_RECORD_PASSWORD_CHANGE),
    ("record_second_factor", text::DID_RECORD_SECOND_FACTOR),
    ("save_product", text::DID_SAVE_PRODUCT),
    ("save_goods", text::DID_SAVE_GOODS),
    ("register_customer", text::DID_REGISTER_CUSTOMER),
    ("register_myself", text::DID_REGISTER_MYSELF),
    ("tell_phone", text::DID_TELL_PHONE),
    ("change_customer", text::DID_CHANGE_CUSTOMER),
    ("confirm_contact", text::DID_CONFIRM_CONTACT),
    ("record_document", text::DID_RECORD_DOCUMENT),
    ("vouch", text::DID_VOUCH),
    ("open_access", text::DID_OPEN_ACCESS),
    ("apply_for_loan", text::DID_APPLY_FOR_LOAN),
    ("decide_loan", text::DID_DECIDE_LOAN),
    ("disburse", text::DID_DISBURSE),
    ("disburse_part", text::DID_DISBURSE_PART),
    ("receive_payment", text::DID_RECEIVE_PAYMENT),
    ("reverse_payment", text::DID_REVERSE_PAYMENT),
    ("foreclose", text::DID_FORECLOSE),
    ("refund", text::DID_REFUND),
    ("sell", text::DID_SELL),
    ("waive_dues", text::DID_WAIVE_DUES),
    ("change_terms", text::DID_CHANGE_TERMS),
    ("write_off", text::DID_WRITE_OFF),
    ("settle_suspense", text::DID_SETTLE_SUSPENSE),
    ("set_lateness_rules", text::DID_SET_LATENESS_RULES),
    ("set_eligibility_rules", text::DID_SET_ELIGIBILITY_RULES),
    ("set_days_off", text::DID_SET_DAYS_OFF),
    ("follow_rates", text::DID_FOLLOW_RATES),
    ("assess_penalties", text::DID_ASSESS_PENALTIES),
    ("close_day", text::DID_CLOSE_DAY),
    ("give_notice", text::DID_GIVE_NOTICE),
    ("settle_task", text::DID_SETTLE_TASK),
    ("reset_password", text::DID_RESET_PASSWORD),
    ("change_account", text::DID_CHANGE_ACCOUNT),
    ("move_contact", text::DID_MOVE_CONTACT),
    ("erase_customer", text::DID_ERASE_CUSTOMER),
    ("reset_link", text::DID_RESET_LINK),
    ("step_up", text::DID_STEP_UP),
    ("undo_contact", text::DID_UNDO_CONTACT),
    ("sign_in", text::DID_SIGN_IN),
    ("second_factor", text::DID_SECOND_FACTOR),
    ("code", text::DID_CODE),
    ("save_mail", text::DID_SAVE_MAIL),
    ("save_sms", text::DID_SAVE_SMS),
    ("save_message_rules", text::DID_SAVE_MESSAGE_RULES),
    ("save_template", text::DID_SAVE_TEMPLATE),
    ("set_pin", text::DID_SET_PIN),
    ("end_session", text::DID_END_SESSION),
    ("new_recovery_codes", text::DID_NEW_RECOVERY_CODES),
    ("export_ledger", text::DID_EXPORT_LEDGER),
    ("export_audit", text::DID_EXPORT_AUDIT),
    ("export_personal_data", text::DID_EXPORT_PERSONAL_DATA),
    ("backup_book", text::DID_BACKUP_BOOK),
];

/// How a command's kind, a permission or a step of the sign-in is said.
pub fn said(app: App, what: &str) -> String {
    let own = WORDS.iter().find(|(word, _)| *word == what).map(|(_, words)| *words);
    match own.or_else(|| permissions::words(what)) {
        Some(words) => app.say(words).to_owned(),
        None => what.to_owned(),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::words(text::AUDIT_WHEN),
        Column::words(text::AUDIT_WHO).cut(),
        Column::words(text::AUDIT_WHAT).gap(),
        Column::words(text::AUDIT_DESK).spare(),
        Column::status(text::AUDIT_OUTCOME),
    ]
}

fn line(row: &AuditRow, show: Show, app: App) -> Row {
    let status = match row.refused {
        None => show.status("paid", text::AUDIT_DONE),
        Some(_) => show.status("late", text::AUDIT_REFUSED),
    };
    let by = match row.by.is_empty() {
        true => show.say(text::AUDIT_NOBODY),
        false => row.by.clone(),
    };
    let at = format!(
        "{} {}",
        show.day_column(crate::dates::local_date(row.at)),
        crate::dates::clock(row.at)
    );
    let what = match row.refused {
        None => said(app, &row.what),
        Some(code) => format!("{}: {}", said(app, &row.what), app.reason(code)),
    };
    Row {
        key: row.key.clone(),
        number: row.key.clone(),
        class: "",
        cells: vec![
            Cell::Ident(at),
            Cell::Who(by),
            Cell::Gap(what),
            Cell::Spare(row.desk.clone()),
            Cell::Status(status),
        ],
    }
}

/// The screen.
#[component]
pub fn AuditScreen() -> impl IntoView {
    let (app, show) = (app(), Show::here());
    let tab = RwSignal::new(ALL.to_owned());
    let asked = asked_by(tab);
    let found = query(move || Some(ListAudit { query: asked.get() }));
    let (rows, matches) = (rows_of(found, move |row| line(row, show, app)), matches_of(found));
    let export = FormState::new("export-audit");
    let saved = RwSignal::new(None::<String>);
    let tools = move || {
        view! {
            <Button label=text::AUDIT_EXPORT icon="export" does="export-audit" busy=export.busy busy_label=text::SAVING
                on_press=move |()| export.submit(ExportAudit {}, move |answer| saved.set(Some(answer.path)))/>
        }
    };
    let tabs = TABS.iter().map(|(word, name)| Tab::new(word, *name)).collect();
    view! {
        <Screen name="audit" class="content-fixed" title=text::NAV_AUDIT tools=tools>
            <div class="section-head">
                <Tabs label=text::NAV_AUDIT value=tab tabs flush=true/>
                <div class="section-tools"><SearchField label=text::AUDIT_SEARCH query=asked matches/></div>
            </div>
            <Refusal state=export/>
            {move || saved.get().map(|path| view! { <Banner title=text::AUDIT_EXPORTED body=path tone=Tone::Good icon="check"/> })}
            {move || found.error.get().map(|error| trouble(&error))}
            <DataTable label=text::NAV_AUDIT columns=columns() rows slow=found.slow order=asked on_open=|_: String| () wrap="bleed fill"
                empty=move || view! { <div class="empty"><p>{t(text::AUDIT_EMPTY)}</p></div> }.into_any()/>
            <Pager query=asked rows matches/>
        </Screen>
    }
    .into_any()
}
