//! From a first tap to "saved": drafts, photos, sending, taking back.
//!
//! Saved means durable (SYNC.md, "Photos"): the camera's bytes are written by the host (temporary file, fsync, rename, fsync of the folder) before
//! their row is committed, and "send" is one commit that turns the draft into a report and an op.

use lanterna_bridge::{DraftContent, Event, Reply};
use lanterna_shared::answer::{self, Answers};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::id::{DraftId, OpId, PhotoId, ReportId};
use lanterna_shared::op::{Op, OpBody, SCHEMA};
use lanterna_shared::photo::MAX_PHOTOS;
use lanterna_shared::position::Position;
use lanterna_shared::problem::Invalid;
use lanterna_shared::report::{NewReport, ReportKind};
use lanterna_shared::service::ServiceCode;
use lanterna_shared::service::asking::{asked_only, check_answers};
use lanterna_shared::service::notice::notice_for;
use lanterna_shared::text;

use super::{Engine, Pending};
use crate::effect::{Effect, FileFailure, Moment};
use crate::entropy::Entropy;
use crate::error::{CommandError, StoreError};
use crate::photo::examine;
use crate::store::{Device, Store, StoredPhoto, StoredReport};

/// The most drafts that one answer lists.
const MAX_DRAFTS: u32 = 400;

/// A raw photo that the host is writing.
pub(super) struct RawWritten {
    ticket: u64,
    draft: DraftId,
    photo: PhotoId,
    media_type: &'static str,
    raw_bytes: u64,
    position: Option<Position>,
}

impl Engine {
    pub(super) fn resume_draft(&mut self, moment: Moment) -> Result<Reply, CommandError> {
        match Store::drafts(self.store.connection(), 1)?.pop() {
            Some(draft) => Ok(Reply::Draft(draft)),
            None => self.new_draft(moment),
        }
    }

    pub(super) fn new_draft(&mut self, moment: Moment) -> Result<Reply, CommandError> {
        let draft = DraftId::mint(moment.wall, self.entropy.bytes());
        Store::put_draft(self.store.connection(), draft, &DraftContent::default(), moment.wall)?;
        self.draft_reply(draft)
    }

    pub(super) fn drafts(&self) -> Result<Reply, CommandError> {
        Ok(Reply::Drafts { drafts: Store::drafts(self.store.connection(), MAX_DRAFTS)? })
    }

    fn draft_reply(&self, draft: DraftId) -> Result<Reply, CommandError> {
        Store::draft(self.store.connection(), draft)?.map(Reply::Draft).ok_or(CommandError::NotFound("draft"))
    }

    pub(super) fn update_draft(&mut self, draft: DraftId, content: &DraftContent, moment: Moment) -> Result<Reply, CommandError> {
        text::check("text", &content.text, text::MAX_DESCRIPTION_CHARS)?;
        answer::check(&content.answers)?;
        if let Some(position) = &content.position {
            position.check()?;
        }
        self.draft_reply(draft)?;
        Store::put_draft(self.store.connection(), draft, content, moment.wall)?;
        self.draft_reply(draft)
    }

    /// Has the host write the bytes; the row follows in [`Engine::raw_written`].
    pub(super) fn add_photo(&mut self, ticket: u64, draft: DraftId, bytes: Option<Vec<u8>>, moment: Moment) -> Result<(), CommandError> {
        let found = Store::draft(self.store.connection(), draft)?.ok_or(CommandError::NotFound("draft"))?;
        let bytes = bytes.unwrap_or_default();
        let examined = examine(&bytes)?;
        let raw_bytes = bytes.len() as u64;
        let on_their_way =
            self.pending.values().filter(|pending| matches!(pending, Pending::RawWritten(raw) if raw.draft == draft)).count();
        if found.photos.len() + on_their_way >= MAX_PHOTOS {
            return Err(CommandError::TooManyPhotos);
        }
        let photo = PhotoId::mint(moment.wall, self.entropy.bytes());
        let (media_type, position) = (examined.media_type, examined.position);
        let token = self.expect_result(Pending::RawWritten(RawWritten { ticket, draft, photo, media_type, raw_bytes, position }));
        self.effects.push(Effect::WriteFile { token, name: StoredPhoto::raw_name(photo), bytes });
        Ok(())
    }

    /// The bytes are durable (or not): now the row.
    pub(super) fn raw_written(&mut self, raw: &RawWritten, outcome: Result<(), FileFailure>, moment: Moment) {
        let kept = self.keep_raw(raw, outcome, moment);
        match &kept {
            Ok(_) => self.to_render.push_back(raw.photo),
            Err(_) => self.effects.push(Effect::DeleteFile { name: StoredPhoto::raw_name(raw.photo) }),
        }
        self.reply(raw.ticket, kept);
    }

    fn keep_raw(&mut self, raw: &RawWritten, outcome: Result<(), FileFailure>, moment: Moment) -> Result<Reply, CommandError> {
        match outcome {
            Ok(()) => {}
            Err(FileFailure::Full) => return Err(StoreError::Full.into()),
            Err(_) => return Err(StoreError::Unreadable("photo file").into()),
        }
        // The draft may have been sent or thrown away meanwhile.
        let Some(draft) = Store::draft(self.store.connection(), raw.draft)? else { return Err(CommandError::NotFound("draft")) };
        let transaction = self.store.begin()?;
        Store::add_photo(&transaction, raw.photo, raw.draft, (raw.media_type, raw.raw_bytes), raw.position.as_ref())?;
        Store::put_draft(&transaction, raw.draft, &draft.content, moment.wall)?;
        transaction.commit()?;
        self.draft_reply(raw.draft)
    }

    pub(super) fn remove_photo(&mut self, draft: DraftId, photo: PhotoId, moment: Moment) -> Result<Reply, CommandError> {
        let found = Store::draft(self.store.connection(), draft)?.ok_or(CommandError::NotFound("draft"))?;
        if !found.photos.contains(&photo) {
            return Err(CommandError::NotFound("photo"));
        }
        let transaction = self.store.begin()?;
        let names = Store::delete_photo(&transaction, photo)?;
        Store::put_draft(&transaction, draft, &found.content, moment.wall)?;
        transaction.commit()?;
        self.forget_files(names);
        self.draft_reply(draft)
    }

    pub(super) fn discard_draft(&mut self, draft: DraftId) -> Result<Reply, CommandError> {
        let photos = Store::photos_of_draft(self.store.connection(), draft)?;
        let transaction = self.store.begin()?;
        let mut names = Vec::new();
        for photo in photos {
            names.extend(Store::delete_photo(&transaction, photo.photo)?);
        }
        Store::delete_draft(&transaction, draft)?;
        transaction.commit()?;
        self.forget_files(names);
        Ok(Reply::Done)
    }

    /// Only after the commit that no longer speaks of them. Files that are just being written stay: they have no row yet, and the same picture may be
    /// on the photo that is forgotten and on the one that is rendered.
    pub(super) fn forget_files(&mut self, names: Vec<String>) {
        let is_written = |name: &String| self.rendering.as_ref().is_some_and(|rendering| rendering.writes(name));
        let names: Vec<_> = names.into_iter().filter(|name| !is_written(name)).collect();
        self.effects.extend(names.into_iter().map(|name| Effect::DeleteFile { name }));
    }

    /// Turns a draft into a report and an op. This commit is what "Saved on this phone" means.
    pub(super) fn send(&mut self, draft: DraftId, moment: Moment) -> Result<Reply, CommandError> {
        if self.pending.values().any(|pending| matches!(pending, Pending::RawWritten(raw) if raw.draft == draft)) {
            return Err(Invalid::new("photo", "is still being saved: send again in a moment").into());
        }
        let found = Store::draft(self.store.connection(), draft)?.ok_or(CommandError::NotFound("draft"))?;
        let service = found.content.service.clone().ok_or(CommandError::ServiceMissing)?;
        let answers = self.answers_to_send(&service, found.content.answers)?;
        let report = ReportId::mint(moment.wall, self.entropy.bytes());
        let receipt = ReceiptCode::mint(self.entropy.bits());
        let op_id = OpId::mint(moment.wall, self.entropy.bytes());
        let follow = FollowSecret::mint(self.entropy.bytes());

        let transaction = self.store.begin()?;
        let mut photos = Vec::new();
        let on_draft = Store::photos_of_draft(&transaction, draft)?;
        Store::add_report(
            &transaction,
            &StoredReport {
                report,
                receipt,
                service: service.clone(),
                text: found.content.text.clone(),
                position: found.content.position,
                sent_at: moment.wall,
                withdrawn: false,
                row: None,
                follow: Some(follow),
                answers: answers.clone(),
            },
        )?;
        for photo in on_draft {
            // A photo that has no renditions yet follows with an op of its own.
            let photo_ref = Store::photo_ref(&transaction, photo.photo)?;
            Store::move_photo(&transaction, photo.photo, report, photo_ref.map(|_| op_id))?;
            photos.extend(photo_ref);
        }
        Store::delete_draft(&transaction, draft)?;
        let new = NewReport {
            report,
            receipt,
            kind: ReportKind::Report,
            service,
            text: found.content.text,
            answers,
            position: found.content.position,
            sent_at: moment.wall,
            photos,
            joins: None,
            follow: Some(follow.hash()),
        };
        new.check()?;
        record(&transaction, op_id, OpBody::CreateReport(new), moment)?;
        transaction.commit()?;
        self.event(Event::ReportsChanged);
        Ok(Reply::Saved { report, receipt })
    }

    /// The answers that travel: those that are asked for, held to their questions. A service that the catalogue here does not have asks nothing.
    fn answers_to_send(&self, service: &ServiceCode, answers: Answers) -> Result<Answers, CommandError> {
        let services = Device::services(self.store.connection())?.unwrap_or_default();
        let Some(service) = services.into_iter().find(|known| known.code == *service) else { return Ok(answers) };
        let answers = asked_only(&service, answers);
        check_answers(&service, &answers).map_err(CommandError::Answers)?;
        match notice_for(&service, &answers) {
            Some(notice) if notice.stops => Err(CommandError::Emergency(notice.clone())),
            _ => Ok(answers),
        }
    }

    /// Takes a report back: an op of its own, naming what it saw.
    pub(super) fn withdraw(&mut self, report: ReportId, moment: Moment) -> Result<Reply, CommandError> {
        let found = Store::report(self.store.connection(), report)?.ok_or(CommandError::NotFound("report"))?;
        if found.withdrawn || found.row.is_some_and(|row| row.withdrawn) {
            return Ok(Reply::Done);
        }
        let op_id = OpId::mint(moment.wall, self.entropy.bytes());
        let transaction = self.store.begin()?;
        record(&transaction, op_id, OpBody::Withdraw { report }, moment)?;
        Store::mark_withdrawn(&transaction, report)?;
        transaction.commit()?;
        self.event(Event::ReportsChanged);
        Ok(Reply::Done)
    }

    pub(super) fn mint_op(&mut self, moment: Moment) -> OpId {
        let bytes = Entropy::bytes(&mut self.entropy);
        OpId::mint(moment.wall, bytes)
    }
}

/// Writes an op into the outbox, with its place in the device's order, the row it saw and the op it follows. What follows a refused op needs attention
/// like that one: it may never have been sent, and then the server would wait for it for ever.
pub(super) fn record(connection: &rusqlite::Connection, op_id: OpId, body: OpBody, moment: Moment) -> Result<(), StoreError> {
    let report = body.report();
    let base = Store::report(connection, report)?.and_then(|report| report.row).map(|row| row.version);
    let after = Store::last_op_of(connection, report)?;
    let refused = Store::ops_of(connection, report)?.into_iter().find_map(|op| op.refused);
    let device_seq = Device::take_seq(connection)?;
    Store::record(connection, &Op { op_id, device_seq, schema: SCHEMA, at: moment.wall, up_ms: moment.up_ms, base, after, body })?;
    match refused {
        Some((code, detail)) => Store::refuse(connection, op_id, code, &detail),
        None => Ok(()),
    }
}
