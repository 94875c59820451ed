//! What `lanterna serve --config FILE` reads: TOML, every key optional, what the command line says wins.
//!
//! ```toml
//! listen = "0.0.0.0:8443"
//! public_url = "https://segnala.example.it"
//! trusted_proxies = ["127.0.0.1", "10.0.0.0/8"] # whose X-Forwarded-For is believed
//!
//! [tls]
//! cert = "/etc/lanterna/fullchain.pem"
//! key = "/etc/lanterna/privkey.pem"
//!
//! [registrations]
//! per_minute = 60
//! burst = 120
//!
//! [limits.subject]
//! files_a_day = 3600
//! bytes_a_day = 6000000000
//!
//! [limits.address]
//! files_a_day = 90000
//! bytes_a_day = 150000000000
//! ```

use crate::photo::budget::{Allowance, DayLimits};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The largest file, in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {what}", file.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct ConfigError {
    file: PathBuf,
    line: Option<usize>,
    what: String,
}

/// A configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    pub(super) listen: Option<SocketAddr>,
    pub(super) public_url: Option<String>,
    #[serde(default, deserialize_with = "networks")]
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) tls: Option<Tls>,
    #[serde(default)]
    pub(super) registrations: Registrations,
    #[serde(default)]
    limits: Limits,
}

/// Files for HTTPS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

/// New devices by address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registrations {
    pub(super) per_minute: Option<u32>,
    pub(super) burst: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    #[serde(default)]
    subject: Day,
    #[serde(default)]
    address: Day,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    files_a_day: Option<u64>,
    bytes_a_day: Option<u64>,
}

impl Day {
    fn or(&self, usual: Allowance) -> Allowance {
        Allowance { files: self.files_a_day.unwrap_or(usual.files), bytes: self.bytes_a_day.unwrap_or(usual.bytes) }
    }
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] with the line and what to do.
    pub(super) fn read(file: &Path) -> Result<Self, ConfigError> {
        let wrong = |line, what: String| ConfigError { file: file.to_owned(), line, what };
        let unreadable = |error| wrong(None, format!("it cannot be read: {error}"));
        if fs::metadata(file).map_err(unreadable)?.len() > MAX_FILE_BYTES {
            return Err(wrong(None, "it is over 1 MB and no configuration: name another file".to_owned()));
        }
        let text = fs::read_to_string(file).map_err(unreadable)?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count().saturating_add(1));
            wrong(line, format!("{}: correct or remove it", error.message().replace('\n', ", ")))
        })
    }

    /// What senders may send in a day.
    pub(super) fn limits(&self) -> DayLimits {
        let usual = DayLimits::default();
        DayLimits { subject: self.limits.subject.or(usual.subject), address: self.limits.address.or(usual.address) }
    }
}

/// Networks, or single addresses.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let one = |text: &String| text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
    let wrong = |text: &str| serde::de::Error::custom(format!("{text} is no address and no network"));
    texts.iter().map(|text| one(text).ok_or_else(|| wrong(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let file = crate::testing::folder("config").join("lanterna.toml");
        fs::write(&file, text).unwrap();
        Config::read(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let config = read("[limits.subject]\nfiles_a_day = 7\n").unwrap();
        let usual = DayLimits::default();
        assert_eq!(config.limits().subject, Allowance { files: 7, bytes: usual.subject.bytes });
        assert_eq!((config.limits().address, config.listen), (usual.address, None));
        assert_eq!(read("").unwrap().limits(), usual);
    }

    #[test]
    fn the_example_in_the_head_of_this_file_is_one() {
        let source = include_str!("config.rs");
        let example = source.split("//! ```").nth(1).unwrap().trim_start_matches("toml").replace("\n//! ", "\n").replace("\n//!", "\n");
        let config = read(&example).unwrap();
        assert_eq!(config.limits(), DayLimits::default());
        assert_eq!((config.trusted_proxies.len(), config.registrations.burst), (2, Some(120)));
        assert!(config.tls.is_some() && config.listen.is_some());
    }

    #[test]
    fn an_unknown_key_and_a_wrong_value_are_refused_with_their_line() {
        for (text, line, word) in [
            ("listen = \"127.0.0.1:1\"\nlisten_on = 7\n", "line 2", "listen_on"),
            ("\n[limits.subject]\nfiles = 7\n", "line 3", "files"),
            ("\n\nlisten = \"everywhere\"\n", "line 3", "address"),
            ("trusted_proxies = [\"10.0.0.0/64\"]\n", "line 1", "10.0.0.0/64 is no address"),
            ("[registrations]\nburst = -1\n", "line 2", "-1"),
            ("[tls\n", "line 1", ""),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(line) && said.contains(word) && said.contains("lanterna.toml"), "{text}: {said}");
        }
    }
}
