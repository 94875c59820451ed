//! The real server, `lanterna demo`, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::program;

/// How long a server may take until it is healthy.
const START: Duration = Duration::from_secs(30);

/// A running server over a folder of data.
pub struct TestServer {
    data: PathBuf,
    child: Child,
    url: String,
    logins: Value,
}

impl TestServer {
    /// Starts a server with the demo city over `data` and waits until it is healthy.
    #[must_use]
    pub fn start(data: &Path) -> Self {
        Self::start_as(data, Command::new(program::path("lanterna")))
    }

    /// The same for a server that is told when a file may not grow, instead of being ended: as on a full disk.
    #[must_use]
    pub fn start_unkillable_by_file_size(data: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(program::path("lanterna"));
        Self::start_as(data, command)
    }

    /// The same on a host in another time zone.
    #[must_use]
    pub fn start_in_zone(data: &Path, zone: &str) -> Self {
        let mut command = Command::new(program::path("lanterna"));
        command.env("TZ", zone);
        Self::start_as(data, command)
    }

    fn start_as(data: &Path, command: Command) -> Self {
        let (child, url, logins) = spawn(data, command);
        Self { data: data.to_owned(), child, url, logins }
    }

    /// Its address, without a slash at the end. Another after every restart.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> std::net::SocketAddr {
        self.url.trim_start_matches("http://").parse().unwrap()
    }

    /// The server's process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// As if the power went: SIGKILL.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again over the same data, at a new address.
    pub fn restart(&mut self) {
        self.kill();
        (self.child, self.url, self.logins) = spawn(&self.data, Command::new(program::path("lanterna")));
    }

    /// Asks it to stop as a service manager does, and waits until it has.
    pub fn stop(&mut self) -> std::process::ExitStatus {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the server does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Runs `lanterna check` over its data; panics with what it says unless all is well.
    pub fn check(&self) {
        let output = Command::new(program::path("lanterna")).args(["check", "--data"]).arg(&self.data).output().unwrap();
        assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }

    /// A client that is logged in as one of the demo city's people.
    pub async fn office(&self, name: &str) -> Office {
        let password = self.password(name);
        let client = super::http_client();
        let response =
            client.post(format!("{}/v1/session", self.url)).json(&json!({ "name": name, "password": password })).send().await.unwrap();
        assert!(response.status().is_success(), "{name} cannot log in: {}", response.text().await.unwrap());
        Office { client, url: self.url.clone() }
    }

    /// The demo password of one of the demo city's people.
    #[must_use]
    pub fn password(&self, name: &str) -> String {
        let logins = self.logins.as_array().unwrap();
        let login = logins.iter().find(|login| login["name"] == name).unwrap_or_else(|| panic!("no log-in {name} in {logins:?}"));
        login["password"].as_str().unwrap().to_owned()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
    }
}

#[expect(clippy::zombie_processes, reason = "it is waited for by TestServer; where it never gets there the test has failed")]
fn spawn(data: &Path, mut command: Command) -> (Child, String, Value) {
    std::fs::create_dir_all(data).unwrap();
    let log = std::fs::OpenOptions::new().create(true).append(true).open(data.with_extension("log")).unwrap();
    let mut child = command
        .args(["demo", "--json", "--cases", "0", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let start = Instant::now();
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("the server ended; see {}", data.with_extension("log").display())).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        if said["event"] == "listening" {
            // The pipe stays read, so that the server never waits for a reader.
            std::thread::spawn(move || lines.for_each(drop));
            return (child, said["url"].as_str().unwrap().trim_end_matches('/').to_owned(), said["logins"].clone());
        }
        assert!(start.elapsed() < START, "the server is not healthy after 30 s");
    }
}

/// Somebody of the back office, through the interface that the console uses.
pub struct Office {
    client: reqwest::Client,
    url: String,
}

impl Office {
    /// GET as JSON; panics unless it is answered with success.
    pub async fn get(&self, path: &str) -> Value {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// GET as bytes, with the status.
    pub async fn bytes(&self, path: &str) -> (u16, Vec<u8>) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// POST of JSON: status and answer.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let response = self.client.post(format!("{}{path}", self.url)).json(body).send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// All cases, newest first.
    pub async fn cases(&self) -> Vec<Value> {
        let (mut cases, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/v1/cases?limit=100{after}")).await;
            cases.extend(page["cases"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return cases,
            }
        }
    }
}
