//! Accepts connections, bounded in number and in how long they may take to ask, and stops gracefully.

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Connections at once; who comes after waits in the listener's queue.
const CONNECTIONS: usize = 4_096;
/// How long a connection may take to send a request's head, and may stay idle.
const HEAD: Duration = Duration::from_secs(75);
/// How long a connection may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What one connection may hold of what comes in before somebody takes it.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long running requests have to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until `stop` is ready, then lets running requests finish for up to 10 seconds.
pub async fn serve(listener: TcpListener, app: Router, tls: Option<TlsAcceptor>, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, from)) => {
                let (app, peer, watcher, tls) = (app.clone(), Peer(from.ip()), graceful.watcher(), tls.clone());
                tokio::spawn(async move {
                    // Answers are small and waited for: no gathering.
                    let _ = stream.set_nodelay(true);
                    match tls {
                        None => connection(stream, app, peer, watcher).await,
                        Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                            Ok(Ok(stream)) => connection(stream, app, peer, watcher).await,
                            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                            Err(_) => tracing::debug!("a handshake took too long"),
                        },
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                // Out of file handles, most likely: give the others time to end.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let open = graceful.count();
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!(open, "some requests did not finish in time and were cut");
    }
}

async fn connection<S>(stream: S, app: Router, peer: Peer, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = app.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.map(axum::body::Body::new)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(BUFFER_BYTES);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
}
