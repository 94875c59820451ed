//! The network between a device and the server, on loopback, that can be taken away.
//!
//! It knows nothing of HTTP but where a request ends well enough to answer like a captive portal. Whatever is under way when the fault changes is
//! reset, as it is when a network goes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What is wrong with the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Connections are reset at once.
    Refuse,
    /// Everything is taken and nothing answered.
    Swallow,
    /// Each connection breaks after so many bytes from the device.
    CutUp(u64),
    /// Each connection breaks after so many bytes from the server.
    CutDown(u64),
    /// Requests arrive, answers do not: the connection breaks at the first byte of one.
    DropReply,
    /// Whatever is asked is answered by a page of somebody else's.
    Portal,
}

/// A proxy with an address of its own that stays, whatever becomes of the server.
pub struct FaultProxy {
    address: SocketAddr,
    state: watch::Sender<(Fault, SocketAddr)>,
    bytes_up: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
}

impl FaultProxy {
    /// Starts one before `server`. Ends with the runtime it was started in.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, watched) = watch::channel((Fault::None, server));
        let (bytes_up, connections) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counted, counted_connections) = (Arc::clone(&bytes_up), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                counted_connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(device, watched.clone(), Arc::clone(&counted)));
            }
        });
        Self { address, state, bytes_up, connections }
    }

    /// The address that devices are told.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on.
    pub fn set(&self, fault: Fault) {
        self.state.send_modify(|(now, _)| *now = fault);
    }

    /// The server has another address now.
    pub fn point_to(&self, server: SocketAddr) {
        self.state.send_modify(|(_, now)| *now = server);
    }

    /// Bytes that devices have sent through so far.
    #[must_use]
    pub fn bytes_up(&self) -> u64 {
        self.bytes_up.load(Ordering::Relaxed)
    }

    /// Connections so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Resets the connection instead of closing it politely.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn serve(mut device: TcpStream, mut state: watch::Receiver<(Fault, SocketAddr)>, bytes_up: Arc<AtomicU64>) {
    let (fault, server) = *state.borrow_and_update();
    let work = async {
        match fault {
            Fault::Refuse => reset(&device),
            Fault::Swallow => {
                let mut sink = [0; 16 * 1024];
                while device.read(&mut sink).await.is_ok_and(|read| read > 0) {}
            }
            Fault::Portal => portal(&mut device).await,
            Fault::None | Fault::CutUp(_) | Fault::CutDown(_) | Fault::DropReply => {
                let Ok(mut upstream) = TcpStream::connect(server).await else { return reset(&device) };
                let most_up = if let Fault::CutUp(bytes) = fault { bytes } else { u64::MAX };
                let most_down = match fault {
                    Fault::CutDown(bytes) => bytes,
                    Fault::DropReply => 0,
                    _ => u64::MAX,
                };
                let (mut from_device, mut to_device) = device.split();
                let (mut from_server, mut to_server) = upstream.split();
                // Either direction's end ends both: a cut is a cut.
                tokio::select! {
                    () = pump(&mut from_device, &mut to_server, most_up, Some(&bytes_up)) => {}
                    () = pump(&mut from_server, &mut to_device, most_down, None) => {}
                }
                if fault != Fault::None {
                    reset(&device);
                }
            }
        }
    };
    tokio::select! {
        () = work => {}
        _ = state.changed() => {}
    }
}

async fn pump(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), most: u64, counter: Option<&AtomicU64>) {
    let (mut buffer, mut left) = (vec![0; 16 * 1024], most);
    loop {
        let Ok(read) = from.read(&mut buffer).await else { return };
        let pass = usize::try_from(left).map_or(read, |left| read.min(left));
        if to.write_all(&buffer[..pass]).await.is_err() || read == 0 || pass < read {
            return;
        }
        left -= pass as u64;
        if let Some(counter) = counter {
            counter.fetch_add(pass as u64, Ordering::Relaxed);
        }
    }
}

async fn portal(device: &mut TcpStream) {
    const PAGE: &str = "<!doctype html><title>Free WiFi</title><p>Please accept our terms.";
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match device.read(&mut buffer).await {
            Ok(read) if read > 0 && head.len() < 64 * 1024 => head.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}", PAGE.len());
    let _ = device.write_all(answer.as_bytes()).await;
    let _ = device.shutdown().await;
}
