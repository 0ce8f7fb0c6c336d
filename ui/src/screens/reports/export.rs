//! The general ledger as a file.

use crate::i18n::{t, text};
use crate::parts::{Banner, Tone};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use chrono::Datelike;
use farthing_api::{ExportFormat, ExportLedger};
use leptos::prelude::*;

/// Asks from when to when, and in which form.
pub fn form(show: Show) -> AnyView {
    let form = Form::new("export-form", show);
    let (from, to) = (form.today(), form.today());
    from.set(show.today().with_day(1).unwrap_or(show.today()).to_string());
    let format = RwSignal::new("csv".to_owned());
    let saved = RwSignal::new(None::<String>);
    let submit = move || {
        form.clear();
        saved.set(None);
        let (Some(from), Some(to)) = (form.read_day("from", from), form.read_day("to", to)) else {
            return;
        };
        let format = match format.get_untracked().as_str() {
            "json" => ExportFormat::Json,
            _ => ExportFormat::Csv,
        };
        form.send(
            ExportLedger { from, to, format },
            move |done| saved.set(Some(done.path)),
            |_| false,
        );
    };
    let formats = [("csv", text::REPORT_CSV), ("json", text::REPORT_JSON)];
    let fields = view! {
        <p class="muted">{t(text::REPORT_EXPORT_LEAD)}</p>
        <div class="form-grid">
            {form.day("from", text::REPORT_FROM, from)}
            {form.day("to", text::REPORT_TO, to)}
            {form.choice("format", text::REPORT_FORMAT, format, &formats, true)}
        </div>
        <p>{form.submit("primary", "export-ledger", text::REPORT_EXPORTING, move || show.say(text::REPORT_EXPORT_NOW))}</p>
        {move || saved.get().map(|path| view! { <Banner title=text::REPORT_EXPORTED body=path tone=Tone::Good icon="check"/> })}
    };
    form.element("form", submit, fields.into_any())
}
