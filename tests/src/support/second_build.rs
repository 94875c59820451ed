//! Another build of the citizen's pages, as the server has it after an update: the same pages under another build id.
//!
//! It stands before a server and passes everything through. From [`SecondBuild::update`] on, the build id and the names of the files that carry it are
//! other ones of the same length in everything that comes out, and the old ones again in everything that goes in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server's front that can be updated while pages are open.
pub struct SecondBuild {
    address: SocketAddr,
    is_updated: Arc<AtomicBool>,
    names: Arc<Vec<(String, String)>>,
}

impl SecondBuild {
    /// Starts one before `server`. Ends with the runtime it was started in.
    pub async fn start(server: SocketAddr) -> Self {
        let page = super::http_client().get(format!("http://{server}/")).send().await.unwrap().text().await.unwrap();
        let after = |mark: &str, end: char| {
            let (_, rest) = page
                .split_once(mark)
                .unwrap_or_else(|| panic!("the page does not say {mark}: run `cargo xtask web`, then build the server"));
            rest.split(end).next().unwrap().to_owned()
        };
        let old = [after("<meta name=\"lanterna-build\" content=\"", '"'), after("/assets/boot-", '.'), after("/assets/engine-", '.')];
        let names: Vec<(String, String)> = old.into_iter().map(|old| (old.clone(), old.chars().rev().collect())).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = Self { address: listener.local_addr().unwrap(), is_updated: Arc::default(), names: Arc::new(names) };
        let (is_updated, names) = (Arc::clone(&front.is_updated), Arc::clone(&front.names));
        tokio::spawn(async move {
            while let Ok((page, _)) = listener.accept().await {
                let (is_updated, names) = (Arc::clone(&is_updated), Arc::clone(&names));
                tokio::spawn(async move {
                    // Who has gone away needs no answer.
                    let _ = exchange(page, server, &is_updated, &names).await;
                });
            }
        });
        front
    }

    /// The address that pages are opened at.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on the server has the second build.
    pub fn update(&self) {
        self.is_updated.store(true, Ordering::Relaxed);
    }

    /// The ids of the first and of the second build.
    #[must_use]
    pub fn builds(&self) -> (&str, &str) {
        let (first, second) = &self.names[0];
        (first, second)
    }
}

fn replaced(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from.as_bytes()) {
        bytes[at + found..at + found + from.len()].copy_from_slice(to.as_bytes());
        at += found + from.len();
    }
}

/// One request and its answer; each has a connection of its own.
async fn exchange(mut page: TcpStream, server: SocketAddr, is_updated: &AtomicBool, names: &[(String, String)]) -> std::io::Result<()> {
    let (mut head, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    let end = loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 2;
        }
        match page.read(&mut buffer).await? {
            read if read > 0 && head.len() < 64 * 1024 => head.extend_from_slice(&buffer[..read]),
            _ => return Ok(()),
        }
    };
    let body = head.split_off(end);
    let text = String::from_utf8_lossy(&head);
    let is_of_a_build = !text.split(' ').nth(1).is_some_and(|path| path.starts_with("/v1"));
    let rewrite = is_of_a_build && is_updated.load(Ordering::Relaxed);
    // Plain and whole, so that it can be rewritten; and one at a time, so that each answer is looked at.
    let drop_line = |line: &str| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        name == "connection" || (rewrite && matches!(name.as_str(), "accept-encoding" | "if-none-match"))
    };
    let mut asked: Vec<u8> = Vec::new();
    for line in text.split("\r\n").filter(|line| !line.is_empty() && !drop_line(line)) {
        asked.extend_from_slice(line.as_bytes());
        asked.extend_from_slice(b"\r\n");
    }
    asked.extend_from_slice(b"connection: close");
    if rewrite {
        for (old, new) in names {
            replaced(&mut asked, new, old);
        }
    }
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(&asked).await?;
    upstream.write_all(b"\r\n").await?;
    upstream.write_all(&body).await?;
    if !rewrite {
        tokio::io::copy_bidirectional(&mut page, &mut upstream).await?;
        return Ok(());
    }
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(answer.len());
    if !answer[..head].windows(16).any(|window| window.eq_ignore_ascii_case(b"application/wasm")) {
        for (old, new) in names {
            replaced(&mut answer, old, new);
        }
    }
    // It is another file now: its tag must not say that it is the same.
    replaced(&mut answer, "\r\netag:", "\r\nxtag:");
    page.write_all(&answer).await?;
    page.shutdown().await
}
