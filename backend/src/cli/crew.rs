//! `lanterna crew add|list` and `lanterna enrol`.

use super::output::Output;
use super::{CliError, CrewArgs, DataArgs, EnrolArgs};
use crate::clock::{Clock, SystemClock, entropy};
use crate::http::devices::enrolment_hash;
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::store::Store;
use crate::store::account::Actor;
use crate::store::crew::{CrewKept, Crews};
use lanterna_shared::enrolment::{Crew, ENROLMENT_LASTS_MS, EnrolmentCode, MAX_CREW_NAME_CHARS};
use lanterna_shared::problem::Invalid;
use lanterna_shared::service::CrewCode;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::text;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

fn refused(invalid: &Invalid) -> CliError {
    CliError::Refused(invalid.to_string())
}

pub(super) async fn add(args: CrewArgs, output: &Output) -> Result<(), CliError> {
    let code = CrewCode::new(args.code).map_err(|invalid| refused(&invalid))?;
    let department = DepartmentCode::new(args.department).map_err(|invalid| refused(&invalid))?;
    let name = args.name.trim().to_owned();
    text::check("the name", &name, MAX_CREW_NAME_CHARS).map_err(|invalid| refused(&invalid))?;
    let crew = Crew { code, name, department };
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let kept = store.keep_crew(crew.clone(), Actor::Operator, SystemClock.now()).await?;
    let city = store.city().await?;
    store.close().await;
    if kept == CrewKept::NoSuchDepartment {
        let known: Vec<_> = city.departments.iter().map(|department| department.code.as_str()).collect();
        return Err(CliError::Refused(format!("there is no such department: choose one of {}", known.join(", "))));
    }
    let text = format!(
        "The crew {} goes out for {}. `lanterna enrol {}` makes a code for one of its devices.",
        crew.code, crew.department, crew.code
    );
    output.say(&text, &json!({ "event": "crew", "code": crew.code, "name": crew.name, "department": crew.department }));
    Ok(())
}

pub(super) async fn list(args: DataArgs, output: &Output) -> Result<(), CliError> {
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let crews = store.crews().await?;
    store.close().await;
    let lines: Vec<_> = crews.iter().map(|crew| format!("{:<20} {:<16} {}", crew.code, crew.department, crew.name)).collect();
    let text = if lines.is_empty() { "There is no crew yet: add one with `lanterna crew add`.".to_owned() } else { lines.join("\n") };
    output.say(&text, &json!({ "event": "crews", "crews": crews }));
    Ok(())
}

pub(super) async fn enrol(args: EnrolArgs, output: &Output) -> Result<(), CliError> {
    let crew = CrewCode::new(args.crew).map_err(|invalid| refused(&invalid))?;
    let code = EnrolmentCode::mint(u64::from_le_bytes(entropy()?));
    let now = SystemClock.now();
    let expires_at = now.plus_millis(ENROLMENT_LASTS_MS);
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let known = store.add_enrolment(enrolment_hash(code), crew.clone(), expires_at, Actor::Operator, now).await?;
    store.close().await;
    if !known {
        return Err(CliError::Refused(format!(
            "there is no crew {crew}: add it with `lanterna crew add {crew} --department CODE --name NAME`"
        )));
    }
    let written = code.written();
    // The code stands behind the #, which no browser sends: it is in no log.
    let link = args.public_url.map(|url| format!("{}/#enrol={written}", url.trim_end_matches('/')));
    let picture = picture(link.as_deref().unwrap_or(&written))?;
    let until = expires_at.to_rfc3339();
    let text = format!(
        "One device can join the crew {crew} with the code {written}, once, until {until}:\n\n{picture}\n\nOn a device without a screen: \
         lanterna-device --home DIR init --server URL --enrol {written}"
    );
    output.say(&text, &json!({ "event": "enrolment", "crew": crew, "code": written, "link": link, "until": until }));
    Ok(())
}

/// A QR code for a terminal, dark on light whatever the terminal's colours.
fn picture(text: &str) -> Result<String, CliError> {
    let code = QrCode::new(text).map_err(|error| CliError::Refused(format!("no picture can be made of the code: {error}")))?;
    Ok(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_becomes_a_picture_that_fits_a_terminal() {
        let picture = picture("https://segnala.example.it/#enrol=7ZK3-M9Q0-4T").unwrap();
        assert!(picture.lines().count() <= 24, "{}", picture.lines().count());
        assert!(picture.lines().all(|line| line.chars().count() <= 48));
        assert!(picture.contains('█') && picture.contains('▀'));
    }
}
