//! Real dates, by hand.

use super::calendar::CalendarInvalid;
use super::*;
use crate::time::Timestamp;
use jiff::civil::{Date, date};
use serde_json::json;

/// A moment as the wall clock in Genoa shows it; in an hour that comes twice the first.
fn genoa(text: &str) -> Timestamp {
    let wall: jiff::civil::DateTime = text.parse().unwrap();
    Timestamp::from(zone("Europe/Rome").to_ambiguous_timestamp(wall).earlier().unwrap())
}

fn shown(at: Timestamp) -> String {
    zone("Europe/Rome").to_datetime(at.to_jiff()).to_string()
}

/// Monday to Friday 8 to 18, patron on 24 June, as in the demo city.
fn city() -> Calendar {
    let day = json!(["08:00-18:00"]);
    let rules = json!({
        "zone": "Europe/Rome",
        "hours": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
        "patron": "06-24",
        "closed": [{ "date": "2026-12-24", "why": "Vigilia" }],
        "open": [{ "date": "2026-12-05", "hours": ["09:00-12:00"], "why": "Sabato di apertura" }]
    });
    Calendar::new(serde_json::from_value(rules).unwrap()).unwrap()
}

/// Somebody is there day and night, holidays included.
fn always() -> Calendar {
    let day = json!(["00:00-24:00"]);
    let rules = json!({
        "zone": "Europe/Rome", "holidays": "none",
        "hours": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": day, "sunday": day },
    });
    Calendar::new(serde_json::from_value(rules).unwrap()).unwrap()
}

fn days(received: &str, days: u16) -> String {
    shown(due_at(&city(), genoa(received), ServiceLevel::WorkingDays(days)))
}

fn hours(received: &str, hours: u16) -> String {
    shown(due_at(&city(), genoa(received), ServiceLevel::BusinessHours(hours)))
}

#[test]
fn weekends_do_not_count() {
    // A Thursday evening: Friday, Monday, Tuesday.
    assert_eq!(days("2026-11-19T21:00", 3), "2026-11-24T23:59:59");
    // A Saturday.
    assert_eq!(days("2026-11-21T09:00", 1), "2026-11-23T23:59:59");
}

#[test]
fn the_day_is_the_citys_day_not_utc() {
    // 00:30 on Monday in Genoa is 23:30 on Sunday in UTC; the first working day is Tuesday.
    assert_eq!(days("2026-11-23T00:30", 1), "2026-11-24T23:59:59");
}

#[test]
fn zero_working_days_end_with_the_day_itself_or_the_next_working_day() {
    assert_eq!(days("2026-11-20T09:00", 0), "2026-11-20T23:59:59");
    assert_eq!(days("2026-11-22T09:00", 0), "2026-11-23T23:59:59");
    assert_eq!(days("2026-06-24T09:00", 0), "2026-06-25T23:59:59");
}

#[test]
fn the_patrons_day_is_the_citys_alone() {
    // 24 June 2026 is a Wednesday.
    assert_eq!(days("2026-06-23T09:00", 1), "2026-06-25T23:59:59");
    let usual = Calendar::usual("Europe/Rome");
    assert_eq!(shown(due_at(&usual, genoa("2026-06-23T09:00"), ServiceLevel::WorkingDays(1))), "2026-06-24T23:59:59");
    // Saint Peter and Paul, 29 June, is Rome's.
    assert_eq!(days("2026-06-26T09:00", 1), "2026-06-29T23:59:59");
}

#[test]
fn the_fourth_of_october_counts_until_2025_and_no_longer_then() {
    let calendar = city();
    // A Saturday, a Sunday and a Monday.
    assert!(!calendar.is_holiday(date(2025, 10, 4)));
    assert!(calendar.is_holiday(date(2026, 10, 4)) && calendar.is_holiday(date(2027, 10, 4)));
    assert_eq!(days("2026-10-02T09:00", 1), "2026-10-05T23:59:59");
    assert_eq!(days("2027-10-01T09:00", 1), "2027-10-05T23:59:59");
    // 4 October 2024, a Friday, was a day like any other.
    assert_eq!(days("2024-10-03T09:00", 1), "2024-10-04T23:59:59");
}

#[test]
fn a_year_ends_between_holidays() {
    // Thursday; 1 January is a holiday, then a weekend.
    assert_eq!(days("2026-12-31T09:00", 1), "2027-01-04T23:59:59");
    assert_eq!(hours("2026-12-31T17:30", 1), "2027-01-04T08:30:00");
    // Christmas Eve is closed here by hand, then two holidays and a weekend: the 28th. And the Immaculate is on Tuesday the 8th.
    assert_eq!(days("2026-12-23T09:00", 1), "2026-12-28T23:59:59");
    assert_eq!(days("2026-12-07T09:00", 1), "2026-12-09T23:59:59");
    assert_eq!(days("2027-01-05T09:00", 1), "2027-01-07T23:59:59");
}

#[test]
fn an_easter_weekend_is_four_days_long() {
    // Good Friday is no holiday in Italy; Easter Monday is.
    assert_eq!(days("2026-04-02T09:00", 1), "2026-04-03T23:59:59");
    assert_eq!(days("2026-04-03T09:00", 1), "2026-04-07T23:59:59");
    assert_eq!(hours("2026-04-03T17:00", 2), "2026-04-07T09:00:00");
}

#[test]
fn the_29th_of_february_is_a_day() {
    // A Tuesday in 2028; there is none in 2027.
    assert_eq!(days("2028-02-28T09:00", 1), "2028-02-29T23:59:59");
    assert_eq!(days("2027-02-26T09:00", 1), "2027-03-01T23:59:59");
    let rules = CalendarRules { patron: Some("02-29".to_owned().try_into().unwrap()), ..city().rules().clone() };
    let leap = Calendar::new(rules).unwrap();
    assert!(!leap.is_working_day(date(2028, 2, 29)) && leap.is_working_day(date(2028, 2, 28)) && leap.is_working_day(date(2027, 3, 1)));
}

#[test]
fn extra_days_are_open_or_closed_whatever_the_rules_say() {
    // Saturday 5 December 2026 is open from 9 to 12.
    assert_eq!(days("2026-12-04T09:00", 1), "2026-12-05T23:59:59");
    assert_eq!(hours("2026-12-04T17:00", 3), "2026-12-05T11:00:00");
    assert!(!city().is_working_day(date(2026, 12, 24)) && city().is_working_day(date(2027, 12, 24)));
}

#[test]
fn business_hours_go_on_where_they_stopped() {
    // A Friday.
    assert_eq!(hours("2026-11-20T10:15", 4), "2026-11-20T14:15:00");
    assert_eq!(hours("2026-11-20T16:00", 2), "2026-11-20T18:00:00", "the last moment of the day is still in it");
    assert_eq!(hours("2026-11-20T16:00", 8), "2026-11-23T14:00:00");
    assert_eq!(hours("2026-11-20T19:00", 1), "2026-11-23T09:00:00");
    assert_eq!(hours("2026-11-21T12:00", 1), "2026-11-23T09:00:00");
    assert_eq!(hours("2026-11-20T07:00", 1), "2026-11-20T09:00:00");
    assert_eq!(hours("2026-11-20T08:00", 50), "2026-11-26T18:00:00");
}

#[test]
fn a_lunch_break_does_not_count() {
    let rules = CalendarRules {
        hours: serde_json::from_value(json!({ "monday": ["08:30-12:30", "14:00-17:00"] })).unwrap(),
        ..city().rules().clone()
    };
    let calendar = Calendar::new(rules).unwrap();
    let due = |received, hours| shown(due_at(&calendar, genoa(received), ServiceLevel::BusinessHours(hours)));
    assert_eq!(due("2026-11-23T12:00", 1), "2026-11-23T14:30:00");
    assert_eq!(due("2026-11-23T13:00", 3), "2026-11-23T17:00:00");
    assert_eq!(due("2026-11-23T13:00", 4), "2026-11-30T09:30:00");
}

#[test]
fn daylight_saving_does_not_move_the_end_of_a_day() {
    // The clocks go back on Sunday 25 October 2026 and forward on Sunday 29 March 2026.
    assert_eq!(due_at(&city(), genoa("2026-10-23T10:00"), ServiceLevel::WorkingDays(0)).to_rfc3339(), "2026-10-23T21:59:59Z");
    assert_eq!(due_at(&city(), genoa("2026-10-23T10:00"), ServiceLevel::WorkingDays(1)).to_rfc3339(), "2026-10-26T22:59:59Z");
    assert_eq!(due_at(&city(), genoa("2026-03-27T10:00"), ServiceLevel::WorkingDays(1)).to_rfc3339(), "2026-03-30T21:59:59Z");
}

#[test]
fn a_day_of_25_hours_has_25_business_hours_and_one_of_23_has_23() {
    let calendar = always();
    let length = |day: Date| calendar.spans(day).iter().map(|span| span.end.millis_since(span.start)).sum::<i64>() / 3_600_000;
    assert_eq!((length(date(2026, 10, 25)), length(date(2026, 3, 29)), length(date(2026, 3, 30))), (25, 23, 24));
    let due = |received, hours| due_at(&calendar, genoa(received), ServiceLevel::BusinessHours(hours));
    assert_eq!(shown(due("2026-10-24T12:00", 24)), "2026-10-25T11:00:00");
    assert_eq!(shown(due("2026-03-28T12:00", 24)), "2026-03-29T13:00:00");
    // The hour from 2 to 3 comes twice: an hour after the first 2:30 is the second one.
    assert_eq!(due("2026-10-25T02:30", 1).to_rfc3339(), "2026-10-25T01:30:00Z");
    assert_eq!(due("2026-03-29T01:30", 1).to_rfc3339(), "2026-03-29T01:30:00Z");
}

#[test]
fn windows_inside_the_hour_that_is_missing_or_doubled_are_counted_as_the_wall_clock_shows_them() {
    let spans = |window: &[&str], day: Date| {
        let rules = json!({ "zone": "Europe/Rome", "holidays": "none", "hours": { "monday": ["08:00-18:00"] }, "open": [{ "date": day, "hours": window }] });
        let calendar = Calendar::new(serde_json::from_value(rules).unwrap()).unwrap();
        calendar
            .spans(day)
            .iter()
            .map(|span| (span.start.to_rfc3339()[11..16].to_owned(), span.end.to_rfc3339()[11..16].to_owned()))
            .collect::<Vec<_>>()
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    // Forward: 2:00 to 3:00 does not exist; the jump is at 01:00 UTC.
    assert_eq!(spans(&["02:10-02:50"], date(2026, 3, 29)), []);
    assert_eq!(spans(&["02:30-03:30"], date(2026, 3, 29)), [pair("01:00", "01:30")]);
    assert_eq!(spans(&["01:30-02:30"], date(2026, 3, 29)), [pair("00:30", "01:00")]);
    // Back: 2:00 to 3:00 comes twice, from 00:00 and from 01:00 UTC.
    assert_eq!(spans(&["02:00-03:00"], date(2026, 10, 25)), [pair("00:00", "02:00")]);
    assert_eq!(spans(&["01:00-02:30", "02:30-04:00"], date(2026, 10, 25)), [pair("23:00", "01:30"), pair("01:30", "03:00")]);
}

#[test]
fn a_pause_moves_the_date_by_the_working_time_that_was_lost() {
    let calendar = city();
    let pause = |from: &str, to: &str| Pause { to: Some(genoa(to)), ..Pause::begin(&calendar, genoa(from), PauseReason::Reporter) };
    let moved =
        |due: &str, level, from, to| shown(due_after_pause(&calendar, genoa(due), level, &pause(from, to), genoa("2030-01-01T00:00")));
    let (in_days, in_hours) = (ServiceLevel::WorkingDays(5), ServiceLevel::BusinessHours(8));
    // From Tuesday to Thursday: two working days.
    assert_eq!(moved("2026-11-27T23:59:59", in_days, "2026-11-24T15:00", "2026-11-26T09:00"), "2026-12-01T23:59:59");
    // Over a weekend only: nothing was lost.
    assert_eq!(moved("2026-11-27T23:59:59", in_days, "2026-11-20T15:00", "2026-11-22T09:00"), "2026-11-27T23:59:59");
    assert_eq!(moved("2026-11-24T12:00", in_hours, "2026-11-23T17:00", "2026-11-24T09:30"), "2026-11-24T14:30:00");
    assert_eq!(moved("2026-11-23T17:00", in_hours, "2026-11-20T18:30", "2026-11-23T07:00"), "2026-11-23T17:00:00");
    // It began when the promise was broken already.
    assert_eq!(moved("2026-11-23T12:00", in_hours, "2026-11-23T13:00", "2026-11-25T13:00"), "2026-11-23T12:00:00");
}

#[test]
fn a_pause_counts_up_to_its_limit_only() {
    let rules = CalendarRules { waiting_limit_days: 3, ..city().rules().clone() };
    let calendar = Calendar::new(rules).unwrap();
    let waiting = Pause::begin(&calendar, genoa("2026-11-23T10:00"), PauseReason::Other);
    assert_eq!(shown(waiting.until), "2026-11-26T23:59:59");
    let due = due_after_pause(&calendar, genoa("2026-11-25T23:59:59"), ServiceLevel::WorkingDays(2), &waiting, genoa("2027-06-01T10:00"));
    assert_eq!(shown(due), "2026-11-30T23:59:59");
}

#[test]
fn another_service_counts_from_the_receipt_and_keeps_the_pauses() {
    let calendar = city();
    let mut pause = Pause::begin(&calendar, genoa("2026-11-24T10:00"), PauseReason::Reporter);
    let received = genoa("2026-11-23T09:00");
    assert_eq!(
        shown(due_with_pauses(&calendar, received, ServiceLevel::WorkingDays(5), &[pause])),
        "2026-11-30T23:59:59",
        "it lasts still"
    );
    pause.to = Some(genoa("2026-11-26T10:00"));
    assert_eq!(shown(due_with_pauses(&calendar, received, ServiceLevel::WorkingDays(5), &[pause])), "2026-12-02T23:59:59");
    assert_eq!(shown(due_with_pauses(&calendar, received, ServiceLevel::BusinessHours(20), &[pause])), "2026-11-27T09:00:00");
}

#[test]
fn every_moment_that_can_be_written_has_a_due_date() {
    for received in [i64::MIN, -1, 0, i64::MAX] {
        for level in [ServiceLevel::WorkingDays(365), ServiceLevel::BusinessHours(1_000)] {
            let due = due_at(&city(), Timestamp::from_millis(received), level);
            assert!(due.to_jiff() <= jiff::Timestamp::MAX, "{received}");
        }
    }
}

#[test]
fn rules_that_are_no_calendar_are_refused_with_what_to_do() {
    let refused = |change: serde_json::Value| {
        let mut rules = serde_json::to_value(city().rules()).unwrap();
        rules.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        Calendar::new(serde_json::from_value(rules).unwrap()).unwrap_err()
    };
    assert_eq!(refused(json!({ "zone": "Europe/Genoa" })), CalendarInvalid::Zone("Europe/Genoa".to_owned()));
    assert_eq!(refused(json!({ "hours": { "monday": ["08:00-08:59"] } })), CalendarInvalid::NoHours);
    assert_eq!(refused(json!({ "waiting_limit_days": 0 })), CalendarInvalid::WaitingLimit(0));
    assert_eq!(refused(json!({ "closed": [{ "date": "2026-12-05" }] })), CalendarInvalid::Twice(date(2026, 12, 5)));
    assert_eq!(refused(json!({ "open": [{ "date": "2026-12-05", "hours": [] }] })), CalendarInvalid::OpenWithoutHours(date(2026, 12, 5)));
    assert_eq!(
        refused(json!({ "closed": [{ "date": "2026-05-05", "why": "x".repeat(201) }] })),
        CalendarInvalid::LongWhy(date(2026, 5, 5))
    );
    let many: Vec<_> = date(2026, 1, 1).series(jiff::ToSpan::days(1)).take(2_001).map(|day| json!({ "date": day })).collect();
    assert_eq!(refused(json!({ "closed": many })), CalendarInvalid::TooManyDays);
    for text in ["6-24", "13-01", "02-30", "0624", "+6-24"] {
        assert!(serde_json::from_value::<CalendarRules>(json!({ "zone": "UTC", "hours": {}, "patron": text })).is_err(), "{text}");
    }
    assert!(serde_json::from_value::<CalendarRules>(json!({ "zone": "UTC", "hours": { "montag": [] } })).is_err());
}

#[test]
fn a_level_stands_on_the_wire_in_words() {
    assert_eq!(serde_json::to_value(ServiceLevel::WorkingDays(5)).unwrap(), json!({ "working_days": 5 }));
    assert_eq!(serde_json::from_value::<ServiceLevel>(json!({ "business_hours": 8 })).unwrap(), ServiceLevel::BusinessHours(8));
    for level in [ServiceLevel::WorkingDays(0), ServiceLevel::BusinessHours(1)] {
        assert_eq!(ServiceLevel::from_parts(level.unit(), level.amount()), Some(level));
        assert_eq!(level.check(), Ok(()));
    }
    assert!(ServiceLevel::WorkingDays(366).check().is_err() && ServiceLevel::BusinessHours(0).check().is_err());
    assert_eq!(ServiceLevel::from_parts("weeks", 1), None);
}
