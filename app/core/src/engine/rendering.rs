//! Renditions: asked for one photo at a time, written durably, and only then spoken of.
//!
//! A photo whose report was sent before it was ready tells the server of itself with an op of its own, in the transaction that makes it ready.

use lanterna_bridge::Event;
use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::id::PhotoId;
use lanterna_shared::op::OpBody;
use lanterna_shared::photo::{PhotoHash, PhotoRef, Rendition};
use lanterna_shared::position::Position;

use super::capture::record;
use super::{Engine, Pending};
use crate::effect::{Effect, FileFailure, Moment};
use crate::error::StoreError;
use crate::photo::{RenderError, Rendered};
use crate::store::{PhotoState, Store, StoredPhoto};

/// The photo whose renditions are being made or written.
pub(super) struct Rendering {
    photo: PhotoId,
    files: [(Rendition, PhotoHash, u64); 3],
    position: Option<Position>,
    alike: Option<PerceptualHash>,
    unwritten: usize,
    failed: bool,
}

impl Rendering {
    /// Whether a file of this name is one of its.
    pub(super) fn writes(&self, name: &str) -> bool {
        self.files.iter().any(|(_, hash, _)| StoredPhoto::rendition_name(*hash) == name)
    }
}

impl Engine {
    /// Starts the next rendering when none runs: pictures are large, and one at a time keeps the memory of one.
    pub(super) fn render_next(&mut self) {
        let runs = self.rendering.is_some() || self.pending.values().any(|pending| matches!(pending, Pending::Render(_)));
        while !runs && let Some(photo) = self.to_render.pop_front() {
            // It may have been removed, or rendered by an earlier request.
            let found = Store::photo(self.store.connection(), photo);
            if found.is_ok_and(|photo| photo.is_some_and(|photo| photo.state == PhotoState::Raw && photo.raw_kept)) {
                let token = self.expect_result(Pending::Render(photo));
                self.effects.push(Effect::Render { token, name: StoredPhoto::raw_name(photo) });
                return;
            }
        }
    }

    pub(super) fn rendered(&mut self, photo: PhotoId, outcome: Result<Rendered, RenderError>, moment: Moment) {
        match outcome {
            Ok(rendered) => {
                let PhotoRef { thumb, screen, full, alike } = rendered.photo_ref();
                let size = |bytes: &Vec<u8>| bytes.len() as u64;
                let files = [
                    (Rendition::Thumb, thumb, size(&rendered.thumb.bytes)),
                    (Rendition::Screen, screen, size(&rendered.screen.bytes)),
                    (Rendition::Full, full, size(&rendered.full.bytes)),
                ];
                self.rendering = Some(Rendering { photo, files, position: rendered.position, alike, unwritten: 3, failed: false });
                for file in [rendered.thumb, rendered.screen, rendered.full] {
                    let token = self.expect_result(Pending::RenditionWritten(photo));
                    self.effects.push(Effect::WriteFile { token, name: StoredPhoto::rendition_name(file.hash), bytes: file.bytes });
                }
            }
            // The host's trouble passes: the photo stays raw and is tried at the next start.
            Err(RenderError::Host) => {}
            // The file stays as the camera gave it: it can be looked at and taken out, and a later version may read it.
            Err(why) => {
                if Store::set_photo_broken(self.store.connection(), photo, why).is_ok() {
                    self.photo_changed(photo, moment);
                }
            }
        }
    }

    pub(super) fn rendition_written(&mut self, photo: PhotoId, outcome: Result<(), FileFailure>, moment: Moment) {
        let Some(rendering) = self.rendering.as_mut().filter(|rendering| rendering.photo == photo) else { return };
        rendering.unwritten = rendering.unwritten.saturating_sub(1);
        rendering.failed |= outcome.is_err();
        if rendering.unwritten > 0 {
            return;
        }
        let Some(rendering) = self.rendering.take() else { return };
        // With a full disk the photo stays raw, which is safe, and is tried at the next start.
        let kept = !rendering.failed && self.keep_renditions(&rendering, moment).is_ok_and(|kept| kept);
        if kept {
            self.photo_changed(photo, moment);
        } else if Store::photo(self.store.connection(), photo).is_ok_and(|photo| photo.is_none()) {
            // Removed meanwhile: its files go too, unless another photo is the same picture.
            for (_, hash, _) in rendering.files {
                let name = StoredPhoto::rendition_name(hash);
                if Store::file_names(self.store.connection()).is_ok_and(|names| !names.contains(&name)) {
                    self.effects.push(Effect::DeleteFile { name });
                }
            }
        }
    }

    fn keep_renditions(&mut self, rendering: &Rendering, moment: Moment) -> Result<bool, StoreError> {
        let Some(photo) = Store::photo(self.store.connection(), rendering.photo)? else { return Ok(false) };
        let op_id = self.mint_op(moment);
        let transaction = self.store.begin()?;
        let before = Store::photo_ref(&transaction, rendering.photo)?;
        Store::add_renditions(&transaction, rendering.photo, &rendering.files, (rendering.position.as_ref(), rendering.alike))?;
        if let Some(report) = photo.report
            && let Some(photo_ref) = Store::photo_ref(&transaction, rendering.photo)?
            // Rendered again after a file was lost: the same bytes need no new op.
            && before != Some(photo_ref)
        {
            record(&transaction, op_id, OpBody::AddPhoto { report, photo: photo_ref }, moment)?;
            Store::set_photo_op(&transaction, rendering.photo, op_id)?;
        }
        transaction.commit()?;
        Ok(true)
    }

    fn photo_changed(&mut self, photo: PhotoId, _moment: Moment) {
        match Store::photo(self.store.connection(), photo) {
            Ok(Some(StoredPhoto { draft: Some(draft), .. })) => self.draft_changed(draft),
            Ok(Some(_)) => self.event(Event::ReportsChanged),
            _ => {}
        }
    }
}
