//! The clock of a case follows its status, whatever move brings it there.

use super::batch::apply_batch;
use super::city::{first_jurisdiction, load_city, set_up_city};
use super::detail::case_detail;
use super::device::register_device;
use super::due::recompute_due;
use super::history::{CaseStep, record_step};
use super::open::open_in_memory;
use super::rules::publish_rules;
use super::sweep::sweep_breaches;
use crate::store::NewDevice;
use crate::store::batch::{Device, OpBatch, PreparedOp};
use crate::store::city::{City, CitySetup};
use crate::store::rules::NewRules;
use crate::store::staff::{CaseScope, Staff};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::clock::{CaseClock, DueWhy, PauseReason, ServiceLevel};
use lanterna_shared::id::{CaseId, InstallId, JurisdictionId, Lineage, OpId, ReportId, SubjectId, UserId};
use lanterna_shared::moves::Move;
use lanterna_shared::office::{CaseDetail, Department, TimelineEvent};
use lanterna_shared::report::Channel;
use lanterna_shared::role::Role;
use lanterna_shared::routing::RoutingRule;
use lanterna_shared::service::{DepartmentCode, Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::Verdict;
use rusqlite::Connection;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A moment as the wall clock in Genoa shows it.
fn genoa(text: &str) -> Timestamp {
    let wall: jiff::civil::DateTime = text.parse().unwrap();
    Timestamp::from(wall.to_zoned_datetime(lanterna_shared::clock::zone("Europe/Rome")).unwrap().timestamp())
}

fn shown(at: Timestamp) -> String {
    lanterna_shared::clock::zone("Europe/Rome").to_datetime(at.to_jiff()).to_string()
}

/// A city on the usual calendar with one service of five working days.
struct Bench {
    conn: Connection,
    city: City,
    counter: u8,
}

impl Bench {
    fn new() -> Self {
        let conn = open_in_memory().unwrap();
        let jurisdiction = first_jurisdiction(&conn, JurisdictionId::mint(Timestamp::from_millis(0), [0; 10])).unwrap();
        let roads = DepartmentCode::new("roads").unwrap();
        let setup = CitySetup {
            name: "Comune di Prova".to_owned(),
            zone: "Europe/Rome".to_owned(),
            departments: vec![Department::new(roads.clone(), "Roads")],
            services: vec![Service::new(ServiceCode::new("pothole").unwrap(), BTreeMap::from([("it".to_owned(), "Buca".to_owned())]), 5)],
        };
        set_up_city(&conn, &load_city(&conn, jurisdiction).unwrap(), &setup).unwrap().unwrap();
        let rules = NewRules { rules: vec![RoutingRule::to(roads)], note: String::new(), by: None };
        publish_rules(&conn, &load_city(&conn, jurisdiction).unwrap(), &rules, Timestamp::from_millis(0)).unwrap().unwrap();
        let city = load_city(&conn, jurisdiction).unwrap();
        Self { conn, city, counter: 0 }
    }

    /// A report received at that wall time, and its case.
    fn case(&mut self, received: &str) -> CaseId {
        self.counter += 1;
        let now = genoa(received);
        let entropy = [self.counter; 10];
        let (install, subject) = (InstallId::mint(now, entropy), SubjectId::mint(now, entropy));
        let device = NewDevice { install, secret_sha256: [self.counter; 32], channel: Channel::App, subject };
        register_device(&self.conn, &self.city, &device, now).unwrap();
        let report = ReportId::mint(now, entropy);
        let op = json!({ "id": OpId::mint(now, entropy), "seq": 1, "at": now, "up": 5, "do": { "create_report": {
            "report": report, "receipt": "0000-0000-00", "service": "pothole", "text": "Davanti al 12", "sent_at": now, "photos": [],
        } } });
        let raw = RawValue::from_string(op.to_string()).unwrap();
        let device = Device { install, subject, channel: Channel::App };
        let batch =
            OpBatch { device, lineage: Lineage::mint(now, entropy), device_now: now, ops: PreparedOp::read(&raw).into_iter().collect() };
        let replies = apply_batch(&self.conn, &self.city, &batch, now).unwrap();
        assert_eq!(replies[0].verdict, Verdict::Applied);
        self.conn
            .query_row("SELECT case_id FROM report WHERE report_id = ?1", [report.as_bytes()], |row| row.get(0).map(uuid::Uuid::from_bytes))
            .map(CaseId)
            .unwrap()
    }

    /// Whoever may make it moves the case.
    fn step(&self, case: CaseId, name: Move, after: CaseStatus, at: &str) {
        let step = CaseStep {
            case,
            role: Role::Officer,
            staff: None,
            name,
            after,
            owner: Some("roads"),
            at_arbiter: false,
            code: None,
            whom: None,
            text: None,
        };
        record_step(&self.conn, &self.city, &step, genoa(at)).unwrap();
    }

    fn detail(&self, case: CaseId) -> CaseDetail {
        let nobody =
            Staff { user: UserId::mint(genoa("2026-01-01T00:00"), [0; 10]), name: String::new(), role: Role::Auditor, department: None };
        case_detail(&self.conn, &self.city, &nobody, &CaseScope::All, case).unwrap().unwrap()
    }

    fn clock(&self, case: CaseId) -> CaseClock {
        self.detail(case).clock.unwrap()
    }

    fn due(&self, case: CaseId) -> String {
        shown(self.clock(case).history.current().unwrap())
    }

    fn sweep(&self, at: &str) -> u64 {
        sweep_breaches(&self.conn, &self.city, genoa(at), 100).unwrap().breaches
    }

    /// Nothing is wrong with the store, but for what these bare steps leave out: where a case was before, when it times out, what proves it.
    fn sound(&self) {
        let left_out = ["do not know where they were", "without a time at which the system acts", "without evidence"];
        let mut faults = super::check::check(&self.conn).unwrap().faults;
        faults.retain(|fault| !left_out.iter().any(|of_moves| fault.contains(of_moves)));
        assert_eq!(faults, Vec::<String>::new());
    }
}

/// A Monday.
const MONDAY: &str = "2026-11-23T09:00";

#[test]
fn a_new_case_has_its_first_promise_on_record() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    let clock = bench.clock(case);
    assert_eq!(clock.level, ServiceLevel::WorkingDays(5));
    assert_eq!((clock.history.changes().len(), clock.history.changes()[0].why), (1, DueWhy::Promised));
    assert_eq!((clock.pauses.len(), clock.breached_at, clock.kept, clock.history.moved()), (0, None, None, None));
    assert_eq!(bench.due(case), "2026-11-30T23:59:59");
    bench.sound();
}

#[test]
fn waiting_pauses_the_clock_and_going_on_moves_the_date_and_says_why() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T10:00");
    let paused = bench.clock(case);
    assert_eq!((paused.pauses.len(), paused.pauses[0].reason, paused.pauses[0].to), (1, PauseReason::Reporter, None));
    assert_eq!(shown(paused.pauses[0].until), "2026-12-24T23:59:59");
    assert_eq!(bench.detail(case).summary.due_at, None, "no date is shown while the clock stands still");
    bench.sound();
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2026-11-26T10:00");
    let clock = bench.clock(case);
    assert_eq!(clock.pauses[0].to, Some(genoa("2026-11-26T10:00")));
    assert_eq!(clock.history.moved().unwrap().why, DueWhy::WaitedReporter);
    assert!(clock.history.is_unbroken());
    assert_eq!(bench.due(case), "2026-12-02T23:59:59");
    assert_eq!(bench.detail(case).summary.due_at, clock.history.current());
    bench.sound();
}

#[test]
fn waiting_for_somebody_else_after_the_reporter_is_a_pause_of_its_own() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T10:00");
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T12:00");
    assert_eq!(bench.clock(case).pauses.len(), 1, "asked again is waiting still");
    bench.step(case, Move::Wait, CaseStatus::WaitingOther, "2026-11-25T10:00");
    bench.step(case, Move::Resolve, CaseStatus::Resolved, "2026-11-27T10:00");
    let clock = bench.clock(case);
    let pauses: Vec<_> = clock.pauses.iter().map(|pause| (pause.reason, shown(pause.to.unwrap()))).collect();
    assert_eq!(pauses, [(PauseReason::Reporter, "2026-11-25T10:00:00".to_owned()), (PauseReason::Other, "2026-11-27T10:00:00".to_owned())]);
    let why: Vec<_> = clock.history.changes().iter().map(|change| change.why).collect();
    assert_eq!(why, [DueWhy::Promised, DueWhy::WaitedReporter, DueWhy::WaitedOther]);
    assert_eq!((bench.due(case), clock.kept), ("2026-12-03T23:59:59".to_owned(), Some(true)));
    bench.sound();
}

#[test]
fn a_pause_within_a_day_moves_nothing_and_leaves_no_history() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T10:00");
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2026-11-24T17:00");
    let clock = bench.clock(case);
    assert_eq!((clock.pauses.len(), clock.history.changes().len()), (1, 1));
    bench.sound();
}

#[test]
fn a_clock_that_went_back_ends_no_pause_before_it_began() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T10:00");
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2016-11-24T10:00");
    let clock = bench.clock(case);
    assert_eq!(clock.pauses[0].to, Some(clock.pauses[0].from));
    assert_eq!(bench.due(case), "2026-11-30T23:59:59");
    bench.sound();
}

#[test]
fn a_pause_that_everybody_forgot_counts_to_its_limit_and_the_breach_is_found() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Wait, CaseStatus::WaitingOther, "2026-11-24T10:00");
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2027-11-24T10:00");
    let clock = bench.clock(case);
    // It counts to 24 December, 30 days; with the 8th off those are 21 working days, and so many after Monday the 30th is New Year's Eve.
    assert_eq!(bench.due(case), "2026-12-31T23:59:59");
    assert_eq!(clock.breached_at, Some(genoa("2027-11-24T10:00")));
    assert_eq!(bench.sweep("2027-11-25T10:00"), 1, "told once, by the next sweep");
    assert_eq!(bench.sweep("2027-11-25T10:01"), 0);
    bench.sound();
}

#[test]
fn a_stopped_clock_keeps_its_last_date_and_whether_it_was_kept() {
    let mut bench = Bench::new();
    let (kept, late) = (bench.case(MONDAY), bench.case(MONDAY));
    bench.step(kept, Move::Resolve, CaseStatus::Resolved, "2026-11-30T23:59:59");
    bench.step(late, Move::Decline, CaseStatus::Declined, "2026-12-01T00:00");
    for case in [kept, late] {
        bench.step(case, Move::Confirm, CaseStatus::Closed, "2026-12-20T10:00");
        assert_eq!(bench.due(case), "2026-11-30T23:59:59");
    }
    assert_eq!((bench.clock(kept).kept, bench.clock(kept).breached_at), (Some(true), None));
    assert_eq!((bench.clock(late).kept, bench.clock(late).breached_at), (Some(false), Some(genoa("2026-12-01T00:00"))));
    assert_eq!(bench.sweep("2027-01-01T10:00"), 1);
    bench.sound();
}

#[test]
fn a_move_that_comes_too_late_cannot_hide_a_breach() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Wait, CaseStatus::WaitingOther, "2026-12-01T09:00");
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2026-12-10T09:00");
    let detail = bench.detail(case);
    let entries: Vec<_> = detail.timeline.iter().skip(2).map(|entry| (entry.role, entry.name, entry.event, entry.status)).collect();
    assert_eq!(
        entries,
        [
            (Role::System, None, Some(TimelineEvent::Breached), CaseStatus::Assigned),
            (Role::Officer, Some(Move::Wait), None, CaseStatus::WaitingOther),
            (Role::Officer, Some(Move::Resume), None, CaseStatus::Assigned),
        ]
    );
    assert_eq!(bench.due(case), "2026-11-30T23:59:59", "a pause that began too late heals nothing");
    bench.sound();
}

#[test]
fn who_is_contradicted_gets_a_fresh_clock_and_the_old_breach_stays_on_record() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    assert_eq!(bench.sweep("2026-12-01T09:00"), 1);
    bench.step(case, Move::Resolve, CaseStatus::Resolved, "2026-12-01T10:00");
    bench.step(case, Move::Contest, CaseStatus::Assigned, "2026-12-02T10:00");
    let clock = bench.clock(case);
    assert_eq!((clock.breached_at, clock.kept, clock.history.moved().unwrap().why), (None, None, DueWhy::Contested));
    assert_eq!(bench.due(case), "2026-12-10T23:59:59");
    assert_eq!((bench.sweep("2026-12-10T09:00"), bench.sweep("2026-12-11T09:00")), (0, 1));
    let breaches: i64 = bench.conn.query_row("SELECT count(*) FROM breach", [], |row| row.get(0)).unwrap();
    assert_eq!(breaches, 2);
    bench.step(case, Move::Resolve, CaseStatus::Resolved, "2026-12-11T10:00");
    bench.step(case, Move::Confirm, CaseStatus::Closed, "2026-12-12T10:00");
    bench.step(case, Move::Reopen, CaseStatus::Assigned, "2026-12-14T10:00");
    assert_eq!(bench.clock(case).history.moved().unwrap().why, DueWhy::Reopened);
    bench.sound();
}

#[test]
fn another_service_is_counted_from_the_receipt_and_keeps_the_pauses() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Ask, CaseStatus::WaitingReporter, "2026-11-24T10:00");
    bench.step(case, Move::Resume, CaseStatus::Assigned, "2026-11-26T10:00");
    recompute_due(&bench.conn, &bench.city, case, ServiceLevel::WorkingDays(10), genoa("2026-11-27T10:00")).unwrap();
    let clock = bench.clock(case);
    // Ten working days after Monday the 23rd, and two more; 8 December is off.
    assert_eq!((bench.due(case), clock.level), ("2026-12-10T23:59:59".to_owned(), ServiceLevel::WorkingDays(10)));
    assert_eq!(clock.history.moved().unwrap().why, DueWhy::ServiceChanged);
    recompute_due(&bench.conn, &bench.city, case, ServiceLevel::BusinessHours(8), genoa("2026-11-27T11:00")).unwrap();
    // 8 hours from Monday at 9 end at 17, before the pause began, which then heals nothing.
    assert_eq!(bench.due(case), "2026-11-23T17:00:00");
    assert_eq!(bench.sweep("2026-11-27T11:00"), 1);
    recompute_due(&bench.conn, &bench.city, case, ServiceLevel::WorkingDays(10), genoa("2026-11-27T12:00")).unwrap();
    assert_eq!(bench.clock(case).breached_at, None, "the promise that holds is not broken");
    bench.sound();
}

#[test]
fn after_a_fresh_clock_another_service_is_counted_from_there() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Resolve, CaseStatus::Resolved, "2026-11-24T10:00");
    recompute_due(&bench.conn, &bench.city, case, ServiceLevel::WorkingDays(1), genoa("2026-11-25T10:00")).unwrap();
    assert_eq!(bench.due(case), "2026-11-30T23:59:59", "nothing moves while the clock is stopped");
    bench.step(case, Move::Contest, CaseStatus::Assigned, "2026-12-02T10:00");
    assert_eq!(bench.due(case), "2026-12-03T23:59:59");
    recompute_due(&bench.conn, &bench.city, case, ServiceLevel::WorkingDays(2), genoa("2026-12-02T11:00")).unwrap();
    assert_eq!(bench.due(case), "2026-12-04T23:59:59");
    bench.sound();
}

#[test]
fn a_joined_case_is_not_swept_and_is_as_late_as_ever_when_it_is_split() {
    let mut bench = Bench::new();
    let case = bench.case(MONDAY);
    bench.step(case, Move::Join, CaseStatus::Duplicate, "2026-11-24T10:00");
    assert_eq!(bench.sweep("2026-12-05T09:00"), 0);
    bench.step(case, Move::Split, CaseStatus::Assigned, "2026-12-05T10:00");
    assert_eq!((bench.due(case), bench.sweep("2026-12-05T10:01")), ("2026-11-30T23:59:59".to_owned(), 1));
    bench.sound();
}

#[test]
fn a_sweep_reads_the_index_that_was_made_for_it() {
    let bench = Bench::new();
    let mut plan = bench.conn.prepare(&format!("EXPLAIN QUERY PLAN {}", include_str!("late_cases.sql"))).unwrap();
    let steps: Vec<String> = plan.query_map(rusqlite::params![1, 0, 10], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0].contains("INDEX case_running_by_due (jurisdiction=? AND due_at<?)"), "{steps:?}");
}
