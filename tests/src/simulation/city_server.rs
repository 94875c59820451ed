//! The server: the real store on one database, and between it and the wire what the HTTP layer does, without HTTP.
//!
//! A request is handled whole before the next, but for a sync: its ops are committed first, and what changed is read a moment later, as the writer and
//! the readers of a real server do. A transaction may be cut off before its commit, or after it and before anybody was answered.

use super::chance::{Chance, Roughness};
use super::memory::Disk;
use super::network::Sent;
use super::{Checked, START};
use lanterna::http::access::{is_secret, scope, secret_hash};
use lanterna::store::batch::{Device, OpBatch, PreparedOp};
use lanterna::store::catalogue::{AreaImport, Retire};
use lanterna::store::city::{City, CitySetup};
use lanterna::store::error::StoreError;
use lanterna::store::rules::NewRules;
use lanterna::store::sqlite::{batch, catalogue, city, detail, device, moving, open, pull, queue, rules, staff};
use lanterna::store::staff::{CaseScope, MoveOutcome, NewStaff, Staff, StaffAdded};
use lanterna::store::{NewDevice, Registration};
use lanterna_core::effect::{HttpReply, Method};
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::guard::Evidence;
use lanterna_shared::id::{JurisdictionId, SubjectId, UploadId, UserId};
use lanterna_shared::moves::{Ask, Move};
use lanterna_shared::office::{Department, LegalMove, MoveRequest};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::problem::{PROBLEM_JSON, Problem, ProblemCode};
use lanterna_shared::role::Role;
use lanterna_shared::routing::{Condition, RoutingRule};
use lanterna_shared::service::{AreaCode, DepartmentCode, Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::OpReply;
use lanterna_shared::wire::{DeviceRegistered, DeviceRegistration, MAX_OPS, SyncReply, SyncRequest};
use rusqlite::Connection;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The categories that the server offers.
pub(super) const SERVICES: [&str; 3] = ["pothole", "lamp", "tree"];

/// What came of a request.
pub(super) enum Answer {
    /// This.
    Reply(HttpReply),
    /// The ops are in; the rest of the answer is read a moment later.
    Later(Box<Later>),
    /// Nobody answers: the request broke off.
    Silence,
    /// Power was cut.
    Died,
}

/// The second half of a sync.
pub(super) struct Later {
    device: Device,
    cursor: u64,
    catalogue: Option<String>,
    verdicts: Vec<OpReply>,
    /// The start of the server that answers; a later one knows nothing of it.
    pub(super) start: u32,
}

/// What came of a transaction.
pub(super) enum Written<T> {
    /// It is durable.
    Done(T),
    /// It failed and nothing was written.
    Failed,
    /// Power was cut before the commit or after it.
    Died,
}

struct Running {
    conn: Connection,
    city: City,
}

/// The server with its disk.
pub(super) struct Server {
    disk: Disk,
    running: Option<Running>,
    /// How often it was started.
    pub(super) start: u32,
    /// Bytes of uploads that are not whole.
    pub(super) staged: BTreeMap<UploadId, Vec<u8>>,
    /// Photos that are.
    pub(super) whole: BTreeMap<PhotoHash, Vec<u8>>,
    desks: Vec<(Staff, CaseScope)>,
}

fn broke(error: impl std::fmt::Debug) -> String {
    format!("the server's store failed: {error:?}")
}

/// Two departments and what can be reported.
fn setup() -> CitySetup {
    let named = |code: &str, name: &str| Department::new(DepartmentCode::new(code).unwrap(), name);
    let name = |code: &str| BTreeMap::from([("it".to_owned(), code.to_owned())]);
    let service = |code: &str| Service::new(ServiceCode::new(code).unwrap(), name(code), 5);
    CitySetup {
        name: "Comune di Prova".to_owned(),
        zone: "Europe/Rome".to_owned(),
        departments: vec![named("roads", "Roads Office"), named("lamps", "Lamp Company")],
        services: SERVICES.map(service).to_vec(),
    }
}

/// Potholes go to the roads, lamps in the west to the lamps, everything else to triage.
fn routing() -> NewRules {
    let rule = |service: &str, owner: &str| {
        let about = Condition::Service(vec![ServiceCode::new(service).unwrap()]);
        RoutingRule::to(DepartmentCode::new(owner).unwrap()).when(about)
    };
    let in_the_west = Condition::Area(vec![AreaCode::new("west").unwrap()]);
    NewRules { rules: vec![rule("pothole", "roads"), rule("lamp", "lamps").when(in_the_west)], note: String::new(), by: None }
}

/// A square of a tenth of a degree, where half of the people report.
fn west() -> Area {
    let (west, south, side) = (88_000_000, 444_000_000, 1_000_000);
    let ring = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)].map(|(x, y)| Corner(west + x, south + y)).to_vec();
    Area { code: AreaCode::new("west").unwrap(), name: "West Side".to_owned(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] }
}

impl Server {
    /// A new server of a small city, running.
    pub(super) fn new(chance: &mut Chance) -> Checked<Self> {
        let mut server =
            Self { disk: Disk::new()?, running: None, start: 0, staged: BTreeMap::new(), whole: BTreeMap::new(), desks: Vec::new() };
        // What an import writes is in the city that the next start reads.
        server.boot()?;
        let areas = AreaImport { areas: vec![west()], lies_in: String::new() };
        server.read(|conn, city| catalogue::import_areas(conn, city, &areas, Retire::Anyway))?.map_err(broke)?;
        server.boot()?;
        server.read(|conn, city| city::set_up_city(conn, city, &setup()))?.map_err(broke)?;
        server.boot()?;
        server.read(|conn, city| rules::publish_rules(conn, city, &routing(), START))?.map_err(broke)?;
        server.boot()?;
        let people = [("anna", Role::Officer, Some("roads")), ("bruno", Role::Officer, Some("lamps")), ("carla", Role::Dispatcher, None)];
        for (name, role, of) in people {
            let code = of.map(|code| DepartmentCode::new(code).unwrap());
            let department = server.read(|_, city| Ok(code.as_ref().and_then(|code| city.department(code)).cloned()))?;
            let user = UserId::mint(START, chance.bytes());
            let new = NewStaff { user, name: name.to_owned(), role, department: code, password_hash: "none".to_owned() };
            if server.read(|conn, city| staff::add_staff(conn, city, &new, START))? != StaffAdded::Added {
                return Err(format!("{name} was not added"));
            }
            let person = Staff { user, name: name.to_owned(), role, department };
            let scope = scope(&person);
            server.desks.push((person, scope));
        }
        Ok(server)
    }

    /// Starts it over what is on its disk.
    pub(super) fn boot(&mut self) -> Checked {
        let conn = open::open(&self.disk.path()).map_err(broke)?;
        let jurisdiction = city::first_jurisdiction(&conn, JurisdictionId::mint(START, [7; 10])).map_err(broke)?;
        let city = city::load_city(&conn, jurisdiction).map_err(broke)?;
        self.running = Some(Running { conn, city });
        self.start += 1;
        Ok(())
    }

    /// Whether it runs.
    pub(super) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    /// What a power cut does to bytes that were not synced: some of them are gone, or are zeros.
    pub(super) fn tear_staged(&mut self, chance: &mut Chance) {
        for bytes in self.staged.values_mut() {
            if chance.happens(500) {
                let from = chance.below(bytes.len() + 1);
                if chance.happens(200) { bytes[from..].fill(0) } else { bytes.truncate(from) }
            }
        }
    }

    /// Its database, for looking.
    pub(super) fn look(&self) -> &Connection {
        self.disk.look()
    }

    fn parts(&self) -> Checked<&Running> {
        self.running.as_ref().ok_or_else(|| "the server is down".to_owned())
    }

    /// Does something outside of a transaction: reads.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection, &City) -> Result<T, StoreError>) -> Checked<T> {
        let Running { conn, city } = self.parts()?;
        read(conn, city).map_err(broke)
    }

    /// Writes something in one transaction, which may come to harm.
    pub(super) fn write<T>(
        &mut self,
        rough: &Roughness,
        chance: &mut Chance,
        write: impl FnOnce(&Connection, &City) -> Result<T, StoreError>,
    ) -> Checked<Written<T>> {
        let Running { conn, city } = self.parts()?;
        conn.execute_batch("BEGIN IMMEDIATE").map_err(broke)?;
        let written = write(conn, city).map_err(broke)?;
        if chance.happens(rough.server_cut) {
            self.running = None;
            return Ok(Written::Died);
        }
        if chance.happens(rough.server_failure) {
            conn.execute_batch("ROLLBACK").map_err(broke)?;
            return Ok(Written::Failed);
        }
        conn.execute_batch("COMMIT").map_err(broke)?;
        if chance.happens(rough.server_cut) {
            self.running = None;
            return Ok(Written::Died);
        }
        Ok(Written::Done(written))
    }

    /// Handles a request up to its answer.
    pub(super) fn handle(&mut self, request: &Sent, now: Timestamp, rough: &Roughness, chance: &mut Chance) -> Checked<Answer> {
        let is_upload = request.path.starts_with("/v1/uploads");
        if !request.whole && !is_upload {
            return Ok(Answer::Silence);
        }
        if (request.method, request.path.as_str()) == (Method::Post, "/v1/devices") {
            return self.register(request, now, rough, chance);
        }
        let Some(device) = self.device(request)? else { return Ok(problem(ProblemCode::Unauthenticated)) };
        match (request.method, request.path.as_str()) {
            (Method::Post, "/v1/sync") => self.sync(request, device, now, rough, chance),
            _ if is_upload => self.upload(request, device, now, rough, chance),
            (method, path) => Err(format!("a device asks for {} {path}, which is not there", method.as_str())),
        }
    }

    fn device(&self, request: &Sent) -> Checked<Option<Device>> {
        let secret = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).filter(|secret| is_secret(secret));
        let Some(secret) = secret else { return Ok(None) };
        self.read(|conn, city| device::find_device(conn, city, &secret_hash(secret)))
    }

    fn register(&mut self, request: &Sent, now: Timestamp, rough: &Roughness, chance: &mut Chance) -> Checked<Answer> {
        let Ok(registration) = serde_json::from_slice::<DeviceRegistration>(&request.body) else {
            return Ok(problem(ProblemCode::Malformed));
        };
        if !is_secret(&registration.secret) {
            return Ok(problem(ProblemCode::Invalid));
        }
        let subject = SubjectId::mint(now, chance.bytes());
        let (install, channel) = (registration.install, registration.channel);
        let new = NewDevice { install, secret_sha256: secret_hash(&registration.secret), channel, subject };
        Ok(match self.write(rough, chance, |conn, city| device::register_device(conn, city, &new, now))? {
            Written::Done(Registration::Known(subject)) => {
                Answer::Reply(json(serde_json::to_vec(&DeviceRegistered { subject, server_time: now, crew: None })))
            }
            Written::Done(Registration::OtherSecret) => problem(ProblemCode::IdReused),
            Written::Done(Registration::Revoked) => problem(ProblemCode::Revoked),
            Written::Failed => unavailable(),
            Written::Died => Answer::Died,
        })
    }

    fn sync(&mut self, request: &Sent, device: Device, now: Timestamp, rough: &Roughness, chance: &mut Chance) -> Checked<Answer> {
        let Ok(asked) = serde_json::from_slice::<SyncRequest<Box<RawValue>>>(&request.body) else {
            return Ok(problem(ProblemCode::Malformed));
        };
        if asked.ops.len() > MAX_OPS {
            return Ok(problem(ProblemCode::TooLarge));
        }
        let ops = asked.ops.iter().filter_map(|raw| PreparedOp::read(raw)).collect();
        let batch = OpBatch { device, lineage: asked.lineage, device_now: asked.now, ops };
        let mut verdicts = Vec::new();
        if !batch.ops.is_empty() {
            match self.write(rough, chance, |conn, city| batch::apply_batch(conn, city, &batch, now))? {
                Written::Done(answers) => verdicts = answers,
                Written::Failed => return Ok(unavailable()),
                Written::Died => return Ok(Answer::Died),
            }
        }
        let later = Later { device, cursor: asked.cursor, catalogue: asked.catalogue, verdicts, start: self.start };
        Ok(Answer::Later(Box::new(later)))
    }

    /// Reads what changed and what is wanted, and finishes the answer to a sync.
    pub(super) fn finish_sync(&self, later: Later, now: Timestamp) -> Checked<HttpReply> {
        let Running { conn, city } = self.parts()?;
        let pull = pull::pull(conn, city, later.device.subject, later.cursor).map_err(broke)?;
        let is_other = later.catalogue.as_deref() != Some(city.catalogue.version.as_str());
        Ok(json(serde_json::to_vec(&SyncReply {
            server_time: now,
            verdicts: later.verdicts,
            changes: pull.changes,
            cursor: pull.cursor,
            more: pull.more,
            wanted: pull.wanted,
            epoch: pull.epoch,
            catalogue: is_other.then(|| city.catalogue.as_ref().clone()),
        })))
    }

    /// Somebody at a desk makes a move that the case offers, at times on a view that is out of date. Tells what came of it.
    pub(super) fn make_a_move(&mut self, now: Timestamp, rough: &Roughness, chance: &mut Chance) -> Checked<Option<String>> {
        let (person, scope) = chance.pick(&self.desks).clone();
        let page = self.read(|conn, city| queue::case_page(conn, city, &scope, None, 50))?;
        if page.cases.is_empty() {
            return Ok(None);
        }
        let case = chance.pick(&page.cases).case;
        let seen = self.read(|conn, city| detail::case_detail(conn, city, &person, &scope, case))?;
        let Some(seen) = seen.filter(|seen| !seen.moves.is_empty()) else { return Ok(None) };
        let offered = chance.pick(&seen.moves).clone();
        let is_stale = chance.happens(100);
        let mut request = complete(&offered, now, chance);
        if offered.asks.contains(&Ask::LeadCase) {
            let leads = page.cases.iter().filter(|other| other.case != case && other.status.is_open());
            let leads: Vec<_> = leads.map(|other| other.case).collect();
            if leads.is_empty() {
                return Ok(None);
            }
            request.lead = Some(*chance.pick(&leads));
        }
        request.base = if is_stale { seen.summary.version.saturating_sub(1) } else { seen.summary.version };
        let made = self.write(rough, chance, |conn, city| moving::make_move(conn, city, &person, &scope, case, &request, now))?;
        let name: Move = request.name;
        match made {
            Written::Done(MoveOutcome::Made(after)) if !is_stale => {
                let (number, status) = (after.summary.number, after.summary.status.as_str());
                Ok(Some(format!("{} moves case {number} by {} to {status}", person.name, name.as_str())))
            }
            Written::Done(MoveOutcome::Refused { code: ProblemCode::Stale, .. }) if is_stale => Ok(None),
            Written::Done(outcome) => Err(format!("{} on {case} came to {outcome:?} (stale: {is_stale})", name.as_str())),
            Written::Failed | Written::Died => Ok(None),
        }
    }
}

/// A move with what it asks for, as a person would give it.
fn complete(offered: &LegalMove, now: Timestamp, chance: &mut Chance) -> MoveRequest {
    let mut request = MoveRequest::new(offered.name, 0);
    let words = || Some("The road is closed".to_owned());
    for ask in &offered.asks {
        match ask {
            Ask::Owner => request.owner = Some(DepartmentCode::new(chance.pick(&["roads", "lamps"]).to_string()).unwrap()),
            Ask::NextOwner => request.do_not_know = true,
            Ask::Reason => request.reason = words(),
            Ask::ReasonCode => request.reason_code = offered.codes.first().map(|line| line.code.clone()),
            Ask::Question => request.question = words(),
            Ask::Date => request.date = Some(now.plus_millis(86_400_000)),
            Ask::WhomAndUntil => {
                (request.whom, request.reason, request.until) = (Some("ENEL".to_owned()), words(), Some(now.plus_millis(3_600_000)));
            }
            Ask::Evidence => {
                request.outcome = offered.codes.first().map(|line| line.code.clone());
                request.evidence = Some(Evidence::Exemption { reason: "The camera is broken".to_owned() });
            }
            // Facts that the server knows by itself, and a case that the caller picks.
            Ask::LeadCase | Ask::AtArbiter | Ask::AtDispatcher | Ask::LastReporter => {}
        }
    }
    request
}

/// 200 with JSON.
fn json(body: serde_json::Result<Vec<u8>>) -> HttpReply {
    HttpReply { status: 200, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body: body.unwrap() }
}

/// A refusal as the edge writes it.
pub(super) fn problem(code: ProblemCode) -> Answer {
    refusal(code, Vec::new())
}

/// The same with further headers.
pub(super) fn refusal(code: ProblemCode, mut headers: Vec<(String, String)>) -> Answer {
    headers.push(("content-type".to_owned(), PROBLEM_JSON.to_owned()));
    let body = serde_json::to_vec(&Problem::new(code, "The simulator says no.")).unwrap();
    Answer::Reply(HttpReply { status: code.status(), headers, body })
}

/// The store cannot answer now.
pub(super) fn unavailable() -> Answer {
    refusal(ProblemCode::Unavailable, vec![("retry-after".to_owned(), "5".to_owned())])
}
