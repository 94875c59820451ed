//! Why a browser did not do what a journey asked: sentences, with what was on the screen.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use thirtyfour::error::WebDriverError;

/// Why a browser did not do what a journey asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A program that the harness needs does not run.
    #[error("{program} does not run: {why}")]
    Program {
        /// Its name.
        program: String,
        /// What it, or the system, says.
        why: String,
    },
    /// The driver refused.
    #[error("the browser would not {what}: {}", first_lines(.source))]
    Refused {
        /// What was asked, as an infinitive.
        what: String,
        /// What the driver says.
        source: Box<WebDriverError>,
    },
    /// Something was waited for in vain.
    #[error("waited {} s for {what}, in vain.\nThe page was {url}\nand said: {screen}\nPicture: {picture}", waited.as_secs())]
    InVain {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
        /// The page's address.
        url: String,
        /// The page's words, shortened.
        screen: String,
        /// Where the screenshot is, or why there is none.
        picture: String,
    },
    /// A file cannot be written or read.
    #[error("{path}: {why}")]
    File {
        /// Where.
        path: PathBuf,
        /// What the file system says.
        why: std::io::Error,
    },
    /// This driver has no such thing.
    #[error("{0}")]
    Unsupported(&'static str),
}

impl Failure {
    pub(super) fn refused(what: impl Into<String>) -> impl FnOnce(WebDriverError) -> Self {
        let what = what.into();
        move |source| Self::Refused { what, source: Box::new(source) }
    }

    pub(super) fn program(program: &str, why: impl Into<Box<dyn Error>>) -> Self {
        Self::Program { program: program.to_owned(), why: why.into().to_string() }
    }

    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |why| Self::File { path, why }
    }
}

/// Drivers add a stack of addresses, which says nothing to anybody.
fn first_lines(error: &WebDriverError) -> String {
    error.to_string().lines().take(4).collect::<Vec<_>>().join(" ")
}
