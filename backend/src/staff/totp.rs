//! One-time codes of an authenticator app: RFC 6238 with SHA-1, six digits and steps of 30 s, which is what every app can do.
//!
//! A code counts one step early and one late, and once: the store keeps the step of the last code that was taken and takes only later ones.

use hmac::{Hmac, KeyInit, Mac};
use lanterna_shared::time::Timestamp;
use sha1::Sha1;
use std::fmt::Write as _;

/// Seconds of one step.
const STEP_S: i64 = 30;
/// Codes are below this.
const MODULUS: u32 = 1_000_000;
/// RFC 4648's alphabet.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step that contains a moment.
pub fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_millis().div_euclid(STEP_S * 1_000)).unwrap_or(0)
}

/// The code of a step (RFC 4226, section 5.3).
pub fn code_at(secret: &[u8; 20], step: u64) -> u32 {
    // HMAC takes keys of any length, so this cannot fail; 0 would be a code like another.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 15);
    let picked = digest.iter().skip(offset).take(4).fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
    (picked & 0x7fff_ffff) % MODULUS
}

/// The step around `now` that a typed code belongs to, the latest first; `None` = none of the three. White space does not count.
pub fn step_of(secret: &[u8; 20], typed: &str, now: Timestamp) -> Option<u64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = digits.parse().ok()?;
    let step = step_at(now);
    // All three are computed whichever matches: how long it takes says nothing.
    [step.saturating_add(1), step, step.saturating_sub(1)].into_iter().fold(None, |found, step| {
        let matches = code_at(secret, step) == typed;
        found.or(matches.then_some(step))
    })
}

/// The secret as people type it.
pub fn base32(secret: &[u8; 20]) -> String {
    let mut text = String::with_capacity(32);
    for group in secret.chunks(5) {
        let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let index = usize::try_from(bits >> (place * 5) & 31).unwrap_or(0);
            text.push(BASE32.get(index).map_or('A', |letter| char::from(*letter)));
        }
    }
    text
}

/// What an app reads from a QR code (Google's key URI format; issuer and account are percent-encoded).
pub fn uri(issuer: &str, account: &str, secret: &[u8; 20]) -> String {
    let (issuer, account) = (encoded(issuer), encoded(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_S}", base32(secret))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_at(SECRET, step_at(at(seconds))), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_late() {
        let now = at(1_234_567_890);
        let step = step_at(now);
        for (off, counts) in [(-2_i64, false), (-1, true), (0, true), (1, true), (2, false)] {
            let of = step.checked_add_signed(off).unwrap();
            let typed = format!("{:06}", code_at(SECRET, of));
            assert_eq!(step_of(SECRET, &typed, now), counts.then_some(of), "{off}");
        }
        assert_eq!(step_of(SECRET, " 005 924 ", now), Some(step), "zeros in front are part of it");
        for wrong in ["", "5924", "0059240", "00592x", "٠٠٥٩٢٤"] {
            assert_eq!(step_of(SECRET, wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_can_read_the_secret() {
        assert_eq!(base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = uri("Comune di Genova", "anna@urp", SECRET);
        assert!(uri.starts_with("otpauth://totp/Comune%20di%20Genova:anna%40urp?secret=GEZDG"), "{uri}");
        assert!(uri.contains("issuer=Comune%20di%20Genova&algorithm=SHA1&digits=6&period=30"));
    }
}
