//! Joining a crew, beginning anew, and the secret of a report's link.

use lanterna_bridge::{Command, Reply};
use lanterna_shared::enrolment::EnrolmentCode;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::SubjectId;
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::{DeviceRegistered, DeviceRegistration};

use super::{Bench, empty_reply};
use crate::effect::{Body, HttpRequest};

const ENROLMENT: &str = "0000-0000-FF";

fn enrolment() -> String {
    EnrolmentCode::mint(15).written()
}

fn registration_in(request: &HttpRequest) -> DeviceRegistration {
    let Body::Json(body) = &request.body else { panic!("a registration has a body") };
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_device_joins_a_crew_by_registering_with_its_code() {
    let mut bench = Bench::registered();
    assert!(matches!(bench.command(Command::Enrol { code: "0000-0000-01".to_owned() }), Reply::Refused(_)), "the check symbol is wrong");
    let ticket = bench.start_command(Command::Enrol { code: enrolment() }, None);
    let (token, request) = bench.take_http("/v1/devices");
    assert_eq!(registration_in(&request).enrol.unwrap().written(), ENROLMENT);
    assert_eq!(bench.reply_to(ticket), None, "answered by the server's answer only");
    let body = DeviceRegistered {
        subject: SubjectId::mint(Timestamp::from_millis(1), [2; 10]),
        server_time: Timestamp::from_millis(2),
        crew: None,
    };
    bench.answer(token, 200, &serde_json::to_vec(&body).unwrap());
    assert!(matches!(bench.reply_to(ticket), Some(Reply::Done)));
    bench.answer_sync(|_| empty_reply());
}

#[test]
fn a_refused_code_is_said_and_not_tried_again() {
    let mut bench = Bench::registered();
    let ticket = bench.start_command(Command::Enrol { code: enrolment() }, None);
    let (token, _) = bench.take_http("/v1/devices");
    let problem = Problem::new(ProblemCode::EnrolmentRefused, "This enrolment code is over.");
    bench.answer(token, 409, &serde_json::to_vec(&problem).unwrap());
    let Some(Reply::Refused(refusal)) = bench.reply_to(ticket) else { panic!("refused") };
    assert_eq!(refusal.detail, "This enrolment code is over.");
    bench.later(16 * 60 * 1_000);
    let (_, request) = bench.take_http("/v1/devices");
    assert!(registration_in(&request).enrol.is_none());
}

#[test]
fn a_device_that_was_shut_out_begins_anew_with_a_code_and_keeps_what_it_has_not_sent() {
    let mut bench = Bench::registered();
    let report = bench.send();
    let revoked = serde_json::to_vec(&Problem::new(ProblemCode::Revoked, "This device was shut out.")).unwrap();
    let (token, request) = bench.take_http("/v1/sync");
    let old = request.headers.iter().find(|(name, _)| *name == "authorization").unwrap().1.clone();
    bench.answer(token, 401, &revoked);
    assert_eq!(bench.reports().len(), 1, "nothing is deleted because of an answer");

    let ticket = bench.start_command(Command::Enrol { code: enrolment() }, None);
    let (token, request) = bench.take_http("/v1/devices");
    let before = registration_in(&request);
    bench.answer(token, 401, &revoked);
    let (token, request) = bench.take_http("/v1/devices");
    let after = registration_in(&request);
    assert!(after.install != before.install && after.secret != before.secret, "a new installation with a new secret");
    assert!(after.enrol.is_some());
    let body = DeviceRegistered {
        subject: SubjectId::mint(Timestamp::from_millis(3), [3; 10]),
        server_time: Timestamp::from_millis(4),
        crew: None,
    };
    bench.answer(token, 200, &serde_json::to_vec(&body).unwrap());
    assert!(matches!(bench.reply_to(ticket), Some(Reply::Done)));
    let (_, request) = bench.take_http("/v1/sync");
    assert!(!request.headers.iter().any(|(_, value)| *value == old));
    let Body::Json(body) = request.body else { panic!("a sync has a body") };
    assert!(body.contains(&report.to_string()), "what was not sent goes out under the new one");
}

#[test]
fn a_report_carries_the_hash_of_a_secret_that_stays_here() {
    let mut bench = Bench::registered();
    bench.send();
    let secret = bench.reports()[0].follow.clone().unwrap();
    let (_, request) = bench.take_http("/v1/sync");
    let Body::Json(body) = request.body else { panic!("a sync has a body") };
    let hash = String::from(secret.parse::<FollowSecret>().unwrap().hash());
    assert!(body.contains(&hash) && !body.contains(&secret));
}
