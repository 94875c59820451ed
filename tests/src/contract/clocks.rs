//! Promises: counted on the city's calendar, kept on record, and found when they are broken.

use super::fixture::{Citizen, Desk, at, count, create, op, report, setup, small_city, sound, written};
use lanterna::store::Store;
use lanterna::store::city::ImportRefusal;
use lanterna::store::due::{BreachSweep, Job, Lease, MAX_LEASE_MS};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::clock::{Calendar, DueWhy, ServiceLevel};
use lanterna_shared::moves::Move;
use lanterna_shared::office::{MoveRequest, TimelineEvent};
use lanterna_shared::op::OpBody;
use lanterna_shared::role::Role;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::Row;
use serde_json::{Value, json};
use std::sync::Arc;

const DAY_S: i64 = 24 * 60 * 60;

/// Monday to Friday in Rome, with these changes.
fn calendar(changes: &Value) -> Calendar {
    let day = json!(["08:00-18:00"]);
    let mut rules =
        json!({ "zone": "Europe/Rome", "hours": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day } });
    let changed = changes.as_object().unwrap().clone();
    rules.as_object_mut().unwrap().extend(changed);
    Calendar::new(serde_json::from_value(rules).unwrap()).unwrap()
}

/// When the one report of a new citizen is due.
async fn due(store: &Arc<dyn Store>, service: &str) -> String {
    let citizen = Citizen::new(store).await;
    citizen.reports(service).await;
    citizen.row().await.due_at.unwrap().to_rfc3339()
}

pub async fn a_promise_is_counted_on_the_citys_calendar(store: Arc<dyn Store>) {
    small_city(&store).await;
    // Three working days after Thursday 26 November: Friday, Monday, Tuesday.
    assert_eq!(due(&store, "pothole").await, "2026-12-01T22:59:59Z");
    store.import_calendar(calendar(&json!({ "closed": [{ "date": "2026-11-27" }], "patron": "12-01" })), at(0)).await.unwrap();
    assert_eq!(due(&store, "pothole").await, "2026-12-03T22:59:59Z");
    // Ten days, and the 8th is a holiday.
    store.import_calendar(calendar(&json!({})), at(0)).await.unwrap();
    assert_eq!(due(&store, "tree").await, "2026-12-11T22:59:59Z");
    store.import_calendar(calendar(&json!({ "holidays": "none" })), at(0)).await.unwrap();
    assert_eq!(due(&store, "tree").await, "2026-12-10T22:59:59Z");
    sound(&store).await;
}

pub async fn a_due_date_that_was_given_survives_another_calendar(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let (given, cursor) = (citizen.row().await, citizen.pull(0).await.cursor);
    store.import_calendar(calendar(&json!({ "closed": [{ "date": "2026-11-27" }] })), at(1)).await.unwrap();
    assert_eq!(citizen.row().await, given);
    assert!(citizen.pull(cursor).await.changes.is_empty());
    sound(&store).await;
}

pub async fn a_calendar_is_read_back_as_it_was_imported(store: Arc<dyn Store>) {
    small_city(&store).await;
    let usual = store.city().await.unwrap();
    assert_eq!(usual.calendar.rules(), Calendar::usual("Europe/Rome").rules());
    let own = calendar(
        &json!({ "zone": "Europe/Lisbon", "patron": "06-24", "waiting_limit_days": 9, "open": [{ "date": "2026-12-05", "hours": ["09:00-12:00"] }] }),
    );
    for _ in 0..2 {
        store.import_calendar(own.clone(), at(0)).await.unwrap();
    }
    let city = store.city().await.unwrap();
    assert_eq!(city.calendar.rules(), own.rules());
    assert_eq!(city.zone.iana_name(), Some("Europe/Lisbon"));
    assert!(city.version > usual.version, "other processes notice");
    // The city's setup names its zone, too: the last word counts.
    store.set_up_city(setup()).await.unwrap().unwrap();
    let city = store.city().await.unwrap();
    assert_eq!((city.zone.iana_name(), city.calendar.rules().waiting_limit_days), (Some("Europe/Rome"), 9));
    sound(&store).await;
}

pub async fn a_zone_that_nobody_knows_is_refused_and_nothing_changes(store: Arc<dyn Store>) {
    small_city(&store).await;
    let mut other = setup();
    "Europe/Genoa".clone_into(&mut other.zone);
    let refusal = store.set_up_city(other).await.unwrap().unwrap_err();
    assert_eq!(refusal, ImportRefusal::Zone("Europe/Genoa".to_owned()));
    assert_eq!(store.city().await.unwrap().zone.iana_name(), Some("Europe/Rome"));
    sound(&store).await;
}

pub async fn a_device_whose_clock_is_ten_years_off_is_promised_the_same(store: Arc<dyn Store>) {
    small_city(&store).await;
    for years in [-10, 10] {
        let citizen = Citizen::new(&store).await;
        let device_now = at(years * 365 * DAY_S);
        let mut new = report("pothole");
        new.sent_at = device_now;
        let mut batch = citizen.batch(&[written(&create(&new))]);
        batch.device_now = device_now;
        store.apply_ops(batch, at(0)).await.unwrap();
        let row = citizen.row().await;
        assert_eq!((row.due_at.unwrap().to_rfc3339(), row.since), ("2026-12-01T22:59:59Z".to_owned(), at(0)));
    }
    sound(&store).await;
}

pub async fn the_first_promise_is_on_record(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let row = citizen.row().await;
    assert_eq!(row.due_moved, None);
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let clock = desk.open(desk.newest().await).await.unwrap().clock.unwrap();
    assert_eq!((clock.level, clock.kept, clock.breached_at), (ServiceLevel::WorkingDays(3), None, None));
    let [first] = clock.history.changes() else { panic!("one promise was made: {clock:?}") };
    assert_eq!((first.at, first.from, Some(first.to), first.why), (at(0), None, row.due_at, DueWhy::Promised));
    sound(&store).await;
}

pub async fn a_broken_promise_is_found_once_and_everybody_sees_it(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let (before, cursor) = (citizen.row().await, citizen.pull(0).await.cursor);
    let due = before.due_at.unwrap();
    assert_eq!(store.sweep_breaches(due, 10).await.unwrap(), BreachSweep { breaches: 0, more: false }, "the last moment still keeps it");
    assert!(citizen.pull(cursor).await.changes.is_empty());
    let late = due.plus_millis(1);
    assert_eq!(store.sweep_breaches(late, 10).await.unwrap().breaches, 1);
    for _ in 0..3 {
        assert_eq!(store.sweep_breaches(late.plus_millis(DAY_S * 1_000), 10).await.unwrap().breaches, 0);
    }
    let pulled = citizen.pull(cursor).await;
    let [Row::Report(row)] = &pulled.changes[..] else { panic!("the citizen sees one change") };
    assert_eq!((row.status, row.since, row.due_at), (before.status, before.since, before.due_at), "the date stands where it stood");
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let seen = desk.open(desk.newest().await).await.unwrap();
    assert_eq!(seen.summary.version, row.version);
    let entry = seen.timeline.last().unwrap();
    assert_eq!((entry.role, entry.name, entry.event, entry.at), (Role::System, None, Some(TimelineEvent::Breached), late));
    assert_eq!(entry.status, before.status);
    assert_eq!(seen.timeline.iter().filter(|entry| entry.event.is_some()).count(), 1);
    assert_eq!(seen.clock.unwrap().breached_at, Some(late));
    sound(&store).await;
}

pub async fn a_sweep_goes_on_batch_by_batch(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    for service in ["tree", "pothole", "lamp", "pothole", "lamp"] {
        citizen.reports(service).await;
    }
    // Lamps are due in two days, potholes in three, trees in ten.
    let late = at(8 * DAY_S);
    let mut sweeps = Vec::new();
    for _ in 0..3 {
        sweeps.push(store.sweep_breaches(late, 2).await.unwrap());
    }
    let sweep = |breaches, more| BreachSweep { breaches, more };
    assert_eq!(sweeps, [sweep(2, true), sweep(2, true), sweep(0, false)]);
    sound(&store).await;
}

pub async fn of_many_sweeps_at_once_each_breach_is_told_by_one(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    for _ in 0..20 {
        citizen.reports("pothole").await;
    }
    let sweeping: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.sweep_breaches(at(30 * DAY_S), 7).await.unwrap().breaches })
        })
        .collect();
    let mut told = 0;
    for swept in sweeping {
        told += swept.await.unwrap();
    }
    assert_eq!(told, 20);
    assert_eq!(count(&store, "broken promises").await, 20);
    sound(&store).await;
}

pub async fn what_is_over_is_never_broken(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let report = citizen.reports("pothole").await;
    assert_eq!(citizen.say(&op(OpBody::Withdraw { report })).await, Verdict::Applied);
    assert_eq!(store.sweep_breaches(at(400 * DAY_S), 10).await.unwrap().breaches, 0);
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let clock = desk.open(desk.newest().await).await.unwrap().clock.unwrap();
    assert_eq!((clock.kept, clock.history.changes().len()), (Some(true), 1), "the last date stays");
    sound(&store).await;
}

pub async fn a_breach_that_a_move_finds_is_told_by_the_next_sweep(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    let case = desk.newest().await;
    let base = desk.open(case).await.unwrap().summary.version;
    let take: MoveRequest = serde_json::from_value(json!({ "move": "take_charge", "base": base })).unwrap();
    store.make_move(desk.staff.clone(), desk.scope.clone(), case, take, at(20 * DAY_S)).await.unwrap();
    let seen = desk.open(case).await.unwrap();
    let last: Vec<_> = seen.timeline.iter().rev().take(2).map(|entry| (entry.name, entry.event)).collect();
    assert_eq!(last, [(Some(Move::TakeCharge), None), (None, Some(TimelineEvent::Breached))]);
    assert_eq!(seen.summary.status, CaseStatus::Accepted);
    assert_eq!(store.sweep_breaches(at(21 * DAY_S), 10).await.unwrap().breaches, 1);
    assert_eq!(store.sweep_breaches(at(21 * DAY_S), 10).await.unwrap().breaches, 0);
    sound(&store).await;
}

fn lease(holder: u8, until: Timestamp) -> Lease {
    Lease { job: Job::Breaches, holder: [holder; 16], until }
}

pub async fn one_process_has_a_lease_until_it_ends_or_is_given_back(store: Arc<dyn Store>) {
    small_city(&store).await;
    assert!(store.take_lease(lease(1, at(60)), at(0)).await.unwrap());
    assert!(!store.take_lease(lease(2, at(61)), at(1)).await.unwrap());
    assert!(store.take_lease(lease(1, at(120)), at(50)).await.unwrap(), "its holder renews it");
    assert!(!store.take_lease(lease(2, at(179)), at(119)).await.unwrap());
    assert!(store.take_lease(lease(2, at(180)), at(120)).await.unwrap(), "it has ended");
    store.give_back_lease(lease(1, at(180))).await.unwrap();
    assert!(!store.take_lease(lease(1, at(181)), at(121)).await.unwrap(), "it was another's to give");
    store.give_back_lease(lease(2, at(180))).await.unwrap();
    assert!(store.take_lease(lease(1, at(181)), at(121)).await.unwrap());
}

pub async fn a_lease_of_a_clock_that_was_wrong_is_anybodys(store: Arc<dyn Store>) {
    small_city(&store).await;
    let in_2036 = at(3_650 * DAY_S);
    assert!(store.take_lease(lease(1, in_2036.plus_millis(MAX_LEASE_MS)), in_2036).await.unwrap());
    assert!(store.take_lease(lease(2, at(60)), at(0)).await.unwrap());
}
