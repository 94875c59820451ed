//! The engine's part of log-ins, crews, profiles and the audit: which of the plain functions write and which only read.

use super::{SqliteStore, account, attempts, audit, contact, crew, follow, profile, second_factor, staff};
use crate::store::Sha256Hash;
use crate::store::account::{Accounts, Actor, AttemptKeys, Failures, SecondFactor, Spent, StaffChange};
use crate::store::audit::{AuditLog, LookUp, Noted};
use crate::store::crew::{CrewKept, Crews, Enrolled};
use crate::store::error::StoreError;
use crate::store::profile::{Claim, Claimed, PendingMessage, Profiles};
use crate::store::staff::{CaseScope, Login};
use async_trait::async_trait;
use lanterna_shared::account::{DevicePage, StaffPage};
use lanterna_shared::audit::{Act, AuditPage};
use lanterna_shared::enrolment::Crew;
use lanterna_shared::follow::FollowHash;
use lanterna_shared::id::{CaseId, InstallId, ReportId, SubjectId, UserId};
use lanterna_shared::office::CaseSummary;
use lanterna_shared::profile::{AnswerBy, CaseContacts, ContactKind, Profile, ProfileChange};
use lanterna_shared::service::CrewCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportRow;

#[async_trait]
impl Accounts for SqliteStore {
    async fn login_of(&self, user: UserId) -> Result<Option<Login>, StoreError> {
        self.readers.run(move |conn, city| staff::login_of(conn, city, user)).await
    }

    async fn failures(&self, keys: AttemptKeys) -> Result<Failures, StoreError> {
        self.readers.run(move |conn, city| attempts::failures(conn, city, &keys)).await
    }

    async fn log_in_failed(&self, keys: AttemptKeys, user: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
        let failed = move |conn: &_, city: &_, _| {
            attempts::failed(conn, city, &keys, now)?;
            match user {
                Some(user) => audit::note(conn, city, Actor::Staff(user), Act::LogInFailed, "", now),
                None => Ok(()),
            }
        };
        self.writer.run(0, false, failed).await
    }

    async fn log_in_succeeded(&self, keys: AttemptKeys, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let succeeded = move |conn: &_, city: &_, _| {
            attempts::succeeded(conn, city, &keys)?;
            audit::note(conn, city, Actor::Staff(user), Act::LoggedIn, "", now)
        };
        self.writer.run(0, false, succeeded).await
    }

    async fn choose_password(&self, user: UserId, password_hash: String, kept: Sha256Hash, now: Timestamp) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| account::choose_password(conn, city, user, &password_hash, &kept, now)).await
    }

    async fn close_sessions(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let close = move |conn: &_, city: &_, _| {
            account::close_sessions(conn, city, user, None)?;
            audit::note(conn, city, Actor::Staff(user), Act::LoggedOutEverywhere, "", now)
        };
        self.writer.run(0, false, close).await
    }

    async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        self.readers.run(move |conn, city| second_factor::find(conn, city, user)).await
    }

    async fn begin_second_factor(&self, user: UserId, secret: [u8; 20]) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| second_factor::begin(conn, city, user, &secret)).await
    }

    async fn confirm_second_factor(&self, user: UserId, step: u64, recovery: Vec<Sha256Hash>, now: Timestamp) -> Result<bool, StoreError> {
        let confirm = move |conn: &_, city: &_, _| {
            let confirmed = second_factor::confirm(conn, city, user, step, &recovery, now)?;
            if confirmed {
                audit::note(conn, city, Actor::Staff(user), Act::SecondFactorSet, "", now)?;
            }
            Ok(confirmed)
        };
        self.writer.run(0, false, confirm).await
    }

    async fn spend_second_factor(&self, user: UserId, spent: Spent, now: Timestamp) -> Result<bool, StoreError> {
        let spend = move |conn: &_, city: &_, _| {
            let is_spent = second_factor::spend(conn, city, user, &spent, now)?;
            if is_spent && matches!(spent, Spent::Recovery(_)) {
                audit::note(conn, city, Actor::Staff(user), Act::RecoveryCodeUsed, "", now)?;
            }
            Ok(is_spent)
        };
        self.writer.run(0, false, spend).await
    }

    async fn staff_page(&self, after: Option<String>, limit: u32) -> Result<StaffPage, StoreError> {
        self.readers.run(move |conn, city| account::page(conn, city, after.as_deref(), limit)).await
    }

    async fn change_staff(&self, user: UserId, change: StaffChange, by: Actor, now: Timestamp) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| account::change(conn, city, user, &change, by, now)).await
    }
}

#[async_trait]
impl Crews for SqliteStore {
    async fn keep_crew(&self, crew: Crew, by: Actor, now: Timestamp) -> Result<CrewKept, StoreError> {
        self.writer.run(0, false, move |conn, city, _| crew::keep(conn, city, &crew, by, now)).await
    }

    async fn crews(&self) -> Result<Vec<Crew>, StoreError> {
        self.readers.run(|conn, city| crew::all(conn, city)).await
    }

    async fn add_enrolment(
        &self,
        code_sha256: Sha256Hash,
        crew: CrewCode,
        expires_at: Timestamp,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| crew::add_enrolment(conn, city, &code_sha256, &crew, expires_at, by, now)).await
    }

    async fn enrol(&self, install: InstallId, code_sha256: Sha256Hash, now: Timestamp) -> Result<Enrolled, StoreError> {
        self.writer.run(0, false, move |conn, city, _| crew::enrol(conn, city, install, &code_sha256, now)).await
    }

    async fn crew_of(&self, install: InstallId) -> Result<Option<Crew>, StoreError> {
        self.readers.run(move |conn, city| crew::crew_of(conn, city, install)).await
    }

    async fn device_page(&self, after: Option<InstallId>, limit: u32) -> Result<DevicePage, StoreError> {
        self.readers.run(move |conn, city| crew::device_page(conn, city, after, limit)).await
    }

    async fn revoke_device(&self, install: InstallId, by: Actor, now: Timestamp) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| crew::revoke(conn, city, install, by, now)).await
    }

    async fn is_revoked(&self, secret_sha256: Sha256Hash) -> Result<bool, StoreError> {
        self.readers.run(move |conn, city| crew::is_revoked(conn, city, &secret_sha256)).await
    }
}

#[async_trait]
impl Profiles for SqliteStore {
    async fn profile(&self, subject: SubjectId) -> Result<Profile, StoreError> {
        self.readers.run(move |conn, city| profile::profile(conn, city, subject)).await
    }

    async fn change_profile(&self, subject: SubjectId, change: ProfileChange) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| profile::change(conn, city, subject, &change)).await
    }

    async fn claim_contact(&self, claim: Claim, now: Timestamp) -> Result<Claimed, StoreError> {
        self.writer.run(0, false, move |conn, city, _| contact::claim(conn, city, &claim, now)).await
    }

    async fn prove_contact(
        &self,
        subject: SubjectId,
        kind: ContactKind,
        code_sha256: Sha256Hash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| contact::prove(conn, city, subject, kind, &code_sha256, now)).await
    }

    async fn set_answer_by(&self, subject: SubjectId, report: ReportId, answer_by: Option<AnswerBy>) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| profile::set_answer_by(conn, city, subject, report, answer_by)).await
    }

    async fn case_contacts(&self, by: UserId, scope: CaseScope, case: CaseId, now: Timestamp) -> Result<Option<CaseContacts>, StoreError> {
        self.writer.run(0, false, move |conn, city, _| profile::case_contacts(conn, city, by, &scope, case, now)).await
    }

    async fn pending_messages(&self, limit: u32, now: Timestamp) -> Result<Vec<PendingMessage>, StoreError> {
        self.readers.run(move |conn, city| contact::pending(conn, city, limit, now)).await
    }

    async fn pending_message_count(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.readers.run(move |conn, city| contact::pending_count(conn, city, now)).await
    }
}

#[async_trait]
impl AuditLog for SqliteStore {
    async fn note(&self, noted: Noted, now: Timestamp) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| audit::note(conn, city, noted.by, noted.act, &noted.about, now)).await
    }

    async fn note_soon(&self, noted: Noted, now: Timestamp) -> Result<(), StoreError> {
        self.writer.post(move |conn, city, _| audit::note(conn, city, noted.by, noted.act, &noted.about, now)).await
    }

    async fn audit_page(&self, before: Option<u64>, limit: u32) -> Result<AuditPage, StoreError> {
        self.readers.run(move |conn, city| audit::page(conn, city, before, limit)).await
    }

    async fn sweep_people(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.writer.run(0, false, move |conn, city, _| audit::sweep(conn, city, now)).await
    }

    async fn followed(&self, follow: FollowHash) -> Result<Option<ReportRow>, StoreError> {
        self.readers.run(move |conn, city| follow::followed(conn, city, &follow)).await
    }

    async fn find_cases(&self, scope: CaseScope, look_up: LookUp) -> Result<Vec<CaseSummary>, StoreError> {
        self.readers.run(move |conn, city| follow::find_cases(conn, city, &scope, look_up)).await
    }
}
