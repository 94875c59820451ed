//! `lanterna check`: looks through database and photos for what cannot be.

use super::output::Output;
use super::{CliError, DataArgs};
use crate::clock::SystemClock;
use crate::metrics::Metrics;
use crate::photo::folder::PhotoFolder;
use crate::server::{StartError, database, open_store};
use crate::store::{Findings, Store};
use serde_json::json;
use std::path::Path;

pub(super) async fn check(args: DataArgs, output: &Output) -> Result<(), CliError> {
    if !database(&args.data).is_file() {
        return Err(CliError::Refused(format!("there is no database in {}: name its folder with --data", args.data.display())));
    }
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let mut findings = store.check().await?;
    check_photos(store.as_ref(), &args.data, &mut findings).await?;
    store.close().await;
    let counts: Vec<_> = findings.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let mut text = counts.join(", ");
    for fault in &findings.faults {
        text.push('\n');
        text.push_str(fault);
    }
    text.push_str(if findings.faults.is_empty() {
        "\nEverything is as it should be."
    } else {
        "\nRestore the last backup, or ask for help with these sentences."
    });
    let counts: serde_json::Map<_, _> = findings.counts.iter().map(|(what, count)| (what.replace([' ', '-'], "_"), json!(count))).collect();
    output.say(&text, &json!({ "event": "checked", "counts": counts, "faults": findings.faults }));
    if findings.faults.is_empty() { Ok(()) } else { Err(CliError::Faults(findings.faults.len())) }
}

/// Every photo that is said to be there must be there, with the bytes that its name promises.
async fn check_photos(store: &dyn Store, data: &Path, findings: &mut Findings) -> Result<(), CliError> {
    let folder_error = |source| StartError::Folder { folder: data.to_owned(), source };
    let folder = PhotoFolder::open(data).map_err(folder_error)?;
    let mut place = 0;
    loop {
        let photos = store.present_photos(place).await?;
        let Some(last) = photos.last() else { return Ok(()) };
        place = last.place;
        for photo in photos {
            let folder = folder.clone();
            let is_whole = tokio::task::spawn_blocking(move || folder.is_whole(photo.hash, photo.size_bytes)).await;
            match is_whole {
                Ok(Ok(true)) => {}
                Ok(Err(error)) => findings.faults.push(format!("The photo {} cannot be read: {error}.", photo.hash)),
                _ => findings.faults.push(format!("The photo {} is missing or its bytes are others.", photo.hash)),
            }
        }
    }
}
