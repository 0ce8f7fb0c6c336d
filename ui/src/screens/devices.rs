//! The machines that work with the server, and how one's access is taken away.

use super::loan_kit::trouble;
use super::sessions::moment;
use crate::i18n::{t, text};
use crate::parts::{
    Button, Dialog, Form, FormState, Glyph, PlainColumn, Query, Refusal, TOOLS, plain_cells, plain_table, query,
};
use crate::state::{App, app};
use farthing_api::{DeviceState, DeviceView, ListDevices, RevokeDevice};
use leptos::prelude::*;

const COLUMNS: [PlainColumn; 7] = [
    (text::DEVICE_DESK, "who"),
    (text::DEVICE_SEEN, ""),
    (text::DEVICE_PROGRAM, "muted"),
    (text::DEVICE_BEHIND, "num"),
    (text::DEVICE_UNSENT, "num"),
    (text::FIELD_STATUS, "gap"),
    (text::STAFF_ACTION, TOOLS),
];

/// The list, under the server.
#[component]
pub fn Devices() -> impl IntoView {
    let app = app();
    let found = query(move || Some(ListDevices {}));
    let open = RwSignal::new(false);
    let work = RwSignal::new(None::<DeviceView>);
    let start = move |device: DeviceView| {
        work.set(Some(device));
        open.set(true);
    };
    let rows = move || {
        let devices = found.value.get().unwrap_or_default();
        devices.into_iter().map(|device| row(app, device, start)).collect_view()
    };
    let title = move || {
        let desk = work.get().map(|device| device.desk).unwrap_or_default();
        app.say_with(text::DEVICE_REVOKE_TITLE, &[("desk", desk)])
    };
    view! {
        <section class="stack" data-part="devices">
            <div class="section-head"><h2 class="section-title">{t(text::DEVICE_TITLE)}</h2></div>
            <p class="muted">{t(text::DEVICE_LEAD)}</p>
            {move || found.error.get().map(|error| trouble(&error))}
            {plain_table(text::DEVICE_TITLE, "session-list", &COLUMNS, rows)}
        </section>
        <Dialog open=open title=Signal::derive(title) name="device">
            {move || work.get().map(|device| view! { <RevokeForm device open found/> })}
        </Dialog>
    }
    .into_any()
}

fn row(app: App, device: DeviceView, start: impl Fn(DeviceView) + Copy + Send + Sync + 'static) -> AnyView {
    let (glyph, word) = match (device.own, device.state) {
        (true, _) => ("paid", text::DEVICE_OWN),
        (_, DeviceState::Active) if device.of_customer => ("paid", text::OWN_MACHINE_DEVICE),
        (_, DeviceState::Active) => ("paid", text::DEVICE_ACTIVE),
        (_, DeviceState::Copied) => ("attention", text::DEVICE_COPIED),
        (_, DeviceState::Revoked) => ("late", text::DEVICE_REVOKED),
    };
    let may = !device.own && device.state != DeviceState::Revoked;
    let known = device.clone();
    let tool = may.then(|| {
        view! { <Button label=text::DEVICE_REVOKE kind=" btn-sm" does="revoke-device" on_press=move |()| start(known.clone())/> }
    });
    let seen = device.seen_at.map_or_else(|| "–".to_owned(), |at| moment(app, at));
    let class = format!("status status-{glyph}");
    let desk = device.desk.clone();
    let cells = vec![
        device.desk.into_any(),
        seen.into_any(),
        device.program.into_any(),
        device.behind.to_string().into_any(),
        device.unsent.to_string().into_any(),
        view! { <span class=class><Glyph name=glyph/><span>{t(word)}</span></span> }.into_any(),
        tool.into_any(),
    ];
    view! { <tr data-row=desk>{plain_cells(&COLUMNS, cells)}</tr> }.into_any()
}

#[component]
fn RevokeForm(device: DeviceView, open: RwSignal<bool>, found: Query<Vec<DeviceView>>) -> impl IntoView {
    let form = FormState::new("revoke-form");
    let id = device.device;
    let submit = move |()| {
        form.submit(RevokeDevice { device: id }, move |devices| {
            open.set(false);
            found.put(devices);
        });
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p>{t(text::DEVICE_REVOKE_LEAD)}</p>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL autofocus=true on_press=move |()| open.set(false)/>
                <Button label=text::DEVICE_REVOKE kind="danger" does="save-revoke" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
