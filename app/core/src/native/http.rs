//! Requests: TLS with built-in roots, bodies compressed, answers bounded, and time-outs on stalls instead of totals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use rustls::{ClientConfig, RootCertStore};

use super::files::PhotoFolder;
use super::home::HostError;
use crate::effect::{Body, HttpFailure, HttpReply, HttpRequest, Method};

/// JSON bodies from this size on are compressed.
const COMPRESS_FROM_BYTES: usize = 1024;
/// How a body is handed to the connection: each piece taken is a sign of life.
const CHUNK_BYTES: usize = 64 * 1024;
/// How often a request is looked at for signs of life.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The headers that the engine reads.
const HEADERS: [&str; 5] = ["location", "upload-offset", "retry-after", "lanterna-photo", "content-type"];

/// Makes requests to one server.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    server: String,
    photos: PhotoFolder,
}

impl Client {
    /// A client for the server at `server` (no trailing slash).
    ///
    /// # Errors
    /// [`HostError::Network`] when TLS cannot be set up.
    pub fn new(server: String, photos: PhotoFolder) -> Result<Self, HostError> {
        let failed = |error: &dyn std::error::Error| HostError::Network(error.to_string());
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let inner = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("lanterna-device/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .no_proxy()
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { inner, server, photos })
    }

    /// Makes one request and reads its answer.
    ///
    /// # Errors
    /// [`HttpFailure`]; an answer of any status is none.
    pub async fn run(&self, request: HttpRequest) -> Result<HttpReply, HttpFailure> {
        let life = Arc::new(AtomicU64::new(0));
        let stall = Duration::from_millis(request.stall_ms);
        let work = self.exchange(request, &life);
        tokio::pin!(work);
        let (mut seen, mut quiet) = (0, Duration::ZERO);
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                () = tokio::time::sleep(LOOK_EVERY) => {
                    let signs = life.load(Ordering::Relaxed);
                    quiet = if signs == seen { quiet + LOOK_EVERY } else { Duration::ZERO };
                    seen = signs;
                    if quiet >= stall {
                        return Err(HttpFailure::Stalled);
                    }
                }
            }
        }
    }

    async fn exchange(&self, request: HttpRequest, life: &Arc<AtomicU64>) -> Result<HttpReply, HttpFailure> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut builder = self.inner.request(method, format!("{}{}", self.server, request.path));
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        builder = match request.body {
            Body::Empty => builder,
            Body::Json(json) => {
                let builder = builder.header("content-type", "application/json");
                if json.len() >= COMPRESS_FROM_BYTES {
                    let packed = zstd::encode_all(json.as_bytes(), 3).map_err(|_| HttpFailure::Broken)?;
                    with_body(builder.header("content-encoding", "zstd"), packed, life)
                } else {
                    with_body(builder, json.into_bytes(), life)
                }
            }
            Body::FilePiece { name, offset, length } => {
                let bytes = self.photos.read_piece(&name, offset, length).map_err(|_| HttpFailure::FileUnreadable)?;
                with_body(builder, bytes, life)
            }
        };
        let mut response =
            builder.send().await.map_err(|error| if error.is_timeout() { HttpFailure::Stalled } else { HttpFailure::Unreachable })?;
        life.fetch_add(1, Ordering::Relaxed);
        let text = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(|value| (name.to_owned(), value.to_owned()))
        };
        let (status, headers) = (response.status().as_u16(), HEADERS.into_iter().filter_map(text).collect());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| HttpFailure::Broken)? {
            life.fetch_add(1, Ordering::Relaxed);
            if body.len() + chunk.len() > request.max_reply_bytes {
                return Err(HttpFailure::Broken);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpReply { status, headers, body })
    }
}

fn with_body(builder: reqwest::RequestBuilder, bytes: Vec<u8>, life: &Arc<AtomicU64>) -> reqwest::RequestBuilder {
    let life = Arc::clone(life);
    let length = bytes.len();
    let chunks = stream::unfold(Bytes::from(bytes), move |mut rest| {
        life.fetch_add(1, Ordering::Relaxed);
        let chunk = rest.split_to(rest.len().min(CHUNK_BYTES));
        std::future::ready((!chunk.is_empty()).then_some((Ok::<_, std::io::Error>(chunk), rest)))
    });
    builder.header("content-length", length).body(reqwest::Body::wrap_stream(chunks))
}
