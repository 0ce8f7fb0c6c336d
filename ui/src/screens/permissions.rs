//! Who may do what: the office's table, as it is checked.

use super::role_name;
use crate::i18n::{Text, t, text};
use crate::parts::{Glyph, query};
use crate::state::app;
use farthing_api::{ListPermissions, Role};
use leptos::prelude::*;

/// The words of the office's table, and how they are said. A test fails where one is missing.
const WORDS: &[(&str, Text)] = &[
    ("see_book", text::MAY_SEE_BOOK),
    ("register_customers", text::MAY_REGISTER_CUSTOMERS),
    ("vouch", text::MAY_VOUCH),
    ("apply", text::MAY_APPLY),
    ("approve", text::MAY_APPROVE),
    ("disburse", text::MAY_DISBURSE),
    ("receive", text::MAY_RECEIVE),
    ("reverse", text::MAY_REVERSE),
    ("refund", text::MAY_REFUND),
    ("settle_suspense", text::MAY_SETTLE_SUSPENSE),
    ("waive", text::MAY_WAIVE),
    ("change_terms", text::MAY_CHANGE_TERMS),
    ("foreclose", text::MAY_FORECLOSE),
    ("write_off", text::MAY_WRITE_OFF),
    ("sell", text::MAY_SELL),
    ("give_notice", text::MAY_GIVE_NOTICE),
    ("settle_tasks", text::MAY_SETTLE_TASKS),
    ("close_day", text::MAY_CLOSE_DAY),
    ("see_overview", text::MAY_SEE_OVERVIEW),
    ("see_ledger", text::MAY_SEE_LEDGER),
    ("manage_products", text::MAY_MANAGE_PRODUCTS),
    ("manage_goods", text::MAY_MANAGE_GOODS),
    ("manage_rules", text::MAY_MANAGE_RULES),
    ("manage_users", text::MAY_MANAGE_USERS),
    ("manage_desk", text::MAY_MANAGE_DESK),
    ("see_audit", text::MAY_SEE_AUDIT),
    ("keep_book", text::MAY_KEEP_BOOK),
    ("manage_messages", text::MAY_MANAGE_MESSAGES),
    ("erase_customers", text::MAY_ERASE_CUSTOMERS),
];

/// How a permission's word is said.
pub fn words(permission: &str) -> Option<Text> {
    WORDS
        .iter()
        .find(|(word, _)| *word == permission)
        .map(|(_, words)| *words)
}

/// The matrix of permissions and roles.
#[component]
pub fn Permissions() -> impl IntoView {
    let app = app();
    let table = query(move || Some(ListPermissions {}));
    let heads = Role::ALL.map(|role| view! { <th scope="col">{t(role_name(role))}</th> });
    let rows = move || {
        let table = table.value.get().unwrap_or_default();
        let known = WORDS.iter().filter_map(|(word, words)| {
            let row = table.iter().find(|row| row.permission == *word)?;
            Some((*words, row.roles.clone()))
        });
        known
            .map(|(words, roles)| {
                let cells = Role::ALL.map(|role| {
                    let may = roles.contains(&role);
                    let mark = may.then(|| {
                        view! { <Glyph name="paid" tone="tone-good"/> <span class="visually-hidden">{t(text::YES)}</span> }
                    });
                    view! { <td class="mark-cell">{mark}</td> }
                });
                view! { <tr><th scope="row">{t(words)}</th>{cells.collect_view()}</tr> }
            })
            .collect_view()
    };
    view! {
        <section class="stack" data-part="permissions">
            <div class="section-head"><h2 class="section-title">{t(text::MAY_TITLE)}</h2></div>
            <p class="muted">{t(text::MAY_LEAD)}</p>
            {move || table.error.get().map(|error| view! { <div class="banner banner-bad" role="alert">{app.answer(&error)}</div> })}
            <div class="table-wrap">
                <table class="table flush matrix" aria-label=t(text::MAY_TITLE)>
                    <thead><tr><th scope="col">{t(text::MAY_WHAT)}</th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
