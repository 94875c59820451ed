//! What moves ask for, looked at by whoever keeps the cases.

use super::acting::{DAY, act, moment, nothing, repaired, say_at};
use super::fixture::{Citizen, Desk, at, department, photo, small_city, sound};
use lanterna::store::Store;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::guard::{Evidence, EvidencePhoto};
use lanterna_shared::id::{CaseId, UploadId};
use lanterna_shared::moves::Move;
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::ProblemCode::{IllegalMove, Invalid, NotFound, Unknown};
use lanterna_shared::role::Role;
use std::sync::Arc;

/// A pothole with the roads: who reported it, an officer, and the case.
async fn pothole(store: &Arc<dyn Store>) -> (Citizen, Desk, CaseId) {
    small_city(store).await;
    let citizen = Citizen::new(store).await;
    citizen.reports("pothole").await;
    let roads = Desk::new(store, Role::Officer, Some("roads")).await;
    let case = roads.newest().await;
    (citizen, roads, case)
}

pub async fn a_plan_names_a_day_to_come_and_the_citizen_reads_it(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    for date in [None, moment(-1), moment(60), moment(400 * DAY)] {
        assert_eq!(act(&roads, case, Move::Plan, 60, |request| request.date = date).await, Err(Invalid), "{date:?}");
    }
    let planned = act(&roads, case, Move::Plan, 60, |request| request.date = moment(3 * DAY)).await.unwrap();
    assert_eq!((planned.summary.status, planned.bounds.planned_for), (CaseStatus::Scheduled, moment(3 * DAY)));
    assert_eq!(citizen.row().await.more.planned_for, moment(3 * DAY));
    act(&roads, case, Move::Start, 61, nothing).await.unwrap();
    assert_eq!(citizen.row().await.more.planned_for, None, "a crew is on it: the date is past");
    sound(&store).await;
}

pub async fn a_case_waits_for_somebody_until_a_day_and_no_longer(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    act(&roads, case, Move::TakeCharge, 30, nothing).await.unwrap();
    let wait = |until| {
        act(&roads, case, Move::Wait, 60, move |request| {
            (request.whom, request.reason, request.until) = (Some("ENEL".to_owned()), Some("Their mast".to_owned()), until);
        })
    };
    assert_eq!(wait(None).await, Err(Invalid));
    assert_eq!(wait(moment(60 + 31 * DAY)).await, Err(Invalid), "30 days are the most");
    assert_eq!(wait(moment(60 + 30 * DAY)).await.unwrap().bounds.times_out_at, moment(60 + 30 * DAY));
    let row = citizen.row().await;
    assert_eq!(
        (row.status, row.more.waits_for.as_deref(), row.more.why.as_deref()),
        (CaseStatus::WaitingOther, Some("ENEL"), Some("Their mast"))
    );
    let early = store.sweep_timeouts(at(59 + 30 * DAY)).await.unwrap();
    assert_eq!((early.resumed, early.closed), (0, 0));
    assert_eq!(store.sweep_timeouts(at(60 + 30 * DAY)).await.unwrap().resumed, 1);
    assert_eq!(store.sweep_timeouts(at(61 + 30 * DAY)).await.unwrap().resumed, 0, "once");
    let seen = roads.open(case).await.unwrap();
    assert_eq!((seen.summary.status, seen.timeline.last().unwrap().role), (CaseStatus::Accepted, Role::System));
    sound(&store).await;
}

pub async fn a_question_reaches_the_reporter_and_the_answer_the_office(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    assert_eq!(act(&roads, case, Move::Ask, 60, nothing).await, Err(Invalid));
    act(&roads, case, Move::Ask, 60, |request| request.question = Some("Which side of the road?".to_owned())).await.unwrap();
    let row = citizen.row().await;
    assert_eq!((row.more.question.as_deref(), row.more.may), (Some("Which side of the road?"), vec![Move::Resume]));
    let answer = || OpBody::Answer { report: row.report, text: "The sunny one".to_owned() };
    assert_eq!(say_at(&citizen, answer(), 90).await, lanterna_shared::verdict::Verdict::Applied);
    let seen = roads.open(case).await.unwrap();
    assert_eq!(seen.summary.status, CaseStatus::Assigned, "where it was before");
    let texts: Vec<_> = seen.timeline.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert_eq!(texts, ["Which side of the road?", "The sunny one"]);
    // Too late for a move, but never lost.
    assert_eq!(say_at(&citizen, answer(), 91).await, lanterna_shared::verdict::Verdict::Merged);
    assert_eq!(roads.open(case).await.unwrap().timeline.last().unwrap().text.as_deref(), Some("The sunny one"));
    assert_eq!(citizen.row().await.more.question, None);
    sound(&store).await;
}

pub async fn a_case_is_resolved_with_an_outcome_and_evidence_only(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    act(&roads, case, Move::Start, 30, nothing).await.unwrap();
    let resolve = |outcome: &'static str, evidence: Option<Evidence>| {
        act(&roads, case, Move::Resolve, 60, move |request| (request.outcome, request.evidence) = (Some(outcome.to_owned()), evidence))
    };
    let presence = |distance_m, seconds| Some(Evidence::Presence { distance_m, at: at(seconds) });
    let exemption = |reason: &str| Some(Evidence::Exemption { reason: reason.to_owned() });
    for (outcome, evidence) in [
        ("repaired", None),
        ("inspection", exemption("No camera")),
        ("repaired", presence(300, 50)),
        ("repaired", presence(3, 61)),
        ("repaired", presence(3, 60 - 3_601)),
        ("repaired", exemption(" ")),
        ("repaired", exemption("There will be an inspection")),
        ("repaired", Some(Evidence::Photos(Vec::new()))),
    ] {
        assert_eq!(resolve(outcome, evidence.clone()).await, Err(Invalid), "{outcome} {evidence:?}");
    }
    let resolved = resolve("repaired", presence(3, 50)).await.unwrap();
    let last = resolved.timeline.last().unwrap();
    assert_eq!((resolved.summary.status, last.code.as_deref()), (CaseStatus::Resolved, Some("repaired")));
    let row = citizen.row().await;
    assert_eq!((row.more.code.as_deref(), row.more.contest_until), (Some("repaired"), moment(60 + 14 * DAY)));
    sound(&store).await;
}

pub async fn the_picture_of_what_is_broken_is_no_evidence(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let before = photo();
    let mut new = super::fixture::report("pothole");
    new.photos = vec![before];
    citizen.say(&super::fixture::create(&new)).await;
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    let case = roads.newest().await;
    let subject = citizen.device.subject;
    let arrives = |hash, seconds| store.finish_photo(UploadId::mint(at(0), super::fixture::fresh()), subject, hash, 9, at(seconds));
    arrives(before.thumb, 10).await.unwrap();
    act(&roads, case, Move::Start, 30, nothing).await.unwrap();
    let resolve = |ordinal| {
        let evidence = Evidence::Photos(vec![EvidencePhoto { report: new.report, ordinal }]);
        act(&roads, case, Move::Resolve, 90, move |request| {
            (request.outcome, request.evidence) = (Some("repaired".to_owned()), Some(evidence));
        })
    };
    assert_eq!(resolve(0).await, Err(Invalid), "it arrived before work began");
    assert_eq!(resolve(1).await, Err(Invalid), "there is none");
    let done = photo();
    say_at(&citizen, OpBody::AddPhoto { report: new.report, photo: done }, 60).await;
    assert_eq!(resolve(1).await, Err(Invalid), "it has not arrived");
    arrives(done.thumb, 70).await.unwrap();
    assert_eq!(resolve(1).await.unwrap().summary.status, CaseStatus::Resolved);
    sound(&store).await;
}

pub async fn a_case_in_triage_is_answered_on_the_spot_by_a_dispatcher(store: Arc<dyn Store>) {
    small_city(&store).await;
    Citizen::new(&store).await.reports("tree").await;
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let case = desk.newest().await;
    let answered = act(&desk, case, Move::Resolve, 60, |request| {
        request.outcome = Some("answered".to_owned());
        request.evidence = Some(Evidence::Exemption { reason: "Told on the telephone where it is".to_owned() });
    });
    assert_eq!(answered.await.unwrap().summary.status, CaseStatus::Resolved);
    sound(&store).await;
}

pub async fn declining_asks_for_a_reason_from_the_list(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    let decline = |code: Option<&str>| {
        let code = code.map(str::to_owned);
        act(&roads, case, Move::Decline, 60, move |request| (request.reason_code, request.reason) = (code, Some("It is a yard".to_owned())))
    };
    assert_eq!(decline(None).await, Err(Invalid));
    assert_eq!(decline(Some("too_hot")).await, Err(Invalid));
    let offered = roads.open(case).await.unwrap().moves;
    let codes = &offered.iter().find(|offered| offered.name == Move::Decline).unwrap().codes;
    assert!(codes.iter().any(|line| line.code == "private_property" && !line.it.is_empty() && !line.en.is_empty()));
    decline(Some("private_property")).await.unwrap();
    let row = citizen.row().await;
    assert_eq!((row.status, row.more.code.as_deref()), (CaseStatus::Declined, Some("private_property")));
    assert_eq!(row.more.may, [Move::Confirm, Move::Contest]);
    sound(&store).await;
}

pub async fn a_hand_off_to_nobody_known_is_the_dispatchers(store: Arc<dyn Store>) {
    let (citizen, roads, case) = pothole(&store).await;
    let due = citizen.row().await.due_at;
    let hand_off = |owner: Option<&str>, do_not_know| {
        let owner = owner.map(department);
        act(&roads, case, Move::HandOff, 60, move |request| {
            (request.reason_code, request.owner, request.do_not_know) = (Some("other_office".to_owned()), owner, do_not_know);
        })
    };
    assert_eq!(hand_off(None, false).await, Err(Invalid));
    assert_eq!(hand_off(Some("lamps"), true).await, Err(Invalid));
    assert_eq!(hand_off(Some("army"), false).await, Err(Unknown));
    assert_eq!(hand_off(Some("roads"), false).await, Err(Invalid), "it is there already");
    let given = hand_off(None, true).await.unwrap();
    assert_eq!((given.summary.status, given.summary.owner, given.bounds.hand_offs_left), (CaseStatus::Assigned, None, 1));
    assert_eq!(act(&roads, case, Move::TakeCharge, 61, nothing).await, Err(NotFound), "it is theirs no more");
    let desk = Desk::new(&store, Role::Dispatcher, None).await;
    let assigned = act(&desk, case, Move::Assign, 62, |request| request.owner = Some(department("lamps"))).await.unwrap();
    assert_eq!((assigned.summary.owner.unwrap().name.as_str(), assigned.bounds.hand_offs_left), ("Lamp Company", 1));
    assert_eq!(act(&desk, case, Move::Assign, 63, |request| request.owner = Some(department("roads"))).await, Err(IllegalMove));
    assert_eq!(citizen.row().await.due_at, due, "a hand-off does not reset the clock");
    sound(&store).await;
}

pub async fn a_closed_case_is_reopened_by_a_supervisor_at_its_last_owner(store: Arc<dyn Store>) {
    let (_, roads, case) = pothole(&store).await;
    act(&roads, case, Move::Resolve, 60, repaired(60)).await.unwrap();
    assert_eq!(store.sweep_timeouts(at(60 + 14 * DAY)).await.unwrap().closed, 1);
    let arbiter = Desk::new(&store, Role::Supervisor, None).await;
    assert_eq!(act(&arbiter, case, Move::Reopen, 15 * DAY, nothing).await, Err(Invalid));
    assert_eq!(act(&roads, case, Move::Reopen, 15 * DAY, |request| request.reason = Some("Please".to_owned())).await, Err(IllegalMove));
    let reopened = act(&arbiter, case, Move::Reopen, 15 * DAY, |request| request.reason = Some("It broke again".to_owned())).await.unwrap();
    assert_eq!((reopened.summary.status, reopened.summary.owner.unwrap().name.as_str()), (CaseStatus::Assigned, "Roads Office"));
    assert_eq!(reopened.bounds.hand_offs_left, 2, "that was no hand-off");
    sound(&store).await;
}

pub async fn times_that_are_over_are_swept_in_bounded_batches_each_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    for _ in 0..103 {
        citizen.reports("pothole").await;
        let case = roads.newest().await;
        act(&roads, case, Move::Resolve, 60, repaired(60)).await.unwrap();
    }
    let over = at(60 + 14 * DAY);
    let (one, other) = tokio::join!(store.sweep_timeouts(over), store.sweep_timeouts(over));
    let (one, other) = (one.unwrap(), other.unwrap());
    let mut closed = [one.closed, other.closed];
    closed.sort_unstable();
    assert_eq!((closed, one.more || other.more), ([3, 100], true));
    let last = store.sweep_timeouts(over).await.unwrap();
    assert_eq!((last.closed, last.more), (0, false));
    sound(&store).await;
}
