//! A customer's data as files, and its end.

use crate::i18n::{t, text};
use crate::parts::{Banner, Button, Dialog, Form, FormState, Refusal, Tone};
use crate::state::app;
use farthing_api::{CustomerId, EraseCustomer, ExportPersonalData, OpenDocument};
use leptos::prelude::*;

/// The two things that can be done with all of it; `customer` is none for oneself.
#[component]
pub fn PersonalData(
    customer: Option<CustomerId>,
    #[prop(optional, into)] on_erased: Option<Callback<()>>,
) -> impl IntoView {
    let (exporting, erasing) = (RwSignal::new(false), RwSignal::new(false));
    let may_erase = customer.is_none() || app().can("erase_customers");
    view! {
        <section class="stack" data-part="personal-data">
            <div class="section-head"><h2 class="section-title">{t(text::PERSONAL)}</h2></div>
            <p class="muted">{t(text::PERSONAL_LEAD)}</p>
            <p class="row">
                <Button label=text::PERSONAL_EXPORT icon="export" does="export-data" on_press=move |()| exporting.set(true)/>
                {may_erase.then(|| view! {
                    <Button label=text::PERSONAL_ERASE kind="danger" icon="trash" does="erase-data" on_press=move |()| erasing.set(true)/>
                })}
            </p>
        </section>
        <Dialog open=exporting title=text::PERSONAL_EXPORT name="export-data"><Export customer open=exporting/></Dialog>
        <Dialog open=erasing title=text::PERSONAL_ERASE name="erase-data"><Erase customer open=erasing on_erased=on_erased/></Dialog>
    }
    .into_any()
}

#[component]
fn Export(customer: Option<CustomerId>, open: RwSignal<bool>) -> impl IntoView {
    let form = FormState::new("export-form");
    let saved = RwSignal::new(None::<String>);
    let submit = move |()| {
        if let Some(path) = saved.get_untracked() {
            return form.submit(OpenDocument { path }, move |()| open.set(false));
        }
        form.submit(ExportPersonalData { customer }, move |answer| {
            saved.set(Some(answer.path))
        });
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body stack">
                <Refusal state=form/>
                {move || match saved.get() {
                    Some(path) => view! { <Banner title=text::PERSONAL_EXPORTED body=path tone=Tone::Good icon="check"/> }.into_any(),
                    None => view! { <p>{t(text::PERSONAL_EXPORT_LEAD)}</p> }.into_any(),
                }}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CLOSE on_press=move |()| open.set(false)/>
                {move || match saved.get() {
                    Some(_) => view! { <Button label=text::PERSONAL_OPEN kind="primary" does="open-export"/> }.into_any(),
                    None => view! { <Button label=text::PERSONAL_EXPORT_DO kind="primary" does="export-data-now" busy_label=text::SAVING/> }.into_any(),
                }}
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn Erase(customer: Option<CustomerId>, open: RwSignal<bool>, on_erased: Option<Callback<()>>) -> impl IntoView {
    let app = app();
    let form = FormState::new("erase-form");
    let submit = move |()| {
        form.submit(EraseCustomer { customer }, move |()| {
            open.set(false);
            match on_erased {
                Some(on_erased) => on_erased.run(()),
                None => app.restart(),
            }
            app.tell(app.say(text::PERSONAL_ERASED));
        });
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body stack">
                <Refusal state=form/>
                <p>{t(text::PERSONAL_ERASE_LEAD)}</p>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::PERSONAL_ERASE_DO kind="danger" does="erase-data-now" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
