//! Photos into the server, hashed and synced before each answer, beside reading, hashing, writing and syncing the same bytes; and many at once.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use lanterna_shared::photo::{PhotoHash, PhotoRef};

use super::load::Sender;
use super::memory::{forget_peak, mib, peak};
use super::raw::{Connection, head};
use super::{Row, float};
use crate::support::{Folder, TestServer};

const BYTES: usize = 8 * 1024 * 1024;
const AT_ONCE: usize = 200;
const IN_TURN: usize = 25;

fn base64(text: &str) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // 64 hexadecimal digits: 21 groups of three and one byte more.
    let mut coded = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let symbol = char::from(SYMBOLS[(bits >> (18 - 6 * place)) as usize & 63]);
            coded.push(if place <= group.len() { symbol } else { '=' });
        }
    }
    coded
}

/// A file of the template's bytes but for its first eight.
#[derive(Clone)]
struct File {
    start: [u8; 8],
    rest: Arc<Vec<u8>>,
    hash: PhotoHash,
}

fn files(template: &Arc<Vec<u8>>, from: usize, count: usize) -> Vec<File> {
    (from..from + count)
        .map(|number| {
            let start = (number as u64).to_be_bytes();
            let whole = [start.as_slice(), template].concat();
            File { start, rest: Arc::clone(template), hash: PhotoHash::of(&whole) }
        })
        .collect()
}

/// Tells the server which photos will come.
async fn expect(server: &TestServer, sender: &mut Sender, files: &[File]) {
    let mut connection = Connection::open(server.address()).await;
    for eight in files.chunks(8) {
        let photos = eight.iter().map(|file| {
            let other = |byte: u8| PhotoHash::of(&[file.hash.as_bytes().as_slice(), &[byte]].concat());
            PhotoRef { thumb: other(1), screen: other(2), full: file.hash, alike: None }
        });
        let op = sender.op(photos.collect());
        let body = sender.request(&[op], 0);
        let head = head("POST", "/v1/sync", &sender.secret, "content-type: application/json\r\n", body.len());
        let (status, _, answer) = connection.send(&[&head, &body]).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }
}

async fn upload(connection: &mut Connection, secret: &str, file: &File) {
    let more = format!(
        "tus-resumable: 1.0.0\r\nupload-length: {BYTES}\r\nupload-metadata: sha256 {}\r\ncontent-type: application/offset+octet-stream\r\n",
        base64(&file.hash.to_string())
    );
    let head = head("POST", "/v1/uploads", secret, &more, BYTES);
    let (status, head, answer) = connection.send(&[&head, &file.start, &file.rest]).await;
    assert!(status == 201 && head.contains("lanterna-photo: present"), "{head}{}", String::from_utf8_lossy(&answer));
}

/// `cat` + sha256 + fsync.
fn alone(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).unwrap();
    std::hint::black_box(PhotoHash::of(&bytes));
    let mut file = std::fs::File::create(to).unwrap();
    file.write_all(&bytes).unwrap();
    file.sync_all().unwrap();
}

/// Measures.
pub async fn rows() -> Vec<Row> {
    let folder = Folder::new("bench-ingest");
    let server = TestServer::start(&folder.join("city"));
    let mut dice = lanterna_core::entropy::Entropy::from_seed([3; 32]);
    let template: Arc<Vec<u8>> = Arc::new((0..(BYTES - 8) / 8).flat_map(|_| dice.bits().to_le_bytes()).collect());
    let mut sender = Sender::register(server.address()).await;
    let (in_turn, at_once) = (files(&template, 0, IN_TURN), files(&template, IN_TURN, AT_ONCE));
    expect(&server, &mut sender, &in_turn).await;
    expect(&server, &mut sender, &at_once).await;

    let (from, to) = (folder.join("from"), folder.join("to"));
    std::fs::write(&from, [in_turn[0].start.as_slice(), &template].concat()).unwrap();
    let mut connection = Connection::open(server.address()).await;
    let (mut ours, mut theirs) = (0.0, 0.0);
    for (number, file) in in_turn.iter().enumerate() {
        let start = Instant::now();
        alone(&from, &to.with_extension(number.to_string()));
        theirs += start.elapsed().as_secs_f64();
        let start = Instant::now();
        upload(&mut connection, &sender.secret, file).await;
        ours += start.elapsed().as_secs_f64();
    }
    let mb = float((IN_TURN * BYTES) as u64) / 1e6;
    let (ours, theirs) = (mb / ours, mb / theirs);

    forget_peak(server.process());
    let start = Instant::now();
    let tasks: Vec<_> = at_once
        .into_iter()
        .map(|file| {
            let (address, secret) = (server.address(), sender.secret.clone());
            tokio::spawn(async move { upload(&mut Connection::open(address).await, &secret, &file).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let together = float((AT_ONCE * BYTES) as u64) / 1e6 / start.elapsed().as_secs_f64();
    let beside = format!("{ours:.0} MB/s beside {theirs:.0} MB/s, {IN_TURN} files of 8 MB one after the other");
    vec![
        Row::at_least("photo ingest ÷ cat + sha256 + fsync", ours / theirs, 0.8, "×").beside(beside),
        Row::at_most("200 uploads of 8 MB at once, server's peak memory", mib(peak(server.process())), 64.0, "MiB")
            .beside(format!("{together:.0} MB/s")),
    ]
}
