//! The command line: stable, and with `--json` made for scripts. Exit 0 = done, 1 = not done and said why, 2 = the command itself is wrong.

mod backup;
mod calendar;
mod check;
mod config;
mod crew;
mod demo;
mod export;
mod import;
mod output;
mod people;
mod progress;
mod route;
mod rules;
mod serve;
mod user;

use crate::catalogue::file::FileError;
use crate::clock::NoEntropy;
use crate::demo::DemoError;
use crate::http::tls::TlsError;
use crate::keeping::error::KeepingError;
use crate::server::StartError;
use crate::staff::password::PasswordError;
use crate::store::city::ImportRefusal;
use crate::store::error::StoreError;
pub(crate) use calendar::read as read_calendar;
use clap::{Args, Parser, Subcommand, ValueEnum};
use export::Part;
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
    Demo(DemoArgs),
    /// Replace a part of the city: all or nothing.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write a part of the city to a file, or to the standard output, as an import reads it.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Try the routing rules on a report that nobody sent.
    Route(RouteArgs),
    /// Judge routing rules before they are imported.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// People who can log in.
    #[command(subcommand)]
    User(UserCommand),
    /// Write database and photos into one file, while a server serves them or not.
    Backup(BackupArgs),
    /// Make a data folder of a backup: all of it, or nothing.
    Restore(RestoreArgs),
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
    /// Services from JSON.
    Services(ImportArgs),
    /// Departments and partners with their crews from JSON.
    Departments(ImportArgs),
    /// Areas from a GeoJSON `FeatureCollection` of polygons with the properties code, name and kind.
    Areas(ImportArgs),
    /// Addresses from CSV with the columns of ANNCSU, of `OpenAddresses` or of an export.
    Addresses(AddressArgs),
    /// Routing rules from JSON, as "export rules" writes it; they are in force at once, as a new version.
    Rules(ImportArgs),
    /// The calendar on which promises are counted, from JSON: zone, hours, holidays, the patron's day, extra days. Due dates that were given stay.
    Calendar(ImportArgs),
}

#[derive(Subcommand)]
enum ExportCommand {
    /// Services as JSON.
    Services(ExportArgs),
    /// Departments and partners with their crews as JSON.
    Departments(ExportArgs),
    /// Areas as GeoJSON.
    Areas(ExportArgs),
    /// Addresses as CSV.
    Addresses(ExportArgs),
    /// The calendar as JSON.
    Calendar(DataArgs),
    /// The routing rules.
    Rules(ExportRulesArgs),
}

#[derive(Subcommand)]
enum RulesCommand {
    /// List rules that can never match and reports that no rule covers; exits 1 for errors and for rules that can never match.
    Check(RulesCheckArgs),
    /// Tell which of the stored cases would go elsewhere by the rules of a file than by those in force.
    Replay(ReplayArgs),
}

/// In what language rules are said.
#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    /// Italian.
    It,
    /// English.
    En,
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
struct DemoArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// How many cases of the last two months a new city begins with.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    cases: u32,
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// A file in TOML that says all of the following and the limits of a day; what the command line says wins.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one and prints it. 127.0.0.1:8080 unless said otherwise.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where people reach it, as in <https://segnala.example.it>.
    #[arg(long)]
    public_url: Option<String>,
    /// The certificate chain for HTTPS, in PEM; without it the server speaks HTTP, for a proxy before it.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// New devices that one address may register in a minute; 60 unless said otherwise.
    #[arg(long)]
    registrations_per_minute: Option<u32>,
    /// New devices that one address may register at once; 120 unless said otherwise.
    #[arg(long)]
    registrations_burst: Option<u32>,
    /// Roles that need a second factor, separated by commas: administrator,supervisor.
    #[arg(long, value_delimiter = ',', value_parser = role)]
    second_factor: Vec<Role>,
}

#[derive(Args)]
struct BackupArgs {
    /// The file to write, which must not be there; by habit it ends in .tar.zst.
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct RestoreArgs {
    /// The backup.
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Case numbers to leave out, because citizens may have been told them after the backup.
    #[arg(long, default_value_t = crate::keeping::restore::SKIPPED_NUMBERS)]
    skip_numbers: u32,
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
    /// Let disappear what open cases name; they keep it under its old name.
    #[arg(long)]
    retire: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct AddressArgs {
    #[command(flatten)]
    import: ImportArgs,
    /// Only those of this comune, by its code in the cadastre: D969 is Genoa.
    #[arg(long, value_name = "CODE")]
    comune: Option<String>,
}

#[derive(Args)]
struct ExportArgs {
    /// Where to write; the standard output without.
    file: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct ExportRulesArgs {
    /// The version to write; without it those in force.
    #[arg(long)]
    version: Option<u32>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct RulesCheckArgs {
    /// The file to judge; without it the rules in force.
    file: Option<PathBuf>,
    /// The language of the sentences.
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    language: Tongue,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct ReplayArgs {
    /// The file with the rules to try.
    file: PathBuf,
    /// The language of names.
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    language: Tongue,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct RouteArgs {
    /// Say what came of every rule that was tried.
    #[arg(long)]
    explain: bool,
    /// The service's code.
    #[arg(long)]
    service: String,
    /// Latitude in degrees.
    #[arg(long, allow_hyphen_values = true)]
    lat: Option<f64>,
    /// Longitude in degrees.
    #[arg(long, allow_hyphen_values = true)]
    lon: Option<f64>,
    /// Radius of the position's circle in metres.
    #[arg(long)]
    accuracy: Option<f64>,
    /// When it comes in: 2026-08-15T23:30 in the city's time, or with an offset; now without it.
    #[arg(long)]
    at: Option<String>,
    /// app, web, email, phone, desk or open311.
    #[arg(long, default_value = "app")]
    channel: String,
    /// report, suggestion or complaint.
    #[arg(long, default_value = "report")]
    kind: String,
    /// An answer, as question=value; several times for several answers or choices.
    #[arg(long)]
    answer: Vec<String>,
    /// Try the rules of this file and not those in force.
    #[arg(long)]
    rules: Option<PathBuf>,
    /// The language of the sentences.
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    language: Tongue,
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
    File(#[from] FileError),
    /// A file with routing rules that cannot be evaluated.
    #[error(transparent)]
    Rules(#[from] rules::RulesError),
    /// A calendar's file is not what it should be.
    #[error(transparent)]
    Calendar(#[from] calendar::CalendarFileError),
    /// The demo city could not be made.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The system has no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The files for HTTPS are wrong.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A backup or a restore was not made.
    #[error(transparent)]
    Keeping(#[from] KeepingError),
    /// A backup was made without photos that were not there.
    #[error("the backup is whole but for {0} files of photos, which are named above: run `lanterna check`")]
    Incomplete(usize),
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
        Command::Import(ImportCommand::Services(args)) => import::services(args, &output).await,
        Command::Import(ImportCommand::Departments(args)) => import::departments(args, &output).await,
        Command::Import(ImportCommand::Areas(args)) => import::areas(args, &output).await,
        Command::Import(ImportCommand::Addresses(args)) => import::addresses(args.import, args.comune, &output).await,
        Command::Export(ExportCommand::Services(args)) => export::export(Part::Services, args, &output).await,
        Command::Export(ExportCommand::Departments(args)) => export::export(Part::Departments, args, &output).await,
        Command::Export(ExportCommand::Areas(args)) => export::export(Part::Areas, args, &output).await,
        Command::Export(ExportCommand::Addresses(args)) => export::export(Part::Addresses, args, &output).await,
        Command::Import(ImportCommand::Rules(args)) => rules::import(args, &output).await,
        Command::Export(ExportCommand::Rules(args)) => rules::export(args, &output).await,
        Command::Route(args) => route::route(args, &output).await,
        Command::Rules(RulesCommand::Check(args)) => rules::check(args, &output).await,
        Command::Rules(RulesCommand::Replay(args)) => rules::replay(args, &output).await,
        Command::Import(ImportCommand::Calendar(args)) => calendar::import(args, &output).await,
        Command::Export(ExportCommand::Calendar(args)) => calendar::export(args, &output).await,
        Command::User(UserCommand::Add(args)) => user::add(args, &output).await,
        Command::Backup(args) => backup::backup(args, &output).await,
        Command::Restore(args) => backup::restore(args, &output).await,
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
    // Where the log's disk is full there is nobody to say it to: the server goes on.
    let log = log.log_internal_errors(false);
    // A second log in one process (tests) is no error: the first one goes on.
    let _ = match form {
        LogForm::Text => log.try_init(),
        LogForm::Json => log.json().try_init(),
    };
}
