//! What becomes of a report.

use super::fixture::{Citizen, Desk, create, op, report, small_city, sound};
use lanterna::store::Store;
use lanterna::store::staff::MoveOutcome;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::ReportId;
use lanterna_shared::moves::Move;
use lanterna_shared::office::MoveRequest;
use lanterna_shared::op::OpBody;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::Row;
use std::sync::Arc;

fn is_refused(verdict: &Verdict, with: ProblemCode) -> bool {
    matches!(verdict, Verdict::Rejected { code, .. } if *code == with)
}

async fn withdraw(citizen: &Citizen, report: ReportId) -> Verdict {
    citizen.say(&op(OpBody::Withdraw { report })).await
}

pub async fn a_report_becomes_a_case_with_number_owner_and_due_date(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let row = citizen.row().await;
    assert_eq!(row.status, CaseStatus::Assigned);
    assert_eq!(row.number.sequence(), 1);
    assert_eq!(row.owner.as_deref(), Some("Roads Office"));
    assert_eq!(row.area.as_deref(), Some("West Side"));
    // Three working days after a Thursday: Friday, Monday, Tuesday, to the end of that day in Italy.
    assert_eq!(row.due_at.unwrap().to_rfc3339(), "2026-12-01T22:59:59Z");
    sound(&store).await;
}

pub async fn a_report_that_no_rule_covers_goes_to_triage(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("tree").await;
    let row = citizen.row().await;
    assert_eq!((row.status, row.owner.as_deref()), (CaseStatus::Received, None));
    assert!(row.due_at.is_some(), "the promise counts from the first second");
    sound(&store).await;
}

pub async fn a_report_outside_all_areas_is_not_lost(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let mut at_sea = report("lamp");
    at_sea.position = Some(Position::from_degrees(43.0, 8.85, None, PositionSource::Map).unwrap());
    let mut nowhere = report("lamp");
    nowhere.position = None;
    for new in [at_sea, nowhere] {
        assert_eq!(citizen.say(&create(&new)).await, Verdict::Applied);
    }
    for Row::Report(row) in citizen.pull(0).await.changes {
        assert_eq!((row.status, row.area), (CaseStatus::Received, None));
    }
    sound(&store).await;
}

pub async fn numbers_count_up_without_gaps(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    for _ in 0..3 {
        citizen.reports("pothole").await;
        citizen.say(&create(&report("comet"))).await;
    }
    let numbers: Vec<_> = citizen.pull(0).await.changes.iter().map(|Row::Report(row)| row.number.sequence()).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

pub async fn a_report_sent_again_under_a_new_op_exists(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let new = report("pothole");
    assert_eq!(citizen.say(&create(&new)).await, Verdict::Applied);
    assert_eq!(citizen.say(&create(&new)).await, Verdict::Exists);
    assert_eq!(citizen.pull(0).await.changes.len(), 1);
    sound(&store).await;
}

pub async fn a_report_id_of_somebody_else_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let new = report("pothole");
    one.say(&create(&new)).await;
    assert!(is_refused(&other.say(&create(&new)).await, ProblemCode::IdReused));
    sound(&store).await;
}

pub async fn a_report_of_an_unknown_service_is_refused(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    assert!(is_refused(&citizen.say(&create(&report("comet"))).await, ProblemCode::Unknown));
    assert!(citizen.pull(0).await.changes.is_empty());
}

pub async fn a_withdrawn_report_ends_its_case(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let report = citizen.reports("pothole").await;
    assert_eq!(withdraw(&citizen, report).await, Verdict::Applied);
    let row = citizen.row().await;
    assert_eq!((row.status, row.withdrawn, row.due_at), (CaseStatus::Withdrawn, true, None));
    sound(&store).await;
}

pub async fn a_withdrawal_after_work_began_leaves_the_case(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let report = citizen.reports("pothole").await;
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let case = desk.newest().await;
    let base = desk.open(case).await.unwrap().summary.version;
    let start = MoveRequest::new(Move::Start, base);
    let made = store.make_move(desk.staff.clone(), desk.scope.clone(), case, start, super::fixture::at(5)).await.unwrap();
    assert!(matches!(made, MoveOutcome::Made(_)));
    assert_eq!(withdraw(&citizen, report).await, Verdict::Applied);
    let row = citizen.row().await;
    assert_eq!((row.status, row.withdrawn), (CaseStatus::InProgress, true));
    let seen = desk.open(case).await.unwrap();
    assert!(seen.reports[0].withdrawn);
    assert_eq!(seen.timeline.last().unwrap().name, Some(Move::Withdraw), "the owner is told");
    sound(&store).await;
}

pub async fn withdrawing_twice_exists(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let report = citizen.reports("pothole").await;
    withdraw(&citizen, report).await;
    assert_eq!(withdraw(&citizen, report).await, Verdict::Exists);
    sound(&store).await;
}

pub async fn nobody_withdraws_anothers_report(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, other) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let report = one.reports("pothole").await;
    assert!(is_refused(&withdraw(&other, report).await, ProblemCode::Unknown));
    assert!(!one.row().await.withdrawn);
}
