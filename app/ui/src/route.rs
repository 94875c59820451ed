//! Which screen the address names. Addresses are hashes, so that "back" works and the one page is served for all of them.

use lanterna_kit::page;
use lanterna_shared::id::ReportId;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    Report,
    Saved(ReportId),
    One(ReportId),
}

impl Route {
    /// What the address names now; home for anything unknown.
    pub fn now() -> Self {
        Self::parse(&page::hash()).unwrap_or(Self::Home)
    }

    fn parse(hash: &str) -> Option<Self> {
        let path = hash.strip_prefix("#/")?;
        match path.split_once('/') {
            None if path == "report" => Some(Self::Report),
            Some(("saved", report)) => report.parse().ok().map(Self::Saved),
            Some(("reports", report)) => report.parse().ok().map(Self::One),
            _ => None,
        }
    }

    /// The address.
    pub fn hash(self) -> String {
        match self {
            Self::Home => "#/".to_owned(),
            Self::Report => "#/report".to_owned(),
            Self::Saved(report) => format!("#/saved/{report}"),
            Self::One(report) => format!("#/reports/{report}"),
        }
    }

    pub fn go(self) {
        page::go(&self.hash());
    }

    /// Goes there so that "back" does not lead here again.
    pub fn go_instead(self) {
        page::go_instead(&self.hash());
    }
}
