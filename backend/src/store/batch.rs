//! Ops on their way into a store: read and hashed before they queue for the one writer, so that it does nothing but write.

use lanterna_shared::id::{InstallId, Lineage, OpId, SubjectId};
use lanterna_shared::op::{MAX_OP_BYTES, Op};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::report::Channel;
use lanterna_shared::time::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A device that has shown its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The installation.
    pub install: InstallId,
    /// Whom its reports belong to.
    pub subject: SubjectId,
    /// By which way they come in.
    pub channel: Channel,
}

/// The ops of one request, oldest first.
#[derive(Clone, Debug)]
pub struct OpBatch {
    /// Who sent them.
    pub device: Device,
    /// The unbroken history they belong to.
    pub lineage: Lineage,
    /// The device's wall time when it sent them.
    pub device_now: Timestamp,
    /// What could be read of them.
    pub ops: Vec<PreparedOp>,
}

/// One op, read as far as it can be.
#[derive(Clone, Debug)]
pub struct PreparedOp {
    /// Its id: without one there is nothing to answer to.
    pub op_id: OpId,
    /// SHA-256 over the bytes that were sent.
    pub payload_sha256: [u8; 32],
    /// The op, or why it can never take effect.
    pub content: Result<Box<Op>, Refusal>,
}

/// Why an op can never take effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: ProblemCode,
    /// For people.
    pub detail: String,
}

impl Refusal {
    /// A refusal with a sentence that says what to do.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// What can be read of an op of any future schema.
#[derive(Deserialize)]
struct Outline<'a> {
    id: OpId,
    #[serde(rename = "do", borrow, default)]
    body: Option<&'a RawValue>,
}

/// The kinds of op that this server knows, as they stand under "do".
const KNOWN: &[&str] = &["create_report", "add_photo", "withdraw", "confirm", "contest", "answer"];

impl PreparedOp {
    /// Reads one op; `None` when not even its id can be read.
    pub fn read(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        let payload_sha256 = Sha256::digest(text.as_bytes()).into();
        if text.len() <= MAX_OP_BYTES
            && let Ok(op) = serde_json::from_str::<Op>(text)
        {
            let op_id = op.op_id;
            let content = match op.check() {
                Ok(()) => Ok(Box::new(op)),
                Err(invalid) => Err(Refusal::new(ProblemCode::Invalid, format!("{invalid}."))),
            };
            return Some(Self { op_id, payload_sha256, content });
        }
        let outline: Outline<'_> = serde_json::from_str(text).ok()?;
        let refusal = if text.len() > MAX_OP_BYTES {
            Refusal::new(ProblemCode::TooLarge, "This is over 32 KiB: shorten the text.")
        } else if outline.body.is_some_and(is_of_an_unknown_kind) {
            Refusal::new(
                ProblemCode::UnknownOp,
                "This server does not know this kind of message yet: send it again after the server's next update.",
            )
        } else {
            Refusal::new(ProblemCode::Malformed, "This could not be read: update the app and write it again.")
        };
        Some(Self { op_id: outline.id, payload_sha256, content: Err(refusal) })
    }
}

fn is_of_an_unknown_kind(body: &RawValue) -> bool {
    serde_json::from_str::<BTreeMap<String, &RawValue>>(body.get())
        .is_ok_and(|kinds| kinds.len() == 1 && kinds.keys().all(|kind| !KNOWN.contains(&kind.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<PreparedOp> {
        PreparedOp::read(&RawValue::from_string(text.to_owned()).unwrap())
    }

    fn code(text: &str) -> ProblemCode {
        read(text).unwrap().content.unwrap_err().code
    }

    const ID: &str = "01890000-0000-7000-8000-000000000001";

    #[test]
    fn an_op_that_cannot_be_read_is_refused_under_its_id() {
        assert_eq!(code(&format!(r#"{{"id":"{ID}","seq":"one"}}"#)), ProblemCode::Malformed);
        assert_eq!(code(&format!(r#"{{"id":"{ID}","do":{{"create_report":{{}}}}}}"#)), ProblemCode::Malformed);
        assert_eq!(code(&format!(r#"{{"id":"{ID}","do":{{"paint_it":{{"red":1}}}}}}"#)), ProblemCode::UnknownOp);
        assert_eq!(code(&format!(r#"{{"id":"{ID}","pad":"{}"}}"#, "x".repeat(MAX_OP_BYTES))), ProblemCode::TooLarge);
    }

    #[test]
    fn an_op_without_an_id_has_no_answer() {
        assert!(read(r#"{"seq":1}"#).is_none());
        assert!(read("17").is_none());
    }
}
