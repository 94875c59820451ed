//! Italy's public holidays by rule, for any year: fixed days with the year from which they hold, and Easter Monday.
//!
//! Sundays are public holidays by the same law; a calendar leaves them out by having no hours on them.

use jiff::ToSpan;
use jiff::civil::Date;

/// A holiday on the same day of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedHoliday {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// The first year in which it is one (again).
    pub from_year: i16,
    /// What it is called.
    pub name: &'static str,
}

const fn fixed(month: i8, day: i8, from_year: i16, name: &'static str) -> FixedHoliday {
    FixedHoliday { month, day, from_year, name }
}

/// The fixed days of law 260 of 27 May 1949, article 2, as they stand now. Epiphany is one again by decree 792 of 28 December 1985, 2 June by law
/// 336 of 20 November 2000, and 4 October (Saint Francis, patron of Italy) by law 151 of 8 October 2025, from 1 January 2026.
pub const ITALY: &[FixedHoliday] = &[
    fixed(1, 1, 1949, "Capodanno"),
    fixed(1, 6, 1986, "Epifania"),
    fixed(4, 25, 1949, "Anniversario della Liberazione"),
    fixed(5, 1, 1949, "Festa del Lavoro"),
    fixed(6, 2, 2001, "Festa della Repubblica"),
    fixed(8, 15, 1949, "Assunzione"),
    fixed(10, 4, 2026, "San Francesco d'Assisi"),
    fixed(11, 1, 1949, "Ognissanti"),
    fixed(12, 8, 1949, "Immacolata Concezione"),
    fixed(12, 25, 1949, "Natale"),
    fixed(12, 26, 1949, "Santo Stefano"),
];

/// What Easter Monday is called.
pub const EASTER_MONDAY: &str = "Lunedì dell'Angelo";

/// Easter Sunday of a year of the Gregorian calendar (1583 and later); `None` outside of what the calendar library can hold.
///
/// The anonymous computus that was printed in Nature 13, 487 (20 April 1876), as in J. Meeus, Astronomical Algorithms, 2nd edition, chapter 8. It
/// has no exceptions and uses whole numbers only.
pub fn easter(year: i16) -> Option<Date> {
    let full = i32::from(year);
    let golden = full % 19;
    let (century, in_century) = (full / 100, full % 100);
    let moon_shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let march = epact + weekday - 7 * late + 114;
    Date::new(year, i8::try_from(march / 31).ok()?, i8::try_from(march % 31 + 1).ok()?).ok()
}

/// The public holiday that a day is in Italy beside being a Sunday; `None` when it is none.
pub fn italian_holiday(date: Date) -> Option<&'static str> {
    let is_it = |known: &&FixedHoliday| known.month == date.month() && known.day == date.day() && date.year() >= known.from_year;
    if let Some(known) = ITALY.iter().find(is_it) {
        return Some(known.name);
    }
    let monday = easter(date.year()).and_then(|sunday| sunday.checked_add(1.day()).ok());
    (monday == Some(date)).then_some(EASTER_MONDAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    #[test]
    fn easter_is_where_the_church_has_it_from_2024_to_2040() {
        for (year, month, day) in [
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2029, 4, 1),
            (2030, 4, 21),
            (2031, 4, 13),
            (2032, 3, 28),
            (2033, 4, 17),
            (2034, 4, 9),
            (2035, 3, 25),
            (2036, 4, 13),
            (2037, 4, 5),
            (2038, 4, 25),
            (2039, 4, 10),
            (2040, 4, 1),
        ] {
            assert_eq!(easter(year), Some(date(year, month, day)), "{year}");
        }
        // The earliest and the latest that can be, and the two exceptions that simpler rules get wrong.
        assert_eq!(easter(1818), Some(date(1818, 3, 22)));
        assert_eq!(easter(1943), Some(date(1943, 4, 25)));
        assert_eq!(easter(1954), Some(date(1954, 4, 18)));
        assert_eq!(easter(1981), Some(date(1981, 4, 19)));
    }

    #[test]
    fn easter_monday_is_a_holiday_and_easter_tuesday_is_none() {
        assert_eq!(italian_holiday(date(2026, 4, 6)), Some(EASTER_MONDAY));
        assert_eq!(italian_holiday(date(2027, 3, 29)), Some(EASTER_MONDAY));
        assert_eq!(italian_holiday(date(2026, 4, 7)), None);
    }

    #[test]
    fn the_fourth_of_october_is_a_holiday_from_2026() {
        assert_eq!(italian_holiday(date(2025, 10, 4)), None);
        for year in [2026, 2027, 2040, 2077] {
            assert_eq!(italian_holiday(date(year, 10, 4)), Some("San Francesco d'Assisi"), "{year}");
        }
        assert_eq!(date(2026, 10, 4).weekday(), Weekday::Sunday);
        assert_eq!(date(2027, 10, 4).weekday(), Weekday::Monday);
    }

    #[test]
    fn a_year_has_twelve_holidays_from_2026_and_had_eleven_before() {
        let count = |year| date(year, 1, 1).series(1.day()).take(366).filter(|d| d.year() == year && italian_holiday(*d).is_some()).count();
        // In 2038 Easter Monday would be 26 April, so none falls together.
        assert_eq!((count(2025), count(2026), count(2038)), (11, 12, 12));
        // In 2011 Easter Monday was Liberation Day: one day less.
        assert_eq!(count(2011), 10);
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_from_22_march_to_25_april(year in 1583_i16..9999) {
            let sunday = easter(year).unwrap();
            prop_assert_eq!(sunday.weekday(), Weekday::Sunday);
            prop_assert!(sunday >= date(year, 3, 22) && sunday <= date(year, 4, 25));
        }
    }
}
