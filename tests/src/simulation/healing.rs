//! The end of a run: everything is repaired, nobody acts any more, and what was promised must come true by itself and in bounded time.

use super::Checked;
use super::chance::Roughness;
use super::city_server::Server;
use super::ledger::{Asked, Known, sql};
use super::network::Weather;
use super::watch::Unsent;
use super::world::World;
use lanterna::store::sqlite::{check, pull};
use lanterna_bridge::Command;
use lanterna_core::store::{Device, Store};
use lanterna_shared::id::{ReportId, SubjectId};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::wire::Row;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Within so long everything arrives: some waits of at most 15 minutes each.
const ARRIVES_MS: u64 = 3 * 3_600_000;
/// Within so long the last changes come down once they are asked for.
const ASKED_MS: u64 = 10 * 60_000;

type Triple = ([u8; 32], [u8; 32], [u8; 32]);

/// The photos that the server has of a report, in their order.
pub(super) fn photos_at_server(conn: &Connection, report: ReportId) -> Checked<Vec<Triple>> {
    let mut find =
        conn.prepare_cached("SELECT thumb, screen, \"full\" FROM report_photo WHERE report_id = ?1 ORDER BY ordinal").map_err(sql)?;
    let found = find.query_map([report.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(sql)?;
    found.collect::<Result<_, _>>().map_err(sql)
}

impl World {
    /// Repairs everything and waits until all has arrived; then compares.
    pub(super) fn heal(&mut self) -> Checked {
        self.tell("everything is repaired");
        self.is_healed = true;
        self.rough = Roughness { slowest_ms: 300, ..Roughness::default() };
        if !self.server.is_up() {
            self.server.boot()?;
        }
        self.devices.iter_mut().for_each(|device| device.weather = Weather::Usual);
        // Who is suspended is left to wake up.
        let awake = self.devices.iter().map(|device| device.paused_until).max().unwrap_or(0).max(self.now);
        while self.step(awake)? {}
        self.now = awake;
        for number in 0..self.devices.len() {
            let device = &self.devices[number];
            if !device.is_on() || device.needs_restart {
                self.kill(number);
            }
        }
        let until = self.now + ARRIVES_MS;
        self.step(self.now + 2_000)?;
        while self.devices.iter().any(|device| !device.is_on()) {
            if !self.step(until)? {
                return Err("a device does not start".to_owned());
            }
        }
        for number in 0..self.devices.len() {
            if !self.devices[number].settings.automatic {
                self.give(number, Asked::Nudge, Command::SyncNow, None)?;
            }
        }
        while let Some((number, unsent)) = self.unsent()? {
            if !self.step(until)? {
                let photos = Unsent::photos_in_words(&self.devices[number])?;
                return Err(format!("device {number} still has {unsent:?} after {} min without trouble: {photos}", ARRIVES_MS / 60_000));
            }
        }
        self.tell("everything has arrived");
        // What was on its way comes to rest before the last question is asked.
        self.rest()?;
        for number in 0..self.devices.len() {
            self.give(number, Asked::Nudge, Command::SyncNow, None)?;
        }
        self.rest()?;
        self.compare()
    }

    fn rest(&mut self) -> Checked {
        let until = self.now + ASKED_MS;
        while self.is_moving() {
            if !self.step(until)? {
                break;
            }
        }
        Ok(())
    }

    fn unsent(&self) -> Checked<Option<(usize, Unsent)>> {
        for device in &self.devices {
            let unsent = Unsent::of(device)?;
            if !unsent.is_nothing() {
                return Ok(Some((device.number, unsent)));
            }
        }
        Ok(None)
    }

    /// Holds every device against the server, and the server against all of them.
    fn compare(&mut self) -> Checked {
        let (mut reports, mut ops, mut photos) = (0, 0, 0);
        for number in 0..self.devices.len() {
            self.give(number, Asked::Reports, Command::Reports, None)?;
            self.with_ledger(number, |ledger, scene| ledger.files_are_there(scene))?;
            let device = &self.devices[number];
            let here = |what: String| format!("device {number}: {what}");
            let subject = subject(&self.server, device.look())?;
            for (id, known) in &device.ledger.reports {
                let is_refused = device.ledger.ops.iter().any(|(op, kept)| kept.report == *id && device.ledger.waiting.contains(op));
                if is_refused == known.is_acceptable() {
                    return Err(here(format!("{id} (accepted: {}) has ops in the outbox: {is_refused}", known.is_acceptable())));
                }
                let withdrawn = device.ledger.withdrawn.contains(id);
                if known.is_acceptable() {
                    report_is_there(&self.server, device.look(), subject, *id, known, withdrawn).map_err(here)?;
                    reports += 1;
                    photos += photos_at_server(self.server.look(), *id)?.len();
                }
            }
            ops += ops_are_there(&self.server, device).map_err(here)?;
            mirror_is_equal(&self.server, device.look(), subject).map_err(here)?;
        }
        self.summary.photos = photos;
        self.summary.ops = ops;
        server_is_sound(&self.server, reports, ops, photos)
    }
}

fn subject(server: &Server, disk: &Connection) -> Checked<SubjectId> {
    let install = Device::read(disk).map_err(sql)?.install;
    let found = server
        .look()
        .query_row("SELECT subject_id FROM device WHERE install_id = ?1", [install.as_bytes()], |row| row.get::<_, [u8; 16]>(0));
    SubjectId::from_slice(&found.map_err(|_| "a device that the server does not know".to_owned())?).ok_or_else(|| "no subject".to_owned())
}

/// A saved report is at the server as it was written, once, of the right person, with its photos, and taken back if it was.
fn report_is_there(server: &Server, disk: &Connection, subject: SubjectId, id: ReportId, known: &Known, withdrawn: bool) -> Checked {
    let stored = Store::report(disk, id).map_err(sql)?.ok_or_else(|| format!("{id} is gone from its device"))?;
    let position = known.content.position.as_ref();
    let expected = (
        *subject.as_bytes(),
        known.content.service.as_ref().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        stored.receipt.to_string(),
        stored.sent_at.as_millis(),
        withdrawn,
        known.content.text.clone(),
        (position.map(lanterna_shared::position::Position::lat_e7), position.map(lanterna_shared::position::Position::lon_e7)),
    );
    let mut find = server
        .look()
        .prepare_cached(
            "SELECT r.subject_id, r.service, r.receipt, r.sent_at, r.withdrawn_at IS NOT NULL, t.text, t.lat_e7, t.lon_e7
             FROM report r JOIN report_content t ON t.jurisdiction = r.jurisdiction AND t.report_id = r.report_id WHERE r.report_id = ?1",
        )
        .map_err(sql)?;
    let found = find
        .query_map([id.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, (row.get(6)?, row.get(7)?)))
        })
        .map_err(sql)?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(sql)?;
    if found != [expected.clone()] {
        return Err(format!("{id} is at the server as {found:?} where it was sent as {expected:?}"));
    }
    let mut wanted: Vec<Triple> =
        known.photo_refs().iter().map(|photo| (*photo.thumb.as_bytes(), *photo.screen.as_bytes(), *photo.full.as_bytes())).collect();
    let mut there = photos_at_server(server.look(), id)?;
    // The same picture twice is one photo or two, as its renditions were ready: a photo is known by its bytes.
    wanted.sort_unstable();
    wanted.dedup();
    there.sort_unstable();
    there.dedup();
    if wanted != there {
        return Err(format!("{id} has {} photos at the server where it has {} here", there.len(), wanted.len()));
    }
    Ok(())
}

/// Every op that ever waited has its verdict at the server, over the same bytes, and their numbers have no gaps. Returns how many are there.
fn ops_are_there(server: &Server, device: &super::device::SimDevice) -> Checked<usize> {
    let mut seqs: Vec<i64> = device.ledger.ops.values().map(|op| op.seq).collect();
    seqs.sort_unstable();
    if !seqs.iter().copied().eq(1..=i64::try_from(seqs.len()).unwrap()) {
        return Err(format!("the ops' numbers have gaps: {seqs:?}"));
    }
    let mut there = 0;
    let mut find = server.look().prepare_cached("SELECT payload_sha256, verdict FROM op WHERE op_id = ?1").map_err(sql)?;
    for (id, op) in &device.ledger.ops {
        let found =
            find.query_map([id.as_bytes()], |row| Ok((PhotoHash::from_bytes(row.get(0)?), row.get::<_, String>(1)?))).map_err(sql)?;
        let found: Vec<_> = found.collect::<Result<_, _>>().map_err(sql)?;
        let is_refused = device.ledger.reports.get(&op.report).is_none_or(|known| !known.is_acceptable());
        match &found[..] {
            // What builds on a refused op may stay on the device.
            [] if is_refused => {}
            [(payload, verdict)] if *payload == op.payload && (verdict == "rejected") == is_refused => there += 1,
            _ => return Err(format!("op {id} ({op:?}, refused: {is_refused}) is at the server as {found:?}")),
        }
    }
    Ok(there)
}

/// The device shows of every report what the server has of it, and no cursor is behind.
fn mirror_is_equal(server: &Server, disk: &Connection, subject: SubjectId) -> Checked {
    let pull = server.read(|conn, city| pull::pull(conn, city, subject, 0))?;
    let there: BTreeMap<_, _> = pull.changes.into_iter().map(|Row::Report(row)| (row.report, row)).collect();
    let here: BTreeMap<_, _> =
        Store::reports(disk, 2_000).map_err(sql)?.into_iter().filter_map(|report| Some((report.report, report.row?))).collect();
    if there != here {
        return Err(format!("the server has {there:?} and the device shows {here:?}"));
    }
    if !pull.wanted.is_empty() {
        return Err(format!("{} renditions never arrived", pull.wanted.len()));
    }
    let cursor = Device::read(disk).map_err(sql)?.cursor;
    if there.values().any(|row| row.version > cursor) {
        return Err(format!("the cursor is {cursor}, behind {there:?}"));
    }
    Ok(())
}

/// Nothing is at the server but what the devices sent, each thing once, and every photo is what its name says.
fn server_is_sound(server: &Server, reports: i64, ops: usize, photos: usize) -> Checked {
    let faults = server.read(|conn, _| check::check(conn))?.faults;
    if !faults.is_empty() {
        return Err(format!("the server finds fault with itself: {faults:?}"));
    }
    let photos = i64::try_from(photos).unwrap();
    let counts = [
        ("SELECT count(*) FROM report", reports),
        ("SELECT count(*) FROM \"case\"", reports),
        ("SELECT last_case_number FROM jurisdiction", reports),
        ("SELECT count(*) FROM op", i64::try_from(ops).unwrap()),
        ("SELECT count(*) FROM op_quarantine", 0),
        ("SELECT count(*) FROM report_photo", photos),
        ("SELECT coalesce(sum(photos), 0) FROM \"case\"", photos),
        ("SELECT count(*) FROM upload", 0),
        ("SELECT count(*) FROM timeline WHERE move = 'withdraw'", withdrawals(server)?),
    ];
    for (query, expected) in counts {
        let found: i64 = server.look().query_row(query, [], |row| row.get(0)).map_err(sql)?;
        if found != expected {
            return Err(format!("{query} = {found} where {expected} was expected"));
        }
    }
    if !server.staged.is_empty() {
        return Err(format!("{} uploads left bytes behind", server.staged.len()));
    }
    let mut find = server.look().prepare("SELECT sha256, state, size_bytes FROM rendition").map_err(sql)?;
    let found = find.query_map([], |row| Ok((PhotoHash::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?))).map_err(sql)?;
    for rendition in found {
        let (hash, state, size): (PhotoHash, String, i64) = rendition.map_err(sql)?;
        let is_whole = server.whole.get(&hash).is_some_and(|bytes| i64::try_from(bytes.len()) == Ok(size) && PhotoHash::of(bytes) == hash);
        if state != "present" || !is_whole {
            return Err(format!("rendition {hash} is {state} with {size} bytes, whole: {is_whole}"));
        }
    }
    Ok(())
}

fn withdrawals(server: &Server) -> Checked<i64> {
    server.look().query_row("SELECT count(*) FROM report WHERE withdrawn_at IS NOT NULL", [], |row| row.get(0)).map_err(sql)
}
