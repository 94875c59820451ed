//! A file on its way in: how large it may be, and everything that is wrong with it, by line.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

/// Faults that are told; further ones are counted.
pub const TOLD: usize = 20;
/// The largest JSON file of services or departments, in bytes.
pub const MAX_JSON_BYTES: u64 = 16 * 1024 * 1024;
/// The largest file of areas, in bytes.
pub const MAX_AREAS_BYTES: u64 = 256 * 1024 * 1024;
/// The largest file of addresses, in bytes: all of Italy is some 3 GB.
pub const MAX_ADDRESSES_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// From 1; `None` where it is about the whole file.
    pub line: Option<u64>,
    /// What, and what to do: a sentence without its full stop.
    pub what: String,
}

/// Everything that is wrong with a text: the first [`TOLD`], and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    told: Vec<FileFault>,
    count: u64,
}

impl Faults {
    /// Notes one.
    pub fn add(&mut self, line: Option<u64>, what: impl Into<String>) {
        self.count = self.count.saturating_add(1);
        if self.told.len() < TOLD {
            self.told.push(FileFault { line, what: what.into() });
        }
    }

    /// With one fault.
    pub fn one(line: Option<u64>, what: impl Into<String>) -> Self {
        let mut faults = Self::default();
        faults.add(line, what);
        faults
    }

    /// `value`, if there are none.
    ///
    /// # Errors
    /// The faults.
    pub fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.count == 0 { Ok(value) } else { Err(self) }
    }

    /// The first of them.
    pub fn told(&self) -> &[FileFault] {
        &self.told
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// What is wrong with a file; nothing of it was imported.
#[derive(Debug)]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong.
    pub faults: Faults,
}

impl std::error::Error for FileError {}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        let mut text = String::new();
        for fault in self.faults.told() {
            let _ = match fault.line {
                Some(_) => writeln!(text, "{file}, {fault}"),
                None => writeln!(text, "{file}: {fault}"),
            };
        }
        let more = self.faults.count().saturating_sub(u64::try_from(self.faults.told().len()).unwrap_or(u64::MAX));
        if more > 0 {
            let _ = writeln!(text, "and {more} more faults");
        }
        text.push_str("nothing was imported");
        f.write_str(&text)
    }
}

/// Reads a file of at most `max_bytes` of UTF-8; a byte order mark goes.
///
/// # Errors
/// [`FileError`] when it cannot be read, is too large, or is no UTF-8, with the line.
pub fn read(file: &Path, max_bytes: u64) -> Result<String, FileError> {
    let wrong = |line, what: String| FileError { file: file.to_owned(), faults: Faults::one(line, what) };
    is_within(file, max_bytes)?;
    let bytes = fs::read(file).map_err(|error| wrong(None, format!("it cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().get(..valid).map(line_after);
        wrong(line, "this is no UTF-8: save the file as UTF-8".to_owned())
    })?;
    Ok(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text))
}

/// Looks at a file's size before it is opened.
///
/// # Errors
/// [`FileError`] when there is none, or it is over `max_bytes`.
pub fn is_within(file: &Path, max_bytes: u64) -> Result<(), FileError> {
    let wrong = |what: String| FileError { file: file.to_owned(), faults: Faults::one(None, what) };
    let found = fs::metadata(file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    if !found.is_file() {
        return Err(wrong("it is no file".to_owned()));
    }
    if found.len() > max_bytes {
        return Err(wrong(format!("it is over {} MB: split or simplify it", max_bytes / 1_048_576)));
    }
    Ok(())
}

/// The line that goes on after `before`, from 1.
pub(super) fn line_after(before: &[u8]) -> u64 {
    u64::try_from(before.split(|byte| *byte == b'\n').count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_faults_are_told_and_the_others_counted() {
        let mut faults = Faults::default();
        for line in 1..=4_711 {
            faults.add(Some(line), "this is wrong");
        }
        let error = FileError { file: PathBuf::from("a.csv"), faults };
        let text = error.to_string();
        assert_eq!(text.lines().count(), TOLD + 2);
        assert!(text.starts_with("a.csv, line 1: this is wrong\n"));
        assert!(text.ends_with("and 4691 more faults\nnothing was imported"));
    }

    #[test]
    fn a_file_that_is_no_text_or_too_large_is_refused() {
        let folder = crate::testing::folder("files");
        let file = folder.join("a.json");
        fs::write(&file, b"{\n\"a\":\n\xff}").unwrap();
        assert!(read(&file, 100).unwrap_err().to_string().contains("line 3: this is no UTF-8"));
        assert!(read(&file, 3).unwrap_err().to_string().contains("over 0 MB"));
        assert!(read(&folder, 100).unwrap_err().to_string().contains("no file"));
        assert!(read(&folder.join("none"), 100).unwrap_err().to_string().contains("cannot be read"));
        fs::write(&file, "\u{feff}{}").unwrap();
        assert_eq!(read(&file, 100).unwrap(), "{}");
    }
}
