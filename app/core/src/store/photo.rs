//! Photos and their renditions: what is on the device, what the server has, and whose turn it is.

use rusqlite::{Connection, OptionalExtension, Row, params};

use lanterna_shared::duplicate::PerceptualHash;
use lanterna_shared::id::{DraftId, OpId, PhotoId, ReportId};
use lanterna_shared::photo::{PhotoHash, PhotoRef, Rendition};
use lanterna_shared::position::Position;

use super::{Store, codec};
use crate::error::StoreError;
use crate::photo::RenderError;

/// How far a photo is on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoState {
    /// The camera's bytes are kept; no renditions yet.
    Raw,
    /// The renditions are files and rows.
    Rendered,
    /// No renditions can be made of it.
    Broken,
}

impl PhotoState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Rendered => "rendered",
            Self::Broken => "broken",
        }
    }
}

/// One photo as it is stored.
#[derive(Clone, Debug)]
pub struct StoredPhoto {
    /// The photo.
    pub photo: PhotoId,
    /// The draft it is on, or
    pub draft: Option<DraftId>,
    /// the report.
    pub report: Option<ReportId>,
    /// What the camera gave.
    pub media_type: String,
    /// Whether the raw file is still kept.
    pub raw_kept: bool,
    /// How far it is.
    pub state: PhotoState,
    /// Why no renditions can be made of it.
    pub broken: Option<RenderError>,
}

impl StoredPhoto {
    /// The name of the raw file.
    pub fn raw_name(photo: PhotoId) -> String {
        format!("{photo}.raw")
    }

    /// The name of a rendition's file.
    pub fn rendition_name(hash: PhotoHash) -> String {
        format!("{hash}.jpg")
    }
}

/// One rendition whose turn it is to be sent.
#[derive(Clone, Debug)]
pub struct StoredRendition {
    /// The photo.
    pub photo: PhotoId,
    /// Which size.
    pub kind: Rendition,
    /// Its name.
    pub hash: PhotoHash,
    /// Its size.
    pub bytes: u64,
    /// Where the server takes the rest.
    pub upload: Option<String>,
    /// How much the server has.
    pub acknowledged: u64,
}

const COLUMNS: &str = "photo_id, draft_id, report_id, media_type, raw_kept, state, why";

fn read(row: &Row<'_>) -> rusqlite::Result<StoredPhoto> {
    Ok(StoredPhoto {
        photo: codec::id(row, 0, PhotoId)?,
        draft: codec::id_or_none(row, 1, DraftId)?,
        report: codec::id_or_none(row, 2, ReportId)?,
        media_type: row.get(3)?,
        raw_kept: row.get(4)?,
        state: codec::parsed(row, 5, |text| {
            [PhotoState::Raw, PhotoState::Rendered, PhotoState::Broken].into_iter().find(|state| state.as_str() == text)
        })?,
        broken: row.get::<_, String>(6).map(|why| (!why.is_empty()).then(|| RenderError::from_name(&why)))?,
    })
}

fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<PhotoHash> {
    row.get(column).map(PhotoHash::from_bytes)
}

impl Store {
    /// Adds a photo to a draft, behind those there are: what the camera gave (media type and bytes), whose file must be durable, and where it says it
    /// was taken.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn add_photo(
        connection: &Connection,
        photo: PhotoId,
        draft: DraftId,
        (media_type, raw_bytes): (&str, u64),
        position: Option<&Position>,
    ) -> Result<(), StoreError> {
        let position = position.map(codec::to_json).transpose()?;
        connection.execute(
            "INSERT INTO photo (photo_id, draft_id, ordinal, media_type, raw_bytes, position)
             VALUES (?1, ?2, (SELECT coalesce(max(ordinal) + 1, 0) FROM photo WHERE draft_id = ?2), ?3, ?4, ?5)",
            params![photo.as_bytes(), draft.as_bytes(), media_type, codec::to_i64(raw_bytes), position],
        )?;
        Ok(())
    }

    /// One photo; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn photo(connection: &Connection, photo: PhotoId) -> Result<Option<StoredPhoto>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM photo WHERE photo_id = ?1"))?;
        Ok(statement.query_row([photo.as_bytes()], read).optional()?)
    }

    /// The photos of a draft, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn photos_of_draft(connection: &Connection, draft: DraftId) -> Result<Vec<StoredPhoto>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM photo WHERE draft_id = ?1 ORDER BY ordinal"))?;
        Ok(statement.query_map([draft.as_bytes()], read)?.collect::<Result<_, _>>()?)
    }

    /// The photos of a report, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn photos_of_report(connection: &Connection, report: ReportId) -> Result<Vec<StoredPhoto>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM photo WHERE report_id = ?1 ORDER BY ordinal"))?;
        Ok(statement.query_map([report.as_bytes()], read)?.collect::<Result<_, _>>()?)
    }

    /// Every photo that still needs its renditions.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn photos_to_render(connection: &Connection) -> Result<Vec<PhotoId>, StoreError> {
        let mut statement =
            connection.prepare_cached("SELECT photo_id FROM photo WHERE state = 'raw' AND raw_kept = 1 ORDER BY photo_id")?;
        Ok(statement.query_map([], |row| codec::id(row, 0, PhotoId))?.collect::<Result<_, _>>()?)
    }

    /// Every file that rows speak of.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn file_names(connection: &Connection) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        let mut raw = connection.prepare_cached("SELECT photo_id FROM photo WHERE raw_kept = 1")?;
        for photo in raw.query_map([], |row| codec::id(row, 0, PhotoId))? {
            names.push(StoredPhoto::raw_name(photo?));
        }
        let mut renditions = connection.prepare_cached("SELECT hash FROM rendition")?;
        for rendition in renditions.query_map([], |row| hash(row, 0))? {
            names.push(StoredPhoto::rendition_name(rendition?));
        }
        Ok(names)
    }

    /// The photo moves from its draft to the report that was made of it; `op` tells the server of it, if it is ready to be told of.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn move_photo(connection: &Connection, photo: PhotoId, report: ReportId, op: Option<OpId>) -> Result<(), StoreError> {
        connection.prepare_cached("UPDATE photo SET draft_id = NULL, report_id = ?2, op_id = ?3 WHERE photo_id = ?1")?.execute(params![
            photo.as_bytes(),
            report.as_bytes(),
            op.as_ref().map(OpId::as_bytes)
        ])?;
        Ok(())
    }

    /// Notes which op tells the server of a photo.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_photo_op(connection: &Connection, photo: PhotoId, op: OpId) -> Result<(), StoreError> {
        connection.execute("UPDATE photo SET op_id = ?2 WHERE photo_id = ?1", params![photo.as_bytes(), op.as_bytes()])?;
        Ok(())
    }

    /// Forgets a photo and its renditions. Tells the names of its files.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn delete_photo(connection: &Connection, photo: PhotoId) -> Result<Vec<String>, StoreError> {
        let mut names = vec![StoredPhoto::raw_name(photo)];
        let mut statement = connection.prepare_cached("DELETE FROM rendition WHERE photo_id = ?1 RETURNING hash")?;
        for rendition in statement.query_map([photo.as_bytes()], |row| hash(row, 0))? {
            names.push(StoredPhoto::rendition_name(rendition?));
        }
        connection.execute("DELETE FROM photo WHERE photo_id = ?1", [photo.as_bytes()])?;
        // The same picture may be on another report.
        let mut shared = connection.prepare_cached("SELECT count(*) FROM rendition WHERE lower(hex(hash)) || '.jpg' = ?1")?;
        names.retain(|name| !shared.query_row([name], |row| row.get::<_, i64>(0)).is_ok_and(|others| others > 0));
        Ok(names)
    }

    /// Notes that no renditions can be made of a photo, and why. Its file stays as the camera gave it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_photo_broken(connection: &Connection, photo: PhotoId, why: RenderError) -> Result<(), StoreError> {
        connection.execute("UPDATE photo SET state = 'broken', why = ?2 WHERE photo_id = ?1", params![photo.as_bytes(), why.as_str()])?;
        Ok(())
    }

    /// The photo's renditions are to be made again.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_photo_raw(connection: &Connection, photo: PhotoId) -> Result<(), StoreError> {
        connection.execute("UPDATE photo SET state = 'raw', why = '' WHERE photo_id = ?1 AND raw_kept = 1", [photo.as_bytes()])?;
        Ok(())
    }

    /// Adds a photo's renditions, whose files must be durable; made again, they replace those that were. With them what the photo told: where it was
    /// taken and what it looks like.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn add_renditions(
        connection: &Connection,
        photo: PhotoId,
        files: &[(Rendition, PhotoHash, u64)],
        (position, alike): (Option<&Position>, Option<PerceptualHash>),
    ) -> Result<(), StoreError> {
        let position = position.map(codec::to_json).transpose()?;
        connection.execute(
            "UPDATE photo SET state = 'rendered', position = ?2, alike = ?3 WHERE photo_id = ?1",
            params![photo.as_bytes(), position, alike.map(|alike| alike.to_string())],
        )?;
        let mut statement = connection.prepare_cached(
            "INSERT INTO rendition (photo_id, kind, hash, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (photo_id, kind) DO UPDATE SET hash = ?3, bytes = ?4, state = 'made', upload = NULL, acknowledged = 0",
        )?;
        for (kind, hash, bytes) in files {
            statement.execute(params![photo.as_bytes(), kind.as_str(), hash.as_bytes(), codec::to_i64(*bytes)])?;
        }
        Ok(())
    }

    /// What ops call a photo's renditions; `None` until it has all three.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn photo_ref(connection: &Connection, photo: PhotoId) -> Result<Option<PhotoRef>, StoreError> {
        let one = |kind: Rendition| -> Result<Option<PhotoHash>, StoreError> {
            let mut statement = connection.prepare_cached("SELECT hash FROM rendition WHERE photo_id = ?1 AND kind = ?2")?;
            Ok(statement.query_row(params![photo.as_bytes(), kind.as_str()], |row| hash(row, 0)).optional()?)
        };
        let (thumb, screen, full) = (one(Rendition::Thumb)?, one(Rendition::Screen)?, one(Rendition::Full)?);
        let mut statement = connection.prepare_cached("SELECT alike FROM photo WHERE photo_id = ?1")?;
        let alike: Option<String> = statement.query_row([photo.as_bytes()], |row| row.get(0)).optional()?.flatten();
        // What cannot be read is only not told: the photo is no worse for it.
        let alike = alike.and_then(|text| text.parse().ok());
        Ok(match (thumb, screen, full) {
            (Some(thumb), Some(screen), Some(full)) => Some(PhotoRef { thumb, screen, full, alike }),
            _ => None,
        })
    }

    /// The next rendition of a size to send: of a report whose op the server has, the one that waited longest for its turn. Those in `except`
    /// are skipped.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn next_rendition(
        connection: &Connection,
        kind: Rendition,
        except: impl Fn(&PhotoHash) -> bool,
    ) -> Result<Option<StoredRendition>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT r.photo_id, r.hash, r.bytes, r.upload, r.acknowledged
             FROM rendition r JOIN photo p ON p.photo_id = r.photo_id
             WHERE r.kind = ?1 AND r.state = 'made' AND p.op_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM op o WHERE o.op_id = p.op_id)
             ORDER BY r.tried_at, r.photo_id",
        )?;
        let mut rows = statement.query([kind.as_str()])?;
        while let Some(row) = rows.next()? {
            let hash = hash(row, 1)?;
            if !except(&hash) {
                let photo = codec::id(row, 0, PhotoId)?;
                return Ok(Some(StoredRendition { photo, kind, hash, bytes: row.get(2)?, upload: row.get(3)?, acknowledged: row.get(4)? }));
            }
        }
        Ok(None)
    }

    /// Notes an attempt, so that others get their turn first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn take_turn(connection: &Connection, rendition: &StoredRendition) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "UPDATE rendition SET tried_at = (SELECT max(tried_at) + 1 FROM rendition WHERE kind = ?2 AND state = 'made')
                 WHERE photo_id = ?1 AND kind = ?2",
            )?
            .execute(params![rendition.photo.as_bytes(), rendition.kind.as_str()])?;
        Ok(())
    }

    /// Notes how far an upload is, as the server said: for every rendition that is this very file, because the server knows one upload of it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_upload(
        connection: &Connection,
        rendition: &StoredRendition,
        upload: Option<&str>,
        acknowledged: u64,
    ) -> Result<(), StoreError> {
        connection
            .prepare_cached("UPDATE rendition SET upload = ?2, acknowledged = ?3 WHERE hash = ?1 AND state = 'made'")?
            .execute(params![rendition.hash.as_bytes(), upload, codec::to_i64(acknowledged)])?;
        Ok(())
    }

    /// The server has a rendition, durably. Once it has all three of a photo, tells the files that may go: the raw one and the full size.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_present(connection: &Connection, rendition: &StoredRendition) -> Result<Vec<String>, StoreError> {
        connection
            .prepare_cached("UPDATE rendition SET state = 'present', upload = NULL WHERE photo_id = ?1 AND kind = ?2")?
            .execute(params![rendition.photo.as_bytes(), rendition.kind.as_str()])?;
        // The upload is over. Where the same file is another photo's too, beginning anew is answered by "present".
        Self::set_upload(connection, rendition, None, 0)?;
        // A photo whose file was lost is rendered again first: what is shown of it is made of the raw file.
        let missing: i64 = connection
            .prepare_cached(
                "SELECT (SELECT count(*) FROM rendition WHERE photo_id = ?1 AND state <> 'present')
                      + (SELECT count(*) FROM photo WHERE photo_id = ?1 AND state = 'raw')",
            )?
            .query_row([rendition.photo.as_bytes()], |row| row.get(0))?;
        if missing > 0 {
            return Ok(Vec::new());
        }
        connection.execute("UPDATE photo SET raw_kept = 0 WHERE photo_id = ?1", [rendition.photo.as_bytes()])?;
        let mut names = vec![StoredPhoto::raw_name(rendition.photo)];
        // A small picture can be its own screen size, and the same picture can be on another report that is still on its way.
        let full: Option<PhotoHash> = connection
            .prepare_cached(
                "SELECT f.hash FROM rendition f WHERE f.photo_id = ?1 AND f.kind = 'full' AND NOT EXISTS (
                     SELECT 1 FROM rendition o JOIN photo p ON p.photo_id = o.photo_id
                     WHERE o.hash = f.hash AND (o.kind <> 'full' OR o.state = 'made' OR p.raw_kept = 1))",
            )?
            .query_row([rendition.photo.as_bytes()], |row| hash(row, 0))
            .optional()?;
        names.extend(full.map(StoredPhoto::rendition_name));
        Ok(names)
    }

    /// The file of a rendition is gone. Where the raw file is kept the photo is rendered again (`true`); else nothing can be done.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_file_lost(connection: &Connection, rendition: &StoredRendition) -> Result<bool, StoreError> {
        let raw_kept: bool =
            connection.query_row("SELECT raw_kept FROM photo WHERE photo_id = ?1", [rendition.photo.as_bytes()], |row| row.get(0))?;
        if !raw_kept {
            connection.execute(
                "UPDATE rendition SET state = 'gone' WHERE photo_id = ?1 AND kind = ?2",
                params![rendition.photo.as_bytes(), rendition.kind.as_str()],
            )?;
        }
        Ok(raw_kept)
    }

    /// The server says that it lacks a rendition that it once had: it is sent again.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn set_wanted(connection: &Connection, wanted: PhotoHash) -> Result<(), StoreError> {
        connection
            .prepare_cached("UPDATE rendition SET state = 'made', upload = NULL, acknowledged = 0 WHERE hash = ?1 AND state = 'present'")?
            .execute([wanted.as_bytes()])?;
        Ok(())
    }

    /// Renditions of reports that wait, made or not: how many, and how many bytes of those that are made.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn renditions_waiting(connection: &Connection) -> Result<(u32, u64), StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT count(*) + 3 * (SELECT count(*) FROM photo WHERE report_id IS NOT NULL AND state = 'raw' AND raw_kept = 1),
                    coalesce(sum(r.bytes - r.acknowledged), 0)
             FROM rendition r JOIN photo p ON p.photo_id = r.photo_id WHERE r.state = 'made' AND p.state = 'rendered' AND p.report_id IS NOT NULL",
        )?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Of a report: renditions that the server has, and how many there will be (three for each photo that can be rendered).
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn renditions_of(connection: &Connection, report: ReportId) -> Result<(u32, u32), StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT (SELECT count(*) FROM rendition r JOIN photo p ON p.photo_id = r.photo_id WHERE p.report_id = ?1 AND r.state <> 'made'),
                    (SELECT 3 * count(*) FROM photo WHERE report_id = ?1 AND state <> 'broken')",
        )?;
        Ok(statement.query_row([report.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}
