//! Counts what travels: requests, and bytes of bodies in both directions. Stands between a device and the server and changes nothing.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What has travelled.
#[derive(Clone, Debug, Default)]
pub(super) struct Travelled {
    /// The body's bytes of each request, as they were announced.
    pub requests: Vec<u64>,
    /// Bodies only.
    pub up: u64,
    pub down: u64,
    /// Heads and all, as they stand in the connection.
    pub all_up: u64,
}

pub(super) struct Meter {
    address: SocketAddr,
    counts: Arc<Mutex<Travelled>>,
}

impl Meter {
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let meter = Self { address: listener.local_addr().unwrap(), counts: Arc::default() };
        let counts = Arc::clone(&meter.counts);
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                let counts = Arc::clone(&counts);
                tokio::spawn(async move {
                    let Ok(upstream) = TcpStream::connect(server).await else { return };
                    let (mut from_device, mut to_device) = device.into_split();
                    let (mut from_server, mut to_server) = upstream.into_split();
                    let heads = Arc::new(Mutex::new(VecDeque::new()));
                    let mut requests = Messages::new(Arc::clone(&heads), true);
                    let mut answers = Messages::new(heads, false);
                    tokio::join!(
                        pass(&mut from_device, &mut to_server, |bytes| {
                            let (announced, body) = requests.read(bytes);
                            let mut counts = counts.lock().unwrap();
                            counts.requests.extend(announced);
                            counts.up += body;
                            counts.all_up += bytes.len() as u64;
                        }),
                        pass(&mut from_server, &mut to_device, |bytes| {
                            let (_, body) = answers.read(bytes);
                            counts.lock().unwrap().down += body;
                        }),
                    );
                });
            }
        });
        meter
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has travelled since this was asked last.
    pub fn take(&self) -> Travelled {
        std::mem::take(&mut self.counts.lock().unwrap())
    }
}

async fn pass(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), mut count: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        count(&buffer[..read]);
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

enum At {
    Head,
    Body(u64),
    /// The line with a chunk's size.
    Size,
    /// A chunk and the line's end behind it.
    Chunk(u64),
    /// Behind the last chunk.
    Trailer,
}

/// Reads HTTP/1.1 messages as far as it takes to tell heads from bodies.
struct Messages {
    at: At,
    line: Vec<u8>,
    /// Whether each request that was not answered yet was a HEAD.
    heads: Arc<Mutex<VecDeque<bool>>>,
    is_requests: bool,
}

impl Messages {
    fn new(heads: Arc<Mutex<VecDeque<bool>>>, is_requests: bool) -> Self {
        Self { at: At::Head, line: Vec::new(), heads, is_requests }
    }

    /// The messages that began in these bytes, each with the length of its body as far as it is announced; and the bytes of bodies.
    fn read(&mut self, mut bytes: &[u8]) -> (Vec<u64>, u64) {
        let (mut messages, mut body) = (Vec::new(), 0);
        while !bytes.is_empty() {
            match self.at {
                At::Body(left) | At::Chunk(left) => {
                    let is_chunk = matches!(self.at, At::Chunk(_));
                    let taken = left.min(bytes.len() as u64);
                    // A chunk ends in two bytes that are not of the body.
                    body += if is_chunk { taken.min(left.saturating_sub(2)) } else { taken };
                    bytes = &bytes[usize::try_from(taken).unwrap()..];
                    self.at = match (left - taken, is_chunk) {
                        (0, true) => At::Size,
                        (0, false) => At::Head,
                        (left, true) => At::Chunk(left),
                        (left, false) => At::Body(left),
                    };
                }
                At::Head | At::Size | At::Trailer => {
                    self.line.push(bytes[0]);
                    bytes = &bytes[1..];
                    let is_head = matches!(self.at, At::Head);
                    if is_head && self.line.ends_with(b"\r\n\r\n") {
                        let head = String::from_utf8_lossy(&std::mem::take(&mut self.line)).to_ascii_lowercase();
                        self.at = self.after_head(&head);
                        messages.push(if let At::Body(length) = self.at { length } else { 0 });
                    } else if !is_head && self.line.ends_with(b"\r\n") {
                        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim().to_owned();
                        self.at = match (&self.at, u64::from_str_radix(&line, 16)) {
                            (At::Size, Ok(0)) => At::Trailer,
                            (At::Size, Ok(size)) => At::Chunk(size + 2),
                            (At::Trailer, _) if line.is_empty() => At::Head,
                            _ => At::Trailer,
                        };
                    }
                }
            }
        }
        (messages, body)
    }

    fn after_head(&mut self, head: &str) -> At {
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let mut heads = self.heads.lock().unwrap();
        if self.is_requests {
            heads.push_back(head.starts_with("head "));
        } else if heads.pop_front() == Some(true) || head.contains(" 204 ") || head.contains(" 304 ") {
            return At::Head;
        }
        if header("transfer-encoding:").is_some_and(|coding| coding.contains("chunked")) {
            return At::Size;
        }
        match header("content-length:").and_then(|length| length.parse().ok()) {
            Some(length) if length > 0 => At::Body(length),
            _ => At::Head,
        }
    }
}
