//! `lanterna import rules`, `lanterna export rules` and `lanterna rules`: reading, writing and judging routing rules.

use super::import::note;
use super::output::Output;
use super::progress::Progress;
use super::{CliError, DataArgs, ExportRulesArgs, ImportArgs, ReplayArgs, RulesCheckArgs};
use crate::clock::{Clock, SystemClock};
use crate::keeping::folder::database;
use crate::metrics::Metrics;
use crate::server::open_store;
use crate::store::Store;
use crate::store::city::City;
use crate::store::rules::{NewRules, PastCase};
use crate::store::sqlite::SqliteStore;
use crate::store::staff::CaseScope;
use lanterna_shared::routing::coverage::{Coverage, Never};
use lanterna_shared::routing::file::{LineFault, MAX_FILE_BYTES};
use lanterna_shared::routing::words::{Language, Speaker};
use lanterna_shared::routing::{RoutingRule, RulesFile, coverage};
use lanterna_shared::service::{DepartmentCode, ServiceCode};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Cases that are tried at a time.
const PAGE: u32 = 1_000;
/// The most sentences of one kind that are printed for people.
const TOLD: usize = 100;

/// A file with rules that cannot be evaluated.
#[derive(Debug)]
pub struct RulesError {
    file: PathBuf,
    faults: Vec<LineFault>,
}

impl std::error::Error for RulesError {}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        for (fault, place) in self.faults.iter().take(TOLD).zip(0..) {
            write!(f, "{}{file}, {fault}", if place == 0 { "" } else { "\n  " })?;
        }
        let more = self.faults.len().saturating_sub(TOLD);
        if more > 0 { write!(f, "\n  and {more} more") } else { Ok(()) }
    }
}

/// The store of a folder that has one; a question never makes one.
pub(super) async fn existing_store(args: &DataArgs) -> Result<Arc<SqliteStore>, CliError> {
    if !database(&args.data).is_file() {
        return Err(CliError::Refused(format!("there is no database in {}: name its folder with --data", args.data.display())));
    }
    Ok(open_store(&args.data, &SystemClock, &Metrics::default()).await?)
}

/// Reads a file of rules for a city.
pub(super) fn read_file(path: &Path, city: &City) -> Result<RulesFile, CliError> {
    let wrong = |what: String| RulesError { file: path.to_owned(), faults: vec![LineFault { line: 1, what }] };
    let unreadable = |error: std::io::Error| wrong(format!("it cannot be read: {error}"));
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if usize::try_from(size).map_or(true, |size| size > MAX_FILE_BYTES) {
        return Err(wrong("it is over 8 MB: no city has so many rules".to_owned()).into());
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    Ok(RulesFile::read(&text, &city.offer()).map_err(|faults| RulesError { file: path.to_owned(), faults })?)
}

pub(super) async fn import(args: ImportArgs, output: &Output) -> Result<(), CliError> {
    let store = existing_store(&args.data).await?;
    let done = import_into(store.as_ref(), &args.file, output).await;
    store.close().await;
    done
}

async fn import_into(store: &dyn Store, path: &Path, output: &Output) -> Result<(), CliError> {
    let city = store.city().await?;
    let file = read_file(path, &city)?;
    let count = file.rules.len();
    let new = NewRules { rules: file.rules, note: file.note, by: None };
    let version = store.publish_rules(new, SystemClock.now()).await?.map_err(|faults| CliError::Refused(faults.to_string()))?;
    if version != city.rules.version {
        note(store, "rules").await?;
    }
    let text = if version == city.rules.version {
        format!("The {count} rules are those in force already, as version {version}.")
    } else {
        format!("{count} rules are in force now, as version {version}.")
    };
    output.say(&text, &json!({ "event": "imported", "rules": count, "version": version, "changed": version != city.rules.version }));
    Ok(())
}

pub(super) async fn export(args: ExportRulesArgs, output: &Output) -> Result<(), CliError> {
    let store = existing_store(&args.data).await?;
    let city = store.city().await?;
    let version = args.version.unwrap_or(city.rules.version);
    let found = store.rules_of(version).await?;
    let note = store.published_rules().await?.into_iter().find(|published| published.version == version).map(|published| published.note);
    store.close().await;
    let found = found.ok_or_else(|| {
        let newest = city.rules.version;
        CliError::Refused(match newest {
            0 => "no rules were published yet: import some with \"lanterna import rules FILE\"".to_owned(),
            _ => format!("there is no version {version} of the rules: choose one of 1 to {newest}"),
        })
    })?;
    let file = RulesFile { note: note.unwrap_or_default(), rules: found.rules };
    let text = file.to_text().map_err(|error| CliError::Refused(format!("the rules cannot be written: {error}")))?;
    output.say(text.trim_end(), &json!(file));
    Ok(())
}

pub(super) async fn check(args: RulesCheckArgs, output: &Output) -> Result<(), CliError> {
    let store = existing_store(&args.data).await?;
    let city = store.city().await?;
    store.close().await;
    let rules = match &args.file {
        Some(file) => read_file(file, &city)?.rules,
        None => city.rules.rules.clone(),
    };
    let speaker = Speaker { names: city.as_ref(), language: args.language.into() };
    let looked = coverage(&rules, &city.offer());
    let is_too_large = looked.is_err();
    let mut text = format!("{} rules, each of which can be evaluated.", rules.len());
    if let Err(too_large) = &looked {
        let _ = write!(text, "\nWhat they do together is not known: {too_large}.");
    }
    let Coverage { unreachable, uncovered } = looked.unwrap_or_default();
    tell(&mut text, unreachable.iter().map(|found| speaker.unreachable(found)));
    tell(&mut text, uncovered.iter().map(|found| speaker.combination(found)));
    if !is_too_large && unreachable.is_empty() && uncovered.is_empty() {
        text.push_str("\nEvery rule can match, and every report has an owner.");
    }
    let never: Vec<_> = unreachable
        .iter()
        .map(|found| {
            let by = if let Never::Shadowed { by } = &found.never { by.clone() } else { Vec::new() };
            json!({ "rule": found.rule, "shadowed_by": by, "says": speaker.unreachable(found) })
        })
        .collect();
    let gaps: Vec<_> = uncovered.iter().map(|found| speaker.combination(found)).collect();
    output.say(
        &text,
        &json!({ "event": "rules_checked", "rules": rules.len(), "too_large": is_too_large, "unreachable": never, "uncovered": gaps }),
    );
    // What goes to triage may be meant to; a rule that can never match is not.
    if unreachable.is_empty() { Ok(()) } else { Err(CliError::Faults(unreachable.len())) }
}

fn tell(text: &mut String, sentences: impl ExactSizeIterator<Item = String>) {
    let more = sentences.len().saturating_sub(TOLD);
    for sentence in sentences.take(TOLD) {
        text.push('\n');
        text.push_str(&sentence);
    }
    if more > 0 {
        let _ = write!(text, "\nAnd {more} more; --json lists them all.");
    }
}

/// What other rules would do to stored cases.
#[derive(Debug, Default)]
struct Replay {
    /// From and to, each with how many cases of each service.
    moved: BTreeMap<(Option<DepartmentCode>, Option<DepartmentCode>), BTreeMap<ServiceCode, u64>>,
    other_priority: u64,
    other_promise: u64,
    erased: u64,
}

impl Replay {
    fn add(&mut self, city: &City, rules: &[RoutingRule], case: &PastCase) {
        if case.is_erased {
            self.erased = self.erased.saturating_add(1);
            return;
        }
        let inquiry = case.inquiry();
        let (now, then) = (city.route(&city.rules.rules, &inquiry).1, city.route(rules, &inquiry).1);
        self.other_priority = self.other_priority.saturating_add(u64::from(now.priority != then.priority));
        self.other_promise = self.other_promise.saturating_add(u64::from(now.service_level != then.service_level));
        if now.owner != then.owner {
            let count = self.moved.entry((now.owner, then.owner)).or_default().entry(case.service.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }
}

pub(super) async fn replay(args: ReplayArgs, output: &Output) -> Result<(), CliError> {
    let store = existing_store(&args.data).await?;
    let city = store.city().await?;
    let file = match read_file(&args.file, &city) {
        Ok(file) => file,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    // Numbers count cases.
    let newest = store.case_page(CaseScope::All, None, 1).await?.cases;
    let cases = newest.first().map_or(0, |case| case.number.sequence());
    let mut progress = Progress::new("of the cases tried");
    let (mut replay, rules, mut after) = (Replay::default(), Arc::new(file.rules), 0);
    loop {
        let page = store.past_cases(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.number;
        let tried = u64::try_from(page.len()).unwrap_or(u64::MAX);
        let (city, rules) = (Arc::clone(&city), Arc::clone(&rules));
        let trying = tokio::task::spawn_blocking(move || {
            for case in &page {
                replay.add(&city, &rules, case);
            }
            replay
        });
        replay = trying.await.map_err(|error| CliError::Refused(format!("trying the rules broke off: {error}")))?;
        progress.add(tried, cases);
    }
    store.close().await;
    let tried = progress.done();
    drop(progress);
    say_replay(&replay, tried, &Speaker { names: city.as_ref(), language: args.language.into() }, output);
    Ok(())
}

fn say_replay(replay: &Replay, tried: u64, speaker: &Speaker<'_>, output: &Output) {
    let name = |owner: &Option<DepartmentCode>| owner.as_ref().map_or_else(|| "triage".to_owned(), |owner| speaker.names.department(owner));
    let count = |cases: u64| if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
    let total: u64 = replay.moved.values().flat_map(BTreeMap::values).sum();
    let mut text = format!("{} tried: {} would move.", count(tried), count(total));
    let mut moved: Vec<_> = replay.moved.iter().map(|(way, services)| (services.values().sum::<u64>(), way, services)).collect();
    moved.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    for (cases, (from, to), services) in &moved {
        let _ = write!(text, "\n{} would move from {} to {}", count(*cases), name(from), name(to));
        for (service, cases) in *services {
            let _ = write!(text, "\n  {cases} {}", speaker.names.service(service, speaker.language));
        }
    }
    for (cases, what) in [(replay.other_priority, "another priority"), (replay.other_promise, "another promise")] {
        if cases > 0 {
            let _ = write!(text, "\n{} would get {what}", count(cases));
        }
    }
    if replay.erased > 0 {
        let _ = write!(text, "\n{} could not be tried: what was reported is erased", count(replay.erased));
    }
    let moved: Vec<_> =
        moved.iter().map(|(cases, (from, to), services)| json!({ "from": from, "to": to, "cases": cases, "services": services })).collect();
    output.say(
        &text,
        &json!({ "event": "replayed", "cases": tried, "would_move": total, "moved": moved, "other_priority": replay.other_priority,
            "other_promise": replay.other_promise, "erased": replay.erased }),
    );
}

impl From<super::Tongue> for Language {
    fn from(tongue: super::Tongue) -> Self {
        match tongue {
            super::Tongue::It => Self::It,
            super::Tongue::En => Self::En,
        }
    }
}
