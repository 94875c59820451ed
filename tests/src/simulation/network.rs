//! What lies between a device and the server: weather, and what happens to one message.

use super::chance::{Chance, Roughness};
use lanterna_core::effect::{HttpFailure, HttpReply, Method};

/// A request as it travels.
#[derive(Clone)]
pub(super) struct Sent {
    /// How.
    pub(super) method: Method,
    /// Where.
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub(super) body: Vec<u8>,
    /// Whether the body is all that was to be sent.
    pub(super) whole: bool,
}

impl Sent {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// A header's value as a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }
}

/// How one device's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// As rough as the run is.
    Usual,
    /// No connection.
    Down,
    /// What the device sends arrives; nothing comes back.
    OneWay,
    /// A portal answers everything.
    Portal,
}

impl Weather {
    /// The next one.
    pub(super) fn draw(rough: &Roughness, chance: &mut Chance) -> Self {
        if chance.happens(rough.bad_weather) { *chance.pick(&[Self::Down, Self::Down, Self::OneWay, Self::Portal]) } else { Self::Usual }
    }

    /// Whether replies come back.
    pub(super) fn lets_in(self) -> bool {
        self == Self::Usual
    }
}

/// How long a message travels, in milliseconds: mostly short.
pub(super) fn travel_ms(rough: &Roughness, chance: &mut Chance) -> u64 {
    let most = if chance.happens(700) { 200 } else { rough.slowest_ms };
    chance.between(1, most.max(1))
}

/// What something between device and server says in its stead.
pub(super) fn stranger(chance: &mut Chance) -> Result<HttpReply, HttpFailure> {
    const PAGE: &str = "<html><body>Welcome! Accept the terms to go on.</body></html>";
    let said = [
        (200, PAGE),
        (200, PAGE),
        (200, "{\"ok\":true}"),
        (200, ""),
        (302, ""),
        (401, PAGE),
        (403, PAGE),
        (404, PAGE),
        (413, ""),
        (429, ""),
        (502, PAGE),
        (503, PAGE),
        (511, PAGE),
    ];
    if chance.happens(100) {
        return Err(*chance.pick(&[HttpFailure::Unreachable, HttpFailure::Stalled, HttpFailure::Broken]));
    }
    let (status, body) = *chance.pick(&said);
    let mut headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    if matches!(status, 429 | 503) {
        headers.push(("retry-after".to_owned(), chance.pick(&["1", "120", "86400", "soon"]).to_string()));
    }
    if status == 302 {
        headers.push(("location".to_owned(), "http://portal.example/".to_owned()));
    }
    Ok(HttpReply { status, headers, body: body.as_bytes().to_vec() })
}

/// What arrives of a reply that broke off: mostly noticed, at times not.
pub(super) fn broken_off(reply: &HttpReply, chance: &mut Chance) -> Result<HttpReply, HttpFailure> {
    if reply.body.is_empty() || chance.happens(500) {
        return Err(HttpFailure::Broken);
    }
    let body = reply.body[..chance.below(reply.body.len())].to_vec();
    Ok(HttpReply { status: reply.status, headers: reply.headers.clone(), body })
}
