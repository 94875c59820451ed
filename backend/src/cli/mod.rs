//! The command line: stable, and with `--json` made for scripts. Exit 0 = done, 1 = not done and said why, 2 = the command itself is wrong.

mod check;
mod crew;
mod demo;
mod import;
mod output;
mod people;
mod serve;
mod user;

use crate::clock::NoEntropy;
use crate::demo::DemoError;
use crate::server::StartError;
use crate::staff::password::PasswordError;
use crate::store::city::ImportRefusal;
use crate::store::error::StoreError;
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use import::read as read_areas;
use lanterna_shared::role::Role;
use output::Output;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Lanterna's server: reports of citizens become cases of the right office.
#[derive(Parser)]
#[command(name = "lanterna", version, max_term_width = 120)]
pub struct Cli {
    /// Print JSON, one object a line.
    #[arg(long, global = true)]
    json: bool,
    /// How to write the log, which goes to the standard error output; `RUST_LOG` says how much.
    #[arg(long, global = true, value_enum, default_value_t = LogForm::Text)]
    log: LogForm,
    #[command(subcommand)]
    command: Command,
}

/// How the log is written.
#[derive(Clone, Copy, ValueEnum)]
enum LogForm {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until stopped.
    Serve(ServeArgs),
    /// Make a city to try it with, once, and serve it.
    Demo(ServeArgs),
    /// Replace a part of the city: all or nothing.
    #[command(subcommand)]
    Import(ImportCommand),
    /// People who can log in.
    #[command(subcommand)]
    User(UserCommand),
    /// Teams that go out for a department or partner.
    #[command(subcommand)]
    Crew(CrewCommand),
    /// Make a one-time code by which a device joins a crew; prints it with a picture.
    Enrol(EnrolArgs),
    /// How many messages to people wait to be sent.
    Messages(DataArgs),
    /// Look for what cannot be; exits 1 when it finds something.
    Check(DataArgs),
}

#[derive(Subcommand)]
enum ImportCommand {
    /// Areas from a GeoJSON `FeatureCollection` of polygons with the properties code, name and kind.
    Areas(ImportArgs),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a log-in; prints the password unless it is read from the standard input.
    Add(UserArgs),
    /// Everybody who can log in, or could.
    List(DataArgs),
    /// Give somebody a password that works once; prints it. Their sessions end.
    Reset(PersonArgs),
    /// Shut somebody out. Their sessions end.
    Disable(PersonArgs),
    /// Let somebody in again.
    Enable(PersonArgs),
    /// Take somebody's second factor and recovery codes away. Their sessions end.
    TotpReset(PersonArgs),
}

#[derive(Subcommand)]
enum CrewCommand {
    /// Add a crew, or rename one.
    Add(CrewArgs),
    /// Every crew.
    List(DataArgs),
}

#[derive(Args)]
struct PersonArgs {
    /// The log-in name.
    name: String,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct CrewArgs {
    /// What commands call it: lower-case letters, digits, - and _.
    code: String,
    /// For whom it goes out.
    #[arg(long)]
    department: String,
    /// What people read.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct EnrolArgs {
    /// The code of the crew.
    crew: String,
    /// Where people reach the server: the picture then opens it, instead of holding the bare code.
    #[arg(long)]
    public_url: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct DataArgs {
    /// The folder with database and photos.
    #[arg(long, default_value = "lanterna-data", env = "LANTERNA_DATA")]
    data: PathBuf,
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Where to listen; port 0 takes a free one and prints it.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where people reach it, as in <https://segnala.example.it>.
    #[arg(long)]
    public_url: Option<String>,
    /// New devices that one address may register in a minute.
    #[arg(long, default_value_t = 60)]
    registrations_per_minute: u32,
    /// New devices that one address may register at once.
    #[arg(long, default_value_t = 120)]
    registrations_burst: u32,
    /// Roles that need a second factor, separated by commas: administrator,supervisor.
    #[arg(long, value_delimiter = ',', value_parser = role)]
    second_factor: Vec<Role>,
}

/// Reads a role of people who can log in.
fn role(text: &str) -> Result<Role, String> {
    Role::staff_from_str(text).ok_or_else(|| {
        let known: Vec<_> = Role::STAFF.iter().map(|role| role.as_str()).collect();
        format!("there is no role {text}: choose one of {}", known.join(", "))
    })
}

#[derive(Args)]
struct ImportArgs {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct UserArgs {
    /// The log-in name.
    name: String,
    /// officer, partner, dispatcher, supervisor, administrator or auditor.
    #[arg(long)]
    role: String,
    /// Where an officer or partner works.
    #[arg(long)]
    department: Option<String>,
    /// Read the password from the first line of the standard input instead of making one.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The server or its store did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An import was refused.
    #[error(transparent)]
    Import(#[from] ImportRefusal),
    /// A file for an import is not what it should be.
    #[error(transparent)]
    File(#[from] import::FileError),
    /// The demo city could not be made.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The system has no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// What was asked for cannot be, in a sentence.
    #[error("{0}")]
    Refused(String),
    /// The check found faults, which were printed.
    #[error("{0} faults were found")]
    Faults(usize),
}

/// Does what the command line asks.
pub async fn run(cli: Cli) -> ExitCode {
    start_log(cli.log);
    let output = Output::new(cli.json);
    let done = match cli.command {
        Command::Serve(args) => serve::serve(args, &output).await,
        Command::Demo(args) => demo::demo(args, &output).await,
        Command::Import(ImportCommand::Areas(args)) => import::areas(args, &output).await,
        Command::User(UserCommand::Add(args)) => user::add(args, &output).await,
        Command::User(UserCommand::List(args)) => people::list(args, &output).await,
        Command::User(UserCommand::Reset(args)) => people::reset(args, &output).await,
        Command::User(UserCommand::Disable(args)) => people::disable(args, &output).await,
        Command::User(UserCommand::Enable(args)) => people::enable(args, &output).await,
        Command::User(UserCommand::TotpReset(args)) => people::totp_reset(args, &output).await,
        Command::Crew(CrewCommand::Add(args)) => crew::add(args, &output).await,
        Command::Crew(CrewCommand::List(args)) => crew::list(args, &output).await,
        Command::Enrol(args) => crew::enrol(args, &output).await,
        Command::Messages(args) => people::messages(args, &output).await,
        Command::Check(args) => check::check(args, &output).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn start_log(form: LogForm) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second log in one process (tests) is no error: the first one goes on.
    let _ = match form {
        LogForm::Text => log.try_init(),
        LogForm::Json => log.json().try_init(),
    };
}
