//! `lanterna import services|departments|areas|addresses FILE`: all or nothing, with every line that is wrong and what to do.

use super::output::Output;
use super::{CliError, ImportArgs};
use crate::catalogue::addresses::{self, Wanted};
use crate::catalogue::file::{self, Faults, FileError};
use crate::catalogue::{areas, departments, services};
use crate::clock::{Clock, SystemClock};
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::store::Store;
use crate::store::account::Actor;
use crate::store::audit::Noted;
use crate::store::catalogue::{Import, Retire};
use lanterna_shared::audit::Act;
use lanterna_shared::outline::Bounds;
use serde_json::json;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

fn of_file<T>(file: &Path, read: Result<T, Faults>) -> Result<T, FileError> {
    read.map_err(|faults| FileError { file: file.to_owned(), faults })
}

pub(super) async fn services(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let text = file::read(&args.file, file::MAX_JSON_BYTES)?;
    let read = of_file(&args.file, services::read(&text))?;
    let count = read.len();
    import(&args, Import::Services(read)).await?;
    output.say(&format!("{count} services are offered now; all others are retired."), &json!({ "event": "imported", "services": count }));
    Ok(())
}

pub(super) async fn departments(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let text = file::read(&args.file, file::MAX_JSON_BYTES)?;
    let read = of_file(&args.file, departments::read(&text))?;
    let (count, crews) = (read.len(), read.iter().map(|department| department.crews.len()).sum::<usize>());
    import(&args, Import::Departments(read)).await?;
    let text = format!("{count} departments and partners with {crews} crews can own cases now; all others are retired.");
    output.say(&text, &json!({ "event": "imported", "departments": count, "crews": crews }));
    Ok(())
}

pub(super) async fn areas(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let text = file::read(&args.file, file::MAX_AREAS_BYTES)?;
    let read = of_file(&args.file, areas::read(&text))?;
    let (count, lies_in) = (read.areas.len(), read.lies_in.clone());
    import(&args, Import::Areas(read)).await?;
    let text = format!("{count} areas are in use now; all others are retired. A case lies in its {lies_in}.");
    output.say(&text, &json!({ "event": "imported", "areas": count, "lies_in": lies_in }));
    Ok(())
}

/// Addresses, of one comune where `comune` names it.
pub(super) async fn addresses(args: ImportArgs, comune: Option<String>, output: &Output) -> Result<(), CliError> {
    file::is_within(&args.file, file::MAX_ADDRESSES_BYTES)?;
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let city = Bounds::of(store.city().await?.areas.areas());
    let path = args.file.clone();
    let source =
        File::open(&path).map_err(|error| FileError { file: path, faults: Faults::one(None, format!("it cannot be read: {error}")) })?;
    let wanted = Wanted { comune, city };
    let read = tokio::task::spawn_blocking(move || addresses::read(source, &wanted)).await;
    let read = read.map_err(|_| CliError::Refused("the reading broke off: see the log above".to_owned()))?;
    let read = match of_file(&args.file, read) {
        Ok(read) => read,
        Err(error) => {
            store.close().await;
            return Err(error.into());
        }
    };
    let count = read.addresses.len();
    let (position, number, repeated) = (read.without_position, read.without_number, read.repeated);
    let imported = store.import(Import::Addresses(read.addresses), Retire::Refuse).await?;
    if imported.is_ok() {
        note(store.as_ref(), "addresses").await?;
    }
    store.close().await;
    imported?;
    let mut text = format!("{count} addresses are known now; all others are forgotten.");
    for (left_out, why) in [(position, "had no position"), (number, "had no number"), (repeated, "were there already")] {
        if left_out > 0 {
            let _ = write!(text, " {left_out} lines {why} and were left out.");
        }
    }
    let value =
        json!({ "event": "imported", "addresses": count, "without_position": position, "without_number": number, "repeated": repeated });
    output.say(&text, &value);
    Ok(())
}

async fn import(args: &ImportArgs, import: Import) -> Result<(), CliError> {
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let about = match &import {
        Import::Areas(_) => "areas",
        Import::Services(_) => "services",
        Import::Departments(_) => "departments",
        Import::Addresses(_) => "addresses",
    };
    let imported = store.import(import, if args.retire { Retire::Anyway } else { Retire::Refuse }).await?;
    if imported.is_ok() {
        note(store.as_ref(), about).await?;
    }
    store.close().await;
    Ok(imported?)
}

/// Writes into the audit that a part of the city was replaced.
pub(super) async fn note(store: &dyn Store, about: &str) -> Result<(), CliError> {
    let noted = Noted { by: Actor::Operator, act: Act::Imported, about: about.to_owned() };
    Ok(store.note(noted, SystemClock.now()).await?)
}
