//! The report that is being written: what the screen shows, and the draft in the engine that every step is kept in.
//!
//! It lives as long as the page, so that leaving the screen or changing the language loses nothing that was typed a moment ago; everything older is
//! in the engine's store and comes back after a reload.

use crate::engine::{Engine, Failure};
use crate::locate::{self, LocateError};
use crate::route::Route;
use lanterna_bridge::{Command, Draft, DraftContent, Reply};
use lanterna_kit::{file, page};
use lanterna_shared::id::{DraftId, PhotoId};
use lanterna_shared::photo::{MAX_PHOTOS, MAX_RAW_BYTES};
use lanterna_shared::position::Position;
use lanterna_shared::service::ServiceCode;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::ops::Deref;
use std::time::Duration;
use web_sys::File;

/// How long after the last key what was typed is kept.
const PAUSE: Duration = Duration::from_millis(400);

/// The report that is being written. A handle on what lives as long as the page: copies are the same.
#[derive(Clone, Copy)]
pub struct Editor(&'static State);

impl Deref for Editor {
    type Target = State;
    fn deref(&self) -> &State {
        self.0
    }
}

/// What is on the screen.
pub struct State {
    pub engine: Engine,
    /// The draft; `None` until the engine gave one.
    pub draft: RwSignal<Option<DraftId>>,
    pub service: RwSignal<Option<ServiceCode>>,
    pub text: RwSignal<String>,
    pub position: RwSignal<Option<Position>>,
    /// What the first photo with a position says.
    pub photo_position: RwSignal<Option<Position>>,
    pub photos: RwSignal<Vec<PhotoId>>,
    /// Photos on their way into the store.
    pub adding: RwSignal<usize>,
    pub sending: RwSignal<bool>,
    /// Whether everything on the screen is in the store.
    pub is_kept: RwSignal<bool>,
    pub failure: RwSignal<Option<Failure>>,
    /// What went wrong with a photo, said where the photos are.
    pub photo_failure: RwSignal<Option<Failure>>,
    pub locating: RwSignal<bool>,
    pub locate_error: RwSignal<Option<LocateError>>,
    /// The person took the place away: none is filled in by itself any more.
    place_removed: RwSignal<bool>,
    /// Counts what was typed, to know whether an answer is about the newest of it.
    revision: StoredValue<u32>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Editor {
    pub fn new(engine: Engine) -> Self {
        let editor = Self(Box::leak(Box::new(State {
            engine,
            draft: RwSignal::new(None),
            service: RwSignal::new(None),
            text: RwSignal::new(String::new()),
            position: RwSignal::new(None),
            photo_position: RwSignal::new(None),
            photos: RwSignal::new(Vec::new()),
            adding: RwSignal::new(0),
            sending: RwSignal::new(false),
            is_kept: RwSignal::new(true),
            failure: RwSignal::new(None),
            photo_failure: RwSignal::new(None),
            locating: RwSignal::new(false),
            locate_error: RwSignal::new(None),
            place_removed: RwSignal::new(false),
            revision: StoredValue::new(0),
            timer: StoredValue::new(None),
        })));
        // A page that is put away may never come back.
        page::on_visibility(move |visible| {
            if !visible {
                editor.hurry();
            }
        });
        Effect::new(move |_| {
            let (_, changed) = engine.draft_changed.get();
            if changed.is_some() && changed == editor.draft.get_untracked() {
                spawn_local(editor.look_again());
            }
        });
        editor
    }

    /// Takes up the newest draft, or begins one. What is typed here and not kept yet is kept first.
    pub fn open(self) {
        spawn_local(async move {
            if self.draft.get_untracked().is_some() && !self.is_kept.get_untracked() && self.keep().await.is_err() {
                return;
            }
            match self.engine.ask(Command::ResumeDraft, None).await.map(|answer| answer.reply) {
                Ok(Reply::Draft(draft)) => {
                    self.failure.set(None);
                    self.show(draft);
                    if self.position.get_untracked().is_none() && locate::is_allowed().await {
                        self.locate(false);
                    }
                }
                Ok(_) => {}
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    fn show(self, draft: Draft) {
        self.draft.set(Some(draft.draft));
        self.service.set(draft.content.service.clone());
        self.text.set(draft.content.text.clone());
        self.position.set(draft.content.position);
        self.is_kept.set(true);
        self.take_photos(draft);
    }

    fn clear(self) {
        self.draft.set(None);
        self.service.set(None);
        self.text.set(String::new());
        self.position.set(None);
        self.photo_position.set(None);
        self.photos.set(Vec::new());
        self.is_kept.set(true);
        self.failure.set(None);
        self.photo_failure.set(None);
        self.locate_error.set(None);
        self.place_removed.set(false);
    }

    /// What a draft says about its photos; where the report has no place yet, theirs is taken.
    fn take_photos(self, draft: Draft) {
        if self.draft.get_untracked() != Some(draft.draft) {
            return;
        }
        // The same photos are not drawn again.
        if self.photos.with_untracked(|photos| *photos != draft.photos) {
            self.photos.set(draft.photos);
        }
        self.photo_position.set(draft.photo_position);
        if self.position.get_untracked().is_none() && !self.place_removed.get_untracked() && draft.photo_position.is_some() {
            self.set_position(draft.photo_position);
        }
    }

    async fn look_again(self) {
        if let Ok(Reply::Drafts { drafts }) = self.engine.ask(Command::Drafts, None).await.map(|answer| answer.reply) {
            for draft in drafts {
                self.take_photos(draft);
            }
        }
    }

    pub fn set_text(self, text: String) {
        self.text.set(text);
        self.changed();
        let timer = set_timeout_with_handle(move || self.keep_now(), PAUSE).ok();
        self.timer.set_value(timer);
    }

    pub fn set_service(self, service: ServiceCode) {
        self.service.set(Some(service));
        self.failure.set(None);
        self.changed();
        self.keep_now();
    }

    pub fn set_position(self, position: Option<Position>) {
        self.place_removed.set(position.is_none());
        self.position.set(position);
        self.locate_error.set(None);
        self.changed();
        self.keep_now();
    }

    fn changed(self) {
        self.is_kept.set(false);
        self.revision.update_value(|revision| *revision = revision.wrapping_add(1));
        self.stop_timer();
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// Asks the device where it is. `asked` = the person pressed the button, so a failure is said and a place that is there is replaced.
    pub fn locate(self, asked: bool) {
        if self.locating.get_untracked() {
            return;
        }
        self.locating.set(true);
        self.locate_error.set(None);
        spawn_local(async move {
            let found = locate::here().await;
            self.locating.set(false);
            let is_wanted = asked || (self.position.get_untracked().is_none() && !self.place_removed.get_untracked());
            match found {
                Ok(position) if is_wanted => self.set_position(Some(position)),
                Err(error) if asked => self.locate_error.set(Some(error)),
                _ => {}
            }
        });
    }

    /// Keeps what is not kept yet without waiting for a pause: the person turned to something else.
    pub fn hurry(self) {
        if !self.is_kept.get_untracked() {
            self.keep_now();
        }
    }

    fn keep_now(self) {
        spawn_local(async move {
            if let Err(failure) = self.keep().await {
                self.failure.set(Some(failure));
            }
        });
    }

    /// Keeps what is on the screen.
    async fn keep(self) -> Result<(), Failure> {
        self.stop_timer();
        let Some(draft) = self.draft.get_untracked() else { return Ok(()) };
        let content = DraftContent {
            service: self.service.get_untracked(),
            text: self.text.get_untracked(),
            position: self.position.get_untracked(),
            ..DraftContent::default()
        };
        let revision = self.revision.get_value();
        self.engine.ask(Command::UpdateDraft { draft, content }, None).await?;
        if self.revision.get_value() == revision {
            self.is_kept.set(true);
        }
        self.engine.refresh_drafts();
        Ok(())
    }

    /// Puts photos on the report, one after the other so that only one is in memory.
    pub fn add_photos(self, files: Vec<File>) {
        let Some(draft) = self.draft.get_untracked() else { return };
        let taken = self.photos.with_untracked(Vec::len).saturating_add(self.adding.get_untracked());
        let room = MAX_PHOTOS.saturating_sub(taken);
        let too_many = files.len() > room;
        self.photo_failure.set(too_many.then_some(Failure::Refused(lanterna_bridge::RefusalCode::TooManyPhotos)));
        self.adding.update(|adding| *adding = adding.saturating_add(files.len().min(room)));
        spawn_local(async move {
            for file in files.into_iter().take(room) {
                let added = self.add_photo(draft, &file).await;
                self.adding.update(|adding| *adding = adding.saturating_sub(1));
                if let Err(failure) = added {
                    self.photo_failure.set(Some(failure));
                }
            }
            self.engine.refresh_drafts();
        });
    }

    async fn add_photo(self, draft: DraftId, file: &File) -> Result<(), Failure> {
        #[expect(clippy::cast_precision_loss, reason = "64 MiB is exact in a double")]
        if file.size() > MAX_RAW_BYTES as f64 {
            return Err(Failure::TooBig);
        }
        let bytes = file::bytes(file).await.ok_or(Failure::File)?;
        if let Reply::Draft(draft) = self.engine.ask(Command::AddPhoto { draft }, Some(bytes)).await?.reply {
            self.take_photos(draft);
        }
        Ok(())
    }

    pub fn remove_photo(self, photo: PhotoId) {
        let Some(draft) = self.draft.get_untracked() else { return };
        spawn_local(async move {
            match self.engine.ask(Command::RemovePhoto { draft, photo }, None).await.map(|answer| answer.reply) {
                Ok(Reply::Draft(draft)) => self.take_photos(draft),
                Ok(_) => {}
                Err(failure) => self.photo_failure.set(Some(failure)),
            }
            self.engine.refresh_drafts();
        });
    }

    /// Makes a report of it. Only the engine's "saved" leads to the screen that says so.
    pub fn send(self) {
        let Some(draft) = self.draft.get_untracked() else { return };
        if self.sending.get_untracked() {
            return;
        }
        self.failure.set(None);
        self.sending.set(true);
        spawn_local(async move {
            let sent = match self.keep().await {
                Ok(()) => self.engine.ask(Command::Send { draft }, None).await.map(|answer| answer.reply),
                Err(failure) => Err(failure),
            };
            self.sending.set(false);
            match sent {
                Ok(Reply::Saved { report, receipt }) => {
                    self.clear();
                    self.engine.saved.set(Some((report, receipt)));
                    self.engine.refresh_reports();
                    Route::Saved(report).go_instead();
                }
                Ok(_) => self.failure.set(Some(Failure::Gone)),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// Throws it away.
    pub fn discard(self) {
        let Some(draft) = self.draft.get_untracked() else { return };
        self.stop_timer();
        spawn_local(async move {
            match self.engine.ask(Command::DiscardDraft { draft }, None).await {
                Ok(_) => {
                    self.clear();
                    self.engine.refresh_drafts();
                    Route::Home.go();
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}
