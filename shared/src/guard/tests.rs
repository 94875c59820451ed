//! Every chain of guarded moves keeps what must hold, whoever makes it and whatever they give.

use super::*;
use crate::id::CaseId;
use crate::merge::{MoveContext, MovePlan, plan_move};
use crate::service::DepartmentCode;
use proptest::prelude::*;
use uuid::Uuid;

const LIMITS: Limits = Limits { hand_off_budget: 2, contest_days: 14, waiting_days: 30, arbiter_days: 3 };
const NOW: Timestamp = Timestamp::from_millis(1_795_680_000_000);

fn case(number: u128) -> CaseId {
    CaseId(Uuid::from_u128(number))
}

fn code(text: &str) -> DepartmentCode {
    DepartmentCode::new(text).unwrap()
}

fn facts(status: CaseStatus) -> CaseFacts {
    CaseFacts {
        case: case(1),
        status,
        before: remembers(status).then_some(CaseStatus::Accepted),
        owner: (status != CaseStatus::Received).then(|| code("roads")),
        hand_offs: 0,
        at_arbiter: false,
        contests: 0,
        times_out_at: None,
        waiting_since: None,
        planned_for: None,
        lead: None,
        wanted_lead: Some(LeadFacts { case: case(2), status: CaseStatus::Assigned }),
        has_position: true,
        photos_count: true,
        work_begun: false,
        can_be_asked: true,
        voices: Voices { live: 1, others_done: 0, other_joiners_not_done: 0 },
        speaker: Some(Speaker { is_reporter: true, other_live_reports: 0 }),
    }
}

/// The facts after a move.
fn after(facts: &CaseFacts, name: Move, effects: &Effects) -> CaseFacts {
    CaseFacts {
        status: effects.status,
        before: effects.before,
        owner: effects.owner.clone(),
        hand_offs: effects.hand_offs,
        at_arbiter: effects.at_arbiter,
        contests: effects.contests,
        times_out_at: effects.times_out_at,
        waiting_since: effects.waiting_since,
        planned_for: effects.planned_for,
        lead: effects.lead,
        work_begun: facts.work_begun || name == Move::Start,
        ..facts.clone()
    }
}

fn exemption(reason: &str) -> Evidence {
    Evidence::Exemption { reason: reason.to_owned() }
}

/// An input that is complete, for each move.
fn complete(name: Move, choice: u8, now: Timestamp) -> MoveInput {
    let owner = code(if choice.is_multiple_of(2) { "lamps" } else { "green" });
    let words = || "Because".to_owned();
    match name {
        Move::Assign => MoveInput::Assign { owner },
        Move::TakeCharge => MoveInput::TakeCharge,
        Move::Plan => MoveInput::Plan { date: now.plus_millis(DAY_MS) },
        Move::Start => MoveInput::Start,
        Move::Stop => MoveInput::Stop { reason: words() },
        Move::Ask => MoveInput::Ask { question: words() },
        Move::Wait => MoveInput::Wait { whom: "ENEL".to_owned(), why: words(), until: now.plus_millis(DAY_MS) },
        Move::Resume => MoveInput::Resume { answer: Some(words()) },
        Move::Resolve => MoveInput::Resolve { outcome: Outcome::Repaired, evidence: exemption("The camera is broken") },
        Move::Decline => MoveInput::Decline { reason: DeclineReason::PrivateProperty, words: None },
        Move::HandOff => {
            let to = if choice.is_multiple_of(5) { NextOwner::DoNotKnow } else { NextOwner::Department(owner) };
            MoveInput::HandOff { reason: HandOffReason::OtherOffice, to, words: None }
        }
        Move::Arbitrate => MoveInput::Arbitrate { owner, words: None },
        Move::Join => MoveInput::Join { lead: case(2) },
        Move::Split => MoveInput::Split,
        Move::Confirm => MoveInput::Confirm,
        Move::Contest => MoveInput::Contest { reason: String::new() },
        Move::Reopen => MoveInput::Reopen { reason: words() },
        Move::Withdraw => MoveInput::Withdraw,
    }
}

const ROLES: [Role; 8] =
    [Role::Reporter, Role::Crew, Role::Officer, Role::Partner, Role::Dispatcher, Role::Supervisor, Role::System, Role::Auditor];

/// One step of a chain: which move, by whom, how much later, and how things stand with the citizens.
type Step = (usize, usize, u8, i64, u32, u32, bool);

fn step() -> impl Strategy<Value = Step> {
    (0_usize..18, 0_usize..8, any::<u8>(), 0_i64..20 * DAY_MS, 1_u32..4, 0_u32..3, any::<bool>())
}

proptest! {
    #[test]
    fn every_chain_of_moves_keeps_what_must_hold(steps in prop::collection::vec(step(), 1..80)) {
        let (mut known, mut now) = (facts(CaseStatus::Received), NOW);
        for (name, role, choice, later, live, said, is_reporter) in steps {
            // Mostly something that the table has a row for, so that chains get far; at times anything by anybody.
            let rows: Vec<_> = moves::MOVES.iter().filter(|row| row.from.contains(&known.status)).collect();
            let (name, role) = match rows.get(name % rows.len().max(1)) {
                Some(row) if choice % 8 > 0 => (row.name, row.who[role % row.who.len()]),
                _ => (Move::ALL[name], ROLES[role]),
            };
            now = now.plus_millis(later);
            known.voices = Voices { live, others_done: said.min(live - 1), other_joiners_not_done: said };
            known.speaker = (role == Role::Reporter).then_some(Speaker { is_reporter, other_live_reports: live - 1 });
            let rule = moves::rule(name, known.status, role);
            let Ok(effects) = check(role, &complete(name, choice, now), &known, LIMITS, now) else { continue };
            // The table allows everything that changes the status.
            if effects.status != known.status {
                prop_assert_eq!(rule.map(|rule| rule.target(known.before)), Some(effects.status), "{:?} by {:?}", name, role);
            }
            prop_assert!(rule.is_some() || name == Move::Withdraw);
            prop_assert!(effects.hand_offs <= LIMITS.hand_off_budget);
            if known.hand_offs != effects.hand_offs {
                prop_assert!(name == Move::HandOff && effects.hand_offs == known.hand_offs + 1);
            }
            if known.at_arbiter {
                prop_assert!(matches!(name, Move::Arbitrate | Move::Withdraw), "only the arbiter moves it on, not {:?}", name);
            }
            prop_assert!(!effects.fresh_clock || matches!(name, Move::Contest | Move::Reopen), "{:?}", name);
            known = after(&known, name, &effects);
            prop_assert_eq!(known.before.is_some(), remembers(known.status));
            prop_assert!(known.before.is_none_or(|before| !remembers(before)));
            prop_assert_eq!(known.lead.is_some(), known.status == CaseStatus::Duplicate);
            let is_timed = matches!(
                known.status,
                CaseStatus::WaitingReporter | CaseStatus::WaitingOther | CaseStatus::Resolved | CaseStatus::Declined
            );
            prop_assert_eq!(known.times_out_at.is_some(), is_timed, "what waits ends by itself: {:?}", known.status);
            prop_assert!(!known.at_arbiter || known.status == CaseStatus::Assigned);
            if let Some(since) = known.waiting_since {
                let waits_ms = known.times_out_at.unwrap().millis_since(since);
                prop_assert!(waits_ms <= i64::from(LIMITS.waiting_days) * DAY_MS);
            }
        }
    }

    #[test]
    fn what_a_guard_allows_the_merge_applies(status in 0_usize..12, name in 0_usize..18, role in 0_usize..8, choice: u8) {
        let (known, name, role) = (facts(CaseStatus::ALL[status]), Move::ALL[name], ROLES[role]);
        let Ok(effects) = check(role, &complete(name, choice, NOW), &known, LIMITS, NOW) else { return Ok(()) };
        if effects.status != known.status {
            let context = MoveContext { status: known.status, before: known.before, since_base: &[], owner_unchanged: true };
            prop_assert_eq!(plan_move(name, role, context), MovePlan::Apply(effects.status));
        }
    }

    #[test]
    fn joins_make_no_chains_and_no_cycles(tries in prop::collection::vec((0_usize..5, 0_usize..5, any::<bool>()), 1..60)) {
        let mut all: Vec<CaseFacts> = (0..5).map(|n| CaseFacts { case: case(n), ..facts(CaseStatus::Assigned) }).collect();
        for (one, other, splits) in tries {
            let mut known = all[one].clone();
            known.wanted_lead = Some(LeadFacts { case: all[other].case, status: all[other].status });
            let input = if splits { MoveInput::Split } else { MoveInput::Join { lead: all[other].case } };
            let Ok(effects) = check(Role::Dispatcher, &input, &known, LIMITS, NOW) else { continue };
            all[one] = after(&all[one], input.name(), &effects);
            if let Some(lead) = effects.lead {
                // Whoever keeps the cases carries the followers along.
                let left = all[one].case;
                all.iter_mut().filter(|follower| follower.lead == Some(left)).for_each(|follower| follower.lead = Some(lead));
            }
            for follower in &all {
                let lead = follower.lead.map(|lead| all.iter().find(|case| case.case == lead).unwrap());
                prop_assert!(lead.is_none_or(|lead| lead.lead.is_none() && lead.status.is_open()));
            }
        }
    }
}

fn refusal(role: Role, input: &MoveInput, known: &CaseFacts) -> Refusal {
    check(role, input, known, LIMITS, NOW).unwrap_err()
}

fn resolve(evidence: Evidence) -> MoveInput {
    MoveInput::Resolve { outcome: Outcome::Repaired, evidence }
}

#[test]
fn a_case_is_never_resolved_without_evidence() {
    let known = CaseFacts { photos_count: false, ..facts(CaseStatus::InProgress) };
    let photo = EvidencePhoto { report: crate::id::ReportId(Uuid::nil()), ordinal: 0 };
    let refused = |evidence, known: &CaseFacts| refusal(Role::Officer, &resolve(evidence), known);
    assert_eq!(refused(Evidence::Photos(vec![photo]), &known), Refusal::PhotosDoNotCount);
    assert!(matches!(refused(Evidence::Photos(Vec::new()), &facts(CaseStatus::InProgress)), Refusal::Invalid(_)));
    assert!(matches!(refused(exemption("  "), &known), Refusal::Invalid(_)));
    assert_eq!(refused(exemption("There will be an inspection"), &known), Refusal::OnlyPromised);
    let presence = |distance_m, minutes_ago: i64| Evidence::Presence { distance_m, at: NOW.plus_millis(-minutes_ago * 60_000) };
    assert_eq!(refused(presence(101, 1), &known), Refusal::TooFar);
    assert_eq!(refused(presence(5, 61), &known), Refusal::NotThen);
    assert_eq!(refused(presence(5, -1), &known), Refusal::NotThen, "nobody was there in the future");
    let nowhere = CaseFacts { has_position: false, ..known.clone() };
    assert_eq!(refused(presence(5, 1), &nowhere), Refusal::NoPlace);
    let answered = MoveInput::Resolve { outcome: Outcome::Answered, evidence: presence(5, 1) };
    assert_eq!(refusal(Role::Dispatcher, &answered, &known), Refusal::NoPresenceForAnswer);
    for evidence in [presence(100, 60), exemption("The lamp is lit, seen by telephone"), Evidence::Photos(vec![photo])] {
        let known = CaseFacts { photos_count: true, ..known.clone() };
        let effects = check(Role::Crew, &resolve(evidence), &known, LIMITS, NOW).unwrap();
        assert_eq!((effects.status, effects.new_round), (CaseStatus::Resolved, true));
        assert_eq!(effects.times_out_at, Some(NOW.plus_millis(14 * DAY_MS)));
    }
}

fn hand_off(to: NextOwner) -> MoveInput {
    MoveInput::HandOff { reason: HandOffReason::OtherOffice, to, words: None }
}

#[test]
fn the_hand_off_that_spends_the_budget_ends_at_the_arbiter() {
    let to = |office: &str| hand_off(NextOwner::Department(code(office)));
    let mut known = facts(CaseStatus::Accepted);
    assert_eq!(refusal(Role::Officer, &to("roads"), &known), Refusal::SameOwner);
    let first = check(Role::Officer, &to("lamps"), &known, LIMITS, NOW).unwrap();
    assert_eq!((first.owner.as_ref(), first.hand_offs, first.at_arbiter, first.fresh_clock), (Some(&code("lamps")), 1, false, false));
    known = after(&known, Move::HandOff, &first);
    let second = check(Role::Partner, &to("green"), &known, LIMITS, NOW).unwrap();
    assert_eq!((second.owner.as_ref(), second.hand_offs, second.at_arbiter), (Some(&code("green")), 2, true));
    known = after(&known, Move::HandOff, &second);
    for input in [to("roads"), MoveInput::TakeCharge, MoveInput::Start, hand_off(NextOwner::DoNotKnow)] {
        assert_eq!(refusal(Role::Officer, &input, &known), Refusal::WithArbiter);
    }
    let decided = check(Role::Supervisor, &MoveInput::Arbitrate { owner: code("lamps"), words: None }, &known, LIMITS, NOW).unwrap();
    assert_eq!((decided.owner.as_ref(), decided.at_arbiter, decided.hand_offs), (Some(&code("lamps")), false, 2));
    known = after(&known, Move::Arbitrate, &decided);
    let again = check(Role::Officer, &to("roads"), &known, LIMITS, NOW).unwrap();
    assert_eq!(
        (again.owner.as_ref(), again.at_arbiter, again.hand_offs),
        (Some(&code("lamps")), true, 2),
        "straight back, and nobody else has it"
    );
    assert_eq!(
        refusal(Role::Supervisor, &MoveInput::Arbitrate { owner: code("lamps"), words: None }, &facts(CaseStatus::Assigned)),
        Refusal::NotWithArbiter
    );
}

#[test]
fn who_does_not_know_gives_the_case_to_the_dispatcher() {
    let known = facts(CaseStatus::Accepted);
    let effects = check(Role::Officer, &hand_off(NextOwner::DoNotKnow), &known, LIMITS, NOW).unwrap();
    assert_eq!((effects.status, effects.owner.as_ref(), effects.hand_offs), (CaseStatus::Assigned, None, 1));
    let known = after(&known, Move::HandOff, &effects);
    assert_eq!(refusal(Role::Officer, &MoveInput::TakeCharge, &known), Refusal::NobodysYet);
    assert!(is_open_to(Role::Dispatcher, Move::Assign, &known));
    let given = check(Role::Dispatcher, &MoveInput::Assign { owner: code("green") }, &known, LIMITS, NOW).unwrap();
    assert_eq!((given.owner, given.hand_offs), (Some(code("green")), 1));
    let owned = facts(CaseStatus::Assigned);
    assert!(!is_open_to(Role::Dispatcher, Move::Assign, &owned));
    assert_eq!(refusal(Role::Dispatcher, &MoveInput::Assign { owner: code("green") }, &owned), Refusal::NotWithDispatcher);
}

/// A resolved case of `live` people, one of whom speaks.
fn resolved(live: u32, is_reporter: bool) -> CaseFacts {
    CaseFacts {
        times_out_at: Some(NOW.plus_millis(1)),
        voices: Voices { live, ..Voices::default() },
        speaker: Some(Speaker { is_reporter, other_live_reports: live - 1 }),
        ..facts(CaseStatus::Resolved)
    }
}

#[test]
fn the_reporters_word_opens_a_case_and_the_second_time_the_arbiter_looks() {
    let contest = MoveInput::Contest { reason: "Still dark".to_owned() };
    let mut known = resolved(1, true);
    let first = check(Role::Reporter, &contest, &known, LIMITS, NOW).unwrap();
    assert_eq!((first.status, first.owner.clone(), first.fresh_clock), (CaseStatus::Assigned, known.owner.clone(), true));
    assert!(!first.at_arbiter);
    known.contests = first.contests;
    let second = check(Role::Reporter, &contest, &known, LIMITS, NOW).unwrap();
    assert!(second.at_arbiter);
    known.times_out_at = Some(NOW);
    assert_eq!(refusal(Role::Reporter, &contest, &known), Refusal::WindowOver);
}

#[test]
fn of_joiners_it_takes_two_and_one_yes_closes_for_nobody_else() {
    let contest = MoveInput::Contest { reason: String::new() };
    let mut known = resolved(3, false);
    let heard = check(Role::Reporter, &contest, &known, LIMITS, NOW).unwrap();
    assert_eq!((heard.status, heard.said, heard.times_out_at), (CaseStatus::Resolved, Some(Said::NotDone), known.times_out_at));
    known.voices.other_joiners_not_done = 1;
    assert_eq!(check(Role::Reporter, &contest, &known, LIMITS, NOW).unwrap().status, CaseStatus::Assigned);
    for others_done in [0, 1] {
        let known = CaseFacts { voices: Voices { live: 3, others_done, other_joiners_not_done: 0 }, ..resolved(3, true) };
        let heard = check(Role::Reporter, &MoveInput::Confirm, &known, LIMITS, NOW).unwrap();
        assert_eq!((heard.status, heard.said), (CaseStatus::Resolved, Some(Said::Done)));
    }
    let all = CaseFacts { voices: Voices { live: 3, others_done: 2, other_joiners_not_done: 0 }, ..resolved(3, false) };
    assert_eq!(check(Role::Reporter, &MoveInput::Confirm, &all, LIMITS, NOW).unwrap().status, CaseStatus::Closed);
    assert_eq!(check(Role::Reporter, &MoveInput::Confirm, &resolved(1, true), LIMITS, NOW).unwrap().status, CaseStatus::Closed);
}

#[test]
fn the_system_acts_when_the_time_is_over_and_not_before() {
    for (status, input, to) in [
        (CaseStatus::Resolved, MoveInput::Confirm, CaseStatus::Closed),
        (CaseStatus::WaitingOther, MoveInput::Resume { answer: None }, CaseStatus::Accepted),
        (CaseStatus::WaitingReporter, MoveInput::Resume { answer: None }, CaseStatus::Accepted),
    ] {
        let mut known = CaseFacts { times_out_at: Some(NOW.plus_millis(1)), speaker: None, ..facts(status) };
        assert_eq!(refusal(Role::System, &input, &known), Refusal::TooEarly);
        known.times_out_at = Some(NOW);
        assert_eq!(check(Role::System, &input, &known, LIMITS, NOW).unwrap().status, to);
    }
}

#[test]
fn waiting_has_an_end_however_often_it_is_for_somebody_else() {
    let wait = |days: i64| MoveInput::Wait { whom: "ENEL".to_owned(), why: "Their mast".to_owned(), until: NOW.plus_millis(days * DAY_MS) };
    let mut known = facts(CaseStatus::Accepted);
    assert_eq!(refusal(Role::Officer, &wait(31), &known), Refusal::WaitsTooLong(30));
    assert_eq!(refusal(Role::Officer, &wait(0), &known), Refusal::DateOutOfBounds);
    let effects = check(Role::Officer, &wait(30), &known, LIMITS, NOW).unwrap();
    known = after(&known, Move::Wait, &effects);
    let later = NOW.plus_millis(20 * DAY_MS);
    let asked = check(Role::Officer, &MoveInput::Ask { question: "Where?".to_owned() }, &known, LIMITS, later).unwrap();
    assert_eq!((asked.status, asked.before), (CaseStatus::WaitingReporter, Some(CaseStatus::Accepted)));
    assert_eq!(asked.times_out_at, Some(NOW.plus_millis(30 * DAY_MS)), "the days do not begin anew");
    let mute = CaseFacts { can_be_asked: false, ..facts(CaseStatus::Accepted) };
    assert_eq!(refusal(Role::Officer, &MoveInput::Ask { question: "Where?".to_owned() }, &mute), Refusal::CannotBeAsked);
    assert!(!is_open_to(Role::Officer, Move::Ask, &mute));
}

#[test]
fn a_reporter_resumes_by_an_answer_to_a_question_only() {
    let answer = MoveInput::Resume { answer: Some("By the church".to_owned()) };
    assert_eq!(check(Role::Reporter, &answer, &facts(CaseStatus::WaitingReporter), LIMITS, NOW).unwrap().status, CaseStatus::Accepted);
    assert_eq!(refusal(Role::Reporter, &answer, &facts(CaseStatus::WaitingOther)), Refusal::NotAsked);
    assert_eq!(refusal(Role::Reporter, &MoveInput::Resume { answer: None }, &facts(CaseStatus::WaitingReporter)), Refusal::NotAsked);
}

#[test]
fn a_withdrawal_ends_the_case_with_its_last_report_and_before_work_only() {
    let status = |known: &CaseFacts| check(Role::Reporter, &MoveInput::Withdraw, known, LIMITS, NOW).unwrap().status;
    let mut known = CaseFacts { at_arbiter: true, ..facts(CaseStatus::Assigned) };
    assert_eq!(status(&known), CaseStatus::Withdrawn);
    known.work_begun = true;
    assert_eq!(status(&known), CaseStatus::Assigned);
    let joined = CaseFacts { speaker: Some(Speaker { is_reporter: true, other_live_reports: 1 }), ..facts(CaseStatus::Assigned) };
    assert_eq!(status(&joined), CaseStatus::Assigned);
    assert_eq!(status(&facts(CaseStatus::Resolved)), CaseStatus::Resolved);
}

#[test]
fn a_reopened_case_goes_back_to_its_last_owner_and_counts_no_hand_off() {
    let known = CaseFacts { hand_offs: 1, ..facts(CaseStatus::Closed) };
    let effects = check(Role::Supervisor, &MoveInput::Reopen { reason: "It was never dug".to_owned() }, &known, LIMITS, NOW).unwrap();
    assert_eq!((effects.status, effects.owner, effects.hand_offs), (CaseStatus::Assigned, known.owner, 1));
    assert!(effects.fresh_clock);
}

#[test]
fn every_refusal_is_a_sentence() {
    for refused in [
        Refusal::NotInTable { name: Move::Stop, status: CaseStatus::Closed },
        Refusal::Invalid(crate::problem::Invalid::new("reason", "is missing")),
        Refusal::WaitsTooLong(30),
        Refusal::TooFar,
        Refusal::NotThen,
        Refusal::OnlyPromised,
    ] {
        assert!(refused.to_string().ends_with('.'), "{refused}");
    }
}
