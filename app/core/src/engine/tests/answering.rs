//! Questions are enforced here, before anything is sent; the catalogue comes in parts.

use super::*;
use lanterna_shared::answer::{Answer, Answers};
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::catalogue::Catalogue;
use lanterna_shared::op::OpBody;
use lanterna_shared::service::notice::Notice;
use lanterna_shared::service::question::{Choice, Question, QuestionKind};
use lanterna_shared::service::{AreaCode, ChoiceCode, QuestionCode, Service, Words};

fn words(text: &str) -> Words {
    Words::from([("it".to_owned(), text.to_owned())])
}

/// Lamps, which ask what is wrong, and one area.
fn catalogue(version: &str, areas_version: &str) -> Catalogue {
    let choice = |code: &str| Choice { code: ChoiceCode::new(code).unwrap(), label: words(code), notice: None };
    let mut fault = Question {
        code: QuestionCode::new("fault").unwrap(),
        kind: QuestionKind::SingleValueList,
        label: words("Che cosa ha?"),
        hint: Words::new(),
        required: true,
        choices: vec![choice("out"), choice("wire")],
        min: None,
        max: None,
        shown_when: None,
    };
    fault.choices[1].notice = Some(Notice { text: words("Non toccare il cavo."), call: Some("112".to_owned()), stops: true });
    let mut lamp = Service::new(ServiceCode::new("lamp").unwrap(), words("Lampione"), 4);
    lamp.questions = vec![fault];
    let ring = vec![Corner(0, 0), Corner(1, 0), Corner(1, 1), Corner(0, 0)];
    let area = Area { code: AreaCode::new("m1").unwrap(), name: "M".to_owned(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] };
    Catalogue {
        version: version.to_owned(),
        jurisdiction: "Genova".to_owned(),
        services: vec![lamp],
        areas: vec![area],
        areas_version: areas_version.to_owned(),
        areas_kept: false,
    }
}

fn with(catalogue: Catalogue) -> SyncReply {
    SyncReply { catalogue: Some(catalogue), ..empty_reply() }
}

fn met() -> Bench {
    let mut bench = Bench::registered();
    bench.command(Command::SyncNow);
    bench.answer_sync(|_| with(catalogue("1", "a")));
    bench
}

fn lamp_draft(bench: &mut Bench, answers: &[(&str, &str)]) -> DraftId {
    let Reply::Draft(Draft { draft, .. }) = bench.command(Command::NewDraft) else { panic!("a draft") };
    let answers = answers.iter().map(|(code, value)| (QuestionCode::new(*code).unwrap(), Answer::One((*value).to_owned()))).collect();
    let content = DraftContent { service: Some(ServiceCode::new("lamp").unwrap()), answers, ..DraftContent::default() };
    let Reply::Draft(kept) = bench.command(Command::UpdateDraft { draft, content: content.clone() }) else { panic!("a draft") };
    assert_eq!(kept.content, content, "a draft keeps its answers, right or wrong");
    draft
}

#[test]
fn a_report_leaves_only_with_the_answers_it_needs() {
    let mut bench = met();
    for (answers, why) in
        [(&[][..], "needs an answer"), (&[("fault", "comet")], "no such choice"), (&[("fault", "wire")], "Non toccare il cavo")]
    {
        let draft = lamp_draft(&mut bench, answers);
        let Reply::Refused(refusal) = bench.command(Command::Send { draft }) else { panic!("sent with {answers:?}") };
        assert!(refusal.detail.contains(why), "{}", refusal.detail);
    }
    assert_eq!(bench.outbox_len(), 0);
    let draft = lamp_draft(&mut bench, &[("fault", "out"), ("shoe", "43")]);
    bench.send_draft(draft);
    bench.answer_sync(|request| {
        let OpBody::CreateReport(new) = &request.ops[0].body else { panic!("a report") };
        let sent = Answers::from([(QuestionCode::new("fault").unwrap(), Answer::One("out".to_owned()))]);
        assert_eq!(new.answers, sent, "what nobody asked stays here");
        all(request, &Verdict::Applied)
    });
}

#[test]
fn areas_that_are_unchanged_are_kept_and_missing_ones_asked_for() {
    let mut bench = met();
    bench.command(Command::SyncNow);
    bench.answer_sync(|request| {
        assert_eq!((request.catalogue.as_deref(), request.areas_version.as_deref()), (Some("1"), Some("a")));
        with(catalogue("2", "a").for_device(Some("a")))
    });
    let connection = bench.engine.store.connection();
    let kept = crate::store::Device::catalogue(connection).unwrap().unwrap();
    assert_eq!(kept, catalogue("2", "a"));
    // Areas left out that are not here: nothing is kept, and the whole is asked for.
    bench.command(Command::SyncNow);
    bench.answer_sync(|_| with(catalogue("3", "b").for_device(Some("b"))));
    bench.command(Command::SyncNow);
    bench.answer_sync(|request| {
        assert_eq!((&request.catalogue, &request.areas_version), (&None, &None));
        with(catalogue("3", "b"))
    });
    let connection = bench.engine.store.connection();
    assert_eq!(crate::store::Device::catalogue(connection).unwrap(), Some(catalogue("3", "b")));
}

#[test]
fn a_store_of_the_first_version_is_upgraded_with_its_drafts() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("../../../../../migrations/device/0001_create_store.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection
        .execute_batch(
            "INSERT INTO device (one, install_id, lineage, secret) VALUES (1, zeroblob(16), zeroblob(16), 's');
             INSERT INTO draft (draft_id, service, text, updated_at) VALUES (zeroblob(16), 'lamp', 'Buio', 1);",
        )
        .unwrap();
    let moment = Moment { wall: Timestamp::from_millis(1_800_000_000_000), up_ms: 0 };
    let engine = Engine::open(connection, SETTINGS, [1; 32], moment).unwrap();
    let mut bench = Bench { engine, up_ms: 0, effects: Vec::new(), tickets: 0 };
    let Reply::Draft(draft) = bench.command(Command::ResumeDraft) else { panic!("a draft") };
    assert_eq!((draft.content.text.as_str(), draft.content.answers.len()), ("Buio", 0));
}
