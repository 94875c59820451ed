//! The story that Lanterna must make impossible, as a newspaper told it on 12 October 2023: a street lamp under ivy, nine messages and six hand-offs
//! between offices in 19 days, then closed with "there will be an inspection", unfixed.

use super::acting::{DAY, act, moment, nothing, row_of};
use super::fixture::{Citizen, Desk, areas, at, department, publish, rules, setup, sound};
use lanterna::store::Store;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::guard::Evidence;
use lanterna_shared::id::CaseId;
use lanterna_shared::moves::Move;
use lanterna_shared::office::CaseDetail;
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::ProblemCode::{self, IllegalMove, Invalid, NotFound};
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use std::sync::Arc;

async fn hand_off(desk: &Desk, case: CaseId, day: i64, to: &str) -> Result<CaseDetail, ProblemCode> {
    act(desk, case, Move::HandOff, day * DAY, |request| {
        (request.reason_code, request.owner) = (Some("other_office".to_owned()), Some(department(to)));
    })
    .await
}

async fn resolve(desk: &Desk, case: CaseId, seconds: i64, outcome: &str, evidence: Evidence) -> Result<CaseDetail, ProblemCode> {
    act(desk, case, Move::Resolve, seconds, |request| (request.outcome, request.evidence) = (Some(outcome.to_owned()), Some(evidence)))
        .await
}

fn exemption(reason: &str) -> Evidence {
    Evidence::Exemption { reason: reason.to_owned() }
}

#[expect(clippy::too_many_lines, reason = "a story is told in one piece")]
pub async fn the_lamp_under_ivy_is_neither_passed_around_nor_closed_with_a_promise(store: Arc<dyn Store>) {
    let mut city = setup();
    for (code, name) in [("green", "Green Spaces"), ("works", "Public Works"), ("district", "District Office")] {
        let mut office = city.departments[0].clone();
        (office.code, office.name) = (department(code), name.to_owned());
        city.departments.push(office);
    }
    store.import_areas(areas()).await.unwrap().unwrap();
    store.set_up_city(city).await.unwrap().unwrap();
    publish(&store, rules()).await;
    let lamps = Desk::new(&store, Role::Partner, Some("lamps")).await;
    let green = Desk::new(&store, Role::Officer, Some("green")).await;
    let works = Desk::new(&store, Role::Officer, Some("works")).await;
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    let dispatcher = Desk::new(&store, Role::Dispatcher, None).await;
    let arbiter = Desk::new(&store, Role::Supervisor, None).await;

    // Nine messages of three neighbours about one lamp: one case.
    let neighbours = [Citizen::new(&store).await, Citizen::new(&store).await, Citizen::new(&store).await];
    let mut reports = Vec::new();
    let mut lead = None;
    for message in 0..9 {
        let neighbour = &neighbours[message % 3];
        reports.push((neighbour, neighbour.reports("lamp").await));
        let case = dispatcher.newest().await;
        if lead.is_some() {
            act(&dispatcher, case, Move::Join, 60, |request| request.lead = lead).await.unwrap();
        }
        lead = lead.or(Some(case));
    }
    let case = lead.unwrap();
    let (first, first_report) = (reports[0].0, reports[0].1);
    let seen = lamps.open(case).await.unwrap();
    assert_eq!((seen.reports.len(), seen.bounds.joined.len(), seen.bounds.hand_offs_left), (9, 8, 2));
    let promised = row_of(first, first_report).await.due_at;
    assert!(promised.is_some());

    // Two hand-offs, and the case is with the arbiter.
    let seen = hand_off(&lamps, case, 2, "green").await.unwrap();
    assert_eq!((seen.bounds.hand_offs_left, seen.summary.at_arbiter), (1, false));
    let seen = hand_off(&green, case, 4, "works").await.unwrap();
    assert_eq!((seen.bounds.hand_offs_left, seen.summary.at_arbiter), (0, true));
    assert!(seen.bounds.arbiter_due_at > moment(4 * DAY), "with a clock of its own");

    // The third is refused to officers, and so are the fourth, the fifth and the sixth.
    assert_eq!(hand_off(&works, case, 6, "district").await, Err(IllegalMove));
    assert_eq!(hand_off(&works, case, 7, "lamps").await, Err(IllegalMove));
    for office in [&lamps, &green, &roads] {
        assert_eq!(hand_off(office, case, 8, "works").await, Err(NotFound), "it is not with them");
    }
    assert!(works.open(case).await.unwrap().moves.is_empty(), "nobody is offered what is refused");
    let offered: Vec<_> = arbiter.open(case).await.unwrap().moves.iter().map(|offered| offered.name).collect();
    assert_eq!(offered, [Move::Arbitrate]);

    // Every neighbour reads the same: with whom, since when, why, and until when.
    for (neighbour, report) in &reports {
        let row = row_of(neighbour, *report).await;
        assert_eq!((row.status, row.owner.as_deref(), row.since), (CaseStatus::Assigned, Some("Public Works"), at(4 * DAY)));
        assert_eq!((row.more.at_arbiter, row.more.code.as_deref()), (true, Some("other_office")));
        assert_eq!(row.due_at, promised, "no hand-off reset the clock");
    }

    // The ivy is the gardeners', says the arbiter.
    let arbitrated = act(&arbiter, case, Move::Arbitrate, 9 * DAY, |request| {
        (request.owner, request.reason) = (Some(department("green")), Some("The ivy has to go first".to_owned()));
    });
    arbitrated.await.unwrap();
    assert_eq!(row_of(first, first_report).await.due_at, promised);
    // A further "not ours" goes straight back and changes no owner.
    let back = hand_off(&green, case, 10, "works").await.unwrap();
    assert_eq!((back.summary.owner.unwrap().code, back.summary.at_arbiter), (department("green"), true));
    act(&arbiter, case, Move::Arbitrate, 11 * DAY, |request| request.owner = Some(department("green"))).await.unwrap();
    act(&green, case, Move::TakeCharge, 12 * DAY, nothing).await.unwrap();

    // Closing it with an inspection is refused, however it is put.
    let day = 19 * DAY;
    let photo = Evidence::Photos(vec![lanterna_shared::guard::EvidencePhoto { report: first_report, ordinal: 0 }]);
    for (outcome, evidence) in [
        ("inspection", exemption("A crew looks at it")),
        ("there will be an inspection", exemption("A crew looks at it")),
        ("answered", exemption("There will be an inspection")),
        ("nothing_found", exemption("Verrà effettuato un sopralluogo")),
        ("repaired", photo),
    ] {
        assert_eq!(resolve(&green, case, day, outcome, evidence).await, Err(Invalid), "{outcome}");
    }
    assert_eq!(green.open(case).await.unwrap().summary.status, CaseStatus::Accepted);
    assert_eq!(row_of(first, first_report).await.due_at, promised, "and it is still the day that was promised");

    // An intention has a date; an outcome has evidence.
    act(&green, case, Move::Plan, day, |request| request.date = moment(20 * DAY)).await.unwrap();
    act(&green, case, Move::Start, 20 * DAY, nothing).await.unwrap();
    let cut =
        resolve(&green, case, 20 * DAY + 600, "cut_back", Evidence::Presence { distance_m: 4, at: at(20 * DAY + 300) }).await.unwrap();

    // The timeline says who had it, since when and why.
    let had: Vec<_> = cut
        .timeline
        .iter()
        .filter(|entry| matches!(entry.name, Some(Move::Assign | Move::HandOff | Move::Arbitrate)))
        .map(|entry| {
            (entry.at, entry.owner.as_ref().unwrap().name.as_str(), entry.at_arbiter, entry.code.as_deref(), entry.text.as_deref())
        })
        .collect();
    assert_eq!(
        had,
        [
            (at(0), "Lamp Company", false, None, None),
            (at(2 * DAY), "Green Spaces", false, Some("other_office"), None),
            (at(4 * DAY), "Public Works", true, Some("other_office"), None),
            (at(9 * DAY), "Green Spaces", false, None, Some("The ivy has to go first")),
            (at(10 * DAY), "Green Spaces", true, Some("other_office"), None),
            (at(11 * DAY), "Green Spaces", false, None, None),
        ]
    );

    // All three have to say that it is so; each of them said it three times, with three reports, and is one person.
    for (neighbour, report) in &reports[..3] {
        assert_eq!(green.open(case).await.unwrap().summary.status, CaseStatus::Resolved);
        assert_eq!(super::acting::say_at(neighbour, OpBody::Confirm { report: *report }, 21 * DAY).await, Verdict::Applied);
    }
    for (neighbour, report) in &reports {
        assert_eq!(row_of(neighbour, *report).await.status, CaseStatus::Closed);
    }
    sound(&store).await;
}
