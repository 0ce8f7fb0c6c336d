//! The desktop shell: one window, one command, and the folder where this machine's data lives.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod handover;
mod home;
mod router;
#[cfg(target_os = "linux")]
mod version;
#[cfg(target_os = "linux")]
mod watch;
mod webview;

use farthing_api::{Quit, Request};
use farthing_desk::{Desk, Home as DeskHome};
use home::Home;
use std::sync::Mutex;
use std::time::Duration;
use tauri::ipc::Response;
use tauri::{AppHandle, Manager, State, WebviewWindowBuilder};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

/// Between two looks at what waits to go out.
const BETWEEN_PASSES: Duration = Duration::from_secs(3);

/// Sends the request `body` (JSON) to the handler called `name`; answers JSON as bytes, which go to the page as they are, or
/// an `ApiError` as JSON.
#[tauri::command]
async fn call(app: AppHandle, desk: State<'_, Desk>, name: String, body: String) -> Result<Response, String> {
    if name == Quit::NAME {
        app.exit(0);
        return Ok(Response::new(b"null".to_vec()));
    }
    router::answer(&desk, &name, &body).await.map(Response::new)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    webview::prepare();
    let home = Home::find()?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_ansi(false)
        .with_writer(std::io::stderr.and(Mutex::new(home.log()?)))
        .init();
    let link = handover::link_among(std::env::args().skip(1));
    let place = handover::place(home.folder())?;
    if let (None, Some(link)) = (&place, &link)
        && handover::hand_over(home.folder(), link)?
    {
        return Ok(());
    }
    let desk = Desk::new(DeskHome::at(home.folder())).opened_with(link);
    let shows = place.is_some();
    tauri::Builder::default()
        .manage(home)
        .manage(place)
        .manage(desk)
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |app| {
            tauri::async_runtime::spawn(send_messages(app.handle().clone()));
            if shows {
                tauri::async_runtime::spawn(take_links(app.handle().clone()));
            }
            tauri::async_runtime::spawn(speak_with_server(app.handle().clone()));
            #[cfg(target_os = "linux")]
            forget_with_the_machine(app.handle().clone());
            open_window(app).map_err(Into::into)
        })
        .build(tauri::generate_context!())?
        .run(|app, event| match event {
            tauri::RunEvent::Exit => tauri::async_runtime::block_on(app.state::<Desk>().shut()),
            // Here the system does not start the program once more for a link.
            #[cfg(target_os = "macos")]
            tauri::RunEvent::Opened { urls } => {
                if let Some(link) = handover::link_among(urls.into_iter().map(String::from)) {
                    let app = app.clone();
                    tauri::async_runtime::spawn(async move { show(&app, link).await });
                }
            }
            _ => {}
        });
    Ok(())
}

/// Shows links for a new password that other processes leave, as long as the program runs.
async fn take_links(app: AppHandle) {
    loop {
        tokio::time::sleep(handover::PAUSE).await;
        if let Some(link) = handover::taken(app.state::<Home>().folder()) {
            show(&app, link).await;
        }
    }
}

/// Shows a link for a new password. Whoever is at work is not disturbed: the sign-in that follows shows it.
async fn show(app: &AppHandle, link: String) {
    let is_free = app.state::<Desk>().show_link(link).await;
    for window in app.webview_windows().into_values() {
        let shown = match is_free {
            true => window.reload(),
            false => Ok(()),
        };
        if let Err(error) = shown
            .and_then(|()| window.unminimize())
            .and_then(|()| window.set_focus())
        {
            tracing::error!(%error, "the window could not show a link");
        }
    }
}

/// Hands messages over as long as the program runs; while no book is open there is nothing to do.
async fn send_messages(app: AppHandle) {
    loop {
        tokio::time::sleep(BETWEEN_PASSES).await;
        if let Err(error) = app.state::<Desk>().run_outbox().await {
            tracing::error!(code = %error.code, "messages could not be handed over");
        }
    }
}

/// Exchanges with the server what is new, where the book belongs to one. It has a task of its own, so that a slow line holds no
/// message up.
async fn speak_with_server(app: AppHandle) {
    loop {
        tokio::time::sleep(BETWEEN_PASSES).await;
        if let Err(error) = app.state::<Desk>().run_sync_when_due().await {
            tracing::info!(code = %error.code, "nothing was exchanged with the server");
        }
    }
}

/// When the machine is locked or put to sleep, the book's key is forgotten and the window shows the sign-in.
#[cfg(target_os = "linux")]
fn forget_with_the_machine(app: AppHandle) {
    watch::watch(move || {
        tauri::async_runtime::block_on(app.state::<Desk>().forget());
        for window in app.webview_windows().into_values() {
            if let Err(error) = window.reload() {
                tracing::error!(%error, "the window could not be drawn anew");
            }
        }
    });
}

/// Opens the configured window with the web view's own files under the data folder, so that two folders never mix.
fn open_window(app: &tauri::App) -> tauri::Result<()> {
    for config in &app.config().app.windows {
        WebviewWindowBuilder::from_config(app, config)?
            .data_directory(app.state::<Home>().webview())
            .build()?;
    }
    Ok(())
}
