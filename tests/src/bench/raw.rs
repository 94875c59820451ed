//! A client that costs little, so that the load generator leaves the cores to the server: HTTP/1.1 over one kept connection, bodies prepared before.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a request in parts and reads the answer: status, head and body.
    pub async fn send(&mut self, parts: &[&[u8]]) -> (u16, String, Vec<u8>) {
        for part in parts {
            self.stream.write_all(part).await.unwrap();
        }
        self.buffer.clear();
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).map_or(0, |length| length.trim().parse().unwrap());
        while self.buffer.len() < end + length {
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
        }
        let status = head[9..12].parse().unwrap();
        (status, head, self.buffer[end..].to_vec())
    }
}

/// A request's head, with the length of its body.
pub(super) fn head(method: &str, path: &str, secret: &str, more: &str, length: usize) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {secret}\r\n{more}content-length: {length}\r\n\r\n")
        .into_bytes()
}
