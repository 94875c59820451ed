//! Moves: by the table, from the state that the person saw, and seen by the citizen.

use super::fixture::{Citizen, Desk, at, department, small_city, sound};
use lanterna::store::Store;
use lanterna::store::staff::MoveOutcome;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::CaseId;
use lanterna_shared::moves::Move;
use lanterna_shared::office::{CaseDetail, MoveRequest};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::wire::Row;
use std::sync::Arc;

fn request(name: Move, base: u64) -> MoveRequest {
    MoveRequest::new(name, base)
}

async fn moves(desk: &Desk, case: CaseId, request: MoveRequest) -> Result<CaseDetail, ProblemCode> {
    let outcome = desk.store.make_move(desk.staff.clone(), desk.scope.clone(), case, request, at(60)).await.unwrap();
    match outcome {
        MoveOutcome::Made(detail) => Ok(*detail),
        MoveOutcome::Refused { code, detail } => {
            assert!(detail.ends_with('.'), "a refusal is a sentence: {detail}");
            Err(code)
        }
    }
}

/// A pothole with the roads, and an officer who has it open.
async fn pothole(store: &Arc<dyn Store>) -> (Citizen, Desk, CaseDetail) {
    small_city(store).await;
    let citizen = Citizen::new(store).await;
    citizen.reports("pothole").await;
    let desk = Desk::new(store, Role::Officer, Some("roads")).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    (citizen, desk, seen)
}

pub async fn taking_charge_reaches_the_citizen(store: Arc<dyn Store>) {
    let (citizen, desk, seen) = pothole(&store).await;
    let cursor = citizen.pull(0).await.cursor;
    let after = moves(&desk, seen.summary.case, request(Move::TakeCharge, seen.summary.version)).await.unwrap();
    assert_eq!(after.summary.status, CaseStatus::Accepted);
    let entry = after.timeline.last().unwrap();
    assert_eq!((entry.role, entry.name, entry.actor.as_deref()), (Role::Officer, Some(Move::TakeCharge), Some(desk.staff.name.as_str())));
    let pulled = citizen.pull(cursor).await;
    let [Row::Report(row)] = &pulled.changes[..] else { panic!("the citizen sees one change") };
    assert_eq!((row.status, row.since), (CaseStatus::Accepted, at(60)));
    assert_eq!(row.version, after.summary.version);
    sound(&store).await;
}

pub async fn a_stale_move_changes_nothing(store: Arc<dyn Store>) {
    let (_, desk, seen) = pothole(&store).await;
    let (case, base) = (seen.summary.case, seen.summary.version);
    moves(&desk, case, request(Move::TakeCharge, base)).await.unwrap();
    assert_eq!(moves(&desk, case, request(Move::Start, base)).await, Err(ProblemCode::Stale));
    assert_eq!(desk.open(case).await.unwrap().summary.status, CaseStatus::Accepted);
    sound(&store).await;
}

pub async fn a_move_outside_the_table_is_refused(store: Arc<dyn Store>) {
    let (_, desk, seen) = pothole(&store).await;
    for name in [Move::Stop, Move::Confirm, Move::Reopen, Move::Withdraw] {
        assert_eq!(moves(&desk, seen.summary.case, request(name, seen.summary.version)).await, Err(ProblemCode::IllegalMove));
    }
    assert_eq!(desk.open(seen.summary.case).await, Some(seen));
}

pub async fn a_move_in_the_wrong_role_is_refused(store: Arc<dyn Store>) {
    let (_, _, seen) = pothole(&store).await;
    for role in [Role::Dispatcher, Role::Supervisor, Role::Auditor] {
        let desk = Desk::new(&store, role, None).await;
        let refused = moves(&desk, seen.summary.case, request(Move::TakeCharge, seen.summary.version)).await;
        assert_eq!(refused, Err(ProblemCode::IllegalMove));
    }
}

pub async fn every_move_of_the_table_is_offered_and_asks_for_what_it_needs(store: Arc<dyn Store>) {
    let (_, desk, seen) = pothole(&store).await;
    let offered: Vec<_> = seen.moves.iter().map(|offered| offered.name).collect();
    let all = [Move::TakeCharge, Move::Plan, Move::Start, Move::Ask, Move::Wait, Move::Resolve, Move::Decline, Move::HandOff, Move::Join];
    assert_eq!(offered, all);
    for name in all.into_iter().filter(|name| !matches!(name, Move::TakeCharge | Move::Start)) {
        assert_eq!(moves(&desk, seen.summary.case, request(name, seen.summary.version)).await, Err(ProblemCode::Invalid), "{name:?}");
    }
    assert_eq!(desk.open(seen.summary.case).await, Some(seen));
}

pub async fn stopping_asks_for_a_reason(store: Arc<dyn Store>) {
    let (_, desk, seen) = pothole(&store).await;
    let case = seen.summary.case;
    let started = moves(&desk, case, request(Move::Start, seen.summary.version)).await.unwrap();
    let mut stop = request(Move::Stop, started.summary.version);
    assert_eq!(moves(&desk, case, stop.clone()).await, Err(ProblemCode::Invalid));
    stop.reason = Some("   ".to_owned());
    assert_eq!(moves(&desk, case, stop.clone()).await, Err(ProblemCode::Invalid));
    stop.reason = Some("x".repeat(1_001));
    assert_eq!(moves(&desk, case, stop.clone()).await, Err(ProblemCode::Invalid));
    stop.reason = Some("Rain".to_owned());
    assert_eq!(moves(&desk, case, stop).await.unwrap().summary.status, CaseStatus::Accepted);
    sound(&store).await;
}

pub async fn a_dispatcher_gives_a_case_to_a_department(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("tree").await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let case = desk.newest().await;
    let mut assign = request(Move::Assign, desk.open(case).await.unwrap().summary.version);
    assign.owner = Some(department("roads"));
    let after = moves(&desk, case, assign).await.unwrap();
    assert_eq!((after.summary.status, after.summary.owner.unwrap().name.as_str()), (CaseStatus::Assigned, "Roads Office"));
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    assert_eq!(roads.newest().await, case);
    assert_eq!(citizen.row().await.owner.as_deref(), Some("Roads Office"));
    sound(&store).await;
}

pub async fn a_case_cannot_be_given_to_nobody(store: Arc<dyn Store>) {
    small_city(&store).await;
    Citizen::new(&store).await.reports("tree").await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let case = desk.newest().await;
    let mut assign = request(Move::Assign, desk.open(case).await.unwrap().summary.version);
    assert_eq!(moves(&desk, case, assign.clone()).await, Err(ProblemCode::Invalid));
    assign.owner = Some(department("army"));
    assert_eq!(moves(&desk, case, assign).await, Err(ProblemCode::Unknown));
}

pub async fn another_departments_case_is_not_there(store: Arc<dyn Store>) {
    let (_, _, seen) = pothole(&store).await;
    let lamps = Desk::new(&store, Role::Partner, Some("lamps")).await;
    let refused = moves(&lamps, seen.summary.case, request(Move::TakeCharge, seen.summary.version)).await;
    assert_eq!(refused, Err(ProblemCode::NotFound));
}

pub async fn of_two_moves_at_once_one_is_made(store: Arc<dyn Store>) {
    let (_, one, seen) = pothole(&store).await;
    let other = Desk::new(&store, Role::Officer, Some("roads")).await;
    let (case, base) = (seen.summary.case, seen.summary.version);
    let (first, second) = tokio::join!(moves(&one, case, request(Move::TakeCharge, base)), moves(&other, case, request(Move::Start, base)));
    let outcomes = [first.map(|_| ()), second.map(|_| ())];
    assert!(outcomes.contains(&Ok(())) && outcomes.contains(&Err(ProblemCode::Stale)), "{outcomes:?}");
    sound(&store).await;
}
