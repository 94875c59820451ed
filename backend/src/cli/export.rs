//! `lanterna export services|departments|areas|addresses [FILE]`: what an import reads back the same.

use super::output::Output;
use super::{CliError, ExportArgs};
use crate::catalogue::{addresses, areas, departments, services};
use crate::clock::SystemClock;
use crate::keeping::folder::database;
use crate::metrics::Metrics;
use crate::server::open_store;
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

#[cfg(test)]
mod tests {
    use super::super::{DataArgs, ImportArgs, import};
    use super::*;
    use std::path::{Path, PathBuf};

    fn data(folder: &Path) -> DataArgs {
        DataArgs { data: folder.to_owned() }
    }

    /// Writes all four parts of a city into `to`.
    async fn export_all(folder: &Path, to: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for (part, name) in [
            (Part::Departments, "departments.json"),
            (Part::Areas, "areas.geojson"),
            (Part::Services, "services.json"),
            (Part::Addresses, "addresses.csv"),
        ] {
            let file = to.join(name);
            export(part, ExportArgs { file: Some(file.clone()), data: data(folder) }, &Output::new(true)).await.unwrap();
            files.push(file);
        }
        files
    }

    async fn import_file(file: &Path, folder: &Path) -> Result<(), CliError> {
        let args = ImportArgs { file: file.to_owned(), retire: false, data: data(folder) };
        let output = Output::new(true);
        match file.file_name().and_then(|name| name.to_str()) {
            Some("departments.json") => import::departments(args, &output).await,
            Some("areas.geojson") => import::areas(args, &output).await,
            Some("services.json") => import::services(args, &output).await,
            _ => import::addresses(args, None, &output).await,
        }
    }

    async fn demo_city() -> PathBuf {
        let folder = crate::testing::folder("city");
        let store = open_store(&folder, &SystemClock, &Metrics::default()).await.unwrap();
        crate::demo::seed(store.as_ref(), &SystemClock).await.unwrap();
        store.close().await;
        folder
    }

    #[tokio::test]
    async fn what_is_exported_and_imported_elsewhere_is_exported_the_same() {
        let (city, twin) = (demo_city().await, crate::testing::folder("twin"));
        let (first, second) = (crate::testing::folder("first"), crate::testing::folder("second"));
        let files = export_all(&city, &first).await;
        for file in &files {
            import_file(file, &twin).await.unwrap();
        }
        for (one, other) in files.iter().zip(export_all(&twin, &second).await) {
            assert!(fs::read(one).unwrap().len() > 500, "{}", one.display());
            assert_eq!(fs::read_to_string(one).unwrap(), fs::read_to_string(&other).unwrap(), "{}", one.display());
        }
        let versions = async |folder: &Path| {
            let store = open_store(folder, &SystemClock, &Metrics::default()).await.unwrap();
            store.city().await.unwrap().catalogue.areas_version.clone()
        };
        assert_eq!(versions(&city).await, versions(&twin).await);
    }

    #[tokio::test]
    async fn a_file_with_a_bad_line_changes_nothing_and_names_it() {
        let city = demo_city().await;
        let before = crate::testing::folder("before");
        let files = export_all(&city, &before).await;
        for (file, from, to, expected) in [
            (&files[0], "\"Aster\"", "\"\"", "name is empty"),
            (&files[1], "municipio-2", "municipio-1", "line 3: the code municipio-1 stands in line 2 already"),
            (&files[2], "\"working_days\": 5", "\"working_days\": 0", "working_days is outside 1 to 365"),
            (&files[3], "Via Garibaldi,9,,red", "Via Garibaldi,nove,,red", "is no house number"),
        ] {
            let broken = crate::testing::folder("broken").join(file.file_name().unwrap());
            let text = fs::read_to_string(file).unwrap();
            assert!(text.contains(from), "{}", file.display());
            fs::write(&broken, text.replacen(from, to, 1)).unwrap();
            let refusal = import_file(&broken, &city).await.unwrap_err().to_string();
            assert!(refusal.contains(expected) && refusal.contains(", line ") && refusal.ends_with("nothing was imported"), "{refusal}");
        }
        for (one, other) in files.iter().zip(export_all(&city, &crate::testing::folder("after")).await) {
            assert_eq!(fs::read(one).unwrap(), fs::read(&other).unwrap());
        }
    }

    #[tokio::test]
    async fn an_area_that_a_rule_needs_is_named_by_the_command() {
        let city = demo_city().await;
        let files = export_all(&city, &crate::testing::folder("out")).await;
        let text = fs::read_to_string(&files[1]).unwrap();
        let without: Vec<_> = text.lines().filter(|line| !line.contains("\"municipio-1\"")).collect();
        let fewer = crate::testing::folder("fewer").join("areas.geojson");
        fs::write(&fewer, without.join("\n")).unwrap();
        let refusal = import_file(&fewer, &city).await.unwrap_err().to_string();
        assert!(refusal.contains("municipio-1"), "{refusal}");
    }
}
