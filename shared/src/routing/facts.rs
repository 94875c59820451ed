//! What is known of a report when it is routed.

use jiff::tz::TimeZone;

use super::window::{Weekday, YearDay};
use crate::answer::Answers;
use crate::area::Area;
use crate::report::{Channel, ReportKind};
use crate::service::{AreaCode, ServiceCode};
use crate::time::Timestamp;

/// An area that a report lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot<'a> {
    /// Its code.
    pub code: &'a AreaCode,
    /// Its kind, "municipio".
    pub kind: &'a str,
}

impl<'a> From<&'a Area> for Spot<'a> {
    fn from(area: &'a Area) -> Self {
        Self { code: &area.code, kind: &area.kind }
    }
}

/// A moment as the city's clocks and calendars show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day of the week.
    pub weekday: Weekday,
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
    /// The date without its year.
    pub date: YearDay,
}

impl Moment {
    /// What clocks show in `zone` at that moment.
    pub fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let local = at.to_jiff().to_zoned_datetime(zone.clone());
        let part = |value: i8| u8::try_from(value).unwrap_or(0);
        let minute = u16::from(part(local.hour())) * 60 + u16::from(part(local.minute()));
        // The calendar library never shows a day that no year has.
        let date = YearDay::new(part(local.month()), part(local.day())).unwrap_or(YearDay::FIRST);
        Self { weekday: local.weekday().into(), minute, date }
    }
}

/// Everything that rules can ask about.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The category.
    pub service: &'a ServiceCode,
    /// The areas that the position lies in, at most one of each kind; none without a position or outside all.
    pub areas: Vec<Spot<'a>>,
    /// The radius of the position's circle in metres, where it is known.
    pub accuracy_m: Option<u32>,
    /// When the server received it: a device's clock may be wrong by years.
    pub at: Moment,
    /// What was answered to the service's questions.
    pub answers: &'a Answers,
    /// How it came in.
    pub channel: Channel,
    /// What kind of message it is.
    pub kind: ReportKind,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::zone;

    #[test]
    fn a_moment_is_the_citys_own() {
        let moment = |text: &str| {
            let at = Timestamp::from(text.parse::<jiff::Timestamp>().unwrap());
            let moment = Moment::new(at, &zone("Europe/Rome"));
            (moment.weekday, moment.minute, moment.date.to_string())
        };
        // 23:30 UTC on a Sunday is half past midnight on Monday in winter, half past one in summer.
        assert_eq!(moment("2026-11-22T23:30:00Z"), (Weekday::Monday, 30, "11-23".to_owned()));
        assert_eq!(moment("2026-07-05T23:30:00Z"), (Weekday::Monday, 90, "07-06".to_owned()));
        assert_eq!(moment("2028-02-29T12:00:00Z").2, "02-29");
        Moment::new(Timestamp::from_millis(i64::MAX), &zone("Europe/Rome"));
        Moment::new(Timestamp::from_millis(i64::MIN), &zone("Europe/Rome"));
    }
}
