//! `lanterna demo`.

use super::output::Output;
use super::serve::{open, until_stopped};
use super::{CliError, ServeArgs};
use crate::clock::SystemClock;
use crate::demo;
use serde_json::json;
use std::fmt::Write as _;

pub(super) async fn demo(args: ServeArgs, output: &Output) -> Result<(), CliError> {
    let opened = open(&args).await?;
    let logins = demo::seed(opened.store().as_ref(), &SystemClock).await?;
    let server = opened.serve();
    let url = server.url();
    let data = args.data.data.display().to_string();
    let mut text = format!("Lanterna listens on {url} with a city to try in {data}. Stop it with Ctrl-C.\n\n");
    let _ = writeln!(text, "Citizens: {url}/\nOffice:   {url}/console\n\nLog-ins for the office:");
    for login in &logins {
        let _ = writeln!(text, "  {:<12} password {:<22} {}", login.name, login.password, login.says);
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
