//! The calendar of a jurisdiction: which days are working days, and from when to when somebody works on them.
//!
//! [`CalendarRules`] is what an administrator writes and what is stored; a [`Calendar`] is the same checked and ready to count. Hours are what the wall
//! clock of the zone shows. Where the clocks are put forward, hours that do not exist count nothing; where they are put back, an hour that comes twice
//! counts twice.

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp as Instant, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::hours::{DayHours, Window};
use super::{find_zone, holidays};
use crate::time::Timestamp;

/// The most extra days, closed and open together.
pub const MAX_EXTRA_DAYS: usize = 2_000;
/// The fewest minutes that a week must have, so that every promise ends.
pub const MIN_WEEK_MINUTES: u32 = 60;
/// The longest a case may wait, in days.
pub const MAX_WAITING_LIMIT_DAYS: u16 = 365;
/// How long a case may wait where the calendar does not say: law 241 of 7 August 1990, article 2, paragraph 7 suspends terms for at most 30 days.
pub const WAITING_LIMIT_DAYS: u16 = 30;
/// The most days that anything here looks ahead: more than any promise on any calendar that passed its check.
pub(super) const HORIZON_DAYS: usize = 25_000;
/// The longest reason beside an extra day, in characters.
const MAX_WHY_CHARS: usize = 200;

/// Whose public holidays hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holidays {
    /// Italy's, see [`holidays`].
    #[default]
    Italy,
    /// None.
    None,
}

/// The hours of each weekday; a weekday without hours is no working day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "a weekday is what it is called")]
pub struct WeekHours {
    pub monday: DayHours,
    pub tuesday: DayHours,
    pub wednesday: DayHours,
    pub thursday: DayHours,
    pub friday: DayHours,
    pub saturday: DayHours,
    pub sunday: DayHours,
}

impl WeekHours {
    /// The hours of one weekday.
    pub const fn of(&self, weekday: Weekday) -> &DayHours {
        match weekday {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    /// Minutes of a week without holidays.
    pub fn minutes(&self) -> u32 {
        let week = [&self.monday, &self.tuesday, &self.wednesday, &self.thursday, &self.friday, &self.saturday, &self.sunday];
        week.into_iter().flat_map(DayHours::windows).map(|window| u32::from(window.minutes())).sum()
    }
}

/// The day of the year of a town's patron, written "06-24".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct YearDay {
    month: i8,
    day: i8,
}

impl TryFrom<String> for YearDay {
    type Error = CalendarInvalid;

    fn try_from(text: String) -> Result<Self, CalendarInvalid> {
        let read = || {
            let (month, day) = text.split_once('-')?;
            let two_digits =
                |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten();
            let (month, day): (i8, i8) = (two_digits(month)?, two_digits(day)?);
            // 2024 was a leap year: 29 February is a day of the year, too.
            Date::new(2024, month, day).is_ok().then_some(Self { month, day })
        };
        read().ok_or_else(|| CalendarInvalid::YearDay(text.chars().take(40).collect()))
    }
}

impl From<YearDay> for String {
    fn from(day: YearDay) -> Self {
        format!("{:02}-{:02}", day.month, day.day)
    }
}

/// A day on which nobody works although the rules say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedDay {
    /// The day.
    pub date: Date,
    /// For people; at most 200 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A day with hours of its own, whatever the rules say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDay {
    /// The day.
    pub date: Date,
    /// Its hours; at least one window.
    pub hours: DayHours,
    /// For people; at most 200 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

const fn default_waiting_limit() -> u16 {
    WAITING_LIMIT_DAYS
}

/// What an administrator writes: the file of `lanterna import calendar`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarRules {
    /// IANA name of the time zone, "Europe/Rome".
    pub zone: String,
    /// The hours of each weekday.
    pub hours: WeekHours,
    /// Whose public holidays are no working days.
    #[serde(default)]
    pub holidays: Holidays,
    /// The patron's day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patron: Option<YearDay>,
    /// Extra days on which nobody works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<ClosedDay>,
    /// Extra days, or days with other hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<OpenDay>,
    /// How many days a case may wait for its reporter or for somebody else, 1 to 365.
    #[serde(default = "default_waiting_limit")]
    pub waiting_limit_days: u16,
}

/// Why rules are no calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarInvalid {
    /// The zone is not known.
    #[error("the time zone \"{0}\" is not known: write its IANA name, such as \"Europe/Rome\"")]
    Zone(String),
    /// Not a day of the year.
    #[error("\"{0}\" is no day of the year: write month and day, such as \"06-24\"")]
    YearDay(String),
    /// Too few hours.
    #[error("the week has less than {MIN_WEEK_MINUTES} minutes of work, so a promise could never be kept: give some weekday hours")]
    NoHours,
    /// A day stands twice.
    #[error("{0} stands twice among the extra days: a day is closed or open, once")]
    Twice(Date),
    /// An open day without hours.
    #[error("{0} is an extra open day without hours: give it hours, or put it among the closed days")]
    OpenWithoutHours(Date),
    /// More than [`MAX_EXTRA_DAYS`].
    #[error("there are more than {MAX_EXTRA_DAYS} extra days: leave out those that are over")]
    TooManyDays,
    /// A reason that is too long.
    #[error("the reason beside {0} is longer than {MAX_WHY_CHARS} characters: shorten it")]
    LongWhy(Date),
    /// The limit is not 1 to 365.
    #[error("waiting_limit_days is {0}: choose 1 to {MAX_WAITING_LIMIT_DAYS} days")]
    WaitingLimit(u16),
}

impl CalendarInvalid {
    /// What to look for in the file to find the line; empty where no single line is at fault.
    pub fn mark(&self) -> String {
        match self {
            Self::Zone(_) => "\"zone\"".to_owned(),
            Self::YearDay(text) => text.clone(),
            Self::NoHours => "\"hours\"".to_owned(),
            Self::Twice(date) | Self::OpenWithoutHours(date) | Self::LongWhy(date) => date.to_string(),
            Self::TooManyDays => String::new(),
            Self::WaitingLimit(_) => "\"waiting_limit_days\"".to_owned(),
        }
    }
}

/// Work without a break, as moments: from `start`, inclusive, to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSpan {
    /// Inclusive.
    pub start: Timestamp,
    /// Exclusive for work; a promise in hours may end on it.
    pub end: Timestamp,
}

/// Rules that were checked, ready to count.
#[derive(Clone, Debug)]
pub struct Calendar {
    rules: CalendarRules,
    zone: TimeZone,
    closed: BTreeSet<Date>,
    open: BTreeMap<Date, DayHours>,
}

/// Whether an edge of a window begins work or ends it: it decides in an hour that comes twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

impl Calendar {
    /// Checks rules and makes them ready.
    ///
    /// # Errors
    /// [`CalendarInvalid`] says what is wrong and what to do.
    pub fn new(rules: CalendarRules) -> Result<Self, CalendarInvalid> {
        let Some(zone) = find_zone(&rules.zone) else { return Err(CalendarInvalid::Zone(rules.zone.chars().take(60).collect())) };
        if rules.hours.minutes() < MIN_WEEK_MINUTES {
            return Err(CalendarInvalid::NoHours);
        }
        if !(1..=MAX_WAITING_LIMIT_DAYS).contains(&rules.waiting_limit_days) {
            return Err(CalendarInvalid::WaitingLimit(rules.waiting_limit_days));
        }
        if rules.closed.len().saturating_add(rules.open.len()) > MAX_EXTRA_DAYS {
            return Err(CalendarInvalid::TooManyDays);
        }
        let (mut closed, mut open) = (BTreeSet::new(), BTreeMap::new());
        for day in &rules.closed {
            if day.why.chars().count() > MAX_WHY_CHARS {
                return Err(CalendarInvalid::LongWhy(day.date));
            }
            if !closed.insert(day.date) {
                return Err(CalendarInvalid::Twice(day.date));
            }
        }
        for day in &rules.open {
            if day.hours.is_closed() {
                return Err(CalendarInvalid::OpenWithoutHours(day.date));
            }
            if day.why.chars().count() > MAX_WHY_CHARS {
                return Err(CalendarInvalid::LongWhy(day.date));
            }
            if closed.contains(&day.date) || open.insert(day.date, day.hours.clone()).is_some() {
                return Err(CalendarInvalid::Twice(day.date));
            }
        }
        Ok(Self { rules, zone, closed, open })
    }

    /// The calendar of a city that has not written one: Monday to Friday from 8 to 18, without Italy's public holidays, in the zone of that name
    /// (UTC where it is not known).
    pub fn usual(zone: &str) -> Self {
        let work = Window::new(8 * 60, 18 * 60).into_iter().collect::<Vec<_>>();
        let work = DayHours::try_from(work).unwrap_or_default();
        let hours = WeekHours {
            monday: work.clone(),
            tuesday: work.clone(),
            wednesday: work.clone(),
            thursday: work.clone(),
            friday: work,
            ..WeekHours::default()
        };
        let known = find_zone(zone);
        let rules = CalendarRules {
            zone: known.as_ref().map_or("UTC", |_| zone).to_owned(),
            hours,
            holidays: Holidays::Italy,
            patron: None,
            closed: Vec::new(),
            open: Vec::new(),
            waiting_limit_days: WAITING_LIMIT_DAYS,
        };
        Self { rules, zone: known.unwrap_or(TimeZone::UTC), closed: BTreeSet::new(), open: BTreeMap::new() }
    }

    /// What it was made of.
    pub const fn rules(&self) -> &CalendarRules {
        &self.rules
    }

    /// The zone in which it counts.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day that the wall clock shows at a moment.
    pub fn day_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at.to_jiff()).date()
    }

    /// The hours of a day; none on a day that is no working day.
    pub fn hours(&self, date: Date) -> &[Window] {
        if let Some(own) = self.open.get(&date) {
            return own.windows();
        }
        if self.closed.contains(&date) || self.is_holiday(date) { &[] } else { self.rules.hours.of(date.weekday()).windows() }
    }

    /// Whether a day is a public holiday or the patron's day. Sundays do not count as one here.
    pub fn is_holiday(&self, date: Date) -> bool {
        let is_patron = self.rules.patron.is_some_and(|patron| patron.month == date.month() && patron.day == date.day());
        is_patron || (self.rules.holidays == Holidays::Italy && holidays::italian_holiday(date).is_some())
    }

    /// Whether anybody works on a day.
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.hours(date).is_empty()
    }

    /// The `count`th working day after `date`; with 0 `date` itself.
    pub fn working_day_after(&self, date: Date, count: u32) -> Date {
        let (mut day, mut left) = (date, count);
        for _ in 0..HORIZON_DAYS {
            if left == 0 {
                break;
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// How many working days lie after `from`, up to and with `to`.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let days = from.series(1.day()).skip(1).take(HORIZON_DAYS).take_while(|day| *day <= to);
        u32::try_from(days.filter(|day| self.is_working_day(*day)).count()).unwrap_or(u32::MAX)
    }

    /// The last moment of a day that counts, 23:59:59: the next midnight less a second, so that a day of 23 or 25 hours ends when it ends.
    pub fn end_of_day(&self, date: Date) -> Timestamp {
        let end = date.checked_add(1.day()).ok().and_then(|next| next.to_zoned_datetime(self.zone.clone()).ok());
        let end = end.and_then(|midnight| midnight.timestamp().checked_sub(SignedDuration::from_secs(1)).ok());
        Timestamp::from(end.unwrap_or(Instant::MAX))
    }

    /// The hours of a day as moments, in order and apart.
    pub fn spans(&self, date: Date) -> Vec<OpenSpan> {
        let mut spans: Vec<OpenSpan> = Vec::new();
        for window in self.hours(date) {
            let (start, end) = (self.edge(date, window.from_minute(), Edge::Start), self.edge(date, window.to_minute(), Edge::End));
            let (Some(start), Some(end)) = (start, end) else { continue };
            // In an hour that comes twice two windows that touch would run into each other.
            let start = spans.last().map_or(start, |last| last.end.max(start));
            if start < end {
                spans.push(OpenSpan { start, end });
            }
        }
        spans
    }

    /// When the wall clock passes that minute of the day.
    fn edge(&self, date: Date, minute: u16, edge: Edge) -> Option<Timestamp> {
        let date = if minute == super::hours::DAY_MINUTES { date.checked_add(1.day()).ok()? } else { date };
        let minute = minute % super::hours::DAY_MINUTES;
        let wall = date.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        let instant = match (ambiguous.offset(), edge) {
            // It never shows that minute: work begins or ends when the clocks jump over it.
            (AmbiguousOffset::Gap { .. }, _) => self.zone.following(ambiguous.earlier().ok()?).next()?.timestamp(),
            (_, Edge::Start) => ambiguous.earlier().ok()?,
            (_, Edge::End) => ambiguous.later().ok()?,
        };
        Some(Timestamp::from(instant))
    }

    /// Whether somebody works at that moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.spans(self.day_of(at)).iter().any(|span| span.start <= at && at < span.end)
    }

    /// Business time between two moments, in milliseconds; 0 when `to` is not later.
    pub fn business_millis(&self, from: Timestamp, to: Timestamp) -> i64 {
        let mut sum = 0_i64;
        let last = self.day_of(to);
        for day in self.day_of(from).series(1.day()).take(HORIZON_DAYS).take_while(|day| *day <= last) {
            for span in self.spans(day) {
                sum = sum.saturating_add(span.end.min(to).millis_since(span.start.max(from)).max(0));
            }
        }
        sum
    }

    /// The first moment by which `millis` of business time have passed after `from`; `from` itself where that is 0 or less.
    pub fn after_business_millis(&self, from: Timestamp, millis: i64) -> Timestamp {
        let mut left = millis;
        let mut reached = from;
        if left <= 0 {
            return from;
        }
        for day in self.day_of(from).series(1.day()).take(HORIZON_DAYS) {
            for span in self.spans(day) {
                let start = span.start.max(from);
                let there = span.end.millis_since(start);
                if there <= 0 {
                    continue;
                }
                if left <= there {
                    return start.plus_millis(left);
                }
                left = left.saturating_sub(there);
                reached = span.end;
            }
        }
        reached
    }
}
