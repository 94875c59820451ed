//! The engine driven by hand: every effect is looked at, every answer is chosen.

mod answering;
mod enrolment;

use rusqlite::Connection;

use lanterna_bridge::{Command, DeliveryState, Draft, DraftContent, Event, RefusalCode, Reply, ReportView};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::check::CaseNumber;
use lanterna_shared::id::{DraftId, ReportId, SubjectId};
use lanterna_shared::moves::Move;
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::report::Channel;
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::{OpReply, Verdict};
use lanterna_shared::wire::{DeviceRegistered, ReportRow, Row, SyncReply, SyncRequest};

use super::{Engine, Settings};
use crate::effect::{Body, Effect, FileFailure, HttpFailure, HttpReply, HttpRequest, Input, Moment, Token};
use crate::photo::{Rendered, render};

mod photos;
mod restored;
mod waiting;

const SETTINGS: Settings = Settings { channel: Channel::App, upload_piece_bytes: 1 << 20, automatic: true, poll_ms: None };

/// An engine with its clock and everything it asked for that was not answered yet.
struct Bench {
    engine: Engine,
    up_ms: u64,
    effects: Vec<Effect>,
    tickets: u64,
}

/// Wide enough for three different renditions.
fn jpeg() -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(1_700, 32, |x, y| image::Rgb([u8::try_from(x % 250).unwrap(), u8::try_from(y * 5).unwrap(), 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn rendered() -> Rendered {
    render(&jpeg()).unwrap()
}

impl Bench {
    fn new() -> Self {
        let moment = Moment { wall: Timestamp::from_millis(1_800_000_000_000), up_ms: 0 };
        let engine = Engine::open(Connection::open_in_memory().unwrap(), SETTINGS, [1; 32], moment).unwrap();
        let mut bench = Self { engine, up_ms: 0, effects: Vec::new(), tickets: 0 };
        bench.feed(Input::Start);
        bench
    }

    /// A bench whose device is registered and has nothing to do.
    fn registered() -> Self {
        let mut bench = Self::new();
        bench.command(Command::SyncNow);
        bench.register();
        bench.answer_sync(|_| empty_reply());
        bench
    }

    fn register(&mut self) {
        let (token, request) = self.take_http("/v1/devices");
        assert!(matches!(request.body, Body::Json(_)));
        let body = DeviceRegistered {
            subject: SubjectId::mint(Timestamp::from_millis(1), [2; 10]),
            server_time: Timestamp::from_millis(2),
            crew: None,
        };
        self.answer(token, 200, &serde_json::to_vec(&body).unwrap());
    }

    fn feed(&mut self, input: Input) {
        self.up_ms += 1;
        let wall = Timestamp::from_millis(1_800_000_000_000 + i64::try_from(self.up_ms).unwrap());
        let effects = self.engine.on(input, Moment { wall, up_ms: self.up_ms });
        self.effects.extend(effects);
    }

    fn later(&mut self, ms: u64) {
        self.up_ms += ms;
        self.feed(Input::Wake);
    }

    fn answer(&mut self, token: Token, status: u16, body: &[u8]) {
        self.answer_with(token, status, &[], body);
    }

    fn answer_with(&mut self, token: Token, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.feed(Input::Http { token, outcome: Ok(HttpReply { status, headers, body: body.to_vec() }) });
    }

    fn start_command(&mut self, command: Command, bytes: Option<Vec<u8>>) -> u64 {
        self.tickets += 1;
        self.feed(Input::Command { ticket: self.tickets, command, bytes });
        self.tickets
    }

    fn reply_to(&mut self, wanted: u64) -> Option<Reply> {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Reply { ticket, .. } if *ticket == wanted))?;
        match self.effects.remove(at) {
            Effect::Reply { reply, .. } => Some(reply),
            _ => None,
        }
    }

    fn command(&mut self, command: Command) -> Reply {
        let ticket = self.start_command(command, None);
        self.reply_to(ticket).expect("answered at once")
    }

    fn take_http(&mut self, path: &str) -> (Token, HttpRequest) {
        self.find_http(path).unwrap_or_else(|| panic!("no request to {path}: {:?}", self.effects))
    }

    fn find_http(&mut self, path: &str) -> Option<(Token, HttpRequest)> {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Http { request, .. } if request.path.starts_with(path)))?;
        match self.effects.remove(at) {
            Effect::Http { token, request } => Some((token, request)),
            _ => None,
        }
    }

    fn take_write(&mut self, ending: &str) -> (Token, String) {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::WriteFile { name, .. } if name.ends_with(ending)));
        match self.effects.remove(at.expect("a file to write")) {
            Effect::WriteFile { token, name, .. } => (token, name),
            _ => unreachable!(),
        }
    }

    fn answer_sync(&mut self, reply: impl FnOnce(&SyncRequest<lanterna_shared::op::Op>) -> SyncReply) {
        let (token, request) = self.take_http("/v1/sync");
        let Body::Json(body) = request.body else { panic!("a sync has a body") };
        let reply = reply(&serde_json::from_str(&body).unwrap());
        self.answer(token, 200, &serde_json::to_vec(&reply).unwrap());
    }

    fn draft(&mut self) -> DraftId {
        let Reply::Draft(Draft { draft, .. }) = self.command(Command::NewDraft) else { panic!("a draft") };
        let content =
            DraftContent { service: Some(ServiceCode::new("pothole").unwrap()), text: "A hole".to_owned(), ..DraftContent::default() };
        assert!(matches!(self.command(Command::UpdateDraft { draft, content }), Reply::Draft(_)));
        draft
    }

    fn send(&mut self) -> ReportId {
        let draft = self.draft();
        self.send_draft(draft)
    }

    fn send_draft(&mut self, draft: DraftId) -> ReportId {
        match self.command(Command::Send { draft }) {
            Reply::Saved { report, .. } => report,
            other => panic!("{other:?}"),
        }
    }

    /// Adds a photo; its raw file is written, its rendering is asked for.
    fn add_photo(&mut self, draft: DraftId) {
        let ticket = self.start_command(Command::AddPhoto { draft }, Some(jpeg()));
        let (token, _) = self.take_write(".raw");
        self.feed(Input::FileWritten { token, outcome: Ok(()) });
        assert!(matches!(self.reply_to(ticket), Some(Reply::Draft(_))));
    }

    fn finish_render(&mut self) {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Render { .. })).expect("a rendering");
        let Effect::Render { token, .. } = self.effects.remove(at) else { unreachable!() };
        self.feed(Input::Rendered { token, outcome: Ok(rendered()) });
        for _ in 0..3 {
            let (token, _) = self.take_write(".jpg");
            self.feed(Input::FileWritten { token, outcome: Ok(()) });
        }
    }

    fn reports(&mut self) -> Vec<ReportView> {
        match self.command(Command::Reports) {
            Reply::Reports { reports } => reports,
            other => panic!("{other:?}"),
        }
    }

    fn outbox_len(&mut self) -> usize {
        match self.command(Command::Outbox) {
            Reply::Outbox(outbox) => outbox.ops.len(),
            other => panic!("{other:?}"),
        }
    }
}

fn empty_reply() -> SyncReply {
    SyncReply {
        server_time: Timestamp::from_millis(1_800_000_000_500),
        verdicts: Vec::new(),
        changes: Vec::new(),
        cursor: 0,
        more: false,
        wanted: Vec::new(),
        epoch: 0,
        catalogue: None,
    }
}

fn all(request: &SyncRequest<lanterna_shared::op::Op>, verdict: &Verdict) -> SyncReply {
    let verdicts = request.ops.iter().map(|op| OpReply { op_id: op.op_id, verdict: verdict.clone() }).collect();
    SyncReply { verdicts, ..empty_reply() }
}

fn row(report: ReportId, version: u64, status: CaseStatus) -> Row {
    Row::Report(ReportRow {
        report,
        version,
        number: CaseNumber::new(7),
        status,
        since: Timestamp::from_millis(1),
        owner: Some("Roads".to_owned()),
        area: None,
        due_at: Some(Timestamp::from_millis(9)),
        due_moved: None,
        withdrawn: false,
        joined: None,
        more: lanterna_shared::wire::ReportMore::default(),
    })
}

#[test]
fn a_photo_is_saved_only_when_its_bytes_are_durable() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    let ticket = bench.start_command(Command::AddPhoto { draft }, Some(jpeg()));
    assert_eq!(bench.reply_to(ticket), None, "not before the file is written");
    let refused = bench.command(Command::Send { draft });
    assert!(matches!(refused, Reply::Refused(refusal) if refusal.code == RefusalCode::Invalid), "a report never leaves without its photo");
    let (token, name) = bench.take_write(".raw");
    bench.feed(Input::FileWritten { token, outcome: Err(FileFailure::Full) });
    assert!(matches!(bench.reply_to(ticket), Some(Reply::Refused(refusal)) if refusal.code == RefusalCode::StorageFull));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::DeleteFile { name: gone } if *gone == name)));
    let Reply::Draft(left) = bench.command(Command::ResumeDraft) else { panic!("a draft") };
    assert!(left.photos.is_empty());
}

#[test]
fn what_is_no_picture_is_refused_at_once() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    let ticket = bench.start_command(Command::AddPhoto { draft }, Some(b"<html>".to_vec()));
    assert!(matches!(bench.reply_to(ticket), Some(Reply::Refused(refusal)) if refusal.code == RefusalCode::NotAPicture));
}

#[test]
fn a_ready_photo_travels_with_its_report_and_a_late_one_follows() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.add_photo(draft);
    let report = bench.send_draft(draft);
    bench.answer_sync(|request| {
        let lanterna_shared::op::OpBody::CreateReport(new) = &request.ops[0].body else { panic!("a report") };
        assert_eq!((request.ops.len(), new.photos.len()), (1, 1), "the report does not wait for its second photo");
        all(request, &Verdict::Applied)
    });
    bench.finish_render();
    bench.answer_sync(|request| {
        assert!(matches!(&request.ops[0].body, lanterna_shared::op::OpBody::AddPhoto { report: about, .. } if *about == report));
        all(request, &Verdict::Applied)
    });
    assert_eq!(bench.reports()[0].photos.len(), 2);
}

#[test]
fn an_op_leaves_only_by_a_verdict_that_names_it() {
    let mut bench = Bench::registered();
    bench.send();
    let portal = b"<html><body>Welcome to the airport</body></html>";
    let other = Problem::new(ProblemCode::Forbidden, "no");
    let mut strange = all(
        &SyncRequest {
            protocol: 1,
            install: id(),
            lineage: lineage(),
            now: at(),
            cursor: 0,
            catalogue: None,
            areas_version: None,
            ops: vec![],
        },
        &Verdict::Applied,
    );
    strange.verdicts.push(OpReply { op_id: lanterna_shared::id::OpId::mint(at(), [9; 10]), verdict: Verdict::Applied });
    let answers: Vec<(u16, Vec<u8>)> = vec![
        (200, portal.to_vec()),
        (404, portal.to_vec()),
        (403, serde_json::to_vec(&other).unwrap()),
        (413, Vec::new()),
        (500, Vec::new()),
        (200, serde_json::to_vec(&strange).unwrap()),
    ];
    let mut sent = Vec::new();
    for (status, body) in answers {
        let (token, request) = bench.take_http("/v1/sync");
        let Body::Json(text) = request.body else { panic!("a body") };
        let value: SyncRequest<Box<serde_json::value::RawValue>> = serde_json::from_str(&text).unwrap();
        sent.push(value.ops[0].get().to_owned());
        bench.answer(token, status, &body);
        assert_eq!(bench.outbox_len(), 1, "after {status}");
        assert!(bench.find_http("/v1/sync").is_none(), "no hot loop after {status}");
        bench.later(16 * 60 * 1000);
    }
    assert!(sent.windows(2).all(|pair| pair[0] == pair[1]), "the same bytes every time");
    bench.answer_sync(|request| all(request, &Verdict::Exists));
    assert_eq!(bench.outbox_len(), 0);
}

fn id() -> lanterna_shared::id::InstallId {
    lanterna_shared::id::InstallId::mint(at(), [3; 10])
}

fn lineage() -> lanterna_shared::id::Lineage {
    lanterna_shared::id::Lineage::mint(at(), [4; 10])
}

fn at() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

#[test]
fn a_refused_op_stays_is_explained_and_delays_no_other_report() {
    let mut bench = Bench::registered();
    let bad = bench.send();
    bench.answer_sync(|request| all(request, &Verdict::Rejected { code: ProblemCode::Unknown, detail: "no such service".to_owned() }));
    let good = bench.send();
    bench.answer_sync(|request| {
        assert_eq!(request.ops.len(), 1, "the refused one is not sent again");
        SyncReply { changes: vec![row(good, 3, CaseStatus::Assigned)], cursor: 3, ..all(request, &Verdict::Applied) }
    });
    let reports = bench.reports();
    let find = |id| reports.iter().find(|report| report.report == id).unwrap();
    assert_eq!(find(bad).delivery, DeliveryState::NeedsAttention);
    assert_eq!(find(bad).refused, Some((ProblemCode::Unknown, "no such service".to_owned())));
    assert_eq!(find(good).delivery, DeliveryState::Delivered);
    assert_eq!(find(good).case.as_ref().unwrap().number.to_string(), "7-9");
}

#[test]
fn what_follows_a_refused_op_needs_attention_and_is_not_sent_for_ever() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    let report = bench.send_draft(draft);
    bench.finish_render();
    bench.answer_sync(|request| all(request, &Verdict::Rejected { code: ProblemCode::Unknown, detail: "no such service".to_owned() }));
    bench.command(Command::Withdraw { report });
    bench.later(16 * 60 * 1000);
    assert!(
        bench.find_http("/v1/sync").is_none(),
        "neither the late photo nor the withdrawal is sent: the server does not know what they follow"
    );
    assert_eq!(bench.outbox_len(), 3);
    assert_eq!(bench.reports()[0].delivery, DeliveryState::NeedsAttention);
}

#[test]
fn a_deferred_op_waits_as_told_and_others_go_on() {
    let mut bench = Bench::registered();
    bench.send();
    bench.answer_sync(|request| all(request, &Verdict::Deferred { retry_after_s: 30 }));
    assert!(bench.find_http("/v1/sync").is_none());
    bench.send();
    bench.answer_sync(|request| {
        assert_eq!(request.ops.len(), 1);
        all(request, &Verdict::Applied)
    });
    bench.later(31_000);
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    assert_eq!(bench.outbox_len(), 0);
}

#[test]
fn a_server_that_forgot_the_device_is_met_again_and_nothing_is_lost() {
    let mut bench = Bench::registered();
    bench.send();
    let (token, _) = bench.take_http("/v1/sync");
    bench.answer(token, 401, b"");
    bench.later(16 * 60 * 1000);
    bench.register();
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    assert_eq!(bench.outbox_len(), 0);
}

#[test]
fn photos_that_are_alone_in_the_outbox_bring_a_forgotten_device_to_the_server_after_a_restart() {
    let path = std::env::temp_dir().join(format!("lanterna-forgotten-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let open = || Engine::open(Connection::open(&path).unwrap(), SETTINGS, [1; 32], Moment { wall: at(), up_ms: 0 }).unwrap();
    let mut bench = Bench::new();
    bench.engine = open();
    bench.feed(Input::Start);
    bench.command(Command::SyncNow);
    bench.register();
    bench.answer_sync(|_| empty_reply());
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    bench.command(Command::SyncNow);
    let (token, _) = bench.take_http("/v1/sync");
    bench.answer(token, 401, b"");
    // The program ends here and starts again.
    bench.effects.clear();
    bench.engine = open();
    bench.feed(Input::Start);
    bench.register();
    bench.answer_sync(|_| empty_reply());
    assert!(bench.find_http("/v1/uploads").is_some());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn an_older_row_never_replaces_a_newer_one() {
    let mut bench = Bench::registered();
    let report = bench.send();
    bench.answer_sync(|request| SyncReply {
        changes: vec![row(report, 9, CaseStatus::Accepted)],
        cursor: 9,
        ..all(request, &Verdict::Applied)
    });
    bench.command(Command::SyncNow);
    bench.answer_sync(|request| {
        assert_eq!(request.cursor, 9);
        SyncReply { changes: vec![row(report, 5, CaseStatus::Assigned)], cursor: 5, ..empty_reply() }
    });
    assert_eq!(bench.reports()[0].case.as_ref().unwrap().status, CaseStatus::Accepted);
    bench.command(Command::SyncNow);
    bench.answer_sync(|request| {
        assert_eq!(request.cursor, 9, "the cursor never goes back");
        empty_reply()
    });
}

#[test]
fn a_withdrawal_names_what_it_saw_and_what_it_follows() {
    let mut bench = Bench::registered();
    let report = bench.send();
    // The network is away: both ops wait.
    let (token, _) = bench.take_http("/v1/sync");
    bench.feed(Input::Http { token, outcome: Err(HttpFailure::Unreachable) });
    assert_eq!(bench.command(Command::Withdraw { report }), Reply::Done);
    assert_eq!(bench.command(Command::Withdraw { report }), Reply::Done, "twice is once");
    bench.later(16 * 60 * 1000);
    // After a failure the batch is smaller, so ask until both are through.
    bench.answer_sync(|request| {
        assert_eq!(request.ops.len(), 2);
        assert_eq!(request.ops[1].after, Some(request.ops[0].op_id));
        assert_eq!((request.ops[0].device_seq, request.ops[1].device_seq), (1, 2));
        all(request, &Verdict::Applied)
    });
    assert!(bench.reports()[0].withdrawn);
}

#[test]
fn uploads_wait_for_their_report_and_go_thumbnail_screen_and_full_each_in_its_lane() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    assert!(bench.find_http("/v1/uploads").is_none(), "the report goes first");
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    let tokens: Vec<Token> = (0..3).map(|_| bench.take_http("/v1/uploads").0).collect();
    assert_eq!(bench.reports()[0].delivery, DeliveryState::Sending);
    for token in tokens {
        bench.answer_with(token, 201, &[("location", "/v1/uploads/x"), ("upload-offset", "1"), ("lanterna-photo", "present")], b"");
    }
    let reports = bench.reports();
    assert_eq!((reports[0].delivery, reports[0].photos_sent), (DeliveryState::Delivered, (3, 3)));
    assert!(
        bench.effects.iter().any(|effect| matches!(effect, Effect::DeleteFile { name } if name.strip_suffix(".raw").is_some())),
        "the raw file goes"
    );
}

#[test]
fn after_a_cut_the_server_is_asked_where_it_stands_and_obeyed() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    let (token, create) = bench.take_http("/v1/uploads");
    let Body::FilePiece { name, .. } = create.body else { panic!("a piece") };
    bench.answer_with(token, 201, &[("location", "http://host/v1/uploads/abc"), ("upload-offset", "100")], b"");
    let (token, patch) = bench.take_http("/v1/uploads/abc");
    assert_eq!(patch.method, crate::effect::Method::Patch);
    assert!(matches!(&patch.body, Body::FilePiece { name: again, offset: 100, .. } if *again == name));
    bench.feed(Input::Http { token, outcome: Err(HttpFailure::Stalled) });
    bench.later(16 * 60 * 1000);
    let (token, head) = bench.take_http("/v1/uploads/abc");
    assert_eq!(head.method, crate::effect::Method::Head);
    // After a power cut the server may have less than it once said.
    bench.answer_with(token, 200, &[("upload-offset", "40")], b"");
    let (_, patch) = bench.take_http("/v1/uploads/abc");
    assert!(matches!(patch.body, Body::FilePiece { offset: 40, .. }));
}

#[test]
fn one_picture_on_two_reports_is_one_upload_that_goes_on_where_it_is() {
    let mut bench = Bench::registered();
    for _ in 0..2 {
        let draft = bench.draft();
        bench.add_photo(draft);
        bench.finish_render();
        bench.send_draft(draft);
    }
    for _ in 0..2 {
        bench.answer_sync(|request| all(request, &Verdict::Applied));
    }
    let (token, create) = bench.take_http("/v1/uploads");
    let Body::FilePiece { name, length, .. } = create.body else { panic!("a piece") };
    bench.answer_with(token, 201, &[("location", "/v1/uploads/abc"), ("upload-offset", "100")], b"");
    // Whichever of the two photos has its turn: the upload is where it is.
    for offset in [100, 150, 200] {
        let (token, patch) = bench.take_http("/v1/uploads/abc");
        assert!(bench.find_http("/v1/uploads/abc").is_none(), "one request at a time");
        assert!(matches!(&patch.body, Body::FilePiece { name: again, offset: at, .. } if *again == name && *at == offset));
        bench.answer_with(token, 204, &[("upload-offset", &(offset + 50).to_string())], b"");
    }
    let (token, _) = bench.take_http("/v1/uploads/abc");
    bench.answer_with(token, 204, &[("upload-offset", &length.to_string()), ("lanterna-photo", "present")], b"");
    assert!(bench.find_http("/v1/uploads/abc").is_none(), "that upload is over");
}

#[test]
fn the_full_size_goes_when_the_last_of_two_reports_with_the_same_picture_is_through() {
    let mut bench = Bench::registered();
    for _ in 0..2 {
        let draft = bench.draft();
        bench.add_photo(draft);
        bench.finish_render();
        bench.send_draft(draft);
    }
    for _ in 0..2 {
        bench.answer_sync(|request| all(request, &Verdict::Applied));
    }
    let deleted = |bench: &Bench| {
        let picture = |effect: &&Effect| matches!(effect, Effect::DeleteFile { name } if name.strip_suffix(".jpg").is_some());
        bench.effects.iter().filter(picture).count()
    };
    // Each lane sends its first; the full size of both is there before the smaller ones of the second.
    let mut lanes: Vec<Token> = (0..3).map(|_| bench.take_http("/v1/uploads").0).collect();
    let full = lanes.pop().unwrap();
    let present = [("location", "/v1/uploads/x"), ("upload-offset", "1"), ("lanterna-photo", "present")];
    bench.answer_with(full, 201, &present, b"");
    let (second_full, _) = bench.take_http("/v1/uploads");
    bench.answer_with(second_full, 201, &present, b"");
    for token in lanes {
        bench.answer_with(token, 201, &present, b"");
    }
    assert_eq!(deleted(&bench), 0, "the server may still ask for it: the second report is on its way");
    for _ in 0..2 {
        let (token, _) = bench.take_http("/v1/uploads");
        bench.answer_with(token, 201, &present, b"");
    }
    assert_eq!(deleted(&bench), 1);
}

#[test]
fn a_file_that_is_being_written_is_not_deleted_with_another_photo_of_the_same_picture() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.add_photo(draft);
    let at = bench.effects.iter().position(|effect| matches!(effect, Effect::Render { .. })).expect("a rendering");
    let Effect::Render { token, .. } = bench.effects.remove(at) else { unreachable!() };
    bench.feed(Input::Rendered { token, outcome: Ok(rendered()) });
    let Reply::Draft(Draft { photos, .. }) = bench.command(Command::ResumeDraft) else { panic!("a draft") };
    assert!(matches!(bench.command(Command::RemovePhoto { draft, photo: photos[0] }), Reply::Draft(_)));
    let deleted = |effect: &Effect| matches!(effect, Effect::DeleteFile { name } if name.strip_suffix(".jpg").is_some());
    assert!(!bench.effects.iter().any(deleted), "{:?}", bench.effects);
}

#[test]
fn a_photo_that_the_server_refuses_for_ever_delays_neither_data_nor_other_photos() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    let problem = serde_json::to_vec(&Problem::new(ProblemCode::PhotoNotExpected, "no")).unwrap();
    while let Some((token, _)) = bench.find_http("/v1/uploads") {
        bench.answer(token, 409, &problem);
    }
    bench.send();
    bench.answer_sync(|request| all(request, &Verdict::Applied));
    assert_eq!(bench.outbox_len(), 0);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::WakeAt { .. })), "it is tried again");
    bench.later(16 * 60 * 1000);
    assert!(bench.find_http("/v1/uploads").is_some());
}

#[test]
fn an_engine_that_opens_a_newer_store_writes_nothing() {
    let path = std::env::temp_dir().join(format!("lanterna-newer-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let opened = Engine::open(Connection::open(&path).unwrap(), SETTINGS, [1; 32], Moment { wall: at(), up_ms: 0 });
    assert!(matches!(opened.err(), Some(crate::error::StoreError::Newer { found: 99, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_manual_device_sends_nothing_before_it_is_asked_to() {
    let mut bench = Bench::new();
    let moment = Moment { wall: at(), up_ms: 0 };
    let settings = Settings { automatic: false, ..SETTINGS };
    bench.engine = Engine::open(Connection::open_in_memory().unwrap(), settings, [1; 32], moment).unwrap();
    bench.feed(Input::Start);
    bench.send();
    assert!(bench.find_http("/v1/").is_none());
    bench.command(Command::SyncNow);
    assert!(bench.find_http("/v1/devices").is_some());
}

#[test]
fn drafts_survive_and_the_newest_is_resumed() {
    let mut bench = Bench::registered();
    let first = bench.draft();
    let second = bench.draft();
    assert!(matches!(bench.command(Command::ResumeDraft), Reply::Draft(draft) if draft.draft == second));
    assert_eq!(bench.command(Command::DiscardDraft { draft: second }), Reply::Done);
    assert!(matches!(bench.command(Command::ResumeDraft), Reply::Draft(draft) if draft.draft == first));
    assert!(bench.effects.iter().all(|effect| !matches!(effect, Effect::Event(Event::ReportsChanged))));
}

#[test]
fn what_the_citizen_says_is_recorded_offline_once_and_only_where_the_last_row_offers_it() {
    let mut bench = Bench::registered();
    let report = bench.send();
    let contest = || Command::Contest { report, reason: "Still dark".to_owned() };
    assert!(
        matches!(bench.command(contest()), Reply::Refused(refusal) if refusal.code == RefusalCode::Invalid),
        "nothing is known of it yet"
    );
    bench.answer_sync(|request| {
        let Row::Report(mut resolved) = row(report, 9, CaseStatus::Resolved);
        resolved.more.may = vec![Move::Confirm, Move::Contest];
        SyncReply { changes: vec![Row::Report(resolved)], ..all(request, &Verdict::Applied) }
    });
    assert!(matches!(bench.command(Command::Answer { report, text: "Here".to_owned() }), Reply::Refused(_)), "nobody asked");
    for _ in 0..2 {
        assert_eq!(bench.command(contest()), Reply::Done);
    }
    assert_eq!(bench.outbox_len(), 1, "said twice, recorded once");
    let case = bench.reports()[0].case.clone().unwrap();
    assert_eq!(case.more.may, [Move::Confirm], "what waits to be sent is not offered again");
    bench.answer_sync(|request| {
        let said = &request.ops[0];
        assert_eq!((said.base, said.body.name()), (Some(9), "contest"));
        all(request, &Verdict::Applied)
    });
    assert_eq!(bench.outbox_len(), 0);
}
