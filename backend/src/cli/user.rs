//! `lanterna user add`. The other commands about people are in [`super::people`].

use super::output::Output;
use super::{CliError, UserArgs};
use crate::clock::{Clock, SystemClock, entropy};
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::staff::password;
use crate::store::Store;
use crate::store::account::Actor;
use crate::store::audit::{AuditLog, Noted};
use crate::store::staff::{NewStaff, StaffAdded};
use lanterna_shared::account::check_password;
use lanterna_shared::audit::Act;
use lanterna_shared::id::UserId;
use lanterna_shared::office::MAX_LOGIN_CHARS;
use lanterna_shared::role::Role;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::text;
use serde_json::json;

pub(super) async fn add(args: UserArgs, output: &Output) -> Result<(), CliError> {
    let refused = |what: String| CliError::Refused(what);
    let name = args.name.trim().to_owned();
    text::check("the name", &name, MAX_LOGIN_CHARS).map_err(|invalid| refused(invalid.to_string()))?;
    if name.is_empty() {
        return Err(refused("the name is empty: give the name that the person will log in with".to_owned()));
    }
    let role = super::role(&args.role).map_err(refused)?;
    let department = department(role, args.department.as_deref())?;
    let (chosen, shown) = if args.password_stdin {
        (read_password()?, None)
    } else {
        let made = password::generate(entropy()?);
        (made.clone(), Some(made))
    };
    let password_hash =
        tokio::task::spawn_blocking(move || password::hash(&chosen)).await.map_err(|error| refused(error.to_string()))??;
    let clock = SystemClock;
    let user = UserId::mint(clock.now(), entropy()?);
    let staff = NewStaff { user, name: name.clone(), role, department: department.clone(), password_hash };
    let store = open_store(&args.data.data, &clock, &Metrics::default()).await?;
    let added = store.add_staff(staff, clock.now()).await?;
    let city = store.city().await?;
    if added == StaffAdded::Added {
        let noted = Noted { by: Actor::Operator, act: Act::StaffAdded, about: user.to_string() };
        store.note(noted, clock.now()).await?;
    }
    store.close().await;
    match added {
        StaffAdded::Added => {}
        StaffAdded::NameTaken => return Err(refused(format!("somebody logs in as {name} already: choose another name"))),
        StaffAdded::NoSuchDepartment => {
            let known: Vec<_> = city.departments.iter().map(|department| department.code.as_str()).collect();
            return Err(refused(format!("there is no such department: choose one of {}", known.join(", "))));
        }
    }
    let text = match &shown {
        Some(password) => format!("{name} can log in as {} with the password {password}", role.as_str()),
        None => format!("{name} can log in as {}", role.as_str()),
    };
    let department = department.map(String::from);
    output.say(&text, &json!({ "event": "added", "name": name, "role": role.as_str(), "department": department, "password": shown }));
    Ok(())
}

/// Officers and partners work somewhere, the others nowhere.
fn department(role: Role, code: Option<&str>) -> Result<Option<DepartmentCode>, CliError> {
    let refused = |what: &str| Err(CliError::Refused(what.to_owned()));
    match (role.is_bound_to_owner(), code) {
        (true, Some(code)) => DepartmentCode::new(code).map(Some).map_err(|invalid| CliError::Refused(invalid.to_string())),
        (true, None) => refused("an officer or partner works in a department: give it with --department"),
        (false, Some(_)) => refused("only officers and partners work in a department: leave --department out"),
        (false, None) => Ok(None),
    }
}

fn read_password() -> Result<String, CliError> {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|error| CliError::Refused(format!("the password cannot be read from the standard input: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    check_password("the password", password).map_err(|invalid| CliError::Refused(invalid.to_string()))?;
    Ok(password.to_owned())
}
