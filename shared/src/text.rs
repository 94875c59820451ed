//! Text that people wrote: bounded and free of what breaks a database, a log or a screen.

use crate::problem::Invalid;

/// The longest description of a report, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 4_000;

/// Checks text from outside.
///
/// # Errors
/// [`Invalid`] when it is longer than `max_chars` characters or holds a control character other than tab and line ends.
pub fn check(field: &'static str, text: &str, max_chars: usize) -> Result<(), Invalid> {
    // Bytes first: a megabyte is refused without being walked.
    if text.len() > max_chars.saturating_mul(4) || text.chars().count() > max_chars {
        return Err(Invalid::new(field, "is too long: shorten it"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Invalid::new(field, "holds characters that cannot be shown: type it again"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_refused_and_human_text_is_not() {
        assert!(check("text", "Buca davanti al 12 🕳️\nمرحبا", 100).is_ok());
        assert!(check("text", "a\0b", 100).is_err());
        assert!(check("text", &"x".repeat(101), 100).is_err());
        assert!(check("text", &"🕳".repeat(100), 100).is_ok());
    }
}
