//! Uploads at the server: what the tus handlers and the intake do, on bytes in memory.
//!
//! One request at a time holds an upload, and what a request brought stays, also when it broke off. Staged bytes are not synced until the photo is
//! whole; then it is durable under its hash before the store says `present`.

use super::Checked;
use super::chance::{Chance, Roughness};
use super::city_server::{Answer, Server, Written, problem, refusal, unavailable};
use super::network::Sent;
use lanterna::photo::intake::KEPT_MS;
use lanterna::store::batch::Device;
use lanterna::store::photo::{Upload, upload_id};
use lanterna::store::sqlite::photo;
use lanterna_core::effect::{HttpReply, Method};
use lanterna_shared::id::UploadId;
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::time::Timestamp;

/// What every handler needs beside the server.
struct Turn<'a> {
    now: Timestamp,
    rough: &'a Roughness,
    chance: &'a mut Chance,
}

impl Server {
    /// Handles a request below `/v1/uploads`.
    pub(super) fn upload(
        &mut self,
        request: &Sent,
        device: Device,
        now: Timestamp,
        rough: &Roughness,
        chance: &mut Chance,
    ) -> Checked<Answer> {
        let mut turn = Turn { now, rough, chance };
        let answer = if request.path == "/v1/uploads" && request.method == Method::Post {
            self.create(request, device, &mut turn)?
        } else {
            let id = request.path.strip_prefix("/v1/uploads/").and_then(|id| id.parse().ok());
            match (request.method, id) {
                (Method::Head, Some(id)) => self.offset(id, device)?,
                (Method::Patch, Some(id)) => self.append(request, id, device, &mut turn)?,
                _ => return Err(format!("a device asks for {} {}", request.method.as_str(), request.path)),
            }
        };
        // A request that broke off has nobody left to answer.
        Ok(if request.whole || matches!(answer, Answer::Died) { answer } else { Answer::Silence })
    }

    fn create(&mut self, request: &Sent, device: Device, turn: &mut Turn<'_>) -> Checked<Answer> {
        let hash = announced_hash(request).ok_or("an upload begins without its hash")?;
        let length_bytes = request.number("upload-length").ok_or("an upload begins without its length")?;
        let Some(expected) = self.read(|conn, city| photo::expected_photo(conn, city, device.subject, hash))? else {
            return Ok(problem(ProblemCode::PhotoNotExpected));
        };
        let id = upload_id(device.subject, hash);
        if expected.present {
            return Ok(progress(201, Some(id), length_bytes, true));
        }
        if length_bytes == 0 || length_bytes > expected.rendition.max_bytes() {
            return Ok(problem(ProblemCode::TooLarge));
        }
        let upload = Upload { upload: id, subject: device.subject, hash, length_bytes, expires_at: turn.now.plus_millis(KEPT_MS) };
        let staged = self.staged_bytes(id, length_bytes);
        if request.header("content-type") != Some("application/offset+octet-stream") {
            let begun = self.write(turn.rough, turn.chance, |conn, city| photo::begin_upload(conn, city, &upload))?;
            return Ok(answer(&begun, progress(201, Some(id), staged, false)));
        }
        let known = usize::try_from(staged).unwrap().min(request.body.len());
        self.receive(201, &upload, &request.body[known..], turn)
    }

    fn offset(&mut self, id: UploadId, device: Device) -> Checked<Answer> {
        let Some(upload) = self.find(id, device)? else { return Ok(problem(ProblemCode::UploadGone)) };
        let at = self.staged_bytes(id, upload.length_bytes);
        Ok(progress(200, None, at, false))
    }

    fn append(&mut self, request: &Sent, id: UploadId, device: Device, turn: &mut Turn<'_>) -> Checked<Answer> {
        let from = request.number("upload-offset").ok_or("a piece without its offset")?;
        let Some(mut upload) = self.find(id, device)? else { return Ok(problem(ProblemCode::UploadGone)) };
        let at = self.staged_bytes(id, upload.length_bytes);
        if from != at {
            return Ok(refusal(ProblemCode::OffsetMismatch, vec![("upload-offset".to_owned(), at.to_string())]));
        }
        upload.expires_at = turn.now.plus_millis(KEPT_MS);
        self.receive(204, &upload, &request.body, turn)
    }

    fn find(&self, id: UploadId, device: Device) -> Checked<Option<Upload>> {
        let found = self.read(|conn, city| photo::find_upload(conn, city, id))?;
        Ok(found.filter(|upload| upload.subject == device.subject))
    }

    /// Bytes that are there. As many as the whole has cannot be its start: they are removed.
    fn staged_bytes(&mut self, id: UploadId, length_bytes: u64) -> u64 {
        let staged = self.staged.get(&id).map_or(0, |bytes| u64::try_from(bytes.len()).unwrap());
        if staged < length_bytes {
            return staged;
        }
        self.staged.remove(&id);
        0
    }

    fn receive(&mut self, status: u16, upload: &Upload, piece: &[u8], turn: &mut Turn<'_>) -> Checked<Answer> {
        let id = upload.upload;
        let whole_bytes = usize::try_from(upload.length_bytes).unwrap();
        let staged = self.staged.entry(id).or_default();
        if staged.len() + piece.len() > whole_bytes {
            return Ok(problem(ProblemCode::TooLarge));
        }
        staged.extend_from_slice(piece);
        let at = staged.len();
        let location = (status == 201).then_some(id);
        if at < whole_bytes {
            let begun = self.write(turn.rough, turn.chance, |conn, city| photo::begin_upload(conn, city, upload))?;
            return Ok(answer(&begun, progress(status, location, u64::try_from(at).unwrap(), false)));
        }
        let bytes = self.staged.remove(&id).unwrap_or_default();
        if PhotoHash::of(&bytes) != upload.hash {
            let ended = self.write(turn.rough, turn.chance, |conn, city| photo::end_upload(conn, city, id))?;
            return Ok(answer(&ended, problem(ProblemCode::HashMismatch)));
        }
        self.whole.insert(upload.hash, bytes);
        let finished = self.write(turn.rough, turn.chance, |conn, city| {
            photo::finish_photo(conn, city, id, upload.subject, upload.hash, upload.length_bytes, turn.now)
        })?;
        Ok(answer(&finished, progress(status, location, upload.length_bytes, true)))
    }

    /// Sweeps away uploads that are over at `now`. Returns how many.
    pub(super) fn sweep(&mut self, now: Timestamp, rough: &Roughness, chance: &mut Chance) -> Checked<usize> {
        let over = self.read(|conn, city| photo::expired_uploads(conn, city, now))?;
        for id in &over {
            self.staged.remove(id);
            if matches!(self.write(rough, chance, |conn, city| photo::end_upload(conn, city, *id))?, Written::Died) {
                break;
            }
        }
        Ok(over.len())
    }
}

fn answer<T>(written: &Written<T>, done: Answer) -> Answer {
    match written {
        Written::Done(_) => done,
        Written::Failed => unavailable(),
        Written::Died => Answer::Died,
    }
}

fn progress(status: u16, location: Option<UploadId>, offset: u64, is_present: bool) -> Answer {
    let mut headers = vec![("tus-resumable".to_owned(), "1.0.0".to_owned()), ("upload-offset".to_owned(), offset.to_string())];
    headers.extend(location.map(|id| ("location".to_owned(), format!("/v1/uploads/{id}"))));
    if is_present {
        headers.push(("lanterna-photo".to_owned(), "present".to_owned()));
    }
    Answer::Reply(HttpReply { status, headers, body: Vec::new() })
}

/// The hash in `Upload-Metadata`: base 64 of its hexadecimal digits.
fn announced_hash(request: &Sent) -> Option<PhotoHash> {
    let coded = request.header("upload-metadata")?.strip_prefix("sha256 ")?;
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'a'..=b'z' => Some(u32::from(digit - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut plain = Vec::new();
    for group in coded.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().try_fold(0_u32, |bits, digit| Some((bits << 6) | value(*digit)?))? << (6 * (4 - group.len()));
        plain.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    String::from_utf8(plain).ok()?.parse().ok()
}
