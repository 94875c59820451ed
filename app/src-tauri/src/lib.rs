//! Lanterna as an app: a window with the citizen's screens and the engine, natively, behind it. Desktop and mobile.
//!
//! The story in order:
//! 1. the home is the app's data folder, or `LANTERNA_HOME`; [`server`] knows which server the device belongs to, or [`first`] asks;
//! 2. [`engine`] runs the engine in a thread of its own;
//! 3. [`screens`] opens the one window on the bundle that `cargo xtask web` builds, which is inside the program;
//! 4. the page asks through the command `engine`, whose bodies are the frames of [`frame`], and hears the event `lanterna`.
//!
//! There is no worker and no service worker here: the page sees that it is in the shell. The shell never looks into what is asked, never draws,
//! and never shows a page that is not its own.

mod engine;
mod first;
mod frame;
mod screens;
mod server;

use std::path::PathBuf;

use lanterna_bridge::{Command, Event};
use tauri::ipc::{Invoke, Response};
use tauri::{AppHandle, Emitter, Manager, RunEvent, Wry};

use engine::{Engine, say};

/// The one command that a page may call.
const COMMAND: &str = "engine";
/// The one event that a page hears.
const EVENT: &str = "lanterna";

/// Runs the app until its window is closed.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    let app = tauri::Builder::default()
        .setup(|app| Ok(set_up(app.handle())?))
        .register_asynchronous_uri_scheme_protocol(first::SCHEME, |context, request, responder| {
            let query = request.uri().query().map(str::to_owned);
            first::answer_beside(context.app_handle(), query, move |response| responder.respond(response));
        })
        .invoke_handler(invoked)
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|app, event| happened(app, &event)),
        Err(error) => {
            say(&format!("no window can be opened: {error}"));
            std::process::exit(1);
        }
    }
}

fn set_up(app: &AppHandle) -> tauri::Result<()> {
    let home = match std::env::var_os("LANTERNA_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home),
        None => app.path().app_data_dir()?,
    };
    let is_first = !server::is_known(&home);
    let told = app.clone();
    app.manage(Engine::new(home, move |event| tell(&told, &event)));
    if !is_first {
        app.state::<Engine>().start()?;
    }
    screens::open(app, is_first).map(drop)
}

fn tell(app: &AppHandle, event: &Event) {
    // Fails while there is no window; the page asks how things stand once it is there.
    let _ = app.emit(EVENT, event);
}

/// Not a `#[tauri::command]`: those run side by side, and commands must reach the engine in the order in which the page sent them. Here a command
/// is in the engine's queue before the next one is looked at.
fn invoked(invoke: Invoke<Wry>) -> bool {
    let Invoke { message, resolver, .. } = invoke;
    if message.command() != COMMAND {
        return false;
    }
    match frame::take_apart(message.payload()) {
        Ok((command, bytes)) => {
            let answer = message.webview_ref().state::<Engine>().ask(command, bytes);
            resolver.respond_async(async move { Ok(Response::new(frame::put_together(&answer.await))) });
        }
        Err(refusal) => resolver.resolve(Response::new(frame::put_together(&frame::refused(refusal)))),
    }
    true
}

fn happened(app: &AppHandle, event: &RunEvent) {
    // A phone that comes back from its pocket: its timers have slept, the outbox has not.
    if matches!(event, RunEvent::Resumed)
        && let Some(engine) = app.try_state::<Engine>()
        && engine.is_started()
    {
        tauri::async_runtime::spawn(engine.ask(Command::SyncNow, None));
    }
}
