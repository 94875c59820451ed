//! What citizens say of the end of their case, and who it takes for what.

use super::acting::{DAY, act, code, nothing, repaired, row_of, say_at};
use super::fixture::{Citizen, Desk, at, small_city, sound};
use lanterna::store::Store;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::Move;
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use std::sync::Arc;

/// A pothole that three people reported, whose cases are one now, and an officer.
struct Crowd {
    people: Vec<(Citizen, ReportId)>,
    roads: Desk,
    case: CaseId,
}

impl Crowd {
    async fn of(store: &Arc<dyn Store>, many: usize) -> Self {
        small_city(store).await;
        let (roads, mut people, mut lead) = (Desk::new(store, Role::Officer, Some("roads")).await, Vec::new(), None);
        for _ in 0..many {
            let citizen = Citizen::new(store).await;
            let report = citizen.reports("pothole").await;
            let case = roads.newest().await;
            if lead.is_some() {
                act(&roads, case, Move::Join, 10, |request| request.lead = lead).await.unwrap();
            }
            lead = lead.or(Some(case));
            people.push((citizen, report));
        }
        Self { people, roads, case: lead.unwrap() }
    }

    async fn is_repaired(&self, seconds: i64) {
        act(&self.roads, self.case, Move::Resolve, seconds, repaired(seconds)).await.unwrap();
    }

    async fn confirms(&self, who: usize, seconds: i64) -> Verdict {
        let (citizen, report) = &self.people[who];
        say_at(citizen, OpBody::Confirm { report: *report }, seconds).await
    }

    async fn contests(&self, who: usize, seconds: i64) -> Verdict {
        let (citizen, report) = &self.people[who];
        say_at(citizen, OpBody::Contest { report: *report, reason: format!("Still there, says {who}") }, seconds).await
    }

    async fn status(&self) -> CaseStatus {
        self.roads.open(self.case).await.unwrap().summary.status
    }
}

pub async fn a_reporters_yes_closes_the_case(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 1).await;
    assert_eq!(code(&crowd.confirms(0, 20).await), Some(ProblemCode::Stale), "nobody said that it is done");
    crowd.is_repaired(60).await;
    assert_eq!(crowd.confirms(0, 70).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Closed);
    assert_eq!(crowd.confirms(0, 71).await, Verdict::Exists);
    assert_eq!(code(&crowd.contests(0, 72).await), Some(ProblemCode::IllegalMove));
    sound(&store).await;
}

pub async fn a_reporters_no_reopens_at_the_same_owner_and_the_second_goes_to_the_arbiter(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 1).await;
    crowd.is_repaired(60).await;
    assert_eq!(crowd.contests(0, 70).await, Verdict::Applied);
    let seen = crowd.roads.open(crowd.case).await.unwrap();
    assert_eq!((seen.summary.status, seen.summary.owner.unwrap().name.as_str()), (CaseStatus::Assigned, "Roads Office"));
    assert!(!seen.summary.at_arbiter && seen.timeline.last().unwrap().text.as_deref() == Some("Still there, says 0"));
    assert_eq!(crowd.contests(0, 71).await, Verdict::Merged, "it is open again, and the words are kept");
    crowd.is_repaired(80).await;
    assert_eq!(crowd.contests(0, 90).await, Verdict::Applied);
    let seen = crowd.roads.open(crowd.case).await.unwrap();
    assert!(seen.summary.at_arbiter && seen.bounds.arbiter_due_at.is_some() && seen.moves.is_empty());
    assert!(crowd.people[0].0.row().await.more.at_arbiter);
    assert_eq!(act(&crowd.roads, crowd.case, Move::TakeCharge, 95, nothing).await, Err(ProblemCode::IllegalMove));
    sound(&store).await;
}

pub async fn it_takes_two_joiners_to_reopen_a_case(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 3).await;
    crowd.is_repaired(60).await;
    assert_eq!(crowd.contests(1, 70).await, Verdict::Applied);
    assert_eq!(crowd.contests(1, 71).await, Verdict::Exists, "one joiner is one, however often");
    assert_eq!(crowd.status().await, CaseStatus::Resolved);
    assert_eq!(crowd.contests(2, 72).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Assigned);
    // What was said of an earlier end counts no more.
    crowd.is_repaired(80).await;
    assert_eq!(crowd.contests(1, 81).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Resolved);
    sound(&store).await;
}

pub async fn one_yes_does_not_close_a_case_for_the_others(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 3).await;
    crowd.is_repaired(60).await;
    for who in [1, 0] {
        assert_eq!(crowd.confirms(who, 70).await, Verdict::Applied);
        assert_eq!(crowd.status().await, CaseStatus::Resolved);
    }
    assert_eq!(crowd.confirms(1, 71).await, Verdict::Exists);
    let (citizen, report) = &crowd.people[1];
    assert_eq!(row_of(citizen, *report).await.more.may, [Move::Contest], "one may think again");
    assert_eq!(crowd.confirms(2, 72).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Closed, "all have said it");
    sound(&store).await;
}

pub async fn after_the_window_nobody_contests_and_the_system_closes(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 2).await;
    crowd.is_repaired(60).await;
    let over = 60 + 14 * DAY;
    assert_eq!(code(&crowd.contests(0, over).await), Some(ProblemCode::IllegalMove));
    assert_eq!(store.sweep_timeouts(at(over - 1)).await.unwrap().closed, 0);
    assert_eq!(store.sweep_timeouts(at(over)).await.unwrap().closed, 1, "the joined case follows, it is not closed twice");
    for (citizen, report) in &crowd.people {
        assert_eq!(row_of(citizen, *report).await.status, CaseStatus::Closed);
    }
    sound(&store).await;
}

pub async fn a_case_outlives_its_first_report_and_the_next_reporter_speaks_for_it(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 2).await;
    let withdraw = |who: usize| say_at(&crowd.people[who].0, OpBody::Withdraw { report: crowd.people[who].1 }, 20);
    assert_eq!(withdraw(0).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Assigned);
    assert_eq!(crowd.roads.open(crowd.case).await.unwrap().timeline.last().unwrap().name, Some(Move::Withdraw), "the owner is told");
    crowd.is_repaired(60).await;
    assert_eq!(code(&crowd.contests(0, 70).await), Some(ProblemCode::Forbidden), "whoever took it back has no say");
    assert_eq!(crowd.contests(1, 71).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Assigned, "the joiner is the reporter now");
    assert_eq!(withdraw(1).await, Verdict::Applied);
    assert_eq!(crowd.status().await, CaseStatus::Withdrawn, "nobody is left and no work had begun");
    sound(&store).await;
}

pub async fn nobody_speaks_for_anothers_report(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 1).await;
    crowd.is_repaired(60).await;
    let stranger = Citizen::new(&store).await;
    let report = crowd.people[0].1;
    for body in
        [OpBody::Confirm { report }, OpBody::Contest { report, reason: String::new() }, OpBody::Answer { report, text: "No".to_owned() }]
    {
        assert_eq!(code(&say_at(&stranger, body, 70).await), Some(ProblemCode::Unknown));
    }
    assert_eq!(crowd.status().await, CaseStatus::Resolved);
    sound(&store).await;
}

pub async fn a_word_takes_effect_once_however_often_it_is_sent(store: Arc<dyn Store>) {
    let crowd = Crowd::of(&store, 1).await;
    crowd.is_repaired(60).await;
    let (citizen, report) = &crowd.people[0];
    let contest = super::fixture::op(OpBody::Contest { report: *report, reason: "Still there".to_owned() });
    for _ in 0..3 {
        assert_eq!(citizen.say(&contest).await, Verdict::Applied);
    }
    let contests = crowd.roads.open(crowd.case).await.unwrap().timeline.iter().filter(|entry| entry.name == Some(Move::Contest)).count();
    assert_eq!(contests, 1);
    sound(&store).await;
}
