//! Windows of time as rules name them: hours of a day and dates of a year, both in the city's own time, and days of the week.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// The first day of the week (ISO 8601).
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] = [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        match day {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Minutes in a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// A minute of a day, 0 to 1440; written "07:30". "24:00" is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

impl Minute {
    /// The `minute`th minute of a day; `None` above 1440.
    pub const fn new(minute: u16) -> Option<Self> {
        if minute <= DAY_MINUTES { Some(Self(minute)) } else { None }
    }

    /// Minutes since midnight.
    pub const fn get(self) -> u16 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = two_digits(text, ':')?;
        if minutes > 59 {
            return None;
        }
        Self::new(hours.checked_mul(60)?.checked_add(minutes)?)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A day of any year; written "06-01", month before day. 29 February is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearDay {
    month: u8,
    day: u8,
}

/// How long the months are at the longest.
const MONTH_DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl YearDay {
    /// New Year's Day.
    pub const FIRST: Self = Self { month: 1, day: 1 };

    /// That day; `None` where no year has it.
    pub fn new(month: u8, day: u8) -> Option<Self> {
        let longest = MONTH_DAYS.get(usize::from(month.checked_sub(1)?))?;
        (1..=*longest).contains(&day).then_some(Self { month, day })
    }

    /// 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Every day that a year can have, 366 of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=12).zip(MONTH_DAYS).flat_map(|(month, longest)| (1..=longest).map(move |day| Self { month, day }))
    }

    fn parse(text: &str) -> Option<Self> {
        let (month, day) = two_digits(text, '-')?;
        Self::new(u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }
}

impl fmt::Display for YearDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

/// Two numbers of exactly two digits.
fn two_digits(text: &str, between: char) -> Option<(u16, u16)> {
    let number = |part: &str| if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None };
    let (first, second) = text.split_once(between)?;
    Some((number(first)?, number(second)?))
}

macro_rules! as_text {
    ($name:ident, $what:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom($what))
            }
        }
    };
}

as_text!(Minute, "this is no time of day: write hours and minutes, 00:00 to 24:00");
as_text!(YearDay, "this is no date of a year: write month and day, as 06-01 for 1 June");

/// Hours of a day: from `from` until just before `to`. Over midnight when `from` is the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayWindow {
    /// The first minute that is in it.
    pub from: Minute,
    /// The first minute that is not.
    pub to: Minute,
}

impl DayWindow {
    /// Whether a minute of the day, 0 to 1439, is in it.
    pub const fn holds(self, minute: u16) -> bool {
        let (from, to) = (self.from.0, self.to.0);
        if from <= to { from <= minute && minute < to } else { from <= minute || minute < to }
    }

    /// Whether it has no minute at all.
    pub const fn is_empty(self) -> bool {
        self.from.0 == self.to.0 || (self.from.0 == DAY_MINUTES && self.to.0 == 0)
    }
}

/// Dates of every year, the first and the last among them. Over New Year when `from` is the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearWindow {
    /// The first day.
    pub from: YearDay,
    /// The last day.
    pub to: YearDay,
}

impl YearWindow {
    /// Whether a day is in it.
    pub fn holds(self, day: YearDay) -> bool {
        if self.from <= self.to { self.from <= day && day <= self.to } else { self.from <= day || day <= self.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> DayWindow {
        DayWindow { from: Minute::parse(from).unwrap(), to: Minute::parse(to).unwrap() }
    }

    #[test]
    fn hours_end_before_their_last_minute_and_go_over_midnight() {
        let day = hours("07:00", "19:30");
        assert_eq!([419, 420, 1169, 1170].map(|minute| day.holds(minute)), [false, true, true, false]);
        let night = hours("22:00", "06:00");
        assert_eq!([1319, 1320, 0, 359, 360].map(|minute| night.holds(minute)), [false, true, true, true, false]);
        assert!((0..DAY_MINUTES).all(|minute| hours("00:00", "24:00").holds(minute)));
        assert!(hours("08:00", "08:00").is_empty() && hours("24:00", "00:00").is_empty() && !night.is_empty());
        for window in [hours("08:00", "08:00"), hours("24:00", "00:00")] {
            assert!(!(0..DAY_MINUTES).any(|minute| window.holds(minute)));
        }
    }

    #[test]
    fn dates_hold_their_last_day_and_go_over_new_year() {
        let date = |text| YearDay::parse(text).unwrap();
        let summer = YearWindow { from: date("06-01"), to: date("08-31") };
        assert_eq!(["05-31", "06-01", "08-31", "09-01"].map(|day| summer.holds(date(day))), [false, true, true, false]);
        let winter = YearWindow { from: date("12-01"), to: date("02-29") };
        assert_eq!(["11-30", "12-31", "01-01", "02-29", "03-01"].map(|day| winter.holds(date(day))), [false, true, true, true, false]);
    }

    #[test]
    fn what_no_clock_and_no_calendar_shows_is_refused() {
        assert_eq!(YearDay::all().count(), 366);
        for wrong in ["7:00", "07:60", "24:01", "25:00", "+7:00", "07-00", ""] {
            assert!(Minute::parse(wrong).is_none(), "{wrong}");
        }
        for wrong in ["02-30", "13-01", "00-10", "06-00", "6-1", "06/01"] {
            assert!(YearDay::parse(wrong).is_none(), "{wrong}");
        }
        let window: DayWindow = serde_json::from_str(r#"{"from":"07:00","to":"24:00"}"#).unwrap();
        assert_eq!(serde_json::to_string(&window).unwrap(), r#"{"from":"07:00","to":"24:00"}"#);
        assert!(serde_json::from_str::<DayWindow>(r#"{"from":"07:00","to":"8"}"#).unwrap_err().to_string().contains("00:00 to 24:00"));
    }
}
