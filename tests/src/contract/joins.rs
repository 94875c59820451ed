//! Cases that follow another, and cases that stand for themselves again.

use super::acting::{act, nothing, row_of};
use super::fixture::{Citizen, Desk, small_city, sound};
use lanterna::store::Store;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::Move;
use lanterna_shared::problem::ProblemCode::{IllegalMove, Invalid, Unknown};
use lanterna_shared::role::Role;
use std::sync::Arc;

/// Potholes of one citizen each, and a dispatcher.
async fn potholes(store: &Arc<dyn Store>, many: usize) -> (Desk, Vec<(Citizen, ReportId, CaseId)>) {
    small_city(store).await;
    let desk = Desk::new(store, Role::Dispatcher, None).await;
    let mut all = Vec::new();
    for _ in 0..many {
        let citizen = Citizen::new(store).await;
        let report = citizen.reports("pothole").await;
        all.push((citizen, report, desk.newest().await));
    }
    (desk, all)
}

pub async fn a_joined_case_shows_what_its_lead_shows(store: Arc<dyn Store>) {
    let (desk, cases) = potholes(&store, 2).await;
    let [(_, _, lead), (citizen, report, follower)] = &cases[..] else { panic!("two") };
    let cursor = citizen.pull(0).await.cursor;
    let joined = act(&desk, *follower, Move::Join, 10, |request| request.lead = Some(*lead)).await.unwrap();
    assert_eq!((joined.summary.status, joined.bounds.lead), (CaseStatus::Duplicate, Some(*lead)));
    assert_eq!(row_of(citizen, *report).await.status, CaseStatus::Assigned);
    assert_eq!(citizen.pull(cursor).await.changes.len(), 1, "told once");
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    act(&roads, *lead, Move::TakeCharge, 20, nothing).await.unwrap();
    let row = row_of(citizen, *report).await;
    assert_eq!((row.status, row.since), (CaseStatus::Accepted, super::fixture::at(20)));
    assert_eq!(row.number.sequence(), 2, "under its own number");
    let seen = roads.open(*lead).await.unwrap();
    assert_eq!((seen.bounds.joined, seen.reports.len()), (vec![*follower], 2));
    sound(&store).await;
}

pub async fn a_split_case_is_where_it_was(store: Arc<dyn Store>) {
    let (desk, cases) = potholes(&store, 2).await;
    let (lead, (citizen, report, follower)) = (cases[0].2, &cases[1]);
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    act(&roads, *follower, Move::Start, 5, nothing).await.unwrap();
    act(&desk, *follower, Move::Join, 10, |request| request.lead = Some(lead)).await.unwrap();
    let split = act(&desk, *follower, Move::Split, 20, nothing).await.unwrap();
    assert_eq!((split.summary.status, split.bounds.lead), (CaseStatus::InProgress, None));
    assert_eq!(row_of(citizen, *report).await.status, CaseStatus::InProgress);
    assert!(desk.open(lead).await.unwrap().bounds.joined.is_empty());
    sound(&store).await;
}

pub async fn a_case_follows_no_case_that_follows_one_and_never_itself(store: Arc<dyn Store>) {
    let (desk, cases) = potholes(&store, 3).await;
    let (one, two, three) = (cases[0].2, cases[1].2, cases[2].2);
    let join = |case, lead| act(&desk, case, Move::Join, 10, move |request| request.lead = lead);
    assert_eq!(join(one, None).await, Err(Invalid));
    assert_eq!(join(one, Some(one)).await, Err(Invalid));
    let nowhere = CaseId::mint(super::fixture::at(0), super::fixture::fresh());
    assert_eq!(join(one, Some(nowhere)).await, Err(Unknown));
    join(one, Some(two)).await.unwrap();
    assert_eq!(join(two, Some(one)).await, Err(Unknown), "no cycle");
    assert_eq!(join(three, Some(one)).await, Err(Unknown), "no chain");
    assert_eq!(join(one, Some(three)).await, Err(IllegalMove), "it follows one already");
    sound(&store).await;
}

pub async fn a_lead_that_is_joined_carries_its_followers_along(store: Arc<dyn Store>) {
    let (desk, cases) = potholes(&store, 3).await;
    let (one, two, three) = (cases[0].2, cases[1].2, cases[2].2);
    let join = |case, lead| act(&desk, case, Move::Join, 10, move |request| request.lead = Some(lead));
    join(one, two).await.unwrap();
    join(two, three).await.unwrap();
    assert_eq!(desk.open(three).await.unwrap().bounds.joined, [one, two]);
    assert_eq!(desk.open(one).await.unwrap().bounds.lead, Some(three));
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    act(&roads, three, Move::Start, 20, nothing).await.unwrap();
    for (citizen, report, _) in &cases {
        assert_eq!(row_of(citizen, *report).await.status, CaseStatus::InProgress);
    }
    sound(&store).await;
}

pub async fn an_officer_joins_to_no_case_of_another_office(store: Arc<dyn Store>) {
    let (_, cases) = potholes(&store, 1).await;
    Citizen::new(&store).await.reports("lamp").await;
    let lamp = Desk::new(&store, Role::Partner, Some("lamps")).await.newest().await;
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    // It would be a hand-off that does not count.
    assert_eq!(act(&roads, cases[0].2, Move::Join, 10, |request| request.lead = Some(lamp)).await, Err(Unknown));
    sound(&store).await;
}
