//! What people at desks see, and how they log in.

use super::fixture::{Citizen, Desk, MORNING, at, create, department, fresh, report, small_city, sound};
use lanterna::store::Store;
use lanterna::store::staff::{CaseScope, NewStaff, StaffAdded};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::UserId;
use lanterna_shared::moves::Move;
use lanterna_shared::role::Role;
use lanterna_shared::routing::Tried;
use lanterna_shared::time::Timestamp;
use std::sync::Arc;

pub async fn a_page_shows_the_newest_first_and_goes_on(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    for _ in 0..5 {
        citizen.reports("pothole").await;
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.case_page(CaseScope::All, after, 2).await.unwrap();
        assert!(page.cases.len() <= 2);
        seen.extend(page.cases.iter().map(|case| case.number.sequence()));
        let Some(next) = page.next else { break };
        after = Some(next.parse().unwrap());
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

pub async fn an_officer_sees_the_own_departments_cases_only(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    for service in ["pothole", "lamp", "tree", "pothole"] {
        citizen.reports(service).await;
    }
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    let page = store.case_page(roads.scope.clone(), None, 50).await.unwrap();
    assert_eq!(page.cases.iter().map(|case| case.number.sequence()).collect::<Vec<_>>(), [4, 1]);
    let all = store.case_page(CaseScope::All, None, 50).await.unwrap();
    assert_eq!(all.cases.len(), 4);
    let lamp = all.cases.iter().find(|case| case.service.as_str() == "lamp").unwrap();
    assert_eq!(roads.open(lamp.case).await, None);
}

pub async fn who_has_no_scope_sees_nothing(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    assert!(store.case_page(CaseScope::Nothing, None, 50).await.unwrap().cases.is_empty());
}

pub async fn a_case_shows_report_timeline_and_trace(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("lamp").await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    assert_eq!(seen.summary.service_name, "lamp in italiano");
    assert_eq!(seen.summary.owner.as_ref().unwrap().name, "Lamp Company");
    assert_eq!(seen.reports[0].text, "Davanti al 12");
    assert_eq!(seen.reports[0].position, Some(super::fixture::here()));
    let steps: Vec<_> = seen.timeline.iter().map(|entry| (entry.role, entry.name, entry.status)).collect();
    assert_eq!(steps, [(Role::Reporter, None, CaseStatus::Received), (Role::Routing, Some(Move::Assign), CaseStatus::Assigned)]);
    let trace: Vec<_> = seen.trace.iter().map(|line| (line.rule, line.outcome)).collect();
    assert_eq!(trace, [(1, Tried::OtherService), (2, Tried::Matched)]);
    assert!(seen.moves.is_empty(), "an auditor changes nothing");
}

pub async fn a_wrong_clock_is_corrected(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let mut new = report("pothole");
    // A device that lives in 2001 and sent it ten minutes before it found a network.
    let device_now = Timestamp::from_millis(1_000_000_000_000);
    new.sent_at = device_now.plus_millis(-600_000);
    let mut batch = citizen.batch(&[super::fixture::written(&create(&new))]);
    batch.device_now = device_now;
    store.apply_ops(batch, at(0)).await.unwrap();
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    assert_eq!(seen.reports[0].sent_at.as_millis(), MORNING - 600_000);
}

pub async fn a_name_is_given_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let same = NewStaff {
        user: UserId::mint(at(0), fresh()),
        name: desk.staff.name.clone(),
        role: Role::Auditor,
        department: None,
        password_hash: String::new(),
    };
    assert_eq!(store.add_staff(same, at(0)).await.unwrap(), StaffAdded::NameTaken);
    assert_eq!(store.login(desk.staff.name).await.unwrap().unwrap().user, desk.staff.user);
    assert!(store.login("nobody".to_owned()).await.unwrap().is_none());
}

pub async fn an_officer_needs_a_department_that_exists(store: Arc<dyn Store>) {
    small_city(&store).await;
    let staff = NewStaff {
        user: UserId::mint(at(0), fresh()),
        name: "anna".to_owned(),
        role: Role::Officer,
        department: Some(department("army")),
        password_hash: String::new(),
    };
    assert_eq!(store.add_staff(staff, at(0)).await.unwrap(), StaffAdded::NoSuchDepartment);
    assert!(store.login("anna".to_owned()).await.unwrap().is_none());
}

pub async fn a_session_lasts_until_it_ends_or_is_ended(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let opened = store.open_session([1; 32], desk.staff.user, at(100), at(0)).await.unwrap();
    assert_eq!(opened.as_ref().map(|who| &who.staff), Some(&desk.staff));
    assert_eq!(store.session([1; 32], at(99)).await.unwrap(), opened);
    assert_eq!(store.session([1; 32], at(100)).await.unwrap(), None);
    assert_eq!(store.session([2; 32], at(0)).await.unwrap(), None);
    store.open_session([3; 32], desk.staff.user, at(500), at(200)).await.unwrap();
    store.close_session([3; 32]).await.unwrap();
    store.close_session([3; 32]).await.unwrap();
    assert_eq!(store.session([3; 32], at(201)).await.unwrap(), None);
    sound(&store).await;
}
