//! What a device and the server say to each other, counted on the wire: bodies, native client.

use std::path::Path;
use std::time::Duration;

use lanterna::clock::{Clock, SystemClock, entropy};
use lanterna_bridge::{Command, Draft, DraftContent, Event, Reply, Status, SyncActivity};
use lanterna_core::Settings;
use lanterna_core::entropy::Entropy;
use lanterna_core::native::{Home, Host};
use lanterna_core::store::{Device, Store, StoredReport};
use lanterna_shared::answer::Answers;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::{OpId, ReportId};
use lanterna_shared::op::{Op, OpBody, SCHEMA};
use lanterna_shared::photo::{PhotoHash, PhotoRef};
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::report::{Channel, NewReport, ReportKind};
use lanterna_shared::service::ServiceCode;
use rusqlite::Connection;

use super::meter::Meter;
use super::{Row, float};
use crate::support::{Folder, TestServer, fixtures};

const SETTINGS: Settings = Settings { channel: Channel::App, upload_piece_bytes: 4 * 1024 * 1024, automatic: false, poll_ms: None };
/// 120 characters, of a language and none twice alike, as people write.
const WORDS: [&str; 16] = [
    "buca",
    "profonda",
    "davanti",
    "scuola",
    "marciapiede",
    "lampione",
    "spento",
    "acqua",
    "strada",
    "angolo",
    "pericolo",
    "bambini",
    "notte",
    "asfalto",
    "rotto",
    "fermata",
];

fn described(dice: &mut Entropy) -> String {
    let mut text = String::new();
    while text.chars().count() < 120 {
        text.push_str(WORDS[usize::try_from(dice.between(0, 15)).unwrap()]);
        text.push(' ');
    }
    text.chars().take(120).collect()
}

/// Puts `count` reports into the outbox, each with a description, a position and one photo, as "send" does.
pub(super) fn queue(home: &Path, count: usize) {
    let mut dice = Entropy::from_seed(entropy().unwrap());
    let now = SystemClock.now();
    let connection = Connection::open(home.join("lanterna.db")).unwrap();
    let mut store = Store::open(connection, now, &mut dice).unwrap();
    let transaction = store.begin().unwrap();
    for _ in 0..count {
        let mut degrees = |middle: f64| middle + (float(dice.between(0, 400_000)) - 200_000.0) / 1e7;
        let position = Position::from_degrees(degrees(44.41), degrees(8.93), Some(9.0), PositionSource::Gps).unwrap();
        let mut hash = || PhotoHash::from_bytes(dice.bytes());
        let (thumb, screen, full) = (hash(), hash(), hash());
        let photo = PhotoRef { thumb, screen, full, alike: Some(PerceptualHash::from_bits(dice.bits())) };
        let follow = FollowSecret::mint(dice.bytes());
        let new = NewReport {
            report: ReportId::mint(now, dice.bytes()),
            receipt: ReceiptCode::mint(dice.bits()),
            kind: ReportKind::Report,
            service: ServiceCode::new("pothole").unwrap(),
            text: described(&mut dice),
            answers: Answers::new(),
            position: Some(position),
            sent_at: now,
            photos: vec![photo],
            joins: None,
            follow: Some(follow.hash()),
        };
        let report = StoredReport {
            report: new.report,
            receipt: new.receipt,
            service: new.service.clone(),
            text: new.text.clone(),
            position: new.position,
            sent_at: now,
            withdrawn: false,
            row: None,
            follow: Some(follow),
            answers: Answers::new(),
        };
        Store::add_report(&transaction, &report).unwrap();
        let op = Op {
            op_id: OpId::mint(now, dice.bytes()),
            device_seq: Device::take_seq(&transaction).unwrap(),
            schema: SCHEMA,
            at: now,
            up_ms: dice.between(0, 10_000_000),
            base: None,
            after: None,
            body: OpBody::CreateReport(new),
        };
        Store::record(&transaction, &op).unwrap();
    }
    transaction.commit().unwrap();
    store.close().unwrap();
}

pub(super) fn open(home: &Path) -> Host {
    Host::open(home, SETTINGS).unwrap()
}

pub(super) async fn ask(host: &mut Host, command: Command) -> Reply {
    match host.call(command, None).await.0 {
        Reply::Refused(refusal) => panic!("{}", refusal.detail),
        reply => reply,
    }
}

/// Sends and fetches until nothing is left.
pub(super) async fn sync(host: &mut Host) {
    let status = |reply| if let Reply::Status(Status { sync, .. }) = reply { sync } else { panic!("no status") };
    let before = status(ask(host, Command::Status).await).last_success;
    ask(host, Command::SyncNow).await;
    for _ in 0..10_000 {
        let now = status(ask(host, Command::Status).await);
        if now.last_success != before && now.activity == SyncActivity::Idle && now.ops_waiting == 0 && now.photos_waiting == 0 {
            return;
        }
        host.run_for(Duration::from_millis(50)).await;
    }
    panic!("the sync does not come to an end");
}

/// Saves one report with that photo and waits for its renditions.
pub(super) async fn capture(host: &mut Host, photo: Vec<u8>) -> ReportId {
    let Reply::Draft(Draft { draft, .. }) = ask(host, Command::NewDraft).await else { panic!("no draft") };
    let (Reply::Draft(_), _) = host.call(Command::AddPhoto { draft }, Some(photo)).await else { panic!("no photo") };
    while !host.run_for(Duration::from_mins(1)).await.contains(&Event::DraftChanged { draft }) {}
    let content =
        DraftContent { service: Some(ServiceCode::new("pothole").unwrap()), text: "A hole".to_owned(), ..DraftContent::default() };
    ask(host, Command::UpdateDraft { draft, content }).await;
    let Reply::Saved { report, .. } = ask(host, Command::Send { draft }).await else { panic!("not saved") };
    report
}

/// A device that has met the server through a meter.
pub(super) async fn met(folder: &Folder, name: &str, meter: &Meter) -> std::path::PathBuf {
    let home = folder.join(name);
    Home::open(&home).unwrap().set_server(&meter.url()).unwrap();
    let mut host = open(&home);
    sync(&mut host).await;
    home
}

/// Runs the engine until nothing of its own is left to say.
async fn until_said(host: &mut Host) {
    while !matches!(ask(host, Command::Status).await, Reply::Status(status) if status.sync.ops_waiting == 0 && status.sync.activity == SyncActivity::Idle)
    {
        host.run_for(Duration::from_millis(20)).await;
    }
}

/// A request with ops is larger than this; one that only fetches a page is smaller.
const WITH_OPS_BYTES: u64 = 1_000;

/// Counts.
pub async fn rows() -> Vec<Row> {
    let folder = Folder::new("bench-wire");
    let server = TestServer::start(&folder.join("city"));
    let meter = Meter::start(server.address()).await;

    let home = met(&folder, "queued", &meter).await;
    queue(&home, 1_000);
    meter.take();
    let mut host = open(&home);
    ask(&mut host, Command::SyncNow).await;
    until_said(&mut host).await;
    let queued: Vec<u64> = meter.take().requests.into_iter().filter(|bytes| *bytes > WITH_OPS_BYTES).collect();
    let queued_bytes: u64 = queued.iter().sum();

    let home = met(&folder, "photo", &meter).await;
    let mut host = open(&home);
    let report = capture(&mut host, std::fs::read(fixtures::camera_jpeg()).unwrap()).await;
    let Reply::Outbox(outbox) = ask(&mut host, Command::Outbox).await else { panic!("no outbox") };
    meter.take();
    sync(&mut host).await;
    let photos = meter.take();
    sync(&mut host).await;
    let nothing = meter.take();
    // Sending is on since the first sync: the edit goes out by itself.
    ask(&mut host, Command::Withdraw { report }).await;
    until_said(&mut host).await;
    let edit = meter.take();
    let count = |requests: &[u64]| float(requests.len() as u64);
    vec![
        Row::at_most("1,000 queued reports, requests", count(&queued), 2.0, "requests").beside("pages pulled not counted"),
        Row::at_most("  bytes up a report", float(queued_bytes) / 1_000.0, 260.0, "bytes")
            .beside(format!("{queued_bytes} bytes in all, zstd")),
        Row::at_most("sync with nothing to do, requests", count(&nothing.requests), 1.0, "requests"),
        Row::at_most("  bytes both ways", float(nothing.up + nothing.down), 300.0, "bytes")
            .beside(format!("{} up, {} down", nothing.up, nothing.down)),
        Row::at_most("one edit of a report with photos, requests", count(&edit.requests), 1.0, "requests").beside("withdraw"),
        Row::at_most("  bytes up", float(edit.up), 400.0, "bytes"),
        Row::at_most("a report with a photo on the wire ÷ its bytes", float(photos.all_up) / float(outbox.bytes), 1.005, "×")
            .beside(format!("{} bytes up, heads and all, for {} in {} requests", photos.all_up, outbox.bytes, photos.requests.len())),
    ]
}
