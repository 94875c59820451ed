//! `capture`: a report, saved so that it would survive a power cut, before the command ends.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use lanterna_bridge::{Command, Draft, DraftContent, Event, Reply};
use lanterna_core::native::Host;
use lanterna_shared::answer::{Answer, Answers};
use lanterna_shared::id::DraftId;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::service::asking::check_answers;
use lanterna_shared::service::notice::notice_for;
use lanterna_shared::service::question::QuestionKind;
use lanterna_shared::service::{QuestionCode, Service, ServiceCode};

use crate::{accepted, ask, print, unexpected};

/// How long the renditions of one photo may take before the report is saved without them; they are made at the next start then.
const RENDER_PATIENCE: Duration = Duration::from_mins(1);

/// What a report is made of.
#[derive(Args)]
pub struct Arguments {
    /// The category: a code that `services` lists.
    #[arg(long, value_name = "CODE")]
    service: String,
    /// A photo; may be given up to eight times.
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    /// Latitude in degrees. Without it the photo's own position is taken.
    #[arg(long, allow_negative_numbers = true, requires = "lon")]
    lat: Option<f64>,
    /// Longitude in degrees.
    #[arg(long, allow_negative_numbers = true, requires = "lat")]
    lon: Option<f64>,
    /// Accuracy of the position in metres.
    #[arg(long, value_name = "METRES", requires = "lat")]
    accuracy: Option<f64>,
    /// What is wrong, in words.
    #[arg(long, default_value = "")]
    text: String,
    /// An answer to a question that `services` lists; may be given for each. Several choices of a list are separated by commas.
    #[arg(long, value_name = "QUESTION=VALUE")]
    answer: Vec<String>,
}

/// Saves the report and prints its id and receipt code.
pub async fn run(host: &mut Host, arguments: Arguments, json: bool) -> Result<()> {
    let service = ServiceCode::new(arguments.service)?;
    let Reply::Services { services } = ask(host, Command::Services).await? else { bail!("the services cannot be read") };
    if services.is_empty() {
        bail!("this device has not met its server yet: run `init` again with a network");
    }
    let Some(known) = services.iter().find(|known| known.code == service) else {
        bail!("there is no service {service}: `services` lists those there are");
    };
    let answers = answers(known, &arguments.answer)?;
    let notice = notice_for(known, &answers);
    if let Some(notice) = notice {
        print::notice(notice);
        if notice.stops {
            bail!("nothing was saved: this is not for the city to wait with");
        }
    }
    let position = match arguments.lat.zip(arguments.lon) {
        Some((lat, lon)) => Some(Position::from_degrees(lat, lon, arguments.accuracy, PositionSource::Gps)?),
        None => None,
    };
    // Read before anything is stored, so that a wrong path leaves nothing behind.
    let photos = arguments
        .photo
        .iter()
        .map(|path| std::fs::read(path).with_context(|| format!("{} cannot be read", path.display())))
        .collect::<Result<Vec<_>>>()?;

    let Reply::Draft(Draft { draft, .. }) = ask(host, Command::NewDraft).await? else { bail!("no draft can be made") };
    let content = DraftContent { service: Some(service), text: arguments.text, position, answers };
    match save(host, draft, content, photos).await {
        Ok(Reply::Saved { report, receipt }) => print::saved(report, receipt, notice, json),
        Ok(other) => unexpected(&other),
        Err(error) => {
            ask(host, Command::DiscardDraft { draft }).await.context("and the draft stays behind")?;
            Err(error)
        }
    }
}

/// Reads the answers and holds them to their questions, before anything is saved.
fn answers(service: &Service, given: &[String]) -> Result<Answers> {
    let mut answers = Answers::new();
    for text in given {
        let Some((code, value)) = text.split_once('=') else { bail!("{text} is no answer: write QUESTION=VALUE") };
        let code = QuestionCode::new(code.trim())?;
        let is_list = service.question(&code).is_some_and(|question| question.kind == QuestionKind::MultiValueList);
        let answer = if is_list {
            Answer::Many(value.split(',').map(|choice| choice.trim().to_owned()).collect())
        } else {
            Answer::One(value.to_owned())
        };
        if answers.insert(code.clone(), answer).is_some() {
            bail!("the question {code} is answered twice: separate several choices by commas");
        }
    }
    if let Err(faults) = check_answers(service, &answers) {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        bail!("{} (`services` lists the questions)", faults.join("; "));
    }
    Ok(answers)
}

async fn save(host: &mut Host, draft: DraftId, mut content: DraftContent, photos: Vec<Vec<u8>>) -> Result<Reply> {
    for bytes in photos {
        accepted(host.call(Command::AddPhoto { draft }, Some(bytes)).await.0)?;
        rendered(host, draft).await;
    }
    if content.position.is_none()
        && let Reply::Draft(stored) = ask(host, Command::UpdateDraft { draft, content: content.clone() }).await?
    {
        content.position = stored.photo_position;
    }
    ask(host, Command::UpdateDraft { draft, content }).await?;
    ask(host, Command::Send { draft }).await
}

/// Waits until the photo that was just added has its renditions, so that they travel with the report.
async fn rendered(host: &mut Host, draft: DraftId) {
    let changed = async { while !host.run_for(RENDER_PATIENCE).await.contains(&Event::DraftChanged { draft }) {} };
    // Too slow is no harm: the photo is safe and follows its report.
    let _ = tokio::time::timeout(RENDER_PATIENCE, changed).await;
}
