//! Duplicates: suggested with reasons, joined by citizens where that is allowed, told of once, and never suppressed.

use super::acting::{act, nothing};
use super::fixture::{Citizen, Desk, at, count, create, fresh, op, photo, report, small_city, sound};
use lanterna::store::Store;
use lanterna::store::duplicate::SuggestionDecided;
use lanterna::store::staff::MoveOutcome;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::check::CaseNumber;
use lanterna_shared::duplicate::geohash::Geohash;
use lanterna_shared::duplicate::index::OpenCase;
use lanterna_shared::duplicate::join::{CaseRef, Joined};
use lanterna_shared::duplicate::near::distance_m;
use lanterna_shared::duplicate::view::{Suggestion, SuggestionState};
use lanterna_shared::duplicate::{PerceptualHash, Reason};
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::Move;
use lanterna_shared::office::MoveRequest;
use lanterna_shared::op::OpBody;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::report::NewReport;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{ReportRow, Row};
use std::sync::Arc;

/// So many metres north of where everybody reports from.
fn north(metres: f64) -> Position {
    Position::from_degrees(44.45 + metres / 111_195.0, 8.85, Some(8.0), PositionSource::Gps).unwrap()
}

fn report_at(service: &str, metres: f64, text: &str) -> NewReport {
    NewReport { position: Some(north(metres)), text: text.to_owned(), ..report(service) }
}

/// Sends it, so many days after the first, and returns its case.
async fn sent(citizen: &Citizen, desk: &Desk, new: &NewReport, days: i64) -> CaseId {
    let batch = citizen.batch(&[super::fixture::written(&create(new))]);
    let replies = citizen.store.apply_ops(batch, at(days * 86_400)).await.unwrap();
    assert_eq!(replies[0].verdict, Verdict::Applied);
    desk.newest().await
}

async fn dispatcher(store: &Arc<dyn Store>) -> Desk {
    Desk::new(store, Role::Dispatcher, None).await
}

async fn alike(desk: &Desk, case: CaseId) -> Vec<Suggestion> {
    desk.store.alike_cases(desk.scope.clone(), case).await.unwrap().unwrap().alike
}

async fn moves(desk: &Desk, case: CaseId, name: Move) {
    let base = desk.open(case).await.unwrap().summary.version;
    let request = MoveRequest { base, ..serde_json::from_value(serde_json::json!({ "move": name, "base": 0 })).unwrap() };
    let outcome = desk.store.make_move(desk.staff.clone(), desk.scope.clone(), case, request, at(500)).await.unwrap();
    assert!(matches!(outcome, MoveOutcome::Made(_)), "{outcome:?}");
}

async fn publish(desk: &Desk, case: CaseId, published: bool) -> bool {
    desk.store.publish_case(desk.staff.clone(), desk.scope.clone(), case, published, at(100)).await.unwrap()
}

/// What a device around there is told of.
async fn index(store: &Arc<dyn Store>) -> Vec<OpenCase> {
    store.open_cases(Geohash::of(&north(0.0)).around(1)).await.unwrap()
}

/// The row of a report.
async fn row(citizen: &Citizen, report: ReportId) -> ReportRow {
    let rows = citizen.pull(0).await.changes;
    let found = rows.iter().find_map(|row| {
        let Row::Report(row) = row;
        (row.report == report).then(|| row.clone())
    });
    found.unwrap()
}

pub async fn a_report_beside_an_open_case_is_suggested_with_reasons_and_nothing_is_joined(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two, desk) = (Citizen::new(&store).await, Citizen::new(&store).await, dispatcher(&store).await);
    let first = sent(&one, &desk, &report_at("pothole", 0.0, "Buca profonda davanti alla scuola"), 0).await;
    assert!(alike(&desk, first).await.is_empty());
    let second = sent(&two, &desk, &report_at("pothole", 14.0, "Una buca profonda, vicino alla scuola!"), 2).await;
    assert_ne!(first, second, "a second report may be an escalation");
    let found = alike(&desk, second).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].other, found[0].number, found[0].state), (first, CaseNumber::new(1), SuggestionState::Open));
    let reasons = [Reason::Distance { metres: 14 }, Reason::Age { minutes: 2_880 }, Reason::SameService, Reason::Words { percent: 100 }];
    assert_eq!(found[0].reasons, reasons);
    assert_eq!(found[0].text["en"], "14 m away, 2 days apart, same category, words in common");
    assert_eq!(found[0].summary.as_ref().unwrap().case, first);
    let back = alike(&desk, first).await;
    assert_eq!((back[0].other, back[0].score), (second, found[0].score), "the older case shows the newer one");
    for case in [first, second] {
        assert_eq!(desk.open(case).await.unwrap().summary.status, CaseStatus::Assigned);
    }
    sound(&store).await;
}

pub async fn a_report_far_away_or_long_after_is_not_suggested(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    let away = sent(&citizen, &desk, &report_at("pothole", 60.0, "Buca"), 0).await;
    assert!(alike(&desk, away).await.is_empty(), "8 m and 8 m cannot meet over 60 m");
    let later = sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 70).await;
    assert!(alike(&desk, later).await.is_empty(), "what comes back after two months is a new fault");
    let other = sent(&citizen, &desk, &report_at("tree", 0.0, "Ramo caduto"), 70).await;
    assert!(alike(&desk, other).await.is_empty(), "a place alone is no reason");
    sound(&store).await;
}

pub async fn a_report_without_a_position_is_no_trouble(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let nowhere = NewReport { position: None, ..report("pothole") };
    let case = sent(&citizen, &desk, &nowhere, 0).await;
    assert!(alike(&desk, case).await.is_empty());
    assert!(publish(&desk, case, true).await);
    assert!(index(&store).await.is_empty(), "what lies nowhere is in no cell");
    assert!(publish(&desk, case, false).await);
    sound(&store).await;
}

pub async fn a_case_that_is_over_is_not_suggested(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let first = report_at("pothole", 0.0, "Buca");
    sent(&citizen, &desk, &first, 0).await;
    assert_eq!(citizen.say(&op(OpBody::Withdraw { report: first.report })).await, Verdict::Applied);
    let second = sent(&citizen, &desk, &report_at("pothole", 1.0, "Buca"), 0).await;
    assert!(alike(&desk, second).await.is_empty());
    let third = sent(&citizen, &desk, &report_at("pothole", 2.0, "Buca"), 0).await;
    assert_eq!(alike(&desk, third).await.len(), 1, "the second is open");
    sound(&store).await;
}

pub async fn the_best_of_many_are_suggested(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    for metres in [20.0, 4.0, 30.0, 12.0, 28.0, 8.0] {
        sent(&citizen, &desk, &report_at("pothole", metres, ""), 0).await;
    }
    let last = sent(&citizen, &desk, &report_at("pothole", 0.0, ""), 0).await;
    let metres: Vec<_> = alike(&desk, last).await.iter().map(|found| found.reasons[0]).collect();
    assert_eq!(metres, [4, 8, 12].map(|metres| Reason::Distance { metres }));
    sound(&store).await;
}

pub async fn a_photo_that_follows_makes_a_suggestion(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let pictured = |bits| lanterna_shared::photo::PhotoRef { alike: Some(PerceptualHash::from_bits(bits)), ..photo() };
    let first = NewReport { photos: vec![pictured(0xff00)], ..report_at("pothole", 0.0, "") };
    let first = sent(&citizen, &desk, &first, 0).await;
    let second = report_at("tree", 6.0, "");
    let case = sent(&citizen, &desk, &second, 0).await;
    assert!(alike(&desk, case).await.is_empty(), "another category and nothing else");
    let follows = op(OpBody::AddPhoto { report: second.report, photo: pictured(0xff01) });
    assert_eq!(citizen.say(&follows).await, Verdict::Applied);
    let found = alike(&desk, case).await;
    assert_eq!((found.len(), found[0].other), (1, first));
    assert_eq!(found[0].reasons.last(), Some(&Reason::Picture { bits: 1 }));
    sound(&store).await;
}

pub async fn a_suggestion_is_dismissed_and_taken_back(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let first = sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    let second = sent(&citizen, &desk, &report_at("pothole", 5.0, "Buca"), 0).await;
    let decide = async |pair, dismissed| {
        let (staff, scope) = (desk.staff.clone(), desk.scope.clone());
        store.decide_alike(staff, scope, pair, dismissed, at(90)).await.unwrap()
    };
    // From either side it is the same pair.
    for pair in [(first, second), (second, first)] {
        assert_eq!(decide(pair, true).await, SuggestionDecided::Decided);
        let found = alike(&desk, second).await;
        assert_eq!((found[0].state, found[0].decided_at), (SuggestionState::Dismissed, Some(at(90))));
        assert_eq!(found[0].decided_by.as_deref(), Some(desk.staff.name.as_str()));
        assert_eq!(decide(pair, true).await, SuggestionDecided::Decided, "the same again");
        assert_eq!(decide(pair, false).await, SuggestionDecided::Decided);
        assert_eq!((alike(&desk, first).await[0].state, alike(&desk, first).await[0].decided_by.clone()), (SuggestionState::Open, None));
    }
    let nobody = CaseId::mint(at(0), fresh());
    assert_eq!(decide((first, nobody), true).await, SuggestionDecided::NotThere);
    assert_eq!(decide((nobody, first), true).await, SuggestionDecided::NotThere);
    let lamps = Desk::new(&store, Role::Officer, Some("lamps")).await;
    let theirs = store.decide_alike(lamps.staff.clone(), lamps.scope.clone(), (first, second), true, at(90)).await.unwrap();
    assert_eq!(theirs, SuggestionDecided::NotThere, "the case is with another office");
    assert_eq!(alike(&desk, first).await[0].state, SuggestionState::Open);
    sound(&store).await;
}

pub async fn a_join_accepts_the_suggestion_and_a_split_dismisses_it(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let first = sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    let second = sent(&citizen, &desk, &report_at("pothole", 5.0, "Buca"), 0).await;
    act(&desk, second, Move::Join, 10, |request| request.lead = Some(first)).await.unwrap();
    let found = alike(&desk, first).await;
    assert_eq!((found[0].state, found[0].decided_by.as_deref()), (SuggestionState::Accepted, Some(desk.staff.name.as_str())));
    act(&desk, second, Move::Split, 20, nothing).await.unwrap();
    assert_eq!(alike(&desk, first).await[0].state, SuggestionState::Dismissed);
    sound(&store).await;
}

pub async fn a_case_of_another_office_is_a_number_only(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let lamp = sent(&citizen, &desk, &report_at("lamp", 0.0, "Palo della luce caduto sulla strada"), 0).await;
    let hole = sent(&citizen, &desk, &report_at("pothole", 1.0, "Palo della luce caduto sulla strada"), 0).await;
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    let found = alike(&roads, hole).await;
    assert_eq!((found[0].number, &found[0].summary), (CaseNumber::new(1), &None));
    assert_eq!(store.alike_cases(roads.scope.clone(), lamp).await.unwrap(), None);
    sound(&store).await;
}

pub async fn nothing_is_public_until_staff_say_so(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let case = sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    assert!(index(&store).await.is_empty());
    let lamps = Desk::new(&store, Role::Officer, Some("lamps")).await;
    assert!(!publish(&lamps, case, true).await, "another office's case");
    for _ in 0..2 {
        assert!(publish(&desk, case, true).await);
        assert_eq!(index(&store).await.len(), 1, "twice is once");
    }
    assert!(publish(&desk, case, false).await);
    assert!(index(&store).await.is_empty(), "a way back");
    sound(&store).await;
}

pub async fn a_published_case_shows_a_rounded_place_and_no_more(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let new = report_at("pothole", 13.0, "Davanti a casa mia");
    let case = sent(&citizen, &desk, &new, 0).await;
    publish(&desk, case, true).await;
    let known = index(&store).await.remove(0);
    assert_eq!((known.case, known.number, known.service.as_str(), known.received_at), (case, CaseNumber::new(1), "pothole", at(0)));
    let (exact, shown) = (new.position.unwrap(), known.position);
    assert_ne!((exact.lat_e7(), exact.lon_e7()), (shown.lat_e7(), shown.lon_e7()));
    assert!(distance_m(&exact, &shown) <= f64::from(shown.accuracy_m().unwrap()));
    citizen.say(&op(OpBody::Withdraw { report: new.report })).await;
    assert!(index(&store).await.is_empty(), "only what is open");
    sound(&store).await;
}

pub async fn a_report_joins_a_published_case(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two, desk) = (Citizen::new(&store).await, Citizen::new(&store).await, dispatcher(&store).await);
    let case = sent(&one, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    publish(&desk, case, true).await;
    let before = desk.open(case).await.unwrap();
    let joining = NewReport { joins: Some(CaseRef::Case(case)), photos: vec![photo()], ..report_at("pothole", 12.0, "Anche io") };
    assert_eq!(sent(&two, &desk, &joining, 1).await, case, "no case was opened");
    let after = desk.open(case).await.unwrap();
    assert_eq!(after.reports.iter().map(|report| report.text.as_str()).collect::<Vec<_>>(), ["Buca", "Anche io"]);
    assert_eq!((after.summary.photos, after.summary.version), (1, before.summary.version), "no move of the office becomes stale");
    let entry = after.timeline.last().unwrap();
    assert_eq!((entry.role, entry.name, entry.status), (Role::Reporter, None, CaseStatus::Assigned));
    let row = row(&two, joining.report).await;
    assert_eq!((row.number, row.status, row.joined), (CaseNumber::new(1), CaseStatus::Assigned, Some(Joined::Joined)));
    assert_eq!(one.row().await.joined, None, "who opened it asked for nothing");
    assert_eq!(two.pull(0).await.wanted.len(), 3, "the own photo is wanted");
    assert_eq!(two.say(&create(&joining)).await, Verdict::Exists, "sent again under a new op");
    // The one who opened it goes; the other's report keeps the case.
    let own = one.row().await.report;
    one.say(&op(OpBody::Withdraw { report: own })).await;
    assert_eq!(desk.open(case).await.unwrap().summary.status, CaseStatus::Assigned);
    sound(&store).await;
}

pub async fn a_case_can_be_joined_by_its_number(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let case = sent(&citizen, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    publish(&desk, case, true).await;
    let joining = NewReport { joins: Some(CaseRef::Number(CaseNumber::new(1))), ..report_at("lamp", 20.0, "E il lampione") };
    assert_eq!(sent(&citizen, &desk, &joining, 0).await, case);
    assert_eq!(desk.open(case).await.unwrap().summary.service.as_str(), "pothole");
    sound(&store).await;
}

pub async fn a_wish_that_cannot_be_opens_a_case_and_says_why(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (citizen, desk) = (Citizen::new(&store).await, dispatcher(&store).await);
    let first = report_at("pothole", 0.0, "Buca");
    let case = sent(&citizen, &desk, &first, 0).await;
    let wishing = |metres, joins| NewReport { joins: Some(joins), ..report_at("pothole", metres, "La stessa") };
    let private = wishing(0.0, CaseRef::Case(case));
    let unknown = wishing(0.0, CaseRef::Number(CaseNumber::new(4_711)));
    for new in [&private, &unknown] {
        assert_ne!(sent(&citizen, &desk, new, 0).await, case);
        assert_eq!(row(&citizen, new.report).await.joined, Some(Joined::NotPublic));
    }
    publish(&desk, case, true).await;
    let away = wishing(400.0, CaseRef::Case(case));
    let opened = sent(&citizen, &desk, &away, 0).await;
    assert_eq!(row(&citizen, away.report).await.joined, Some(Joined::NotNear));
    let found = alike(&desk, opened).await;
    assert_eq!((found[0].other, &found[0].reasons[..]), (case, &[Reason::Asked][..]), "the office decides");
    let nowhere = NewReport { position: None, ..wishing(0.0, CaseRef::Case(case)) };
    sent(&citizen, &desk, &nowhere, 0).await;
    assert_eq!(row(&citizen, nowhere.report).await.joined, Some(Joined::NotNear));
    citizen.say(&op(OpBody::Withdraw { report: first.report })).await;
    let late = wishing(0.0, CaseRef::Case(case));
    let opened = sent(&citizen, &desk, &late, 0).await;
    assert_eq!(row(&citizen, late.report).await.joined, Some(Joined::NotOpen));
    assert_eq!(desk.open(opened).await.unwrap().summary.status, CaseStatus::Assigned, "never lost");
    sound(&store).await;
}

pub async fn who_joined_is_told_once_not_once_a_report(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two, desk) = (Citizen::new(&store).await, Citizen::new(&store).await, dispatcher(&store).await);
    let case = sent(&one, &desk, &report_at("pothole", 0.0, "Buca"), 0).await;
    publish(&desk, case, true).await;
    let joining = || NewReport { joins: Some(CaseRef::Case(case)), ..report_at("pothole", 2.0, "Ancora") };
    let gone = joining();
    for (citizen, new) in [(&one, joining()), (&two, joining()), (&two, joining()), (&two, gone.clone())] {
        assert_eq!(sent(citizen, &desk, &new, 0).await, case);
    }
    assert_eq!(count(&store, "notices").await, 0, "nothing has happened to the case");
    let roads = Desk::new(&store, Role::Officer, Some("roads")).await;
    moves(&roads, case, Move::TakeCharge).await;
    assert_eq!(count(&store, "notices").await, 2, "five reports of two people");
    moves(&roads, case, Move::Start).await;
    assert_eq!(count(&store, "notices").await, 4, "of each step once");
    sound(&store).await;
}
