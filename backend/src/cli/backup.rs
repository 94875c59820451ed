//! `lanterna backup` and `lanterna restore`.

use super::output::Output;
use super::progress::Progress;
use super::{BackupArgs, CliError, RestoreArgs};
use crate::clock::{Clock, SystemClock};
use crate::keeping::backup::backup as make;
use crate::keeping::error::megabytes;
use crate::keeping::restore::restore as unpack;
use serde_json::json;
use std::fmt::Write as _;

/// The most photos that are named.
const NAMED: usize = 20;

pub(super) async fn backup(args: BackupArgs, output: &Output) -> Result<(), CliError> {
    let BackupArgs { file, data } = args;
    let (to, now) = (file.clone(), SystemClock.now());
    let making = tokio::task::spawn_blocking(move || {
        let mut bar = Progress::new("saved");
        make(&data.data, &to, now, &mut |progress| bar.show(progress.done, progress.of))
    });
    let made = making.await.map_err(|error| CliError::Refused(error.to_string()))??;
    let file = file.display().to_string();
    let mut text = format!(
        "{file} holds {} reports, {} cases and {} files of photos, in {}.",
        made.summary.reports,
        made.summary.cases,
        made.summary.photos.saturating_sub(u64::try_from(made.missing.len()).unwrap_or(u64::MAX)),
        megabytes(made.file_bytes)
    );
    for hash in made.missing.iter().take(NAMED) {
        let _ = write!(text, "\nThe photo {hash} is missing or its bytes are others: it is not in the backup.");
    }
    let missing: Vec<_> = made.missing.iter().map(ToString::to_string).collect();
    output
        .say(&text, &json!({ "event": "backed_up", "file": file, "bytes": made.file_bytes, "summary": made.summary, "missing": missing }));
    if missing.is_empty() { Ok(()) } else { Err(CliError::Incomplete(missing.len())) }
}

pub(super) async fn restore(args: RestoreArgs, output: &Output) -> Result<(), CliError> {
    let RestoreArgs { file, data, skip_numbers } = args;
    let (to, now) = (data.data.clone(), SystemClock.now());
    let unpacking = tokio::task::spawn_blocking(move || {
        let mut bar = Progress::new("restored");
        unpack(&file, &to, skip_numbers, now, &mut |progress| bar.show(progress.done, progress.of))
    });
    let restored = unpacking.await.map_err(|error| CliError::Refused(error.to_string()))??;
    let (data, summary) = (data.data.display().to_string(), &restored.summary);
    let mut text = format!(
        "{data} is as it was on {}: {} reports, {} cases and {} files of photos.\nDevices send again what they still hold and was sent after that. Everybody has to log in again.",
        summary.made, summary.reports, summary.cases, restored.photos
    );
    if restored.wanted_again > 0 {
        let _ = write!(text, "\n{} files of photos were not in the backup: devices are asked for them.", restored.wanted_again);
    }
    output.say(
        &text,
        &json!({ "event": "restored", "data": data, "summary": summary, "photos": restored.photos, "wanted_again": restored.wanted_again }),
    );
    Ok(())
}
