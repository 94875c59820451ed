//! What goes into the engine and what comes out: the contract between the state machine and its hosts.
//!
//! A host feeds [`Input`]s, one at a time, each with the [`Moment`] it happened at, and runs the [`Effect`]s that come back, in their order. It may run
//! effects at the same time, but a file write and a later one of the same name happen in that order. Every effect with a token is answered by
//! exactly one input with that token; an effect whose result is lost with the process needs none: the engine starts again from its store.

use lanterna_bridge::{Command, Event, Reply};
use lanterna_shared::time::Timestamp;

use crate::photo::{RenderError, Rendered};

/// When something happened, by the two clocks of the host.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Wall time; may jump by years.
    pub wall: Timestamp,
    /// Milliseconds from a clock that only goes forward. Everything that waits, waits by this one.
    pub up_ms: u64,
}

/// Names an effect, so that its result finds back.
pub type Token = u64;

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The host is ready. The first input of all, once.
    Start,
    /// A screen asks. Answered by [`Effect::Reply`] with the same ticket, at once or later.
    Command {
        /// The host's own number for it.
        ticket: u64,
        /// What is asked.
        command: Command,
        /// The bytes that travel beside [`Command::AddPhoto`].
        bytes: Option<Vec<u8>>,
    },
    /// What came of an [`Effect::Http`].
    Http {
        /// The effect's.
        token: Token,
        /// What came back.
        outcome: Result<HttpReply, HttpFailure>,
    },
    /// What came of an [`Effect::WriteFile`].
    FileWritten {
        /// The effect's.
        token: Token,
        /// `Ok` only when the bytes would survive a power cut.
        outcome: Result<(), FileFailure>,
    },
    /// What came of an [`Effect::ReadFile`].
    FileRead {
        /// The effect's.
        token: Token,
        /// The whole file.
        outcome: Result<Vec<u8>, FileFailure>,
    },
    /// What came of an [`Effect::Render`].
    Rendered {
        /// The effect's.
        token: Token,
        /// The renditions, or why there are none.
        outcome: Result<Rendered, RenderError>,
    },
    /// The time of the last [`Effect::WakeAt`] has come. Too early or too often does no harm.
    Wake,
}

/// What a host shall do.
#[derive(Debug)]
pub enum Effect {
    /// Answer a command.
    Reply {
        /// The command's.
        ticket: u64,
        /// The answer.
        reply: Reply,
        /// The bytes that travel beside [`Reply::Photo`].
        bytes: Option<Vec<u8>>,
    },
    /// Tell every screen.
    Event(Event),
    /// Make a request; answered by [`Input::Http`].
    Http {
        /// Finds back.
        token: Token,
        /// What to ask.
        request: HttpRequest,
    },
    /// Write a photo file durably: temporary file, write, fsync, rename, fsync of the folder. Answered by [`Input::FileWritten`].
    WriteFile {
        /// Finds back.
        token: Token,
        /// A plain file name: letters, digits, `-`, `.`; no folder.
        name: String,
        /// The whole content.
        bytes: Vec<u8>,
    },
    /// Read a photo file; answered by [`Input::FileRead`].
    ReadFile {
        /// Finds back.
        token: Token,
        /// As it was written.
        name: String,
    },
    /// Delete a photo file if it is there. Not answered.
    DeleteFile {
        /// As it was written.
        name: String,
    },
    /// Delete every photo file but these: what a crash left behind. Only ever after [`Input::Start`]. Not answered.
    KeepOnly {
        /// The names to keep.
        names: Vec<String>,
    },
    /// Read a raw photo and run [`crate::photo::render`] over it, in a thread or worker of its own. Answered by [`Input::Rendered`].
    Render {
        /// Finds back.
        token: Token,
        /// The raw file.
        name: String,
    },
    /// Feed [`Input::Wake`] when [`Moment::up_ms`] reaches this. Replaces any earlier one.
    WakeAt {
        /// By the clock that only goes forward.
        up_ms: u64,
    },
}

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PATCH.
    Patch,
}

impl Method {
    /// As it stands in the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// A request to the server.
#[derive(Debug)]
pub struct HttpRequest {
    /// How.
    pub method: Method,
    /// Path and query below the server's address, starting with `/`.
    pub path: String,
    /// Beside what the host adds itself.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// The most bytes of a reply that the host reads before it gives up.
    pub max_reply_bytes: usize,
    /// Give up when nothing moves for this long. There is no limit on the whole.
    pub stall_ms: u64,
}

/// The body of a request.
#[derive(Debug)]
pub enum Body {
    /// None.
    Empty,
    /// JSON. The host compresses it (zstd natively, gzip in a browser) when it is over 1 KiB, and sets `Content-Type` and `Content-Encoding`.
    Json(String),
    /// A piece of a photo file, sent as it is. The headers say what it is.
    FilePiece {
        /// As it was written.
        name: String,
        /// From this byte.
        offset: u64,
        /// So many bytes.
        length: u64,
    },
}

/// What a server, or something on the way that pretends to be one, answered.
#[derive(Debug)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case. At least `location`, `upload-offset`, `retry-after`, `lanterna-photo` and `content-type`, where present.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// No answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFailure {
    /// No connection.
    #[error("the server cannot be reached")]
    Unreachable,
    /// Nothing moved for too long.
    #[error("the connection stalled")]
    Stalled,
    /// The answer broke off or is larger than was asked for.
    #[error("the answer is not whole")]
    Broken,
    /// The photo file that was to be sent cannot be read.
    #[error("the photo file cannot be read")]
    FileUnreadable,
}

/// A photo file could not be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFailure {
    /// No room left.
    #[error("no room is left on the device")]
    Full,
    /// No such file.
    #[error("the file is not there")]
    Missing,
    /// Anything else.
    #[error("the file cannot be written or read")]
    Io,
}
