//! Asking the server: its routes for staff, and every way in which an answer can fail.

use lanterna_kit::fetch::{self, Fetched};
use lanterna_shared::id::CaseId;
use lanterna_shared::office::{CaseDetail, CasePage, LogIn, MoveRequest, Session};
use lanterna_shared::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;

/// How many cases a page has.
const PAGE_CASES: u32 = 50;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody is logged in (any more).
    LoggedOut,
    /// The server says no, for this reason.
    Refused(ProblemCode),
    /// No answer came.
    NoAnswer,
    /// An answer came that is none: another page, a server of another version, or its fault.
    Server,
}

/// Who is logged in.
pub async fn session() -> Result<Session, Failure> {
    read(&get("/v1/session").await?)
}

pub async fn log_in(name: String, password: String) -> Result<Session, Failure> {
    let body = serde_json::to_string(&LogIn { name, password, code: None }).map_err(|_| Failure::Server)?;
    read(&ask("POST", "/v1/session", Some(&body)).await?)
}

pub async fn log_out() -> Result<(), Failure> {
    ask("DELETE", "/v1/session", None).await.map(|_| ())
}

/// A page of cases, the newest first; `after` is the [`CasePage::next`] of the page before.
pub async fn cases(after: Option<&str>) -> Result<CasePage, Failure> {
    let after = after.map(|after| format!("&after={}", js_sys::encode_uri_component(after))).unwrap_or_default();
    read(&get(&format!("/v1/cases?limit={PAGE_CASES}{after}")).await?)
}

pub async fn case(case: CaseId) -> Result<CaseDetail, Failure> {
    read(&get(&format!("/v1/cases/{case}")).await?)
}

/// Makes a move; answers with the case after it.
pub async fn make(case: CaseId, request: &MoveRequest) -> Result<CaseDetail, Failure> {
    let body = serde_json::to_string(request).map_err(|_| Failure::Server)?;
    read(&ask("POST", &format!("/v1/cases/{case}/moves"), Some(&body)).await?)
}

async fn get(address: &str) -> Result<Fetched, Failure> {
    ask("GET", address, None).await
}

async fn ask(method: &str, address: &str, json: Option<&str>) -> Result<Fetched, Failure> {
    let answer = fetch::ask(method, address, json).await.map_err(|_| Failure::NoAnswer)?;
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    let problem = serde_json::from_str::<Problem>(&answer.text).ok().map(|problem| problem.code);
    Err(match problem {
        Some(ProblemCode::Unauthenticated) => Failure::LoggedOut,
        Some(ProblemCode::Internal) | None => Failure::Server,
        Some(code) => Failure::Refused(code),
    })
}

fn read<T: DeserializeOwned>(answer: &Fetched) -> Result<T, Failure> {
    serde_json::from_str(&answer.text).map_err(|_| Failure::Server)
}
