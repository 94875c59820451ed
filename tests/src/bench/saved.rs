//! "Saved": the camera's file and the report's row, durable, beside one synced file and one full commit.

use std::path::Path;
use std::time::{Duration, Instant};

use lanterna::clock::{Clock, SystemClock};
use lanterna_bridge::{Command, DraftContent, Reply};
use lanterna_core::native::PhotoFolder;
use lanterna_core::{Effect, Engine, Input, Moment, Settings};
use lanterna_shared::report::Channel;
use lanterna_shared::service::ServiceCode;
use rusqlite::Connection;

use super::{Row, median};
use crate::support::{Folder, fixtures};

const ROUNDS: usize = 25;

/// Runs the engine over real files until a command is answered; renditions are left alone.
fn ask(engine: &mut Engine, photos: &PhotoFolder, command: Command, bytes: Option<Vec<u8>>) -> Reply {
    let moment = Moment { wall: SystemClock.now(), up_ms: 0 };
    let mut inputs = vec![Input::Command { ticket: 1, command, bytes }];
    while let Some(input) = inputs.pop() {
        for effect in engine.on(input, moment) {
            match effect {
                Effect::Reply { reply, .. } => return reply,
                Effect::WriteFile { token, name, bytes } => inputs.push(Input::FileWritten { token, outcome: photos.write(&name, &bytes) }),
                _ => {}
            }
        }
    }
    panic!("the engine did not answer");
}

fn save(engine: &mut Engine, photos: &PhotoFolder, photo: &[u8]) -> Duration {
    let Reply::Draft(draft) = ask(engine, photos, Command::NewDraft, None) else { panic!("no draft") };
    let content =
        DraftContent { service: Some(ServiceCode::new("pothole").unwrap()), text: "A hole".to_owned(), ..DraftContent::default() };
    ask(engine, photos, Command::UpdateDraft { draft: draft.draft, content }, None);
    let bytes = photo.to_vec();
    let start = Instant::now();
    let Reply::Draft(_) = ask(engine, photos, Command::AddPhoto { draft: draft.draft }, Some(bytes)) else { panic!("no photo") };
    let Reply::Saved { .. } = ask(engine, photos, Command::Send { draft: draft.draft }, None) else { panic!("not saved") };
    start.elapsed()
}

fn reference(connection: &Connection, path: &Path, photo: &[u8]) -> Duration {
    use std::io::Write as _;
    let start = Instant::now();
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(photo).unwrap();
    file.sync_all().unwrap();
    connection.execute("INSERT INTO report (text) VALUES ('A hole')", []).unwrap();
    start.elapsed()
}

/// Measures both, in turns.
#[must_use]
pub fn rows() -> Vec<Row> {
    let folder = Folder::new("bench-saved");
    let photo = std::fs::read(fixtures::camera_jpeg()).unwrap();
    let photos = PhotoFolder::open(folder.join("photos")).unwrap();
    let settings = Settings { channel: Channel::App, upload_piece_bytes: 1, automatic: false, poll_ms: None };
    let moment = Moment { wall: SystemClock.now(), up_ms: 0 };
    let mut engine = Engine::open(Connection::open(folder.join("lanterna.db")).unwrap(), settings, [7; 32], moment).unwrap();
    let plain = Connection::open(folder.join("plain.db")).unwrap();
    plain.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE report (text TEXT NOT NULL) STRICT").unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        theirs.push(reference(&plain, &folder.join(&format!("{round}.jpg")), &photo));
        ours.push(save(&mut engine, &photos, &photo));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let beside = format!(
        "{:.1} ms beside {:.1} ms, a {:.1} MB photo, medians of {ROUNDS}",
        ms(ours),
        ms(theirs),
        Duration::from_micros(photo.len() as u64).as_secs_f64()
    );
    vec![Row::at_most("saved ÷ (one synced file + one FULL commit)", ours.as_secs_f64() / theirs.as_secs_f64(), 2.0, "×").beside(beside)]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
