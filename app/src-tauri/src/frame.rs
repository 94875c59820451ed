//! The frame in which commands and replies cross between the page and the shell: a length, JSON, and raw bytes behind it.
//!
//! `[u32 little endian: bytes of JSON][JSON][photo bytes, or nothing]`, both ways; JSON alone could not carry a photo without making it a third
//! larger. `app/kit` has the page's half. The body comes from a page and is judged before it is used.

use lanterna_bridge::{Command, Refusal, RefusalCode, Reply};
use lanterna_core::native::Answer;
use serde_json::Value;
use tauri::ipc::InvokeBody;

/// Bytes of the length in front.
const PREFIX_BYTES: usize = 4;
/// The most bytes of JSON in a command. A description of 4,000 characters, every one of them escaped, takes 48,000.
const MAX_COMMAND_BYTES: usize = 64 * 1024;
/// What is answered where a reply cannot be written down.
const UNWRITABLE: &str = r#"{"reply":"refused","code":"storage","detail":"the answer cannot be written down"}"#;

/// A command and the bytes beside it.
///
/// # Errors
/// A refusal, [`RefusalCode::Invalid`], that says what is wrong with the body.
pub fn take_apart(body: &InvokeBody) -> Result<(Command, Option<Vec<u8>>), Refusal> {
    match body {
        InvokeBody::Raw(frame) => take_frame_apart(frame),
        // Android gives a host no bodies: Tauri sends the same frame there as a list of numbers.
        InvokeBody::Json(Value::Array(numbers)) => {
            let byte = |number: &Value| number.as_u64().and_then(|number| u8::try_from(number).ok());
            let frame: Option<Vec<u8>> = numbers.iter().map(byte).collect();
            take_frame_apart(&frame.ok_or_else(|| invalid("a body is a frame of bytes"))?)
        }
        InvokeBody::Json(_) => Err(invalid("a body is a frame of bytes: a length, JSON and the bytes beside it")),
    }
}

fn take_frame_apart(frame: &[u8]) -> Result<(Command, Option<Vec<u8>>), Refusal> {
    let (prefix, rest) = frame.split_first_chunk::<PREFIX_BYTES>().ok_or_else(|| invalid("the frame ends within its length"))?;
    let json_bytes = usize::try_from(u32::from_le_bytes(*prefix)).unwrap_or(usize::MAX);
    if json_bytes > MAX_COMMAND_BYTES {
        return Err(invalid("the command is too long"));
    }
    let (json, bytes) = rest.split_at_checked(json_bytes).ok_or_else(|| invalid("the frame ends within its command"))?;
    let command = serde_json::from_slice(json).map_err(|error| invalid(&format!("the command cannot be read: {error}")))?;
    Ok((command, (!bytes.is_empty()).then(|| bytes.to_vec())))
}

/// The frame of an answer.
pub fn put_together((reply, bytes): &Answer) -> Vec<u8> {
    let json = serde_json::to_vec(reply).unwrap_or_else(|_| UNWRITABLE.into());
    // No reply comes near 4 GiB; one that did would be cut short and refused by the page.
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    let beside = bytes.as_deref().unwrap_or_default();
    let mut frame = Vec::with_capacity(PREFIX_BYTES + json.len() + beside.len());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(&json);
    frame.extend_from_slice(beside);
    frame
}

/// A refusal as an answer.
pub fn refused(refusal: Refusal) -> Answer {
    (Reply::Refused(refusal), None)
}

fn invalid(detail: &str) -> Refusal {
    Refusal { code: RefusalCode::Invalid, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(json: &str, beside: &[u8]) -> Vec<u8> {
        let mut frame = u32::try_from(json.len()).unwrap().to_le_bytes().to_vec();
        frame.extend_from_slice(json.as_bytes());
        frame.extend_from_slice(beside);
        frame
    }

    #[test]
    fn a_command_comes_apart_from_the_bytes_beside_it() {
        let whole = frame(r#"{"command":"status"}"#, b"\xff\xd8raw");
        assert_eq!(take_apart(&InvokeBody::Raw(whole.clone())), Ok((Command::Status, Some(b"\xff\xd8raw".to_vec()))));
        let numbers = Value::Array(whole.into_iter().map(Value::from).collect());
        assert_eq!(take_apart(&InvokeBody::Json(numbers)), Ok((Command::Status, Some(b"\xff\xd8raw".to_vec()))));
        assert_eq!(take_apart(&InvokeBody::Raw(frame(r#"{"command":"outbox"}"#, b""))), Ok((Command::Outbox, None)));
    }

    #[test]
    fn a_body_that_is_no_frame_is_refused() {
        let cut = frame(r#"{"command":"status"}"#, b"")[..12].to_vec();
        let huge = u32::MAX.to_le_bytes().to_vec();
        let bodies = [
            InvokeBody::Raw(Vec::new()),
            InvokeBody::Raw(cut),
            InvokeBody::Raw(huge),
            InvokeBody::Raw(frame("{}", b"")),
            InvokeBody::Raw(frame(r#"{"command":"no such"}"#, b"")),
            InvokeBody::Json(Value::Null),
            InvokeBody::Json(serde_json::json!([1, 256, 3])),
        ];
        for body in bodies {
            assert_eq!(take_apart(&body).unwrap_err().code, RefusalCode::Invalid, "{body:?}");
        }
    }

    #[test]
    fn an_answer_is_put_together_as_the_page_takes_it_apart() {
        let whole = put_together(&(Reply::Photo { media_type: "image/jpeg".to_owned() }, Some(vec![7; 3])));
        let (prefix, rest) = whole.split_first_chunk::<4>().unwrap();
        let (json, beside) = rest.split_at(u32::from_le_bytes(*prefix) as usize);
        assert_eq!(json, br#"{"reply":"photo","media_type":"image/jpeg"}"#);
        assert_eq!(beside, [7; 3]);
    }

    #[test]
    fn the_answer_of_last_resort_is_a_reply() {
        assert!(matches!(serde_json::from_str(UNWRITABLE), Ok(Reply::Refused(Refusal { code: RefusalCode::Storage, .. }))));
    }
}
