//! `lanterna import calendar FILE` and `lanterna export calendar`: all or nothing, with the line that is wrong and what to do.

use super::import::note;
use super::output::Output;
use super::{CliError, DataArgs, ImportArgs};
use crate::clock::{Clock, SystemClock};
use crate::keeping::folder::database;
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::store::Store;
use lanterna_shared::clock::{Calendar, CalendarRules};
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// The largest file, in bytes.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// What is wrong with a calendar's file.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {what}", file.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct CalendarFileError {
    file: PathBuf,
    line: Option<usize>,
    what: String,
}

pub(super) async fn import(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let wrong = |line, what| CalendarFileError { file: args.file.clone(), line, what };
    let size = fs::metadata(&args.file).map_err(|error| wrong(None, format!("it cannot be read: {error}")))?.len();
    if size > MAX_FILE_BYTES {
        return Err(wrong(None, "it is over 4 MB: a calendar is a page of JSON, see `lanterna export calendar`".to_owned()).into());
    }
    let text = fs::read_to_string(&args.file).map_err(|error| wrong(None, format!("it cannot be read: {error}")))?;
    let calendar = read(&text).map_err(|(line, what)| wrong(line, what))?;
    let rules = calendar.rules().clone();
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    store.import_calendar(calendar, SystemClock.now()).await?;
    note(store.as_ref(), "calendar").await?;
    store.close().await;
    let (zone, hours) = (&rules.zone, rules.hours.minutes() / 60);
    output.say(
        &format!("New promises are counted on this calendar from now on: {hours} hours a week in {zone}. Due dates that were given stay."),
        &json!({ "event": "imported", "zone": zone, "hours_a_week": hours, "closed": rules.closed.len(), "open": rules.open.len() }),
    );
    Ok(())
}

pub(super) async fn export(args: DataArgs, output: &Output) -> Result<(), CliError> {
    if !database(&args.data).is_file() {
        return Err(CliError::Refused(format!("there is no database in {}: name its folder with --data", args.data.display())));
    }
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let city = store.city().await;
    store.close().await;
    let city = city?;
    let rules = city.calendar.rules();
    // In the order in which people write it.
    let text =
        serde_json::to_string_pretty(rules).map_err(|error| CliError::Refused(format!("the calendar cannot be written: {error}")))?;
    output.say(&text, &json!(rules));
    Ok(())
}

/// The calendar of a JSON text; otherwise the line that is wrong, where it is one, and what to do.
///
/// # Errors
/// The line and a sentence.
pub(crate) fn read(text: &str) -> Result<Calendar, (Option<usize>, String)> {
    let rules: CalendarRules = serde_json::from_str(text).map_err(|error| {
        let line = Some(error.line()).filter(|line| *line > 0);
        let said = error.to_string();
        // The line stands before it already.
        let said = said.split(" at line ").next().unwrap_or_default();
        (line, format!("{said}; `lanterna export calendar` shows how a calendar is written"))
    })?;
    Calendar::new(rules).map_err(|invalid| {
        let mark = invalid.mark();
        let line = text.lines().zip(1..).filter(|(line, _)| !mark.is_empty() && line.contains(&mark)).last();
        (line.map(|(_, number)| number), invalid.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(change: impl Fn(&str) -> String) -> Result<Calendar, (Option<usize>, String)> {
        let text = [
            "{",
            "  \"zone\": \"Europe/Rome\",",
            "  \"hours\": {",
            "    \"monday\": [\"08:00-13:00\", \"14:00-17:00\"]",
            "  },",
            "  \"patron\": \"06-24\",",
            "  \"closed\": [",
            "    { \"date\": \"2026-12-24\", \"why\": \"Vigilia\" },",
            "    { \"date\": \"2026-12-31\" }",
            "  ],",
            "  \"waiting_limit_days\": 20",
            "}",
        ];
        read(&change(&text.join("\n")))
    }

    #[test]
    fn a_calendar_is_read_and_written_back_the_same() {
        let calendar = file(str::to_owned).unwrap();
        assert_eq!(calendar.rules().waiting_limit_days, 20);
        let written = format!("{:#}", json!(calendar.rules()));
        assert_eq!(read(&written).unwrap().rules(), calendar.rules());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
        let cases = [
            ("Europe/Rome", "Europe/Genoa", 2, "IANA name"),
            ("14:00-17:00", "17:00-14:00", 4, "08:00-18:00"),
            ("14:00-17:00", "12:00-17:00", 4, "in order and apart"),
            ("monday", "montag", 4, "unknown field"),
            ("06-24", "24-06", 6, "month and day"),
            ("2026-12-24", "2026-02-30", 8, "2026-02"),
            ("2026-12-31", "2026-12-24", 9, "stands twice"),
            ("20\n}", "400\n}", 11, "1 to 365"),
            ("\"patron\"", "patron", 6, "key must be a string"),
        ];
        for (from, to, line, says) in cases {
            let (at, what) = file(|text| text.replacen(from, to, 1)).unwrap_err();
            assert_eq!(at, Some(line), "{to}: {what}");
            assert!(what.contains(says), "{to}: {what}");
        }
        assert!(read("").unwrap_err().1.contains("export calendar"));
    }
}
