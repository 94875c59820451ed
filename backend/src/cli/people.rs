//! `lanterna user list|reset|disable|enable|totp-reset` and `lanterna messages`.

use super::output::Output;
use super::{CliError, DataArgs, PersonArgs};
use crate::clock::{Clock, SystemClock, entropy};
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::staff::password;
use crate::store::Store;
use crate::store::account::{Accounts, Actor, ONE_TIME_MS, StaffChange};
use crate::store::profile::Profiles;
use lanterna_shared::account::{MAX_PAGE_LINES, StaffLine};
use serde_json::json;

pub(super) async fn list(args: DataArgs, output: &Output) -> Result<(), CliError> {
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let mut everybody: Vec<StaffLine> = Vec::new();
    let mut after = None;
    loop {
        let page = store.staff_page(after, MAX_PAGE_LINES).await?;
        everybody.extend(page.staff);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    store.close().await;
    let lines: Vec<_> = everybody.iter().map(line).collect();
    let text = if lines.is_empty() { "Nobody can log in yet: add somebody with `lanterna user add`.".to_owned() } else { lines.join("\n") };
    output.say(&text, &json!({ "event": "staff", "staff": everybody }));
    Ok(())
}

fn line(person: &StaffLine) -> String {
    let department = person.department.as_ref().map_or("", |department| department.code.as_str());
    let mut notes = Vec::new();
    if person.disabled {
        notes.push("shut out");
    }
    if person.second_factor {
        notes.push("second factor");
    }
    if person.one_time_password {
        notes.push("one-time password");
    }
    format!("{:<20} {:<14} {department:<16} {}", person.name, person.role.as_str(), notes.join(", ")).trim_end().to_owned()
}

/// Does something to the log-in of a name, with a sentence for when it is done.
async fn change(args: PersonArgs, change: StaffChange, event: &str, said: &str, output: &Output) -> Result<(), CliError> {
    changed(&args, change).await?;
    output.say(&format!("{} {said}", args.name), &json!({ "event": event, "name": args.name }));
    Ok(())
}

async fn changed(args: &PersonArgs, change: StaffChange) -> Result<(), CliError> {
    let store = open_store(&args.data.data, &SystemClock, &Metrics::default()).await?;
    let login = store.login(args.name.clone()).await?;
    let known = match login {
        Some(login) => store.change_staff(login.user, change, Actor::Operator, SystemClock.now()).await?,
        None => false,
    };
    store.close().await;
    if known { Ok(()) } else { Err(CliError::Refused(format!("nobody logs in as {}: `lanterna user list` shows who does", args.name))) }
}

pub(super) async fn reset(args: PersonArgs, output: &Output) -> Result<(), CliError> {
    let made = password::generate(entropy()?);
    let hashed = made.clone();
    let hash = tokio::task::spawn_blocking(move || password::hash(&hashed)).await;
    let password_hash = hash.map_err(|error| CliError::Refused(error.to_string()))??;
    let until = SystemClock.now().plus_millis(ONE_TIME_MS);
    changed(&args, StaffChange::OneTimePassword { password_hash, until }).await?;
    let text = format!("{} can log in once with the password {made} until {}, and chooses another then", args.name, until.to_rfc3339());
    output.say(&text, &json!({ "event": "reset", "name": args.name, "password": made, "until": until.to_rfc3339() }));
    Ok(())
}

pub(super) async fn disable(args: PersonArgs, output: &Output) -> Result<(), CliError> {
    change(args, StaffChange::Disable, "disabled", "can no longer log in", output).await
}

pub(super) async fn enable(args: PersonArgs, output: &Output) -> Result<(), CliError> {
    change(args, StaffChange::Enable, "enabled", "can log in again", output).await
}

pub(super) async fn totp_reset(args: PersonArgs, output: &Output) -> Result<(), CliError> {
    change(args, StaffChange::NoSecondFactor, "totp_reset", "has no second factor any more", output).await
}

pub(super) async fn messages(args: DataArgs, output: &Output) -> Result<(), CliError> {
    let store = open_store(&args.data, &SystemClock, &Metrics::default()).await?;
    let count = store.pending_message_count(SystemClock.now()).await?;
    store.close().await;
    output.say(&format!("{count} messages wait to be sent"), &json!({ "event": "messages", "pending": count }));
    Ok(())
}
