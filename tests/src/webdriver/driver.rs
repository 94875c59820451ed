//! A WebDriver server on a free port of loopback, and the connection to it.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use thirtyfour::{Capabilities, WebDriver};
use tokio::process::Command;

use super::failure::Failure;
use super::process::Process;

/// A port may be taken between finding and using it; so many are tried.
const PORTS: u32 = 5;
/// Drivers answer a question within this, or never.
const ANSWER: Duration = Duration::from_mins(2);
/// Whether it is ready is answered at once or it is not.
const ALIVE: Duration = Duration::from_secs(2);

/// A driver that runs and answers.
pub(super) struct Driver {
    pub(super) process: Process,
    url: String,
    client: reqwest::Client,
}

impl Driver {
    /// Starts a driver; `prepare` is given the command with its port already said.
    pub(super) async fn start(program: &'static str, prepare: impl Fn(&mut Command)) -> Result<Self, Failure> {
        let client = client(program)?;
        let mut failed = Failure::program(program, "no port is free");
        for _ in 0..PORTS {
            let port = free_port(program)?;
            let mut command = Command::new(program);
            command.arg(format!("--port={port}"));
            prepare(&mut command);
            let mut process = Process::start(program, command, false)?;
            let url = format!("http://127.0.0.1:{port}");
            let status = format!("{url}/status");
            let is_ready = async || client.get(&status).timeout(ALIVE).send().await.is_ok_and(|answer| answer.status().is_success());
            match process.wait_until(is_ready).await {
                Ok(()) => return Ok(Self { process, url, client }),
                Err(failure) => failed = failure,
            }
        }
        Err(failed)
    }

    /// Opens a session: the browser starts.
    pub(super) async fn session(&self, capabilities: Capabilities) -> Result<WebDriver, Failure> {
        WebDriver::builder(&self.url, capabilities)
            .client(self.client.clone())
            .await
            .map_err(|error| Failure::program("the browser", format!("{error}. {}", self.process.last_words())))
    }
}

/// Never through a proxy: the driver is on this machine.
fn client(program: &str) -> Result<reqwest::Client, Failure> {
    // Fails where a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(ANSWER).build().map_err(|why| Failure::program(program, why))
}

fn free_port(program: &str) -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|why| Failure::program(program, why))?;
    Ok(listener.local_addr().map_err(|why| Failure::program(program, why))?.port())
}
