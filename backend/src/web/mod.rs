//! The two web bundles, embedded in the binary: the citizen's at `/`, the console's at `/console`.
//!
//! A file whose name carries the hash of its content may be kept for ever; `index.html` and `sw.js` are asked for anew each time. Nothing here runs a
//! script that is not in a file of ours.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

/// What citizens see.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/web/citizen"]
#[allow_missing = true]
struct Citizen;

/// What the back office sees.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/web/console"]
#[allow_missing = true]
struct Console;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
     worker-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// What every page and file says.
const GUARDS: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self), geolocation=(self)"),
    ("x-content-type-options", "nosniff"),
];
/// What is served where a bundle was not built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// A page of one of the bundles, or one of its files; 404 in words for a file that is not there.
pub fn page_or_file(path: &str, asked: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    let in_console = path == "console" || path.starts_with("console/");
    let (get, file): (fn(&str) -> Option<EmbeddedFile>, &str) =
        if in_console { (Console::get, path.trim_start_matches("console").trim_start_matches('/')) } else { (Citizen::get, path) };
    let mut response = if is_page(file) { page(get, asked) } else { self::file(get, file, asked) };
    let headers = response.headers_mut();
    headers.extend(GUARDS.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))));
    response
}

/// Addresses inside a bundle's pages have no ending; the page itself finds out what they mean.
fn is_page(file: &str) -> bool {
    file == "index.html" || file.rsplit('/').next().is_none_or(|last| !last.contains('.'))
}

fn page(get: fn(&str) -> Option<EmbeddedFile>, asked: &HeaderMap) -> Response {
    if get("index.html").is_some() {
        return file(get, "index.html", asked);
    }
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}

fn file(get: fn(&str) -> Option<EmbeddedFile>, name: &str, asked: &HeaderMap) -> Response {
    let Some(plain) = get(name) else {
        return (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "There is no such file.\n").into_response();
    };
    let dense = takes_brotli(asked).then(|| get(&format!("{name}.br"))).flatten();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" }),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let tag = format!("\"{}\"", crate::clock::hex(&plain.metadata.sha256_hash()));
    let is_known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| known.contains(&tag));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    if dense.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    let body = match dense.unwrap_or(plain).data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    (headers, body).into_response()
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    let text = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|part| part == "q=0")
    })
}

/// Whether a name carries the hash of its content: a part of its path ends in a dash and 16 hexadecimal digits.
fn has_hash(name: &str) -> bool {
    name.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_may_be_kept_for_ever() {
        assert!(has_hash("assets/app-0123456789abcdef.wasm"));
        assert!(has_hash("assets/snippets-0123456789abcdef/inline0.js"));
        assert!(!has_hash("index.html"));
        assert!(!has_hash("sw.js"));
        assert!(!has_hash("assets/app-large.js"));
    }

    #[test]
    fn addresses_without_an_ending_are_pages() {
        assert!(is_page(""));
        assert!(is_page("reports/7"));
        assert!(!is_page("assets/app.js"));
        assert!(!is_page("sw.js"));
    }

    #[test]
    fn brotli_goes_only_to_who_takes_it() {
        let takes = |text: &'static str| takes_brotli(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]));
        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=0.5"));
        assert!(!takes("br;q=0"));
        assert!(!takes("gzip"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn every_answer_carries_the_policy() {
        for path in ["/", "/console", "/console/cases/1", "/nothing.js"] {
            let response = page_or_file(path, &HeaderMap::new());
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        }
    }
}
