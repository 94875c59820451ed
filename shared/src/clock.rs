//! The promise's clock: when a case is due.
//!
//! Working days are counted in the jurisdiction's own time zone, with the zone data built in, so that every host counts alike. Weekends do not
//! count; holidays, business hours and pauses come with the calendars of issue 3.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp as Instant, ToSpan};

use crate::time::Timestamp;

/// The last moment that keeps a promise of `working_days`: the end (23:59:59) of the `working_days`th working day after the day of receipt, in
/// `zone`. With 0 the end of the day of receipt itself.
///
/// Source: regulation (EEC, Euratom) 1182/71, article 3: the day of the event does not count, and a period ends with its last day's last hour.
pub fn due_at(received: Timestamp, working_days: u16, zone: &TimeZone) -> Timestamp {
    let mut day = received.to_jiff().to_zoned_datetime(zone.clone()).date();
    let mut left = working_days;
    while left > 0 {
        let Ok(next) = day.checked_add(1.day()) else { break };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    // The next midnight less a second, so that a day of 23 or 25 hours still ends when it ends.
    let end = day.checked_add(1.day()).ok().and_then(|next| next.to_zoned_datetime(zone.clone()).ok());
    let end = end.and_then(|midnight| midnight.timestamp().checked_sub(SignedDuration::from_secs(1)).ok());
    Timestamp::from(end.unwrap_or(Instant::MAX))
}

/// The time zone of that IANA name from the built-in data; UTC for a name that is not known.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(received: &str, days: u16) -> String {
        let received = Timestamp::from(received.parse::<Instant>().unwrap());
        due_at(received, days, &zone("Europe/Rome")).to_rfc3339()
    }

    #[test]
    fn weekends_do_not_count() {
        // A Thursday evening: Friday, Monday, Tuesday.
        assert_eq!(due("2026-11-19T20:00:00Z", 3), "2026-11-24T22:59:59Z");
        // A Saturday.
        assert_eq!(due("2026-11-21T08:00:00Z", 1), "2026-11-23T22:59:59Z");
    }

    #[test]
    fn the_day_is_the_citys_day_not_utc() {
        // 23:30 UTC on Sunday is Monday in Genoa, so the first working day is Tuesday.
        assert_eq!(due("2026-11-22T23:30:00Z", 1), "2026-11-24T22:59:59Z");
    }

    #[test]
    fn daylight_saving_does_not_move_the_end_of_a_day() {
        assert_eq!(due("2026-10-23T08:00:00Z", 0), "2026-10-23T21:59:59Z");
        assert_eq!(due("2026-10-23T08:00:00Z", 1), "2026-10-26T22:59:59Z");
    }
}
