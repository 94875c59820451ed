//! Log-ins, crews, profiles and the audit: what a store promises of people.

use super::fixture::{Citizen, Desk, at, department, fresh, report, small_city, sound};
use lanterna::store::Store;
use lanterna::store::account::{Actor, AttemptKeys, Spent, StaffChange};
use lanterna::store::audit::{LookUp, Noted};
use lanterna::store::crew::{CrewKept, Enrolled};
use lanterna::store::profile::{Claim, Claimed};
use lanterna::store::staff::CaseScope;
use lanterna::store::{NewDevice, Registration};
use lanterna_shared::audit::Act;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::enrolment::Crew;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::{CaseId, InstallId, SubjectId, uuid_v7};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::profile::{AnswerBy, ContactKind, ProfileChange};
use lanterna_shared::report::Channel;
use lanterna_shared::role::Role;
use lanterna_shared::service::CrewCode;
use std::sync::Arc;

const KEYS: AttemptKeys = AttemptKeys { name: [1; 32], address: [2; 32] };

pub async fn failures_count_by_name_and_address_and_success_clears_the_name_only(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    store.log_in_failed(KEYS, None, at(1)).await.unwrap();
    store.log_in_failed(KEYS, Some(desk.staff.user), at(5)).await.unwrap();
    store.log_in_failed(AttemptKeys { name: [3; 32], ..KEYS }, None, at(6)).await.unwrap();
    let failures = store.failures(KEYS).await.unwrap();
    assert_eq!((failures.name, failures.address), ((2, at(5)), (3, at(6))));
    store.log_in_succeeded(KEYS, desk.staff.user, at(7)).await.unwrap();
    let failures = store.failures(KEYS).await.unwrap();
    assert_eq!((failures.name.0, failures.address.0), (0, 3));
}

pub async fn a_session_that_is_used_lasts_and_one_that_is_not_ends(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    let hour = 3_600;
    for token in [[1; 32], [2; 32]] {
        store.open_session(token, desk.staff.user, at(100 * hour), at(0)).await.unwrap();
    }
    for now in [hour, 2 * hour, 3 * hour] {
        assert!(store.session([1; 32], at(now)).await.unwrap().is_some(), "{now}");
    }
    assert!(store.session([2; 32], at(2 * hour)).await.unwrap().is_none());
    store.close_sessions(desk.staff.user, at(3 * hour)).await.unwrap();
    assert!(store.session([1; 32], at(3 * hour)).await.unwrap().is_none());
}

pub async fn a_second_factor_counts_once_it_is_confirmed_and_each_code_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    let (user, name) = (desk.staff.user, desk.staff.name.clone());
    assert!(!store.confirm_second_factor(user, 5, vec![[7; 32]], at(0)).await.unwrap(), "there is nothing to confirm");
    assert!(store.begin_second_factor(user, [1; 20]).await.unwrap());
    assert!(store.begin_second_factor(user, [2; 20]).await.unwrap(), "one that does not count yet is replaced");
    assert!(store.login(name.clone()).await.unwrap().unwrap().second_factor.is_none());
    assert!(!store.spend_second_factor(user, Spent::Step(5), at(0)).await.unwrap());
    assert!(store.confirm_second_factor(user, 5, vec![[7; 32], [8; 32]], at(0)).await.unwrap());
    assert_eq!(store.login(name.clone()).await.unwrap().unwrap().second_factor.unwrap().secret, [2; 20]);
    assert!(!store.begin_second_factor(user, [3; 20]).await.unwrap(), "one that counts is not");
    for (spent, is_taken) in [
        (Spent::Step(5), false),
        (Spent::Step(4), false),
        (Spent::Step(6), true),
        (Spent::Step(6), false),
        (Spent::Recovery([7; 32]), true),
        (Spent::Recovery([7; 32]), false),
        (Spent::Recovery([9; 32]), false),
    ] {
        assert_eq!(store.spend_second_factor(user, spent, at(1)).await.unwrap(), is_taken, "{spent:?}");
    }
    assert!(store.change_staff(user, StaffChange::NoSecondFactor, Actor::Operator, at(2)).await.unwrap());
    assert!(store.login(name).await.unwrap().unwrap().second_factor.is_none());
    assert!(!store.spend_second_factor(user, Spent::Recovery([8; 32]), at(3)).await.unwrap());
}

pub async fn who_is_shut_out_has_no_session_and_keeps_what_was_done(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Officer, Some("roads")).await;
    store.open_session([1; 32], desk.staff.user, at(1_000), at(0)).await.unwrap();
    assert!(store.change_staff(desk.staff.user, StaffChange::Disable, Actor::Operator, at(1)).await.unwrap());
    assert!(store.session([1; 32], at(2)).await.unwrap().is_none());
    assert!(store.login(desk.staff.name.clone()).await.unwrap().unwrap().disabled);
    let page = store.staff_page(None, 10).await.unwrap();
    assert!(page.staff.iter().any(|line| line.name == desk.staff.name && line.disabled));
    assert!(store.change_staff(desk.staff.user, StaffChange::Enable, Actor::Operator, at(3)).await.unwrap());
    assert!(store.open_session([2; 32], desk.staff.user, at(1_000), at(4)).await.unwrap().is_some());
    let acts: Vec<_> = store.audit_page(None, 10).await.unwrap().lines.into_iter().map(|line| (line.act, line.by)).collect();
    assert_eq!(acts, [(Act::StaffEnabled, "operator".to_owned()), (Act::StaffDisabled, "operator".to_owned())]);
}

fn crew() -> Crew {
    Crew { code: CrewCode::new("roads-1").unwrap(), name: "One".to_owned(), department: department("roads") }
}

pub async fn an_enrolment_code_binds_one_device_once(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two) = (Citizen::new(&store).await.device.install, Citizen::new(&store).await.device.install);
    let lost = Crew { department: department("army"), ..crew() };
    assert_eq!(store.keep_crew(lost, Actor::Operator, at(0)).await.unwrap(), CrewKept::NoSuchDepartment);
    assert!(!store.add_enrolment([1; 32], crew().code, at(60), Actor::Operator, at(0)).await.unwrap(), "there is no such crew yet");
    assert_eq!(store.keep_crew(crew(), Actor::Operator, at(0)).await.unwrap(), CrewKept::Kept);
    assert!(store.add_enrolment([1; 32], crew().code, at(60), Actor::Operator, at(0)).await.unwrap());
    assert_eq!(store.enrol(one, [9; 32], at(1)).await.unwrap(), Enrolled::Refused);
    assert_eq!(store.enrol(one, [1; 32], at(60)).await.unwrap(), Enrolled::Refused, "it is over");
    assert_eq!(store.enrol(one, [1; 32], at(59)).await.unwrap(), Enrolled::Joined(crew()));
    assert_eq!(store.enrol(one, [1; 32], at(61)).await.unwrap(), Enrolled::Joined(crew()), "the same again is answered the same");
    assert_eq!(store.enrol(two, [1; 32], at(59)).await.unwrap(), Enrolled::Refused);
    assert_eq!((store.crew_of(one).await.unwrap(), store.crew_of(two).await.unwrap()), (Some(crew()), None));
    sound(&store).await;
}

pub async fn a_revoked_device_is_known_to_be_revoked_and_to_nothing_else(store: Arc<dyn Store>) {
    small_city(&store).await;
    let secret = *PhotoHash::of(&fresh()).as_bytes();
    let (install, subject) = (InstallId::mint(at(0), fresh()), SubjectId::mint(at(0), fresh()));
    let device = NewDevice { install, secret_sha256: secret, channel: Channel::App, subject };
    store.register_device(device, at(0)).await.unwrap();
    store.keep_crew(crew(), Actor::Operator, at(0)).await.unwrap();
    store.add_enrolment([1; 32], crew().code, at(60), Actor::Operator, at(0)).await.unwrap();
    store.enrol(install, [1; 32], at(1)).await.unwrap();
    assert!(!store.is_revoked(secret).await.unwrap());
    assert!(store.revoke_device(install, Actor::Operator, at(2)).await.unwrap());
    assert!(store.is_revoked(secret).await.unwrap());
    assert_eq!(store.device(secret).await.unwrap(), None);
    assert_eq!(store.register_device(device, at(3)).await.unwrap(), Registration::Revoked);
    let elsewhere = NewDevice { install: InstallId::mint(at(3), fresh()), ..device };
    assert_eq!(store.register_device(elsewhere, at(3)).await.unwrap(), Registration::OtherSecret);
    assert_eq!(store.crew_of(install).await.unwrap(), None);
    assert_eq!(store.enrol(install, [1; 32], at(4)).await.unwrap(), Enrolled::Refused, "the old code does not bring it back");
    assert!(!store.revoke_device(elsewhere.install, Actor::Operator, at(4)).await.unwrap());
    let line = &store.device_page(None, 10).await.unwrap().devices[0];
    assert_eq!((line.install, line.revoked_at), (install, Some(at(2))));
    sound(&store).await;
}

fn claim(subject: SubjectId, value: &str, code: u8, now: i64) -> Claim {
    Claim {
        subject,
        kind: ContactKind::Email,
        value: value.to_owned(),
        code_sha256: [code; 32],
        message: uuid_v7(at(now), fresh()),
        text: "The code".to_owned(),
        expires_at: at(now + 900),
    }
}

pub async fn a_shared_contact_makes_one_person_only_once_both_proved_it(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two) = (Citizen::new(&store).await.device.subject, Citizen::new(&store).await.device.subject);
    let change = |name: &str, answer_by| ProfileChange { name: name.to_owned(), address: String::new(), answer_by };
    store.change_profile(one, change("Anna", AnswerBy::Letter)).await.unwrap();
    for (subject, code) in [(one, 1), (two, 2)] {
        let claimed = store.claim_contact(claim(subject, "anna@example.it", code, 0), at(0)).await.unwrap();
        assert_eq!(claimed, Claimed::CodeOnItsWay);
    }
    assert!(store.prove_contact(one, ContactKind::Email, [1; 32], at(1)).await.unwrap());
    assert_eq!(store.profile(two).await.unwrap().answer_by, AnswerBy::App, "claimed is not proved");
    assert!(!store.prove_contact(two, ContactKind::Email, [1; 32], at(1)).await.unwrap(), "a code is its subject's");
    assert!(store.prove_contact(two, ContactKind::Email, [2; 32], at(1)).await.unwrap());
    assert_eq!(store.profile(two).await.unwrap().answer_by, AnswerBy::Letter, "one person, one preference");
    assert_eq!(store.profile(two).await.unwrap().name, "", "what one subject said of itself is not put into the other's mouth");
    store.change_profile(two, change("", AnswerBy::Sms)).await.unwrap();
    assert_eq!(store.profile(one).await.unwrap().answer_by, AnswerBy::Sms);
    let merged = store.audit_page(None, 10).await.unwrap().lines;
    assert_eq!(merged.iter().filter(|line| line.act == Act::ProfilesMerged).count(), 1);
    sound(&store).await;
}

pub async fn another_contact_of_the_same_kind_is_not_proved_by_the_old_code(store: Arc<dyn Store>) {
    small_city(&store).await;
    let subject = Citizen::new(&store).await.device.subject;
    store.claim_contact(claim(subject, "anna@example.it", 1, 0), at(0)).await.unwrap();
    store.claim_contact(claim(subject, "berta@example.it", 2, 1), at(1)).await.unwrap();
    assert!(!store.prove_contact(subject, ContactKind::Email, [1; 32], at(2)).await.unwrap());
    assert!(store.prove_contact(subject, ContactKind::Email, [2; 32], at(2)).await.unwrap());
    assert_eq!(store.claim_contact(claim(subject, "berta@example.it", 3, 3), at(3)).await.unwrap(), Claimed::Proved);
    store.claim_contact(claim(subject, "carla@example.it", 4, 4), at(4)).await.unwrap();
    assert!(!store.profile(subject).await.unwrap().contacts[0].verified, "a new one starts unproved");
    let waiting = store.pending_messages(10, at(5)).await.unwrap();
    assert_eq!(
        waiting.iter().map(|message| message.recipient.as_str()).collect::<Vec<_>>(),
        ["anna@example.it", "berta@example.it", "carla@example.it"]
    );
    store.sweep_people(at(10_000)).await.unwrap();
    assert_eq!(store.pending_message_count(at(0)).await.unwrap(), 0, "texts that hold a code go with their end");
    sound(&store).await;
}

pub async fn a_look_at_contacts_and_its_line_are_one(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    citizen.reports("pothole").await;
    let (roads, lamps) = (Desk::new(&store, Role::Officer, Some("roads")).await, Desk::new(&store, Role::Officer, Some("lamps")).await);
    let case = roads.newest().await;
    let look = async |desk: &Desk, case: CaseId| store.case_contacts(desk.staff.user, desk.scope.clone(), case, at(9)).await.unwrap();
    assert_eq!(look(&lamps, case).await, None);
    assert!(store.audit_page(None, 10).await.unwrap().lines.is_empty(), "who sees nothing looked at nothing");
    assert_eq!(look(&roads, case).await.unwrap().people.len(), 1);
    let line = &store.audit_page(None, 10).await.unwrap().lines[0];
    assert_eq!((line.who.as_ref(), line.act, line.at), (Some(&roads.staff.name), Act::ContactsSeen, at(9)));
    assert_eq!(line.about, case.to_string());
}

fn secret() -> FollowSecret {
    FollowSecret::mint(PhotoHash::of(&fresh()).as_bytes()[..16].try_into().unwrap())
}

pub async fn a_link_finds_its_report_and_a_taken_hash_stays_where_it_is(store: Arc<dyn Store>) {
    small_city(&store).await;
    let (one, two) = (Citizen::new(&store).await, Citizen::new(&store).await);
    let link = secret();
    let mut reports = Vec::new();
    for citizen in [&one, &two] {
        let mut new = report("pothole");
        new.follow = Some(link.hash());
        citizen.say(&super::fixture::create(&new)).await;
        reports.push(new.report);
    }
    assert_eq!(store.followed(link.hash()).await.unwrap(), Some(one.row().await));
    assert_eq!(store.followed(secret().hash()).await.unwrap(), None);
    sound(&store).await;
}

pub async fn a_case_is_found_by_number_and_receipt_within_its_scope(store: Arc<dyn Store>) {
    small_city(&store).await;
    let citizen = Citizen::new(&store).await;
    let mut new = report("pothole");
    new.receipt = ReceiptCode::mint(99);
    citizen.say(&super::fixture::create(&new)).await;
    citizen.reports("lamp").await;
    let find = async |scope: CaseScope, look_up| store.find_cases(scope, look_up).await.unwrap().len();
    for look_up in [LookUp::Number(1), LookUp::Receipt(ReceiptCode::mint(99))] {
        assert_eq!(find(CaseScope::All, look_up).await, 1);
        assert_eq!(find(CaseScope::Owner(department("roads")), look_up).await, 1);
        assert_eq!(find(CaseScope::Owner(department("lamps")), look_up).await, 0);
        assert_eq!(find(CaseScope::Nothing, look_up).await, 0);
    }
    assert_eq!(find(CaseScope::All, LookUp::Number(3)).await, 0);
}

pub async fn looks_are_written_in_groups_and_none_is_lost_at_the_end(store: Arc<dyn Store>) {
    small_city(&store).await;
    let desk = Desk::new(&store, Role::Auditor, None).await;
    for number in 0..300 {
        let noted = Noted { by: Actor::Staff(desk.staff.user), act: Act::CaseOpened, about: number.to_string() };
        store.note_soon(noted, at(number)).await.unwrap();
    }
    let noted = Noted { by: Actor::System, act: Act::Imported, about: String::new() };
    store.note(noted, at(300)).await.unwrap();
    let mut places = Vec::new();
    let mut before = None;
    loop {
        let page = store.audit_page(before, 100).await.unwrap();
        places.extend(page.lines.iter().map(|line| line.place));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(places, (1..=301).rev().collect::<Vec<_>>());
}
