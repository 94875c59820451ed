//! Drafts: every step is kept, so that an app that is killed goes on where it was.

use rusqlite::{Connection, OptionalExtension, Row, params};

use lanterna_bridge::{Draft, DraftContent, UnusablePhoto};
use lanterna_shared::id::{DraftId, PhotoId};
use lanterna_shared::service::ServiceCode;
use lanterna_shared::time::Timestamp;

use super::{Store, codec};
use crate::error::{StoreError, why};
use crate::photo::RenderError;

fn read(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        draft: codec::id(row, 0, DraftId)?,
        content: DraftContent {
            service: row.get::<_, Option<String>>(1)?.and_then(|code| ServiceCode::new(code).ok()),
            text: row.get(2)?,
            position: codec::json_or_none(row, 3)?,
            answers: codec::json_or_none(row, 5)?.unwrap_or_default(),
        },
        photos: Vec::new(),
        unusable: Vec::new(),
        photo_position: None,
        updated_at: codec::moment(row, 4)?,
    })
}

fn add_photos(connection: &Connection, draft: &mut Draft) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("SELECT photo_id, position, why FROM photo WHERE draft_id = ?1 ORDER BY ordinal")?;
    let mut rows = statement.query([draft.draft.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let photo = codec::id(row, 0, PhotoId)?;
        draft.photos.push(photo);
        let reason: String = row.get(2)?;
        if !reason.is_empty() {
            draft.unusable.push(UnusablePhoto { photo, why: why(RenderError::from_name(&reason)) });
        }
        if draft.photo_position.is_none() {
            draft.photo_position = codec::json_or_none(row, 1)?;
        }
    }
    Ok(())
}

impl Store {
    /// One draft with its photos; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn draft(connection: &Connection, draft: DraftId) -> Result<Option<Draft>, StoreError> {
        let mut statement =
            connection.prepare_cached("SELECT draft_id, service, text, position, updated_at, answers FROM draft WHERE draft_id = ?1")?;
        let Some(mut draft) = statement.query_row([draft.as_bytes()], read).optional()? else { return Ok(None) };
        add_photos(connection, &mut draft)?;
        Ok(Some(draft))
    }

    /// The newest drafts first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn drafts(connection: &Connection, limit: u32) -> Result<Vec<Draft>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT draft_id, service, text, position, updated_at, answers FROM draft ORDER BY updated_at DESC, draft_id DESC LIMIT ?1",
        )?;
        let mut drafts = statement.query_map([limit], read)?.collect::<Result<Vec<_>, _>>()?;
        for draft in &mut drafts {
            add_photos(connection, draft)?;
        }
        Ok(drafts)
    }

    /// Makes or replaces what was typed.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn put_draft(connection: &Connection, draft: DraftId, content: &DraftContent, now: Timestamp) -> Result<(), StoreError> {
        let position = content.position.as_ref().map(codec::to_json).transpose()?;
        connection
            .prepare_cached(
                "INSERT INTO draft (draft_id, service, text, position, updated_at, answers) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (draft_id) DO UPDATE SET service = ?2, text = ?3, position = ?4, updated_at = ?5, answers = ?6",
            )?
            .execute(params![
                draft.as_bytes(),
                content.service.as_ref().map(ServiceCode::as_str),
                content.text,
                position,
                now.as_millis(),
                codec::to_json(&content.answers)?
            ])?;
        Ok(())
    }

    /// Forgets a draft. Its photos must have gone before.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn delete_draft(connection: &Connection, draft: DraftId) -> Result<(), StoreError> {
        connection.prepare_cached("DELETE FROM draft WHERE draft_id = ?1")?.execute([draft.as_bytes()])?;
        Ok(())
    }
}
