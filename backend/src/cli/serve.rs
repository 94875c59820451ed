//! `lanterna serve`.

use super::output::Output;
use super::{CliError, ServeArgs};
use crate::clock::SystemClock;
use crate::http::state::Settings;
use crate::server::{Opened, Options, Server};
use serde_json::json;
use std::sync::Arc;

pub(super) async fn serve(args: ServeArgs, output: &Output) -> Result<(), CliError> {
    let server = open(&args).await?.serve();
    let url = format!("http://{}", server.address());
    let data = args.data.data.display().to_string();
    let text = format!("Lanterna listens on {url} with its data in {data}. Stop it with Ctrl-C.\nCitizens: {url}/\nOffice: {url}/console");
    output.say(&text, &json!({ "event": "listening", "address": server.address(), "url": url, "data": data }));
    until_stopped(server).await;
    Ok(())
}

/// Opens the server that the arguments describe.
pub(super) async fn open(args: &ServeArgs) -> Result<Opened, CliError> {
    let settings = Settings {
        public_url: args.public_url.clone(),
        registrations_per_minute: args.registrations_per_minute,
        registrations_burst: args.registrations_burst,
        second_factor: args.second_factor.clone(),
    };
    Ok(Opened::open(Options { data: args.data.data.clone(), listen: args.listen, settings, clock: Arc::new(SystemClock) }).await?)
}

/// Serves until somebody asks this process to stop.
pub(super) async fn until_stopped(server: Server) {
    asked_to_stop().await;
    tracing::info!("stopping: running requests may finish");
    server.stop().await;
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; Ctrl-C can");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
