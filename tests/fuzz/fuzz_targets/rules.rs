//! Any text as a file of routing rules: read, and where it can be read, written, read again to the same, looked through for gaps, and tried on a report.
#![no_main]

use lanterna_shared::answer::Answers;
use lanterna_shared::report::{Channel, ReportKind};
use lanterna_shared::routing::{Facts, Moment, Offer, RulesFile, coverage, decide};
use lanterna_shared::service::{AreaCode, DepartmentCode, ServiceCode};
use lanterna_shared::time::Timestamp;
use libfuzzer_sys::fuzz_target;

fn offer() -> Offer {
    let code = |text: &str| ServiceCode::new(text).expect("a code");
    Offer {
        services: vec![code("a"), code("b")],
        areas: [(AreaCode::new("m").expect("a code"), "k".to_owned())].into(),
        departments: [DepartmentCode::new("d").expect("a code")].into(),
        questions: None,
    }
}

fuzz_target!(|text: &str| {
    let offer = offer();
    let Ok(file) = RulesFile::read(text, &offer) else { return };
    let written = serde_json::to_string(&file).expect("whatever was read can be written");
    let again = RulesFile::read(&written, &offer).expect("whatever was written can be read");
    assert_eq!(serde_json::to_string(&again).expect("written"), written);
    let _ = coverage(&file.rules, &offer);
    let zone = lanterna_shared::clock::zone("Europe/Rome");
    let answers = Answers::new();
    let facts = Facts {
        service: &offer.services[0],
        areas: Vec::new(),
        accuracy_m: Some(12),
        at: Moment::new(Timestamp::from_millis(1_795_680_000_000), &zone),
        answers: &answers,
        channel: Channel::App,
        kind: ReportKind::Report,
    };
    assert!(decide(&file.rules, &facts).trace.len() <= file.rules.len());
});
