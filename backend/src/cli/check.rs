//! `lanterna check`: looks through database and photos for what cannot be. Repairs nothing and deletes nothing.

use super::output::Output;
use super::{CliError, DataArgs};
use crate::clock::SystemClock;
use crate::keeping::folder::{admit, database};
use crate::keeping::leftovers::{Files, list};
use crate::metrics::Metrics;
use crate::photo::folder::PhotoFolder;
use crate::server::{StartError, open_store};
use crate::store::sqlite::open::{newest, schema_of};
use crate::store::{Findings, Store};
use lanterna_shared::photo::PhotoHash;
use serde_json::json;
use std::fmt::Display;
use std::path::Path;

/// The most faults or leftovers of one kind that are named.
const NAMED: usize = 20;

pub(super) async fn check(args: DataArgs, output: &Output) -> Result<(), CliError> {
    let refused = |what: String| Err(CliError::Refused(what));
    admit(&args.data).map_err(StartError::from)?;
    if !database(&args.data).is_file() {
        return refused(format!("there is no database in {}: name its folder with --data", args.data.display()));
    }
    // Asked of the engine: of a server that runs, the newest state is in the log beside the file.
    let (found, newest) = (schema_of(&database(&args.data)).map_err(StartError::from)?, newest());
    if found < newest {
        return refused(format!(
            "the database is of schema {found} and this program works with {newest}: start the server once, then check"
        ));
    }
    let files = files(&args.data)?;
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let mut findings = store.check().await?;
    check_photos(store.as_ref(), &args.data, files, &mut findings).await?;
    store.close().await;
    say(&findings, output);
    if findings.faults.is_empty() { Ok(()) } else { Err(CliError::Faults(findings.faults.len())) }
}

fn say(findings: &Findings, output: &Output) {
    let counts: Vec<_> = findings.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let mut text = counts.join(", ");
    for line in findings.leftovers.iter().chain(&findings.faults) {
        text.push('\n');
        text.push_str(line);
    }
    text.push_str(if findings.faults.is_empty() {
        "\nEverything is as it should be."
    } else {
        "\nRestore the last backup, or ask for help with these sentences."
    });
    let counts: serde_json::Map<_, _> = findings.counts.iter().map(|(what, count)| (what.replace([' ', '-'], "_"), json!(count))).collect();
    output.say(&text, &json!({ "event": "checked", "counts": counts, "faults": findings.faults, "leftovers": findings.leftovers }));
}

fn files(data: &Path) -> Result<Files, CliError> {
    let unusable = |source| StartError::from(crate::keeping::folder::FolderRefusal::Unusable { folder: data.to_owned(), source });
    Ok(list(&PhotoFolder::at(data)).map_err(unusable)?)
}

/// Every photo that is said to be there must be there with the bytes that its name promises, and every file must be somebody's.
async fn check_photos(store: &dyn Store, data: &Path, mut files: Files, findings: &mut Findings) -> Result<(), CliError> {
    let folder = PhotoFolder::at(data);
    let mut place = 0;
    loop {
        let photos = store.present_photos(place).await?;
        let Some(last) = photos.last() else { break };
        place = last.place;
        for photo in photos {
            files.photos.remove(&photo.hash);
            let folder = folder.clone();
            let is_whole = tokio::task::spawn_blocking(move || folder.is_whole(photo.hash, photo.size_bytes)).await;
            match is_whole {
                Ok(Ok(true)) => {}
                Ok(Err(error)) => findings.faults.push(format!("The photo {} cannot be read: {error}.", photo.hash)),
                _ => findings.faults.push(format!("The photo {} is missing or its bytes are others.", photo.hash)),
            }
        }
    }
    let unsaid: Vec<PhotoHash> = files.photos.iter().copied().collect();
    let unknown = store.unknown_photos(unsaid).await?;
    name(&unknown, |hash| format!("The photo {hash} belongs to no report: nobody should have it, remove the file."), &mut findings.faults);
    let unknown: std::collections::BTreeSet<_> = unknown.into_iter().collect();
    let unsaid: Vec<_> = files.photos.difference(&unknown).collect();
    name(
        &unsaid,
        |hash| format!("The photo {hash} arrived just when the server stopped: its device sends it again."),
        &mut findings.leftovers,
    );
    let staged: Vec<_> = files.staged.into_iter().collect();
    let forgotten = store.unknown_uploads(staged).await?;
    name(
        &forgotten,
        |upload| format!("The file staging/{} belongs to no upload: the server sweeps it after a day.", upload.0.simple()),
        &mut findings.leftovers,
    );
    let foreign: Vec<_> = files.foreign.iter().map(|path| path.display()).collect();
    name(&foreign, |path| format!("The file {path} is none of Lanterna's: move it away."), &mut findings.leftovers);
    Ok(())
}

/// Some of `all` in a sentence each, and how many more there are.
fn name<T>(all: &[T], sentence: impl Fn(&T) -> String, to: &mut Vec<String>) {
    to.extend(all.iter().take(NAMED).map(sentence));
    if let Some(more) = all.len().checked_sub(NAMED).filter(|more| *more > 0) {
        to.push(more_like_this(more));
    }
}

fn more_like_this(more: impl Display) -> String {
    format!("And {more} more like this.")
}
