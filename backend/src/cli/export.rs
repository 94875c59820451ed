//! `lanterna export services|departments|areas|addresses [FILE]`: what an import reads back the same.

use super::output::Output;
use super::{CliError, ExportArgs};
use crate::catalogue::{addresses, areas, departments, services};
use crate::clock::SystemClock;
use crate::metrics::Metrics;
use crate::server::{database, open_store};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

/// What can be exported.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Services,
    Departments,
    Areas,
    Addresses,
}

pub(super) async fn export(part: Part, args: ExportArgs, output: &Output) -> Result<(), CliError> {
    if !database(&args.data.data).is_file() {
        return Err(CliError::Refused(format!("there is no database in {}: name its folder with --data", args.data.data.display())));
    }
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let written = write(part, &store).await;
    store.close().await;
    let bytes = written?;
    let Some(file) = args.file else {
        // A reader that went away had enough.
        let _ = io::stdout().lock().write_all(&bytes);
        return Ok(());
    };
    let failed = |error: io::Error| CliError::Refused(format!("{} cannot be written: {error}", file.display()));
    fs::write(&file, &bytes).map_err(failed)?;
    output.say(&format!("Written to {}.", file.display()), &json!({ "event": "exported", "file": file, "bytes": bytes.len() }));
    Ok(())
}

async fn write(part: Part, store: &Arc<SqliteStore>) -> Result<Vec<u8>, CliError> {
    let city = store.city().await?;
    let broke = |error: &dyn std::error::Error| CliError::Refused(format!("the export broke off: {error}"));
    Ok(match part {
        Part::Services => services::write(&city.catalogue.services).map_err(|error| broke(&error))?.into_bytes(),
        Part::Departments => departments::write(&city.departments).map_err(|error| broke(&error))?.into_bytes(),
        Part::Areas => areas::write(city.areas.areas(), city.areas.kind()).into_bytes(),
        Part::Addresses => {
            let mut bytes = Vec::new();
            addresses::write(&store.addresses().await?, &mut bytes).map_err(|error| broke(&error))?;
            bytes
        }
    })
}
