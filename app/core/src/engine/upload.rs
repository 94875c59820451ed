//! The three lanes of the photos: tus 1.0, one request a lane at a time, so that a photo never delays data or another report.
//!
//! A small rendition travels with the creation of its upload; of a larger one the pieces go where the server said, from where the server says it is. After any trouble the
//! server is asked where it stands (HEAD) before a byte is sent again: after a power cut it may have less than it once said, and it is obeyed.

use lanterna_bridge::Event;
use lanterna_shared::photo::PhotoHash;

use super::sync::{STALL_MS, bearer, retry_after_ms};
use super::{Engine, Pending};
use crate::effect::{Body, Effect, HttpFailure, HttpReply, HttpRequest, Method, Moment};
use crate::error::StoreError;
use crate::store::{Device, Store, StoredPhoto, StoredRendition};

/// Up to so many bytes travel with the creation itself, in one round trip. More would be sent again whole after a cut, because the device would
/// not know yet where the upload goes on.
const CREATE_WITH_BYTES: u64 = 64 * 1024;

/// An upload request under way.
pub(super) struct InFlight {
    rendition: StoredRendition,
    asked: Asked,
}

impl InFlight {
    /// Whether it is about this file.
    pub(super) fn is_of(&self, hash: PhotoHash) -> bool {
        self.rendition.hash == hash
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Create,
    Offset,
    Append,
}

/// RFC 4648 base 64, which tus asks for in its metadata.
fn base64(bytes: &[u8]) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (group >> (18 - 6 * place)) & 63;
            let symbol = SYMBOLS.get(index as usize).copied().map_or('=', char::from);
            text.push(if place <= chunk.len() { symbol } else { '=' });
        }
    }
    text
}

impl Engine {
    pub(super) fn start_upload(&mut self, device: &Device, rendition: StoredRendition) -> Result<(), StoreError> {
        Store::take_turn(self.store.connection(), &rendition)?;
        let is_certain = self.certain.contains(&rendition.hash);
        let name = StoredPhoto::rendition_name(rendition.hash);
        let piece = |offset: u64, most: u64| Body::FilePiece { name, offset, length: rendition.bytes.saturating_sub(offset).min(most) };
        let mut headers = vec![bearer(device), ("tus-resumable", "1.0.0".to_owned())];
        let (asked, method, path, body) = match &rendition.upload {
            None => {
                headers.push(("upload-length", rendition.bytes.to_string()));
                headers.push(("upload-metadata", format!("sha256 {}", base64(rendition.hash.to_string().as_bytes()))));
                let body = if rendition.bytes <= CREATE_WITH_BYTES {
                    headers.push(("content-type", "application/offset+octet-stream".to_owned()));
                    piece(0, rendition.bytes)
                } else {
                    Body::Empty
                };
                (Asked::Create, Method::Post, "/v1/uploads".to_owned(), body)
            }
            Some(upload) if !is_certain => (Asked::Offset, Method::Head, upload.clone(), Body::Empty),
            Some(upload) => {
                headers.push(("upload-offset", rendition.acknowledged.to_string()));
                headers.push(("content-type", "application/offset+octet-stream".to_owned()));
                (Asked::Append, Method::Patch, upload.clone(), piece(rendition.acknowledged, self.settings.upload_piece_bytes))
            }
        };
        self.lane(rendition.kind).busy = true;
        let token = self.expect_result(Pending::Upload(InFlight { rendition, asked }));
        let request = HttpRequest { method, path, headers, body, max_reply_bytes: 64 * 1024, stall_ms: STALL_MS };
        self.effects.push(Effect::Http { token, request });
        Ok(())
    }

    pub(super) fn uploaded(&mut self, in_flight: &InFlight, outcome: &Result<HttpReply, HttpFailure>, moment: Moment) {
        let (kind, hash) = (in_flight.rendition.kind, in_flight.rendition.hash);
        self.lane(kind).busy = false;
        let went_well = match outcome {
            Ok(reply) => self.upload_answered(in_flight, reply),
            Err(HttpFailure::FileUnreadable) => self.upload_file_lost(&in_flight.rendition),
            Err(_) => Ok(false),
        };
        if matches!(went_well, Ok(true)) {
            // Being told where the server stands is no progress yet: a lane that only ever gets so far keeps backing off.
            if in_flight.asked != Asked::Offset {
                self.lane(kind).backoff.reset();
                self.held.remove(&hash);
            }
            return;
        }
        self.certain.remove(&hash);
        let wait = outcome.as_ref().ok().and_then(retry_after_ms);
        // What our own server or our own disk says is about this photo; anything else is about the way there, and so about the lane.
        let about_this_photo = outcome.as_ref().map_or_else(|failure| *failure == HttpFailure::FileUnreadable, is_ours);
        if about_this_photo && !matches!(outcome, Ok(HttpReply { status: 401 | 429 | 500.., .. })) {
            self.held.entry(hash).or_default().failed(moment.up_ms, wait, &mut self.entropy);
        } else {
            let mut backoff = self.lane(kind).backoff;
            backoff.failed(moment.up_ms, wait, &mut self.entropy);
            self.lane(kind).backoff = backoff;
        }
    }

    /// Whether it went forward.
    fn upload_answered(&mut self, in_flight: &InFlight, reply: &HttpReply) -> Result<bool, StoreError> {
        let rendition = &in_flight.rendition;
        // Only our server speaks tus: a portal's page has no such header.
        let offset =
            reply.header("upload-offset").and_then(|offset| offset.parse::<u64>().ok()).filter(|offset| *offset <= rendition.bytes);
        match (in_flight.asked, reply.status, offset) {
            (Asked::Create, 201, Some(offset)) => {
                let upload = reply.header("location").map(path_of).filter(|path| path.starts_with("/v1/uploads/"));
                if reply.header("lanterna-photo") == Some("present") {
                    return self.photo_present(rendition).map(|()| true);
                }
                Store::set_upload(self.store.connection(), rendition, upload, if upload.is_some() { offset } else { 0 })?;
                self.certain.insert(rendition.hash);
                self.progress();
                Ok(upload.is_some())
            }
            (Asked::Append | Asked::Offset, 200 | 204, Some(offset)) => {
                if reply.header("lanterna-photo") == Some("present") {
                    return self.photo_present(rendition).map(|()| true);
                }
                Store::set_upload(self.store.connection(), rendition, rendition.upload.as_deref(), offset)?;
                self.certain.insert(rendition.hash);
                self.progress();
                Ok(in_flight.asked == Asked::Offset || offset > rendition.acknowledged)
            }
            // It has ended there, or what arrived was not what was promised: from the beginning.
            (Asked::Append | Asked::Offset, 404 | 410 | 460, _) if is_ours(reply) || in_flight.asked == Asked::Offset => {
                Store::set_upload(self.store.connection(), rendition, None, 0)?;
                Ok(false)
            }
            (_, 401, _) if is_ours(reply) => {
                Device::set_registered(self.store.connection(), false)?;
                self.sync_wanted = true;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn photo_present(&mut self, rendition: &StoredRendition) -> Result<(), StoreError> {
        let transaction = self.store.begin()?;
        let files = Store::set_present(&transaction, rendition)?;
        transaction.commit()?;
        self.arrived.insert(rendition.hash);
        self.certain.remove(&rendition.hash);
        self.forget_files(files);
        self.progress();
        Ok(())
    }

    fn upload_file_lost(&mut self, rendition: &StoredRendition) -> Result<bool, StoreError> {
        if Store::set_file_lost(self.store.connection(), rendition)? {
            Store::set_photo_raw(self.store.connection(), rendition.photo)?;
            self.to_render.push_back(rendition.photo);
        }
        self.progress();
        Ok(false)
    }

    fn progress(&mut self) {
        self.event(Event::ReportsChanged);
    }
}

/// The path of an address that may be absolute.
fn path_of(location: &str) -> &str {
    match location.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => location,
    }
}

/// Whether an answer is our server's: it has our problem code.
fn is_ours(reply: &HttpReply) -> bool {
    serde_json::from_slice::<lanterna_shared::problem::Problem>(&reply.body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanterna_shared::photo::Rendition;

    #[test]
    fn base64_is_as_the_standard_has_it() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_location_is_a_path_whether_absolute_or_not() {
        assert_eq!(path_of("http://127.0.0.1:80/v1/uploads/1"), "/v1/uploads/1");
        assert_eq!(path_of("/v1/uploads/1"), "/v1/uploads/1");
        assert_eq!(path_of("http://portal"), "/");
    }

    #[test]
    fn thumbs_travel_first() {
        assert!(Rendition::Thumb < Rendition::Screen && Rendition::Screen < Rendition::Full);
    }
}
