//! `/v1/profile`: what a person says of themselves, the contacts they prove, and how they want to be answered.

use super::access::{DeviceOnly, StaffOnly};
use super::account::random;
use super::json::{Json, Path};
use super::problem::Refused;
use super::state::AppState;
use crate::store::Sha256Hash;
use crate::store::profile::{Claim, Claimed};
use axum::extract::State;
use http::StatusCode;
use lanterna_shared::id::{CaseId, ReportId, SubjectId, uuid_v7};
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::profile::{
    AnswerPreference, CaseContacts, ContactKind, ContactProof, NewContact, PROOF_LASTS_MS, Profile, ProfileChange, ProofCode,
};
use sha2::{Digest, Sha256};

/// Seconds after which somebody who asked for too many codes may ask again: the next day, at the latest.
const TOMORROW_S: u32 = 24 * 3_600;

/// What is kept of a code: it counts for this subject and this kind of contact only.
fn proof_hash(subject: SubjectId, kind: ContactKind, code: ProofCode) -> Sha256Hash {
    let hash = Sha256::new().chain_update(b"lanterna contact").chain_update(subject.as_bytes());
    hash.chain_update(kind.as_str()).chain_update([0]).chain_update(code.written()).finalize().into()
}

/// What the city knows of the person behind this device.
#[utoipa::path(get, path = "/v1/profile", tag = "citizens", security(("device" = [])), responses(
    (status = 200, description = "The profile", body = Profile),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn read(State(state): State<AppState>, DeviceOnly(device): DeviceOnly) -> Result<Json<Profile>, Refused> {
    Ok(Json(state.store.profile(device.subject).await?))
}

/// Replaces what the person said of themselves. Contacts are proved, each by itself.
#[utoipa::path(put, path = "/v1/profile", tag = "citizens", security(("device" = [])), request_body = ProfileChange, responses(
    (status = 200, description = "The profile after it", body = Profile),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Json(change): Json<ProfileChange>,
) -> Result<Json<Profile>, Refused> {
    change.check()?;
    state.store.change_profile(device.subject, change).await?;
    Ok(Json(state.store.profile(device.subject).await?))
}

/// Says that a contact is the person's; a code goes to it. Replaces an earlier contact of the same kind.
#[utoipa::path(post, path = "/v1/profile/contacts", tag = "citizens", security(("device" = [])), request_body = NewContact, responses(
    (status = 202, description = "A code is on its way to it; or it was proved before"),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`: no such contact can be", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many` codes for today; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn claim(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Json(new): Json<NewContact>,
) -> Result<StatusCode, Refused> {
    let value = new.kind.normalised(&new.value)?;
    let code = ProofCode::mint(u64::from_le_bytes(random::<8>()?));
    let now = state.clock.now();
    let city = state.store.city().await?;
    let claim = Claim {
        subject: device.subject,
        kind: new.kind,
        value,
        code_sha256: proof_hash(device.subject, new.kind, code),
        message: uuid_v7(now, random::<10>()?),
        text: message(&city.catalogue.jurisdiction, code),
        expires_at: now.plus_millis(PROOF_LASTS_MS),
    };
    match state.store.claim_contact(claim, now).await? {
        Claimed::CodeOnItsWay | Claimed::Proved => Ok(StatusCode::ACCEPTED),
        Claimed::TooMany => {
            let detail = "Too many codes went out today for this contact: look for the last one, or try again tomorrow.";
            Err(Refused::new(ProblemCode::TooMany, detail).retry_after(TOMORROW_S))
        }
    }
}

fn message(jurisdiction: &str, code: ProofCode) -> String {
    let code = code.written();
    format!(
        "{jurisdiction}: il codice è {code}. Vale 15 minuti; non darlo a nessuno. / The code is {code}. It works for 15 minutes; give it to nobody."
    )
}

/// Proves a contact by the code that came to it. People who proved the same contact are one person from then on.
#[utoipa::path(post, path = "/v1/profile/contacts/verify", tag = "citizens", security(("device" = [])), request_body = ContactProof, responses(
    (status = 200, description = "The profile after it", body = Profile),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`proof_refused`: wrong, used, over, or tried too often", body = Problem, content_type = "application/problem+json"),
))]
pub async fn verify(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Json(proof): Json<ContactProof>,
) -> Result<Json<Profile>, Refused> {
    let hash = proof_hash(device.subject, proof.kind, proof.code);
    if !state.store.prove_contact(device.subject, proof.kind, hash, state.clock.now()).await? {
        let detail = "This code is wrong or no longer works: type the last one that came, or ask for another.";
        return Err(Refused::new(ProblemCode::ProofRefused, detail));
    }
    Ok(Json(state.store.profile(device.subject).await?))
}

/// How to answer about one report of this person.
#[utoipa::path(put, path = "/v1/reports/{report}/answer-by", tag = "citizens", security(("device" = [])), params(("report" = ReportId, Path)),
    request_body = AnswerPreference, responses(
    (status = 204, description = "Kept"),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: no report of this person", body = Problem, content_type = "application/problem+json"),
))]
pub async fn answer_by(
    State(state): State<AppState>,
    DeviceOnly(device): DeviceOnly,
    Path(report): Path<ReportId>,
    Json(preference): Json<AnswerPreference>,
) -> Result<StatusCode, Refused> {
    if state.store.set_answer_by(device.subject, report, preference.answer_by).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refused::not_found("There is no such report of yours, or it was not sent yet."))
}

/// How the people of a case can be reached. Every look is in the audit.
#[utoipa::path(get, path = "/v1/cases/{case}/contacts", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)), responses(
    (status = 200, description = "The people", body = CaseContacts),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`: this role does not need to know", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: none, or none that this person may see", body = Problem, content_type = "application/problem+json"),
))]
pub async fn of_case(State(state): State<AppState>, staff: StaffOnly, Path(case): Path<CaseId>) -> Result<Json<CaseContacts>, Refused> {
    let found = state.store.case_contacts(staff.staff.user, staff.scope, case, state.clock.now()).await?;
    found.map(Json).ok_or_else(|| Refused::not_found("There is no such case, or it is with another office now."))
}
