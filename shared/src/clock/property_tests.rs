//! What holds on every calendar.

use super::calendar::{CalendarRules, ClosedDay, Holidays, OpenDay, WeekHours};
use super::hours::{DayHours, Window};
use super::*;
use crate::time::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;

/// 2024-01-01T00:00:00Z and about 16 years later.
const FROM: i64 = 1_704_067_200_000;
const TO: i64 = 2_208_988_800_000;

fn windows() -> impl Strategy<Value = DayHours> {
    prop::collection::btree_set(0_u16..=1_440, 0..6).prop_map(|edges| {
        let edges: Vec<_> = edges.into_iter().collect();
        let windows: Vec<_> = edges.chunks_exact(2).map(|pair| Window::new(pair[0], pair[1]).unwrap()).collect();
        DayHours::try_from(windows).unwrap()
    })
}

fn day() -> impl Strategy<Value = Date> {
    (0_i32..6_000).prop_map(|days| date(2024, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap())
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let zones =
        prop::sample::select(vec!["Europe/Rome", "UTC", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]);
    let extra = prop::collection::btree_map(day(), windows(), 0..20);
    (zones, prop::array::uniform7(windows()), any::<bool>(), extra, 1_u16..60).prop_filter_map(
        "a week of work",
        |(zone, week, holidays, extra, limit)| {
            let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = week;
            let hours = WeekHours { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
            let (open, closed): (Vec<_>, Vec<_>) = extra.into_iter().partition(|(_, hours)| !hours.is_closed());
            let rules = CalendarRules {
                zone: zone.to_owned(),
                hours,
                holidays: if holidays { Holidays::Italy } else { Holidays::None },
                patron: holidays.then(|| "06-24".to_owned().try_into().unwrap()),
                closed: closed.into_iter().map(|(date, _)| ClosedDay { date, why: String::new() }).collect(),
                open: open.into_iter().map(|(date, hours)| OpenDay { date, hours, why: String::new() }).collect(),
                waiting_limit_days: limit,
            };
            Calendar::new(rules).ok()
        },
    )
}

fn moments() -> impl Strategy<Value = Timestamp> {
    // Some fall on the very edges that the rest would miss: hours in which the clocks change, and full hours.
    prop_oneof![
        (FROM..TO).prop_map(Timestamp::from_millis),
        (FROM / 3_600_000..TO / 3_600_000).prop_map(|hour| Timestamp::from_millis(hour * 3_600_000)),
        (-7_200_000_i64..7_200_000).prop_map(|off| Timestamp::from_millis(1_792_890_000_000 + off)),
        (-7_200_000_i64..7_200_000).prop_map(|off| Timestamp::from_millis(1_774_746_000_000 + off)),
    ]
}

/// Every kind of promise.
fn levels() -> impl Strategy<Value = ServiceLevel> {
    prop_oneof![2 => calendar_levels(), 1 => (1_u16..60).prop_map(ServiceLevel::Hours)]
}

/// Those that are counted on the calendar.
fn calendar_levels() -> impl Strategy<Value = ServiceLevel> {
    prop_oneof![(0_u16..40).prop_map(ServiceLevel::WorkingDays), (1_u16..60).prop_map(ServiceLevel::BusinessHours)]
}

const fn one_more(level: ServiceLevel) -> ServiceLevel {
    match level {
        ServiceLevel::WorkingDays(days) => ServiceLevel::WorkingDays(days + 1),
        ServiceLevel::BusinessHours(hours) => ServiceLevel::BusinessHours(hours + 1),
        ServiceLevel::Hours(hours) => ServiceLevel::Hours(hours + 1),
    }
}

proptest! {
    #[test]
    fn who_comes_later_is_never_promised_an_earlier_date(
        calendar in calendars(), received in moments(), later in 0_i64..2_000_000_000, level in levels(),
    ) {
        prop_assert!(due_at(&calendar, received, level) <= due_at(&calendar, received.plus_millis(later), level));
    }

    #[test]
    fn a_longer_level_never_ends_earlier_and_no_promise_ends_before_it_begins(
        calendar in calendars(), received in moments(), level in levels(),
    ) {
        let due = due_at(&calendar, received, level);
        prop_assert!(due <= due_at(&calendar, received, one_more(level)));
        // The last second of a day lies beyond its end; who comes in it has the day itself.
        prop_assert!(due.plus_millis(1_000) > received);
    }

    #[test]
    fn a_due_moment_by_business_hours_lies_inside_business_hours(calendar in calendars(), received in moments(), hours in 1_u16..60) {
        let due = due_at(&calendar, received, ServiceLevel::BusinessHours(hours));
        // The end of a window at midnight lies on the next day.
        let inside = [calendar.day_of(due), calendar.day_of(due.plus_millis(-1))].into_iter().flat_map(|day| calendar.spans(day)).any(|span| {
            span.start < due && due <= span.end
        });
        prop_assert!(inside, "{}", due.to_rfc3339());
        prop_assert_eq!(calendar.business_millis(received, due), i64::from(hours) * 3_600_000);
        prop_assert!(calendar.is_open(due.plus_millis(-1)));
    }

    #[test]
    fn no_promise_on_the_calendar_ends_on_a_holiday_or_any_other_day_off(
        calendar in calendars(), received in moments(), level in calendar_levels(),
    ) {
        let due = due_at(&calendar, received, level);
        let day = calendar.day_of(due.plus_millis(-1));
        prop_assert!(calendar.is_working_day(day), "{day}");
        prop_assert!(!calendar.is_holiday(day) || calendar.rules().open.iter().any(|open| open.date == day), "{day}");
    }

    #[test]
    fn pausing_never_makes_a_due_date_earlier(
        calendar in calendars(), received in moments(), level in levels(), after in 0_i64..1_000_000_000, lasts in 0_i64..3_000_000_000, more in 0_i64..100_000_000,
    ) {
        let due = due_at(&calendar, received, level);
        let mut pause = Pause::begin(&calendar, received.plus_millis(after), PauseReason::Other);
        let ends = pause.from.plus_millis(lasts);
        pause.to = Some(ends);
        let moved = due_after_pause(&calendar, due, level, &pause, ends);
        prop_assert!(moved >= due);
        // And a longer one never moves it less.
        pause.to = Some(ends.plus_millis(more));
        prop_assert!(due_after_pause(&calendar, due, level, &pause, ends) >= moved);
        prop_assert_eq!(due_with_pauses(&calendar, received, level, &[pause]), due_after_pause(&calendar, due, level, &pause, ends));
    }

    #[test]
    fn pausing_and_resuming_at_once_changes_nothing(
        calendar in calendars(), received in moments(), level in levels(), after in 0_i64..1_000_000_000,
    ) {
        let due = due_at(&calendar, received, level);
        let mut pause = Pause::begin(&calendar, received.plus_millis(after), PauseReason::Reporter);
        pause.to = Some(pause.from);
        prop_assert_eq!(due_after_pause(&calendar, due, level, &pause, pause.from), due);
        prop_assert_eq!(due_with_pauses(&calendar, received, level, &[pause]), due);
    }

    #[test]
    fn a_pause_leaves_as_much_business_time_as_there_was(
        calendar in calendars(), received in moments(), hours in 1_u16..60, after in 0_i64..500_000_000, lasts in 0_i64..3_000_000_000,
    ) {
        let level = ServiceLevel::BusinessHours(hours);
        let due = due_at(&calendar, received, level);
        let mut pause = Pause::begin(&calendar, received.plus_millis(after), PauseReason::Other);
        pause.to = Some(pause.from.plus_millis(lasts));
        let end = pause.counts_to(pause.from);
        prop_assume!(pause.from <= due);
        let left = calendar.business_millis(pause.from, due);
        prop_assert_eq!(calendar.business_millis(end, due_after_pause(&calendar, due, level, &pause, end)), left);
    }

    #[test]
    fn rules_survive_their_written_form(calendar in calendars()) {
        let text = serde_json::to_string(calendar.rules()).unwrap();
        let read: CalendarRules = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, calendar.rules());
    }
}
