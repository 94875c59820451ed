//! Passwords: argon2id, always on a blocking thread, two at a time, because each takes 19 MB and a good part of a core.
//!
//! A name that nobody has costs as much time as a wrong password, so that nobody learns names from a clock.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// How many are hashed at once.
const AT_ONCE: usize = 2;
/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password could not be hashed or a stored hash not be read.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed or compared: {0}")]
pub struct PasswordError(String);

/// Hashes a password. Blocks for a good part of a second.
///
/// # Errors
/// [`PasswordError`] when the system has no randomness or memory to give.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| PasswordError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` is what `hash` was made from; with no hash it takes as long and is not. Blocks.
///
/// # Errors
/// [`PasswordError`] when the stored hash cannot be read.
pub fn matches(password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
    let stands_in = || STAND_IN.get_or_init(|| self::hash("nobody's password").unwrap_or_default()).as_str();
    let hash = hash.map_or_else(|| (stands_in(), false), |hash| (hash, true));
    let parsed = PasswordHash::new(hash.0).map_err(|error| PasswordError(error.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.1)
}

static STAND_IN: OnceLock<String> = OnceLock::new();

/// Compares passwords for a server.
#[derive(Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// Whether `password` is what `hash` was made from, on a thread of its own.
    ///
    /// # Errors
    /// [`PasswordError`] when the stored hash cannot be read or the thread broke off.
    pub async fn matches(&self, password: String, hash: Option<String>) -> Result<bool, PasswordError> {
        let _turn = self.0.acquire().await.map_err(|error| PasswordError(error.to_string()))?;
        let compared = tokio::task::spawn_blocking(move || matches(&password, hash.as_deref()));
        compared.await.map_err(|error| PasswordError(error.to_string()))?
    }
}

/// A password of four groups of four out of 32 letters: 80 random bits from `entropy`.
pub fn generate(entropy: [u8; 16]) -> String {
    let mut password = String::with_capacity(19);
    for (place, byte) in entropy.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        password.push(LETTERS.get(usize::from(byte & 31)).map_or('a', |letter| char::from(*letter)));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_and_nobody_matches_nothing() {
        let hash = hash("lanterna").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(matches("lanterna", Some(&hash)).unwrap());
        assert!(!matches("lanterne", Some(&hash)).unwrap());
        assert!(!matches("nobody's password", None).unwrap());
    }

    #[test]
    fn a_generated_password_can_be_read_out() {
        let password = generate([31; 16]);
        assert_eq!(password, "9999-9999-9999-9999");
    }
}
