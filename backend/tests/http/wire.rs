//! Real connections: what stays usable after a bad request, what is cut, and HTTPS.

use lanterna::clock::{SystemClock, entropy, hex};
use lanterna::demo;
use lanterna::http::state::Settings;
use lanterna::http::tls;
use lanterna::server::{Opened, Options, Server};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

async fn server(settings: Settings) -> Server {
    let data = std::env::temp_dir().join(format!("lanterna-wire-{}", hex(&entropy::<8>().unwrap())));
    let listen = "127.0.0.1:0".parse().unwrap();
    let opened = Opened::open(Options { data, listen, settings, clock: Arc::new(SystemClock) }).await.unwrap();
    demo::seed(opened.store().as_ref(), &SystemClock).await.unwrap();
    opened.serve()
}

/// Says something and reads one answer: its status, and its body as far as its length says.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &str) -> (u16, String) {
    // Whoever is cut off while speaking may still have been answered.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut read = Vec::new();
    loop {
        let head = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = head.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned());
            }
        }
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return (0, head_only(&read));
        }
    }
}

fn head_only(read: &[u8]) -> String {
    String::from_utf8_lossy(read).into_owned()
}

fn post(path: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_connection_stays_usable_after_every_refusal() {
    let server = server(Settings::default()).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for (path, body, status) in [
        ("/v1/devices", "{", 400),
        ("/v1/devices", "{\"install\":1e999}", 400),
        ("/v1/devices", "{\"install\":\"\\ud800\"}", 400),
        ("/v1/session", "{\"name\":\"\\u0000\",\"password\":\"x\"}", 401),
        ("/v1/sync", "{}", 401),
        ("/v1/nothing", "[[[[[[[[", 404),
    ] {
        let (said, answer) = ask(&mut stream, &post(path, body)).await;
        assert_eq!(said, status, "{path} {body}: {answer}");
        assert!(answer.contains("\"code\""), "{answer}");
        assert_eq!(ask(&mut stream, HEALTH).await, (200, "ok\n".to_owned()), "on the same connection, after {path} {body}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_request_is_cut_and_others_go_on() {
    let server = server(Settings::default()).await;
    let large = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(200_000));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: 1\r\n".repeat(5_000));
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000));
    for (text, statuses) in [(large, [431, 0]), (many, [431, 0]), (long, [414, 431]), ("\0\u{1}\u{2}\r\n\r\n".to_owned(), [400, 0])] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let (said, _) = ask(&mut stream, &text).await;
        assert!(statuses.contains(&said), "{said} to {text:.30}");
        // A body that never comes whole: promised, begun and broken off.
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let begun = "POST /v1/devices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"install\":";
        stream.write_all(begun.as_bytes()).await.unwrap();
        drop(stream);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        assert_eq!(ask(&mut stream, HEALTH).await.0, 200);
    }
    server.stop().await;
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/tls").join(name)
}

#[tokio::test]
async fn the_server_speaks_https_by_itself() {
    let settings = Settings { tls: Some(tls::read(&file("cert.pem"), &file("key.pem")).unwrap()), ..Settings::default() };
    assert!(settings.is_https(), "so cookies are secure");
    let server = server(settings).await;
    assert!(server.url().starts_with("https://"));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let mut stream = TlsConnector::from(Arc::new(client)).connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    assert_eq!(ask(&mut stream, HEALTH).await, (200, "ok\n".to_owned()));
    // Who speaks plainly is cut, and nobody else with them.
    let mut plain = TcpStream::connect(server.address()).await.unwrap();
    assert_ne!(ask(&mut plain, HEALTH).await.0, 200);
    assert_eq!(ask(&mut stream, HEALTH).await.0, 200);
    server.stop().await;
}

#[test]
fn files_that_hold_no_certificate_or_key_are_refused_in_words() {
    let said = |cert: &str, key: &str| tls::read(&file(cert), &file(key)).unwrap_err().to_string();
    assert!(said("key.pem", "key.pem").contains("holds no certificate"));
    assert!(said("cert.pem", "cert.pem").contains("holds no private key"));
    assert!(said("gone.pem", "key.pem").contains("gone.pem holds no certificate"));
}
