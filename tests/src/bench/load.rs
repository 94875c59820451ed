//! Reports in a second: many senders at once over loopback, durable before each answer, group commit behind.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use lanterna::clock::{Clock, SystemClock, entropy};
use lanterna_core::entropy::Entropy;
use lanterna_shared::answer::Answers;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::{InstallId, Lineage, OpId, ReportId};
use lanterna_shared::op::{Op, OpBody, SCHEMA};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::report::{Channel, NewReport, ReportKind};
use lanterna_shared::service::ServiceCode;
use lanterna_shared::wire::{DeviceRegistration, PROTOCOL, SyncRequest};
use serde_json::value::RawValue;

use super::memory::{forget_peak, mib, peak};
use super::raw::{Connection, head};
use super::{Row, float};
use crate::support::{Folder, TestServer};

const SENDERS: usize = 50;

/// Somebody who is known to the server, with everything that they will say.
pub(super) struct Sender {
    pub secret: String,
    pub install: InstallId,
    lineage: Lineage,
    dice: Entropy,
    seq: u64,
}

impl Sender {
    pub async fn register(server: SocketAddr) -> Self {
        let mut dice = Entropy::from_seed(entropy().unwrap());
        let now = SystemClock.now();
        let (install, lineage) = (InstallId::mint(now, dice.bytes()), Lineage::mint(now, dice.bytes()));
        let secret = PhotoHash::from_bytes(dice.bytes()).to_string();
        let body = serde_json::to_vec(&DeviceRegistration { install, secret: secret.clone(), channel: Channel::App, enrol: None }).unwrap();
        let head = head("POST", "/v1/devices", &secret, "content-type: application/json\r\n", body.len());
        let (status, _, answer) = Connection::open(server).await.send(&[&head, &body]).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        Self { secret, install, lineage, dice, seq: 0 }
    }

    pub fn op(&mut self, photos: Vec<lanterna_shared::photo::PhotoRef>) -> Op {
        let now = SystemClock.now();
        self.seq += 1;
        let position = Position::from_degrees(44.41, 8.93, Some(9.0), PositionSource::Gps).unwrap();
        let new = NewReport {
            report: ReportId::mint(now, self.dice.bytes()),
            receipt: ReceiptCode::mint(self.dice.bits()),
            kind: ReportKind::Report,
            service: ServiceCode::new("pothole").unwrap(),
            text: "A hole before the school, as deep as a hand, on the side of the sea; somebody fell there last night and was hurt"
                .to_owned(),
            answers: Answers::new(),
            position: Some(position),
            sent_at: now,
            photos,
            joins: None,
            follow: Some(FollowSecret::mint(self.dice.bytes()).hash()),
        };
        let body = OpBody::CreateReport(new);
        Op {
            op_id: OpId::mint(now, self.dice.bytes()),
            device_seq: self.seq,
            schema: SCHEMA,
            at: now,
            up_ms: 1,
            base: None,
            after: None,
            body,
        }
    }

    /// One request with these ops; `cursor` is far enough to fetch nothing but what they changed.
    pub fn request(&self, ops: &[Op], cursor: u64) -> Vec<u8> {
        let ops: Vec<_> = ops.iter().map(|op| RawValue::from_string(serde_json::to_string(op).unwrap()).unwrap()).collect();
        let (install, lineage, now) = (self.install, self.lineage, SystemClock.now());
        serde_json::to_vec(&SyncRequest { protocol: PROTOCOL, install, lineage, now, cursor, catalogue: None, areas_version: None, ops })
            .unwrap()
    }
}

struct Measured {
    ops_a_second: f64,
    p99: Duration,
    fsyncs_a_thousand: f64,
    jobs: String,
}

async fn commits(server: &TestServer) -> u64 {
    let text = crate::support::http_client().get(format!("{}/metrics", server.url())).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("lanterna_commits_total ")).unwrap_or_else(|| panic!("{text}"));
    line.trim().parse().unwrap()
}

/// What the server's process has worked so far, on all cores.
fn worked(server: &TestServer) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.process())).unwrap();
    // Behind the name, which may hold spaces: fields 14 and 15 of the whole are user and system time in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let hundredths: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(hundredths * 10)
}

/// What a catalogue that the sender has already looks like in a request, so that it is not sent each time.
async fn catalogue_version(server: SocketAddr, sender: &Sender) -> String {
    let body = sender.request(&[], 0);
    let head = head("POST", "/v1/sync", &sender.secret, "content-type: application/json\r\n", body.len());
    let (status, _, answer) = Connection::open(server).await.send(&[&head, &body]).await;
    assert_eq!(status, 200);
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    answer["catalogue"]["version"].as_str().unwrap().to_owned()
}

async fn measure(requests: usize, ops_each: usize) -> Measured {
    let folder = Folder::new("bench-load");
    let server = TestServer::start(&folder.join("city"));
    let address = server.address();
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        senders.push(Sender::register(address).await);
    }
    let version = catalogue_version(address, &senders[0]).await;
    let mut work = Vec::new();
    for mut sender in senders {
        let mut bodies = Vec::with_capacity(requests);
        for _ in 0..requests {
            let ops: Vec<Op> = (0..ops_each).map(|_| sender.op(Vec::new())).collect();
            let mut body = sender.request(&ops, 0);
            // The cursor is filled in when it is known, at a fixed width.
            body.pop();
            body.extend(format!(",\"catalogue\":\"{version}\"}}").into_bytes());
            bodies.push(body);
        }
        work.push((sender, bodies));
    }
    let (before, worked_before) = (commits(&server).await, worked(&server));
    let start = Instant::now();
    let tasks: Vec<_> = work
        .into_iter()
        .map(|(sender, bodies)| {
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await;
                let (mut times, mut cursor) = (Vec::with_capacity(bodies.len()), 0_u64);
                for body in bodies {
                    // `"cursor":0` stands once in a request's beginning; what follows is moved by the digits of the true one.
                    let at = body.windows(10).position(|window| window == b"\"cursor\":0").unwrap() + 9;
                    let digits = cursor.to_string();
                    let head =
                        head("POST", "/v1/sync", &sender.secret, "content-type: application/json\r\n", body.len() - 1 + digits.len());
                    let sent = Instant::now();
                    let (status, _, answer) =
                        connection.send(&[&[head.as_slice(), &body[..at], digits.as_bytes(), &body[at + 1..]].concat()]).await;
                    times.push(sent.elapsed());
                    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
                    let verdicts =
                        answer["verdicts"].as_array().map_or(0, |all| all.iter().filter(|one| one["verdict"] == "applied").count());
                    assert!(status == 200 && verdicts > 0, "{status} {answer}");
                    cursor = answer["cursor"].as_u64().unwrap();
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let took = start.elapsed();
    let (commits, worked) = (commits(&server).await - before, worked(&server).saturating_sub(worked_before));
    let ops = float((SENDERS * requests * ops_each) as u64);
    times.sort_unstable();
    Measured {
        ops_a_second: ops / took.as_secs_f64(),
        p99: times[times.len() * 99 / 100],
        fsyncs_a_thousand: float(commits) / ops * 1e3,
        jobs: format!(
            "{SENDERS} senders × {requests} requests × {ops_each} ops, {commits} commits in {:.1} s, {:.0} µs of the server's cores an op",
            took.as_secs_f64(),
            worked.as_secs_f64() * 1e6 / ops
        ),
    }
}

/// One op a request, as a street full of phones sends, and eight, as phones do that come out of a tunnel. With 50 senders that is as many ops on
/// their way as can be answered within the p99 at the rate that is asked for.
pub async fn rows() -> Vec<Row> {
    let (single, batched) = (measure(300, 1).await, measure(150, 8).await);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    vec![
        Row::at_least("report ops a second, 8 a request", batched.ops_a_second, 10_000.0, "ops/s").beside(batched.jobs),
        Row::at_most("  p99 of a request", ms(batched.p99), 50.0, "ms"),
        Row::at_most("  commits (one fsync each) a thousand ops", batched.fsyncs_a_thousand, 4.0, "commits"),
        Row::at_least("report ops a second, one a request", single.ops_a_second, 10_000.0, "ops/s").beside(single.jobs),
        Row::at_most("  p99 of a request", ms(single.p99), 50.0, "ms"),
        Row::at_most("  commits (one fsync each) a thousand ops", single.fsyncs_a_thousand, 4.0, "commits"),
    ]
}

/// The server's memory while senders send.
pub async fn memory() -> Vec<Row> {
    let folder = Folder::new("bench-memory");
    let server = TestServer::start(&folder.join("city"));
    let mut sender = Sender::register(server.address()).await;
    forget_peak(server.process());
    let mut connection = Connection::open(server.address()).await;
    for _ in 0..50 {
        let ops: Vec<Op> = (0..1_000).map(|_| sender.op(Vec::new())).collect();
        let body = sender.request(&ops, u64::from(u32::MAX));
        let head = head("POST", "/v1/sync", &sender.secret, "content-type: application/json\r\n", body.len());
        let (status, _, answer) = connection.send(&[&head, &body]).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }
    vec![Row::at_most("server under load, peak memory", mib(peak(server.process())), 64.0, "MiB").beside("50,000 ops in requests of 1,000")]
}
