//! `lanterna demo`.

use super::output::Output;
use super::progress::Progress;
use super::serve::{open, until_stopped};
use super::{CliError, DemoArgs};
use crate::clock::{Clock, SystemClock};
use crate::demo;
use crate::demo::past::Past;
use crate::demo::past::happen::happen;
use crate::store::Store;
use crate::store::staff::CaseScope;
use serde_json::json;
use std::fmt::Write as _;

/// The past is the same for everybody.
const SEED: u64 = 1128;

pub(super) async fn demo(DemoArgs { serve: args, cases }: DemoArgs, output: &Output) -> Result<(), CliError> {
    let opened = open(&args).await?;
    let logins = demo::seed(opened.store().as_ref(), &SystemClock).await?;
    live(opened.store().as_ref(), cases).await?;
    let server = opened.serve();
    let url = server.url();
    let data = args.data.data.display().to_string();
    let mut text = format!("Lanterna listens on {url} with a city to try in {data}. Stop it with Ctrl-C.\n\n");
    let _ = writeln!(text, "Citizens: {url}/\nOffice:   {url}/console\n\nLog-ins for the office:");
    for login in &logins {
        let _ = writeln!(text, "  {:<12} password {:<22} {}", login.name, login.password, login.says);
    }
    if cases > 0 {
        let _ = writeln!(
            text,
            "Every other office has one, too: the name is its code (waste, lighting, water, …), the password demo- and that code."
        );
    }
    if !server.address().ip().is_loopback() {
        text.push_str("\nThese passwords are known to everybody: let only people you trust reach this address.\n");
    }
    let people: Vec<_> = logins
        .iter()
        .map(|login| json!({ "name": login.name, "password": login.password, "role": login.role.as_str(), "department": login.department }))
        .collect();
    let address = server.address();
    output.say(
        text.trim_end(),
        &json!({ "event": "listening", "address": address, "url": url, "data": data, "citizen": format!("{url}/"),
            "console": format!("{url}/console"), "logins": people }),
    );
    until_stopped(server).await;
    Ok(())
}

/// Gives a city without cases a past.
async fn live(store: &dyn Store, cases: u32) -> Result<(), CliError> {
    let any = store.case_page(CaseScope::All, None, 1).await?;
    if cases == 0 || !any.cases.is_empty() {
        return Ok(());
    }
    let city = store.city().await?;
    let past = Past::new(SEED, cases, city.areas.areas(), city.zone.clone(), SystemClock.now())?;
    let mut progress = Progress::new("of the last two months' reports");
    happen(store, &SystemClock, past, || progress.add(1, u64::from(cases))).await?;
    Ok(())
}
