//! Which server this device belongs to.
//!
//! In this order: the environment (`LANTERNA_SERVER`), the home's file `server`, the address that was compiled in (`LANTERNA_DEFAULT_SERVER` at
//! build time). Whichever it was is kept in the home, so that an update with another default never moves a device away from the server that knows
//! its reports. Where there is none, [`crate::first`] asks for it.

use std::path::Path;

use lanterna_core::native::{Home, HostError};
use tauri::Url;

/// The address that was compiled in, if one was: `LANTERNA_DEFAULT_SERVER=https://… cargo build`.
const BUILT_IN: Option<&str> = option_env!("LANTERNA_DEFAULT_SERVER");
/// Says another address than the one in the home.
const VARIABLE: &str = "LANTERNA_SERVER";
/// No address of a server is longer.
pub const MAX_ADDRESS_BYTES: usize = 300;

/// Whether the device can start without asking anybody. Looks without locking the home, so it never waits.
pub fn is_known(home: &Path) -> bool {
    let kept = std::fs::read_to_string(home.join("server")).ok();
    [from_environment().as_deref(), kept.as_deref().map(str::trim), BUILT_IN].into_iter().flatten().any(is_address)
}

/// Keeps in the home which server it is.
///
/// # Errors
/// [`HostError::NoServer`] where nothing says so; [`HostError::Home`] where it cannot be kept.
pub fn settle(home: &Home) -> Result<(), HostError> {
    let kept = home.server().ok().filter(|address| is_address(address));
    let wanted = from_environment().filter(|address| is_address(address));
    let address = wanted.or_else(|| kept.clone()).or_else(|| BUILT_IN.map(str::to_owned)).ok_or(HostError::NoServer)?;
    if kept.as_deref() == Some(address.trim_end_matches('/')) { Ok(()) } else { home.set_server(&address) }
}

fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|address| !address.is_empty())
}

/// Whether a text is the address of a server: http or https, with a host, and nothing but a path behind it.
pub fn is_address(text: &str) -> bool {
    text.len() <= MAX_ADDRESS_BYTES
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() && url.fragment().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_web_address_is_an_address() {
        for good in ["https://segnala.example.it", "http://127.0.0.1:8080", "https://example.it/lanterna/"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "segnala.example.it",
            "ftp://example.it",
            "https://",
            "javascript:alert(1)",
            "https://example.it/?q",
            "https://example.it/#a",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
        assert!(!is_address(&format!("https://{}.it", "a".repeat(MAX_ADDRESS_BYTES))));
    }
}
