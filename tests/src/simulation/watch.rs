//! What must hold after every single input to a device, whatever happens around it.

use super::Checked;
use super::city_server::Server;
use super::device::SimDevice;
use super::ledger::{KnownOp, Scene, sql};
use lanterna_core::store::Device;
use lanterna_shared::id::{OpId, ReportId};
use lanterna_shared::op::Op;
use lanterna_shared::photo::PhotoHash;
use rusqlite::OptionalExtension;
use std::collections::{BTreeMap, BTreeSet};

/// An attempt starts within 15 minutes, always (SYNC.md, promise 5).
const PATIENCE_MS: u64 = 15 * 60 * 1_000;

/// What is left over once everything has arrived: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsent {
    /// Ops that were not refused.
    pub(super) ops: usize,
    /// Photos of reports that were not refused, of which something has not arrived.
    pub(super) photos: usize,
}

impl Unsent {
    /// Of a device.
    pub(super) fn of(device: &SimDevice) -> Checked<Self> {
        let count =
            |query: &str| device.look().prepare_cached(query).and_then(|mut found| found.query_row([], |row| row.get(0))).map_err(sql);
        Ok(Self {
            ops: count("SELECT count(*) FROM op WHERE refused_code IS NULL")?,
            photos: count(
                "SELECT count(*) FROM photo p WHERE p.report_id IS NOT NULL AND p.state <> 'broken'
                 AND NOT EXISTS (SELECT 1 FROM op o WHERE o.report_id = p.report_id AND o.refused_code IS NOT NULL)
                 AND (p.state = 'raw' OR EXISTS (SELECT 1 FROM rendition r WHERE r.photo_id = p.photo_id AND r.state = 'made'))",
            )?,
        })
    }

    /// Which photos, in words, for whoever looks for the reason.
    pub(super) fn photos_in_words(device: &SimDevice) -> Checked<String> {
        let mut find = device
            .look()
            .prepare(
                "SELECT group_concat(hex(p.photo_id) || ' ' || p.state || ' raw ' || p.raw_kept || ' ' || coalesce(r.kind || ' ' || r.state, 'none'), '; ')
                 FROM photo p LEFT JOIN rendition r ON r.photo_id = p.photo_id
                 WHERE p.report_id IS NOT NULL AND (p.state = 'raw' OR r.state = 'made')",
            )
            .map_err(sql)?;
        find.query_row([], |row| row.get::<_, Option<String>>(0)).map(Option::unwrap_or_default).map_err(sql)
    }

    /// Whether there is nothing.
    pub(super) fn is_nothing(self) -> bool {
        self.ops == 0 && self.photos == 0
    }
}

/// Looks at one device after an input.
pub(super) fn watch(device: &mut SimDevice, server: &Server, now: u64) -> Checked {
    if !device.is_on() {
        return Ok(());
    }
    ops(device, server)?;
    photos(device, server)?;
    cursors(device)?;
    never_wedged(device, now)
}

/// An op leaves the outbox only after the server has committed what becomes of it, is sent as the same bytes for ever, and is refused only by the
/// server's word.
fn ops(device: &mut SimDevice, server: &Server) -> Checked {
    let mut current: BTreeMap<OpId, (KnownOp, bool)> = BTreeMap::new();
    {
        let mut find =
            device.look().prepare_cached("SELECT op_id, report_id, device_seq, payload, refused_code IS NOT NULL FROM op").map_err(sql)?;
        let mut rows = find.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let id = |column| row.get::<_, [u8; 16]>(column).map_err(sql);
            let (op, report) = (OpId::from_slice(&id(0)?), ReportId::from_slice(&id(1)?));
            let (op, report) = op.zip(report).ok_or("an op without an id")?;
            let payload: String = row.get(3).map_err(sql)?;
            let known = KnownOp { payload: PhotoHash::of(payload.as_bytes()), report, seq: row.get(2).map_err(sql)? };
            if !device.ledger.ops.contains_key(&op) {
                let written: Op = serde_json::from_str(&payload).map_err(|error| format!("op {op} cannot be read: {error}"))?;
                if written.op_id != op || i64::try_from(written.device_seq) != Ok(known.seq) {
                    return Err(format!("op {op} is stored beside another: {payload}"));
                }
            }
            current.insert(op, (known, row.get(4).map_err(sql)?));
        }
    }
    let verdict = |op: &OpId| -> Checked<Option<String>> {
        let mut find = server.look().prepare_cached("SELECT verdict FROM op WHERE op_id = ?1").map_err(sql)?;
        find.query_row([op.as_bytes()], |row| row.get(0)).optional().map_err(sql)
    };
    for op in device.ledger.waiting.iter().filter(|op| !current.contains_key(op)) {
        match verdict(op)?.as_deref() {
            None => return Err(format!("op {op} left the outbox and the server does not know it")),
            Some("rejected") => return Err(format!("op {op} left the outbox although it was refused")),
            Some(_) => {}
        }
    }
    for (op, (known, is_refused)) in &current {
        if device.ledger.ops.get(op).is_some_and(|before| before.payload != known.payload) {
            return Err(format!("op {op} is other bytes than before"));
        }
        let builds_on_refused =
            || current.values().any(|(other, other_refused)| *other_refused && other.report == known.report && other.seq < known.seq);
        if *is_refused && verdict(op)?.as_deref() != Some("rejected") && !builds_on_refused() {
            return Err(format!("op {op} is called refused and the server never said so"));
        }
    }
    device.ledger.waiting = current.keys().copied().collect();
    device.ledger.ops.extend(current.into_iter().map(|(op, (known, _))| (op, known)));
    Ok(())
}

/// A rendition is called present only when the server has it whole, and none is given up.
fn photos(device: &mut SimDevice, server: &Server) -> Checked {
    let present: BTreeSet<PhotoHash> = {
        let conn = device.look();
        let gone: i64 = conn.query_row("SELECT count(*) FROM rendition WHERE state = 'gone'", [], |row| row.get(0)).map_err(sql)?;
        if gone > 0 {
            return Err(format!("{gone} renditions were given up"));
        }
        let mut find = conn.prepare_cached("SELECT DISTINCT hash FROM rendition WHERE state = 'present'").map_err(sql)?;
        let found = find.query_map([], |row| row.get(0).map(PhotoHash::from_bytes)).map_err(sql)?;
        found.collect::<Result<_, _>>().map_err(sql)?
    };
    let install = Device::read(device.look()).map_err(sql)?.install;
    for hash in present.difference(&device.ledger.present) {
        let is_there: bool = server
            .look()
            .query_row(
                "SELECT count(*) > 0 FROM rendition r JOIN device d ON d.jurisdiction = r.jurisdiction AND d.subject_id = r.subject_id
                 WHERE d.install_id = ?1 AND r.sha256 = ?2 AND r.state = 'present'",
                rusqlite::params![install.as_bytes(), hash.as_bytes()],
                |row| row.get(0),
            )
            .map_err(sql)?;
        if !is_there || server.whole.get(hash).map(|bytes| PhotoHash::of(bytes)) != Some(*hash) {
            return Err(format!("rendition {hash} is called present and the server does not have it"));
        }
    }
    device.ledger.present = present;
    Ok(())
}

/// Cursors and rows never go back.
fn cursors(device: &mut SimDevice) -> Checked {
    let cursor: i64 = device.look().query_row("SELECT cursor FROM device", [], |row| row.get(0)).map_err(sql)?;
    if cursor < device.ledger.cursor {
        return Err(format!("the cursor went back from {} to {cursor}", device.ledger.cursor));
    }
    device.ledger.cursor = cursor;
    let versions: Vec<(ReportId, i64)> = {
        let mut find = device.look().prepare_cached("SELECT report_id, version FROM report WHERE version IS NOT NULL").map_err(sql)?;
        let found = find.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?))).map_err(sql)?;
        let found: Vec<([u8; 16], i64)> = found.collect::<Result<_, _>>().map_err(sql)?;
        found.into_iter().filter_map(|(id, version)| Some((ReportId::from_slice(&id)?, version))).collect()
    };
    for (report, version) in versions {
        let before = device.ledger.versions.insert(report, version).unwrap_or(0);
        if version < before {
            return Err(format!("the row of {report} went back from {before} to {version}"));
        }
    }
    Ok(())
}

/// While something waits, a request is under way or the engine has asked to be woken in time.
fn never_wedged(device: &SimDevice, now: u64) -> Checked {
    if !device.settings.automatic || device.needs_restart {
        return Ok(());
    }
    let up_ms = device.up_ms(now);
    let wakes = device.wake_at.is_some_and(|at| at <= up_ms + PATIENCE_MS);
    let unsent = Unsent::of(device)?;
    if unsent.ops > 0 && !wakes && !device.requests.values().any(|of_ops| *of_ops) {
        return Err(format!("{} ops wait, no request is under way and the next wake is {:?} at {up_ms}", unsent.ops, device.wake_at));
    }
    Ok(())
}

/// What a ledger is held against.
pub(super) fn scene<'a>(device: &'a SimDevice, server: &'a Server, rough: &'a super::chance::Roughness) -> Scene<'a> {
    Scene { disk: device.look(), folder: &device.folder, server, rough }
}
