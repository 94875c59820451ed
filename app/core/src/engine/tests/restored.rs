//! The server goes on from a backup.

use super::*;

fn ops_of(request: &SyncRequest<lanterna_shared::op::Op>) -> Vec<(&'static str, ReportId)> {
    request.ops.iter().map(|op| (op.body.name(), op.body.report())).collect()
}

#[test]
fn a_server_that_forgot_is_offered_everything_again_and_nothing_twice() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    let (seen, taken_back) = (bench.send_draft(draft), bench.send());
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    bench.command(Command::Withdraw { report: taken_back });
    bench.answer_sync(|request| SyncReply {
        changes: vec![row(seen, 70, CaseStatus::Assigned), row(taken_back, 80, CaseStatus::Withdrawn)],
        cursor: 80,
        ..all(request, &Verdict::Applied)
    });
    let new = bench.send();
    bench.answer_sync(|request| SyncReply { epoch: 9, cursor: 3, ..all(request, &Verdict::Applied) });
    bench.answer_sync(|request| {
        assert_eq!(request.cursor, 0, "everything of the server's is asked for anew");
        // The new one was not on its way yet: it goes as it was written.
        let expected =
            [("create_report", new), ("create_report", seen), ("add_photo", seen), ("create_report", taken_back), ("withdraw", taken_back)];
        assert_eq!(ops_of(request), expected);
        assert_eq!(request.ops[2].after, Some(request.ops[1].op_id));
        assert_eq!(request.ops[4].after, Some(request.ops[3].op_id));
        SyncReply { epoch: 9, changes: vec![row(seen, 2, CaseStatus::Received)], cursor: 2, ..all(request, &Verdict::Exists) }
    });
    let reports = bench.reports();
    let case = reports.iter().find(|report| report.report == seen).unwrap().case.as_ref().unwrap();
    assert_eq!(case.status, CaseStatus::Received, "an older version than was mirrored before counts now");
    assert_eq!(bench.outbox_len(), 0);
    bench.command(Command::SyncNow);
    bench.answer_sync(|request| {
        assert_eq!((request.cursor, request.ops.len()), (2, 0), "once is enough");
        SyncReply { epoch: 9, cursor: 2, ..empty_reply() }
    });
}

#[test]
fn what_was_refused_because_its_report_was_forgotten_follows_it_again() {
    let mut bench = Bench::registered();
    let report = bench.send();
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    bench.command(Command::Withdraw { report });
    let unknown = Verdict::Rejected { code: ProblemCode::Unknown, detail: "The report is not here.".to_owned() };
    bench.answer_sync(|request| {
        assert_eq!(ops_of(request), [("withdraw", report)]);
        SyncReply { epoch: 9, ..all(request, &unknown) }
    });
    bench.answer_sync(|request| {
        assert_eq!(ops_of(request), [("create_report", report), ("withdraw", report)]);
        SyncReply { epoch: 9, ..all(request, &Verdict::Applied) }
    });
    assert_eq!(bench.outbox_len(), 0);
}

#[test]
fn a_report_that_the_server_refuses_for_good_stays_refused_after_a_restore() {
    let mut bench = Bench::registered();
    bench.send();
    let refused = Verdict::Rejected { code: ProblemCode::Unknown, detail: "no such service".to_owned() };
    bench.answer_sync(|request| SyncReply { epoch: 9, ..all(request, &refused) });
    bench.answer_sync(|request| {
        assert_eq!(request.ops.len(), 0);
        SyncReply { epoch: 9, ..empty_reply() }
    });
    assert_eq!(bench.reports()[0].delivery, DeliveryState::NeedsAttention);
}

#[test]
fn a_report_that_is_offered_again_has_its_answers() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    let question = lanterna_shared::service::QuestionCode::new("width").unwrap();
    let answers = lanterna_shared::answer::Answers::from([(question, lanterna_shared::answer::Answer::One("wheel".to_owned()))]);
    let content = DraftContent { service: Some(ServiceCode::new("pothole").unwrap()), answers: answers.clone(), ..DraftContent::default() };
    assert!(matches!(bench.command(Command::UpdateDraft { draft, content }), Reply::Draft(_)));
    let report = bench.send_draft(draft);
    bench.answer_sync(|request| SyncReply { epoch: 9, ..all(request, &Verdict::Applied) });
    bench.answer_sync(|request| {
        assert_eq!(ops_of(request), [("create_report", report)]);
        let lanterna_shared::op::OpBody::CreateReport(new) = &request.ops[0].body else { panic!("a report") };
        assert_eq!(new.answers, answers);
        SyncReply { epoch: 9, ..all(request, &Verdict::Applied) }
    });
}
