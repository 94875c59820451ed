//! Files that cannot become photos: refused at the door with a reason of their own, or kept as they came.

use super::*;
use crate::photo::RenderError;
use crate::store::{PhotoState, Store, StoredPhoto};
use lanterna_bridge::UnusablePhoto;
use lanterna_shared::id::PhotoId;
use lanterna_shared::photo::Rendition;

impl Bench {
    /// Adds these bytes; their rendering ends in an error.
    fn add_unusable(&mut self, draft: DraftId, raw: &[u8], why: RenderError) -> PhotoId {
        let ticket = self.start_command(Command::AddPhoto { draft }, Some(raw.to_vec()));
        let (token, _) = self.take_write(".raw");
        self.feed(Input::FileWritten { token, outcome: Ok(()) });
        let Some(Reply::Draft(kept)) = self.reply_to(ticket) else { panic!("kept") };
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Render { .. })).expect("a rendering");
        let Effect::Render { token, .. } = self.effects.remove(at) else { unreachable!() };
        self.feed(Input::Rendered { token, outcome: Err(why) });
        *kept.photos.last().unwrap()
    }

    /// The bytes that a screen or a script is given for a photo.
    fn reads(&mut self, photo: PhotoId) -> String {
        self.start_command(Command::Photo { photo, rendition: Rendition::Full }, None);
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::ReadFile { .. })).expect("a file to read");
        let Effect::ReadFile { name, .. } = self.effects.remove(at) else { unreachable!() };
        name
    }
}

#[test]
fn each_kind_of_file_is_refused_with_a_reason_of_its_own() {
    let mut bench = Bench::registered();
    let draft = bench.draft();
    let files: [(&[u8], RefusalCode); 9] = [
        (b"", RefusalCode::PhotoEmpty),
        (b"\0\0\0\x14ftypheic\0\0\0\0mif1", RefusalCode::PhotoHeif),
        (b"II*\0\x10\0\0\0CR\x02\0", RefusalCode::PhotoRaw),
        (b"\0\0\0\x14ftypmp42\0\0\0\0isom", RefusalCode::PhotoVideo),
        (b"GIF89a", RefusalCode::PhotoFormat),
        (b"%PDF-1.4", RefusalCode::PhotoDocument),
        (b"<html>", RefusalCode::NotAPicture),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x02\0\0\0\0\0\0\0", RefusalCode::PhotoTooLarge),
        (b"RIFF\0\0\0\0WAVE", RefusalCode::NotAPicture),
    ];
    for (raw, wanted) in files {
        let ticket = bench.start_command(Command::AddPhoto { draft }, Some(raw.to_vec()));
        let Some(Reply::Refused(refusal)) = bench.reply_to(ticket) else { panic!("{raw:?} is refused") };
        assert_eq!(refusal.code, wanted, "{raw:?}");
        assert!(refusal.detail.len() > 20, "{}: a sentence", refusal.detail);
    }
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::WriteFile { .. })), "nothing is written");
}

#[test]
fn a_photo_that_cannot_be_worked_on_says_why_and_stays_available() {
    let mut bench = Bench::registered();
    // What was tidied up at the start was before there was a photo.
    bench.effects.clear();
    let draft = bench.draft();
    let photo = bench.add_unusable(draft, &jpeg()[..400], RenderError::Damaged);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Event(Event::DraftChanged { .. }))), "the screen is told");
    let Reply::Draft(shown) = bench.command(Command::ResumeDraft) else { panic!("a draft") };
    let unusable = vec![UnusablePhoto { photo, why: RefusalCode::PhotoDamaged }];
    assert_eq!((shown.photos, shown.unusable), (vec![photo], unusable.clone()));
    assert_eq!(bench.reads(photo), StoredPhoto::raw_name(photo), "as the camera gave it");

    bench.add_photo(draft);
    bench.finish_render();
    bench.send_draft(draft);
    bench.answer_sync(|request| {
        let lanterna_shared::op::OpBody::CreateReport(new) = &request.ops[0].body else { panic!("a report") };
        assert_eq!(new.photos.len(), 1, "the other one goes");
        all(request, &Verdict::Applied)
    });
    let report = bench.reports().remove(0);
    assert_eq!((report.photos.len(), report.unusable), (2, unusable));
    assert_eq!(bench.reads(photo), StoredPhoto::raw_name(photo), "also on a report that was sent");
    let is_kept = |effect: &Effect| match effect {
        Effect::DeleteFile { name } => *name != StoredPhoto::raw_name(photo),
        Effect::KeepOnly { names } => names.contains(&StoredPhoto::raw_name(photo)),
        _ => true,
    };
    assert!(bench.effects.iter().all(is_kept), "never deleted");
    assert!(Store::file_names(bench.engine.store.connection()).unwrap().contains(&StoredPhoto::raw_name(photo)));
}

#[test]
fn a_store_of_before_tries_its_broken_photos_once_more() {
    let path = std::env::temp_dir().join(format!("lanterna-broken-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../../../migrations/device/0001_create_store.sql")).unwrap();
    let (draft, photo) = (DraftId::mint(at(), [4; 10]), PhotoId::mint(at(), [5; 10]));
    old.execute("INSERT INTO draft (draft_id, updated_at) VALUES (?1, 1)", [draft.as_bytes()]).unwrap();
    old.execute(
        "INSERT INTO photo (photo_id, draft_id, ordinal, media_type, raw_bytes, state) VALUES (?1, ?2, 0, 'image/jpeg', 9, 'broken')",
        [photo.as_bytes(), draft.as_bytes()],
    )
    .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let mut engine = Engine::open(Connection::open(&path).unwrap(), SETTINGS, [1; 32], Moment { wall: at(), up_ms: 0 }).unwrap();
    let found = Store::photo(engine.store.connection(), photo).unwrap().unwrap();
    assert_eq!((found.state, found.broken), (PhotoState::Raw, None));
    let effects = engine.on(Input::Start, Moment { wall: at(), up_ms: 1 });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Render { name, .. } if *name == StoredPhoto::raw_name(photo))));
    std::fs::remove_file(&path).unwrap();
}
