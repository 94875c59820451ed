//! The lane of the ops: registration, `POST /v1/sync`, and what its answer changes.
//!
//! An op leaves the outbox only by a verdict in a reply that parses and echoes its id; everything else (a captive portal's page, a 4xx without our
//! problem code, a cut) is a failure of transport after which the op is sent again, byte for byte. Verdicts, rows and cursor are applied in one
//! transaction.

use serde_json::value::RawValue;

use lanterna_bridge::Event;
use lanterna_shared::id::OpId;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{DeviceRegistered, DeviceRegistration, FIRST_BATCH, FULL_BATCH, PROTOCOL, Row, SyncReply, SyncRequest};

use super::{Engine, Pending, restored};
use crate::effect::{Body, Effect, HttpFailure, HttpReply, HttpRequest, Method, Moment};
use crate::error::StoreError;
use crate::store::{Device, Store};

/// The largest answer that is read, in bytes: a page of changes, and a catalogue with a city's areas.
const MAX_REPLY_BYTES: usize = 16 * 1024 * 1024;
/// Nothing moves for this long: the connection is given up.
pub(super) const STALL_MS: u64 = 20_000;

/// How long an op rests that a reply passed over, in seconds.
const UNANSWERED_S: u32 = 60;

/// A sync request under way.
pub(super) struct InFlight {
    pub(super) ops: Vec<OpId>,
}

pub(super) fn bearer(device: &Device) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", device.secret))
}

/// How long the server asks to wait, in milliseconds, where it does.
pub(super) fn retry_after_ms(reply: &HttpReply) -> Option<u64> {
    reply.header("retry-after")?.trim().parse::<u64>().ok()?.checked_mul(1_000)
}

impl Engine {
    pub(super) fn start_registration(&mut self, device: &Device, _moment: Moment) {
        let enrol = self.enrolling.as_ref().map(|enrolling| enrolling.code);
        let (secret, channel) = (device.secret.clone(), self.settings.channel);
        let registration = DeviceRegistration { install: device.install, secret, channel, enrol };
        let Ok(body) = serde_json::to_string(&registration) else { return };
        let token = self.expect_result(Pending::Register { enrols: enrol.is_some() });
        self.ops_lane.busy = true;
        let request = HttpRequest {
            method: Method::Post,
            path: "/v1/devices".to_owned(),
            headers: Vec::new(),
            body: Body::Json(body),
            max_reply_bytes: 64 * 1024,
            stall_ms: STALL_MS,
        };
        self.effects.push(Effect::Http { token, request });
    }

    pub(super) fn registered(&mut self, enrols: bool, outcome: &Result<HttpReply, HttpFailure>, moment: Moment) {
        self.ops_lane.busy = false;
        let known = match outcome {
            Ok(reply) => reply.status == 200 && serde_json::from_slice::<DeviceRegistered>(&reply.body).is_ok(),
            Err(_) => false,
        };
        if enrols && self.enrolled(outcome, known, moment) {
            return;
        }
        // A code that was given while this was under way still has to go.
        if known && self.enrolling.is_none() && Device::set_registered(self.store.connection(), true).is_ok() {
            self.ops_lane.backoff.reset();
            self.sync_wanted = true;
        } else {
            let wait = outcome.as_ref().ok().and_then(retry_after_ms);
            self.ops_lane.backoff.failed(moment.up_ms, wait, &mut self.entropy);
        }
    }

    pub(super) fn start_sync(&mut self, device: &Device, moment: Moment) -> Result<(), StoreError> {
        let (ops, bytes) = self.batch;
        let batch = Store::batch(self.store.connection(), ops, bytes, |op| self.deferred.contains_key(&op))?;
        let ids = batch.iter().map(|op| op.op).collect();
        let request = SyncRequest {
            protocol: PROTOCOL,
            install: device.install,
            lineage: device.lineage,
            now: moment.wall,
            cursor: device.cursor,
            catalogue: device.catalogue_version.clone(),
            areas_version: device.areas_version.clone(),
            ops: batch.into_iter().filter_map(|op| RawValue::from_string(op.payload).ok()).collect(),
        };
        let body = serde_json::to_string(&request).map_err(|_| StoreError::Unreadable("op"))?;
        let token = self.expect_result(Pending::Sync(InFlight { ops: ids }));
        self.ops_lane.busy = true;
        self.sync_wanted = false;
        self.next_poll_ms = moment.up_ms.saturating_add(self.settings.poll_ms.unwrap_or(0));
        self.arrived.clear();
        let request = HttpRequest {
            method: Method::Post,
            path: "/v1/sync".to_owned(),
            headers: vec![bearer(device)],
            body: Body::Json(body),
            max_reply_bytes: MAX_REPLY_BYTES,
            stall_ms: STALL_MS,
        };
        self.effects.push(Effect::Http { token, request });
        if !self.in_flight_ops().is_empty() {
            self.event(Event::ReportsChanged);
        }
        Ok(())
    }

    /// The ops of the request that is under way.
    pub(super) fn in_flight_ops(&self) -> &[OpId] {
        self.pending
            .values()
            .find_map(|pending| if let Pending::Sync(in_flight) = pending { Some(in_flight.ops.as_slice()) } else { None })
            .unwrap_or(&[])
    }

    pub(super) fn synced(&mut self, in_flight: &InFlight, outcome: &Result<HttpReply, HttpFailure>, moment: Moment) {
        self.ops_lane.busy = false;
        let reply = match outcome {
            Ok(reply) if reply.status == 200 => serde_json::from_slice::<SyncReply>(&reply.body).ok(),
            _ => None,
        };
        if let Some(reply) = reply
            && self.apply(in_flight, &reply, moment).is_ok()
        {
            self.ops_lane.backoff.reset();
            self.batch = FULL_BATCH;
            self.sync_wanted |= reply.more;
            return;
        }
        // Nothing was applied: the same again, later.
        if outcome.as_ref().is_ok_and(|reply| reply.status == 401) {
            // The server does not know us (any more): register again, then send. If this cannot be noted it is tried again all the same.
            let _ = Device::set_registered(self.store.connection(), false);
        }
        let (ops, bytes) = self.batch;
        self.batch = ((ops / 2).max(1), (bytes / 2).max(FIRST_BATCH.1 / FIRST_BATCH.0));
        self.sync_wanted = true;
        let wait = outcome.as_ref().ok().and_then(retry_after_ms);
        self.ops_lane.backoff.failed(moment.up_ms, wait, &mut self.entropy);
        if !in_flight.ops.is_empty() {
            self.event(Event::ReportsChanged);
        }
    }

    fn apply(&mut self, in_flight: &InFlight, reply: &SyncReply, moment: Moment) -> Result<(), StoreError> {
        let mut deferred = Vec::new();
        let mut changed = !in_flight.ops.is_empty();
        let transaction = self.store.begin()?;
        let is_restored = Device::read(&transaction)?.epoch != reply.epoch;
        for answer in &reply.verdicts {
            // A verdict about an op that was not asked about is somebody else's mistake.
            if !in_flight.ops.contains(&answer.op_id) {
                continue;
            }
            match &answer.verdict {
                // It forgot the report that this one is about: both are offered again.
                Verdict::Rejected { code: ProblemCode::Unknown, .. } if is_restored && !Store::is_first(&transaction, answer.op_id)? => {}
                Verdict::Rejected { code, detail } => Store::refuse(&transaction, answer.op_id, *code, detail)?,
                Verdict::Deferred { retry_after_s } => deferred.push((answer.op_id, *retry_after_s)),
                Verdict::Applied | Verdict::Merged | Verdict::Exists | Verdict::Review => Store::finish(&transaction, answer.op_id)?,
            }
        }
        for row in &reply.changes {
            let Row::Report(row) = row;
            changed |= Store::mirror(&transaction, row)?;
        }
        for hash in reply.wanted.iter().filter(|hash| !self.arrived.contains(hash)) {
            Store::set_wanted(&transaction, *hash)?;
        }
        if let Some(catalogue) = &reply.catalogue {
            Device::set_catalogue(&transaction, catalogue)?;
        }
        if is_restored {
            restored::offer_again(&transaction, reply.epoch, &mut self.entropy, moment)?;
            changed = true;
        }
        let cursor = if is_restored { 0 } else { reply.cursor };
        Device::set_progress(&transaction, cursor, moment.wall, reply.server_time)?;
        transaction.commit()?;

        // An op that the reply passes over is sent again, but not at once and for ever.
        let unanswered = in_flight.ops.iter().filter(|op| !reply.verdicts.iter().any(|answer| answer.op_id == **op));
        deferred.extend(unanswered.map(|op| (*op, UNANSWERED_S)));
        for (op, seconds) in deferred {
            self.deferred.insert(op, moment.up_ms.saturating_add(u64::from(seconds.clamp(1, 86_400)) * 1_000));
        }
        self.sync_wanted |= is_restored;
        if reply.catalogue.is_some() {
            self.event(Event::CatalogueChanged);
        }
        if changed {
            self.event(Event::ReportsChanged);
        }
        Ok(())
    }
}
