//! A small city, citizens with devices and people at desks, for the promises to be tried on.

use lanterna::store::batch::{Device, OpBatch, PreparedOp};
use lanterna::store::city::CitySetup;
use lanterna::store::rules::NewRules;
use lanterna::store::staff::{CaseScope, NewStaff, Staff, StaffAdded};
use lanterna::store::{NewDevice, Pull, Registration, Store};
use lanterna_shared::answer::Answers;
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::id::{CaseId, InstallId, Lineage, OpId, ReportId, SubjectId, UserId};
use lanterna_shared::office::{CaseDetail, Department};
use lanterna_shared::op::{Op, OpBody};
use lanterna_shared::photo::{PhotoHash, PhotoRef};
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::report::{Channel, NewReport, ReportKind};
use lanterna_shared::role::Role;
use lanterna_shared::routing::{Condition, RoutingRule};
use lanterna_shared::service::{AreaCode, DepartmentCode, Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::{OpReply, Verdict};
use lanterna_shared::wire::{ReportRow, Row};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A Thursday at nine in the morning in Genoa: 2026-11-26T08:00:00Z.
pub const MORNING: i64 = 1_795_680_000_000;

/// So many seconds after [`MORNING`].
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(MORNING + seconds * 1_000)
}

static COUNTER: AtomicU64 = AtomicU64::new(1);

/// Ten bytes that nobody had before in this process.
pub fn fresh() -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

pub fn department(code: &str) -> DepartmentCode {
    DepartmentCode::new(code).unwrap()
}

/// A square of a tenth of a degree.
pub fn area(code: &str, name: &str, west: i32, south: i32) -> Area {
    let (east, north) = (west + 1_000_000, south + 1_000_000);
    let ring = vec![Corner(west, south), Corner(east, south), Corner(east, north), Corner(west, north), Corner(west, south)];
    Area { code: AreaCode::new(code).unwrap(), name: name.to_owned(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] }
}

/// The two areas of the city.
pub fn areas() -> Vec<Area> {
    vec![area("west", "West Side", 88_000_000, 444_000_000), area("east", "East Side", 89_000_000, 444_000_000)]
}

pub fn service(code: &str, working_days: u16) -> Service {
    let name = BTreeMap::from([("it".to_owned(), format!("{code} in italiano")), ("en".to_owned(), code.to_owned())]);
    Service::new(ServiceCode::new(code).unwrap(), name, working_days)
}

pub fn rule(service: Option<&str>, area: Option<&str>, owner: &str) -> RoutingRule {
    let mut rule = RoutingRule::to(department(owner));
    rule.when.extend(service.map(|code| Condition::Service(vec![ServiceCode::new(code).unwrap()])));
    rule.when.extend(area.map(|code| Condition::Area(vec![AreaCode::new(code).unwrap()])));
    rule
}

/// Potholes go to the roads, lamps in the west to the lamps, everything else to triage.
pub fn rules() -> Vec<RoutingRule> {
    vec![rule(Some("pothole"), None, "roads"), rule(Some("lamp"), Some("west"), "lamps")]
}

/// Puts rules in force and returns their version.
pub async fn publish(store: &Arc<dyn Store>, rules: Vec<RoutingRule>) -> u32 {
    store.publish_rules(NewRules { rules, note: "because".to_owned(), by: None }, at(0)).await.unwrap().unwrap()
}

/// Two departments and three services.
pub fn setup() -> CitySetup {
    let named = |code: &str, name: &str| Department::new(department(code), name);
    CitySetup {
        name: "Comune di Prova".to_owned(),
        zone: "Europe/Rome".to_owned(),
        departments: vec![named("roads", "Roads Office"), named("lamps", "Lamp Company")],
        services: vec![service("pothole", 3), service("lamp", 2), service("tree", 10)],
    }
}

/// An empty store with the small city in it.
pub async fn small_city(store: &Arc<dyn Store>) {
    store.import_areas(areas()).await.unwrap().unwrap();
    store.set_up_city(setup()).await.unwrap().unwrap();
    publish(store, rules()).await;
}

/// The store finds nothing wrong with itself.
pub async fn sound(store: &Arc<dyn Store>) {
    assert_eq!(store.check().await.unwrap().faults, Vec::<String>::new());
}

/// How many rows of a kind there are.
pub async fn count(store: &Arc<dyn Store>, what: &str) -> u64 {
    let counts = store.check().await.unwrap().counts;
    counts.iter().find(|(name, _)| *name == what).unwrap_or_else(|| panic!("nobody counts {what}")).1
}

/// In the west.
pub fn here() -> Position {
    Position::from_degrees(44.45, 8.85, Some(8.0), PositionSource::Gps).unwrap()
}

/// A photo that nobody took before.
pub fn photo() -> PhotoRef {
    let hash = || PhotoHash::of(&fresh());
    PhotoRef { thumb: hash(), screen: hash(), full: hash(), alike: None }
}

/// A new report about `service`, here.
pub fn report(service: &str) -> NewReport {
    NewReport {
        report: ReportId::mint(at(0), fresh()),
        receipt: ReceiptCode::mint(7),
        kind: ReportKind::Report,
        service: ServiceCode::new(service).unwrap(),
        text: "Davanti al 12".to_owned(),
        answers: Answers::new(),
        position: Some(here()),
        sent_at: at(-60),
        photos: Vec::new(),
        joins: None,
        follow: None,
    }
}

/// An op that says `body`.
pub fn op(body: OpBody) -> Op {
    Op { op_id: OpId::mint(at(0), fresh()), device_seq: 1, schema: 1, at: at(-60), up_ms: 5, base: None, after: None, body }
}

pub fn create(new: &NewReport) -> Op {
    op(OpBody::CreateReport(new.clone()))
}

/// As it travels.
pub fn written(op: &Op) -> Box<RawValue> {
    RawValue::from_string(serde_json::to_string(op).unwrap()).unwrap()
}

/// Somebody with a device.
#[derive(Clone)]
pub struct Citizen {
    pub store: Arc<dyn Store>,
    pub device: Device,
    pub lineage: Lineage,
}

impl Citizen {
    pub async fn new(store: &Arc<dyn Store>) -> Self {
        let (install, subject) = (InstallId::mint(at(0), fresh()), SubjectId::mint(at(0), fresh()));
        let secret_sha256 = *PhotoHash::of(&fresh()).as_bytes();
        let device = NewDevice { install, secret_sha256, channel: Channel::App, subject };
        assert_eq!(store.register_device(device, at(0)).await.unwrap(), Registration::Known(subject));
        let device = Device { install, subject, channel: Channel::App };
        Self { store: Arc::clone(store), device, lineage: Lineage::mint(at(0), fresh()) }
    }

    /// A batch of texts as they travel.
    pub fn batch(&self, ops: &[Box<RawValue>]) -> OpBatch {
        let ops = ops.iter().filter_map(|raw| PreparedOp::read(raw)).collect();
        OpBatch { device: self.device, lineage: self.lineage, device_now: at(0), ops }
    }

    /// Sends ops and returns the replies.
    pub async fn send(&self, ops: &[Op]) -> Vec<OpReply> {
        let written: Vec<_> = ops.iter().map(written).collect();
        self.store.apply_ops(self.batch(&written), at(0)).await.unwrap()
    }

    /// Sends one op and returns its verdict.
    pub async fn say(&self, op: &Op) -> Verdict {
        let replies = self.send(std::slice::from_ref(op)).await;
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0].op_id, op.op_id);
        replies[0].verdict.clone()
    }

    /// Sends a new report about `service`, here, and returns it.
    pub async fn reports(&self, service: &str) -> ReportId {
        let new = report(service);
        assert_eq!(self.say(&create(&new)).await, Verdict::Applied);
        new.report
    }

    pub async fn pull(&self, cursor: u64) -> Pull {
        self.store.pull(self.device.subject, cursor).await.unwrap()
    }

    /// The one report of this citizen.
    pub async fn row(&self) -> ReportRow {
        let rows = self.pull(0).await.changes;
        assert_eq!(rows.len(), 1);
        let Row::Report(row) = &rows[0];
        row.clone()
    }
}

/// Somebody at a desk.
pub struct Desk {
    pub store: Arc<dyn Store>,
    pub staff: Staff,
    pub scope: CaseScope,
}

impl Desk {
    /// Somebody in `role`, of `department` where the role has one.
    pub async fn new(store: &Arc<dyn Store>, role: Role, of: Option<&str>) -> Self {
        let user = UserId::mint(at(0), fresh());
        let name = format!("{}-{user}", role.as_str());
        let staff = NewStaff { user, name: name.clone(), role, department: of.map(department), password_hash: "$argon2id$".to_owned() };
        assert_eq!(store.add_staff(staff, at(0)).await.unwrap(), StaffAdded::Added);
        let city = store.city().await.unwrap();
        let department = of.and_then(|code| city.departments.iter().find(|known| known.code.as_str() == code)).cloned();
        let scope = department.as_ref().map_or(CaseScope::All, |department| CaseScope::Owner(department.code.clone()));
        Self { store: Arc::clone(store), staff: Staff { user, name, role, department }, scope }
    }

    /// The newest case in this scope.
    pub async fn newest(&self) -> CaseId {
        let page = self.store.case_page(self.scope.clone(), None, 1).await.unwrap();
        page.cases.first().unwrap_or_else(|| panic!("there is no case in {:?}", self.scope)).case
    }

    pub async fn open(&self, case: CaseId) -> Option<CaseDetail> {
        self.store.case_detail(self.staff.clone(), self.scope.clone(), case).await.unwrap()
    }
}
