//! What the screens of one device were told, held against its store, its files and the server: a promise is what was shown.
//!
//! A command that was never answered may have happened or not; after a restart the store says which, and from then on it is held to that.

use super::Checked;
use super::chance::Roughness;
use super::city_server::{SERVICES, Server};
use super::device::Folder;
use super::pictures::{gallery, recognise};
use lanterna_bridge::{DeliveryState, Draft, DraftContent, Refusal, RefusalCode, Reply, ReportView};
use lanterna_core::photo::RenderError;
use lanterna_core::store::{Store, StoredPhoto};
use lanterna_shared::id::{DraftId, OpId, PhotoId, ReportId};
use lanterna_shared::photo::{PhotoHash, PhotoRef};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// A command that was given.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// See the bridge's command of that name, here and below.
    NewDraft,
    Update {
        draft: DraftId,
        content: DraftContent,
    },
    /// With the picture's place in the gallery.
    AddPhoto {
        draft: DraftId,
        picture: usize,
    },
    RemovePhoto {
        draft: DraftId,
        photo: PhotoId,
    },
    Discard {
        draft: DraftId,
    },
    Send {
        draft: DraftId,
    },
    Withdraw {
        report: ReportId,
    },
    Reports,
    Photo {
        photo: PhotoId,
        picture: usize,
    },
    /// Of which nothing is to be remembered.
    Nudge,
}

/// A draft or report as its screen shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// What was typed.
    pub(super) content: DraftContent,
    /// Photos and the pictures they are.
    pub(super) photos: BTreeMap<PhotoId, usize>,
}

impl Known {
    /// Whether the server offers its category.
    pub(super) fn is_acceptable(&self) -> bool {
        self.content.service.as_ref().is_some_and(|service| SERVICES.contains(&service.as_str()))
    }

    /// What the server shall have of its photos.
    pub(super) fn photo_refs(&self) -> Vec<PhotoRef> {
        self.photos
            .values()
            .filter_map(|picture| gallery()[*picture].outcome.as_ref().ok())
            .map(lanterna_core::photo::Rendered::photo_ref)
            .collect()
    }
}

/// An op that was once in the outbox.
#[derive(Clone, Debug)]
pub(super) struct KnownOp {
    /// Hash of the bytes that are sent.
    pub(super) payload: PhotoHash,
    /// What it is about.
    pub(super) report: ReportId,
    /// Its place in the device's order.
    pub(super) seq: i64,
}

/// Everything that one device has shown.
#[derive(Default)]
pub(super) struct Ledger {
    /// Drafts that are still written.
    pub(super) drafts: BTreeMap<DraftId, Known>,
    /// Reports that are saved.
    pub(super) reports: BTreeMap<ReportId, Known>,
    /// Reports that were taken back.
    pub(super) withdrawn: BTreeSet<ReportId>,
    /// Commands without an answer.
    pub(super) asked: BTreeMap<u64, Asked>,
    /// Every op that ever waited.
    pub(super) ops: BTreeMap<OpId, KnownOp>,
    /// Those that wait still, refused ones among them.
    pub(super) waiting: BTreeSet<OpId>,
    /// Renditions that the device believes to be at the server.
    pub(super) present: BTreeSet<PhotoHash>,
    /// The highest cursor seen.
    pub(super) cursor: i64,
    /// The newest version seen of each row.
    pub(super) versions: BTreeMap<ReportId, i64>,
}

/// What the ledger is held against.
pub(super) struct Scene<'a> {
    /// The device's database.
    pub(super) disk: &'a Connection,
    /// Its files.
    pub(super) folder: &'a Folder,
    /// The server.
    pub(super) server: &'a Server,
    /// Says which excuses count.
    pub(super) rough: &'a Roughness,
}

pub(super) fn sql(error: impl std::fmt::Display) -> String {
    format!("a database cannot be read: {error}")
}

impl Ledger {
    /// A command was answered.
    pub(super) fn told(&mut self, ticket: u64, reply: &Reply, bytes: Option<&[u8]>, scene: &Scene<'_>) -> Checked {
        let asked = self.asked.remove(&ticket).ok_or_else(|| format!("an answer to nobody: {reply:?}"))?;
        if let Reply::Refused(refusal) = reply {
            return self.refused(&asked, refusal, scene);
        }
        match (&asked, reply) {
            (Asked::Nudge, _) => {}
            (Asked::NewDraft, Reply::Draft(new)) if !self.drafts.contains_key(&new.draft) => {
                self.drafts.insert(new.draft, Known::default());
            }
            (Asked::Update { draft, content }, Reply::Draft(now)) if now.draft == *draft && now.content == *content => {
                self.draft(*draft)?.content = content.clone();
            }
            (Asked::AddPhoto { draft, picture }, Reply::Draft(now)) => {
                let known = self.draft(*draft)?;
                let new: Vec<_> = now.photos.iter().copied().filter(|photo| !known.photos.contains_key(photo)).collect();
                let [photo] = new[..] else { return Err(format!("one photo was added and {new:?} came")) };
                known.photos.insert(photo, *picture);
                let raw = scene.folder.read(&StoredPhoto::raw_name(photo));
                if raw.and_then(recognise) != Some(*picture) {
                    return Err(format!("{photo} was called saved and its file is not durable"));
                }
            }
            (Asked::RemovePhoto { draft, photo }, Reply::Draft(now)) if !now.photos.contains(photo) => {
                self.draft(*draft)?.photos.remove(photo);
            }
            (Asked::Discard { draft }, Reply::Done) => {
                self.drafts.remove(draft);
            }
            (Asked::Send { draft }, Reply::Saved { report, .. }) => {
                let known = self.drafts.remove(draft).ok_or("a draft was sent that is not there")?;
                self.reports.insert(*report, known);
            }
            (Asked::Withdraw { report }, Reply::Done) => {
                self.withdrawn.insert(*report);
            }
            (Asked::Reports, Reply::Reports { reports }) => self.compare(reports, scene)?,
            (Asked::Photo { picture, .. }, Reply::Photo { .. }) => {
                let shown = bytes.unwrap_or_default();
                let made = gallery()[*picture].outcome.as_ref().ok().map(|made| [&made.thumb, &made.screen, &made.full]);
                if recognise(shown) != Some(*picture) && !made.is_some_and(|made| made.iter().any(|file| file.bytes == shown)) {
                    return Err(format!("{} bytes were shown for picture {picture}, of another", shown.len()));
                }
            }
            _ => return Err(format!("{asked:?} was answered by {reply:?}")),
        }
        Ok(())
    }

    fn draft(&mut self, draft: DraftId) -> Checked<&mut Known> {
        self.drafts.get_mut(&draft).ok_or_else(|| format!("{draft} is shown and was never made, or is gone"))
    }

    fn refused(&self, asked: &Asked, refusal: &Refusal, scene: &Scene<'_>) -> Checked {
        let is_excused = match (refusal.code, asked) {
            (RefusalCode::Storage | RefusalCode::StorageFull, _) => scene.rough.storage_fails(),
            (RefusalCode::NotAPicture, Asked::AddPhoto { picture, .. }) => {
                matches!(gallery()[*picture].outcome, Err(RenderError::Unreadable(_)))
            }
            (RefusalCode::NotFound, Asked::AddPhoto { draft, .. }) => !self.drafts.contains_key(draft),
            (RefusalCode::NotFound, Asked::Photo { photo, .. }) => !self.has_photo(*photo),
            (RefusalCode::ServiceMissing, Asked::Send { draft }) => {
                self.drafts.get(draft).is_some_and(|known| known.content.service.is_none())
            }
            (RefusalCode::Invalid, Asked::Send { draft }) => {
                self.asked.values().any(|other| matches!(other, Asked::AddPhoto { draft: of, .. } if of == draft))
            }
            _ => false,
        };
        if !is_excused {
            return Err(format!("{asked:?} was refused: {refusal:?}"));
        }
        if let Asked::Send { draft } = asked
            && Store::draft(scene.disk, *draft).map_err(sql)?.is_none()
        {
            return Err(format!("sending {draft} was refused and the draft is gone"));
        }
        Ok(())
    }

    fn has_photo(&self, photo: PhotoId) -> bool {
        self.drafts.values().chain(self.reports.values()).any(|known| known.photos.contains_key(&photo))
    }

    /// The list of reports shows every report that was saved and no other, and calls none delivered that is not.
    fn compare(&self, shown: &[ReportView], scene: &Scene<'_>) -> Checked {
        let ids: BTreeSet<_> = shown.iter().map(|view| view.report).collect();
        if !ids.iter().eq(self.reports.keys()) {
            return Err(format!("the list shows {ids:?} where {:?} were saved", self.reports.keys()));
        }
        for view in shown {
            let known = &self.reports[&view.report];
            if view.text != known.content.text || !view.photos.iter().copied().collect::<BTreeSet<_>>().iter().eq(known.photos.keys()) {
                return Err(format!("{} is shown as {view:?} where it was {known:?}", view.report));
            }
            if view.withdrawn != self.withdrawn.contains(&view.report) {
                return Err(format!("{} is shown as withdrawn: {}", view.report, view.withdrawn));
            }
            if view.delivery == DeliveryState::Delivered {
                is_delivered(view.report, known, scene)?;
            }
        }
        Ok(())
    }

    /// The device starts again: everything that was shown is there, and what was not answered has happened or not.
    pub(super) fn recall(&mut self, scene: &Scene<'_>) -> Checked {
        let asked: Vec<Asked> = std::mem::take(&mut self.asked).into_values().collect();
        let drafts: BTreeMap<DraftId, Draft> =
            Store::drafts(scene.disk, 400).map_err(sql)?.into_iter().map(|draft| (draft.draft, draft)).collect();
        self.recall_reports(&asked, &drafts, scene)?;
        self.recall_drafts(&asked, &drafts, scene)?;
        self.files_are_there(scene)
    }

    fn recall_reports(&mut self, asked: &[Asked], drafts: &BTreeMap<DraftId, Draft>, scene: &Scene<'_>) -> Checked {
        let stored = Store::reports(scene.disk, 2_000).map_err(sql)?;
        for report in &stored {
            if !self.reports.contains_key(&report.report) {
                let sent = asked.iter().find_map(|asked| if let Asked::Send { draft } = asked { Some(*draft) } else { None });
                let sent = sent.filter(|draft| !drafts.contains_key(draft)).and_then(|draft| self.drafts.remove(&draft));
                let known = sent.ok_or_else(|| format!("{} is there and nobody sent it", report.report))?;
                self.reports.insert(report.report, known);
            }
            if report.withdrawn && !self.withdrawn.contains(&report.report) {
                if !asked.iter().any(|asked| matches!(asked, Asked::Withdraw { report: of } if *of == report.report)) {
                    return Err(format!("{} is withdrawn and nobody did that", report.report));
                }
                self.withdrawn.insert(report.report);
            }
            let known = &self.reports[&report.report];
            if report.text != known.content.text
                || Some(&report.service) != known.content.service.as_ref()
                || report.position != known.content.position
            {
                return Err(format!("{} is {report:?} where it was {known:?}", report.report));
            }
            let photos: BTreeSet<_> =
                Store::photos_of_report(scene.disk, report.report).map_err(sql)?.into_iter().map(|photo| photo.photo).collect();
            if !photos.iter().eq(known.photos.keys()) {
                return Err(format!("{} has the photos {photos:?} where it had {known:?}", report.report));
            }
        }
        for report in self.reports.keys() {
            let Some(stored) = stored.iter().find(|stored| stored.report == *report) else {
                return Err(format!("{report} was called saved and is gone after a restart"));
            };
            if self.withdrawn.contains(report) && !stored.withdrawn {
                return Err(format!("{report} was taken back and is not after a restart"));
            }
        }
        Ok(())
    }

    fn recall_drafts(&mut self, asked: &[Asked], drafts: &BTreeMap<DraftId, Draft>, scene: &Scene<'_>) -> Checked {
        let may_be_gone = |id: &DraftId| asked.iter().any(|asked| matches!(asked, Asked::Discard { draft } if draft == id));
        if let Some(gone) = self.drafts.keys().find(|id| !drafts.contains_key(id) && !may_be_gone(id)) {
            return Err(format!("draft {gone} was shown and is gone after a restart"));
        }
        self.drafts.retain(|id, _| drafts.contains_key(id));
        for (id, draft) in drafts {
            if !self.drafts.contains_key(id) {
                if !asked.iter().any(|asked| matches!(asked, Asked::NewDraft)) {
                    return Err(format!("draft {id} is there and nobody began it"));
                }
                self.drafts.insert(*id, Known::default());
            }
            let known = self.draft(*id)?;
            let was_typed = |content: &DraftContent| {
                asked.iter().any(|asked| matches!(asked, Asked::Update { draft, content: typed } if draft == id && typed == content))
            };
            if draft.content != known.content && !was_typed(&draft.content) {
                return Err(format!("draft {id} says {:?} where it said {:?}", draft.content, known.content));
            }
            known.content = draft.content.clone();
            let may_be_off = |of: &PhotoId| asked.iter().any(|asked| matches!(asked, Asked::RemovePhoto { photo, .. } if photo == of));
            if let Some(lost) = known.photos.keys().find(|photo| !draft.photos.contains(photo) && !may_be_off(photo)) {
                return Err(format!("{lost} was called saved on a draft and is gone after a restart"));
            }
            known.photos.retain(|photo, _| draft.photos.contains(photo));
            let mut adding: Vec<usize> = asked
                .iter()
                .filter_map(|asked| if let Asked::AddPhoto { draft, picture } = asked { (draft == id).then_some(*picture) } else { None })
                .collect();
            for photo in &draft.photos {
                if !known.photos.contains_key(photo) {
                    let picture = scene.folder.read(&StoredPhoto::raw_name(*photo)).and_then(recognise);
                    let at = adding.iter().position(|adding| Some(*adding) == picture);
                    let at = at.ok_or_else(|| format!("{photo} is on a draft and nobody put it there, or its file is not there"))?;
                    known.photos.insert(*photo, adding.swap_remove(at));
                }
            }
        }
        Ok(())
    }

    /// Raw files that the store counts on are there, and so is what can only be made of them.
    pub(super) fn files_are_there(&self, scene: &Scene<'_>) -> Checked {
        let mut raws = scene.disk.prepare_cached("SELECT photo_id FROM photo WHERE raw_kept = 1").map_err(sql)?;
        let raws = raws.query_map([], |row| row.get::<_, [u8; 16]>(0)).map_err(sql)?;
        for photo in raws {
            let photo = PhotoId::from_slice(&photo.map_err(sql)?).ok_or("a photo without an id")?;
            let known = self.drafts.values().chain(self.reports.values()).find_map(|known| known.photos.get(&photo));
            let found = scene.folder.read(&StoredPhoto::raw_name(photo)).and_then(recognise);
            if known.is_none() || known.copied() != found {
                return Err(format!("the raw file of {photo} is picture {found:?} where it was {known:?}"));
            }
        }
        let mut made = scene
            .disk
            .prepare_cached(
                "SELECT r.hash FROM rendition r JOIN photo p ON p.photo_id = r.photo_id WHERE p.raw_kept = 0 AND r.kind <> 'full'",
            )
            .map_err(sql)?;
        for hash in made.query_map([], |row| row.get::<_, [u8; 32]>(0)).map_err(sql)? {
            let hash = PhotoHash::from_bytes(hash.map_err(sql)?);
            if scene.folder.read(&StoredPhoto::rendition_name(hash)).map(PhotoHash::of) != Some(hash) {
                return Err(format!("a rendition {hash} is to be shown and its file is gone"));
            }
        }
        Ok(())
    }
}

/// Whether what is shown as delivered is at the server, whole.
fn is_delivered(report: ReportId, known: &Known, scene: &Scene<'_>) -> Checked {
    let conn = scene.server.look();
    let count = |query: &str, key: &[u8]| conn.query_row(query, [key], |row| row.get::<_, i64>(0)).map_err(sql);
    let mut missing = count("SELECT count(*) = 0 FROM report WHERE report_id = ?1", report.as_bytes())?;
    let mentioned: BTreeSet<_> = super::healing::photos_at_server(conn, report)?.into_iter().collect();
    for photo in known.photo_refs() {
        let key = (*photo.thumb.as_bytes(), *photo.screen.as_bytes(), *photo.full.as_bytes());
        missing += i64::from(!mentioned.contains(&key));
        for hash in [photo.thumb, photo.screen, photo.full] {
            missing += i64::from(!scene.server.whole.contains_key(&hash));
        }
    }
    if missing > 0 { Err(format!("{report} is shown as delivered and {missing} of its parts are not there")) } else { Ok(()) }
}
