//! Passwords: argon2id, always on a blocking thread, two at a time, because each takes 19 MB and a good part of a core.
//!
//! A name that nobody has costs as much time as a wrong password, so that nobody learns names from a clock.

use crate::clock::entropy;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// How many are hashed at once.
const AT_ONCE: usize = 2;
/// Room for this many blocks of 1 KiB is asked for, of which only what a hash needs is ever touched: the system's allocator gives memory of over 32 MiB
/// back as soon as it is free, and keeps what is smaller for the next time, which may never come.
const ROOM_BLOCKS: usize = 33 * 1_024;
/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password could not be hashed or a stored hash not be read.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed or compared: {0}")]
pub struct PasswordError(String);

impl PasswordError {
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    fn new(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

fn derive(params: Params, version: Version, password: &str, salt: &[u8]) -> Result<Output, PasswordError> {
    let mut memory = Vec::with_capacity(ROOM_BLOCKS.max(params.block_count()));
    memory.resize(params.block_count(), Block::default());
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut memory).map_err(PasswordError::new)?;
    Output::new(&out).map_err(PasswordError::new)
}

/// Hashes a password into a PHC string. Blocks for a good part of a second.
///
/// # Errors
/// [`PasswordError`] when the system has no randomness to give.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let (params, version) = (Params::default(), Version::default());
    let salt = Salt::new(&entropy::<16>().map_err(PasswordError::new)?).map_err(PasswordError::new)?;
    let written = ParamsString::try_from(&params).map_err(PasswordError::new)?;
    let hash = derive(params, version, password, &salt)?;
    let algorithm = Algorithm::Argon2id.ident();
    Ok(PasswordHash { algorithm, version: Some(version.into()), params: written, salt: Some(salt), hash: Some(hash) }.to_string())
}

/// Whether `password` is what `hash` was made from; with no hash it takes as long and is not. Blocks.
///
/// # Errors
/// [`PasswordError`] when the stored hash cannot be read.
pub fn matches(password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
    let stands_in = || STAND_IN.get_or_init(|| self::hash("nobody's password").unwrap_or_default()).as_str();
    let stored = PasswordHash::new(hash.unwrap_or_else(stands_in)).map_err(PasswordError::new)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(PasswordError("a stored hash has no salt".to_owned()));
    };
    if stored.algorithm != Algorithm::Argon2id.ident() {
        return Err(PasswordError("a stored hash is not argon2id".to_owned()));
    }
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from).map_err(PasswordError::new)?;
    let params = Params::try_from(&stored).map_err(PasswordError::new)?;
    let derived = derive(params, version, password, salt)?;
    // Outputs compare in constant time.
    Ok(derived == *expected && hash.is_some())
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
        let _turn = self.0.acquire().await.map_err(PasswordError::new)?;
        let compared = tokio::task::spawn_blocking(move || matches(&password, hash.as_deref()));
        compared.await.map_err(PasswordError::new)?
    }

    /// Hashes a password, on a thread of its own.
    ///
    /// # Errors
    /// [`PasswordError`] when the system has no randomness to give or the thread broke off.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let _turn = self.0.acquire().await.map_err(PasswordError::new)?;
        tokio::task::spawn_blocking(move || hash(&password)).await.map_err(PasswordError::new)?
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
