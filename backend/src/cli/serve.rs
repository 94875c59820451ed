//! `lanterna serve`.

use super::config::Config;
use super::output::Output;
use super::{CliError, ServeArgs};
use crate::clock::SystemClock;
use crate::http::state::Settings;
use crate::http::tls;
use crate::server::{Opened, Options, Server};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

pub(super) async fn serve(args: ServeArgs, output: &Output) -> Result<(), CliError> {
    let server = open(&args).await?.serve();
    let url = server.url();
    let data = args.data.data.display().to_string();
    let text = format!("Lanterna listens on {url} with its data in {data}. Stop it with Ctrl-C.\nCitizens: {url}/\nOffice: {url}/console");
    output.say(&text, &json!({ "event": "listening", "address": server.address(), "url": url, "data": data }));
    until_stopped(server).await;
    Ok(())
}

/// Where it listens unless somebody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Opens the server that the arguments and the configuration describe.
pub(super) async fn open(args: &ServeArgs) -> Result<Opened, CliError> {
    let config = args.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    let usual = Settings::default();
    let limits = config.limits();
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some((cert.clone(), key.clone())),
        _ => config.tls.map(|tls| (tls.cert, tls.key)),
    };
    let settings = Settings {
        public_url: args.public_url.clone().or(config.public_url),
        registrations_per_minute: args
            .registrations_per_minute
            .or(config.registrations.per_minute)
            .unwrap_or(usual.registrations_per_minute),
        registrations_burst: args.registrations_burst.or(config.registrations.burst).unwrap_or(usual.registrations_burst),
        trusted_proxies: config.trusted_proxies,
        limits,
        second_factor: args.second_factor.clone(),
        tls: tls.map(|(cert, key)| tls::read(&cert, &key)).transpose()?,
    };
    let listen = args.listen.or(config.listen).unwrap_or(LISTEN);
    Ok(Opened::open(Options { data: args.data.data.clone(), listen, settings, clock: Arc::new(SystemClock) }).await?)
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
