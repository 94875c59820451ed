//! Joining a crew: the device registers once more, with a one-time code.
//!
//! A device that the server shut out mints a new installation, lineage and secret first and begins anew with them; what it has not sent goes out under
//! the new one. The code is kept in memory only: who gives it waits for the answer.

use lanterna_bridge::{Refusal, RefusalCode, Reply};
use lanterna_shared::enrolment::EnrolmentCode;
use lanterna_shared::problem::{Problem, ProblemCode};

use super::Engine;
use crate::effect::{Effect, HttpFailure, HttpReply, Moment};
use crate::error::CommandError;
use crate::store::Device;

/// A code whose answer somebody waits for.
pub(super) struct Enrolling {
    ticket: u64,
    pub(super) code: EnrolmentCode,
    renewed: bool,
}

impl Engine {
    /// Registers again, with the code. Answered when the server has answered, or did not.
    pub(super) fn enrol(&mut self, ticket: u64, code: &str) -> Result<(), CommandError> {
        let code = code.parse()?;
        Device::set_registered(self.store.connection(), false)?;
        self.answer_enrolment(Some("another code was given meanwhile"));
        self.enrolling = Some(Enrolling { ticket, code, renewed: false });
        self.may_send = true;
        self.sync_wanted = true;
        self.try_again();
        Ok(())
    }

    /// What the answer to a registration with a code means. Whether the registration shall be made again at once.
    pub(super) fn enrolled(&mut self, outcome: &Result<HttpReply, HttpFailure>, known: bool, moment: Moment) -> bool {
        if known {
            self.answer_enrolment(None);
            return false;
        }
        let problem = outcome.as_ref().ok().and_then(|reply| serde_json::from_slice::<Problem>(&reply.body).ok());
        let was_shut_out = problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::Revoked);
        if was_shut_out
            && let Some(enrolling) = &mut self.enrolling
            && !enrolling.renewed
        {
            enrolling.renewed = true;
            if Device::renew(self.store.connection(), moment.wall, &mut self.entropy).is_ok() {
                return true;
            }
        }
        let why = problem.map(|problem| problem.detail);
        self.answer_enrolment(Some(why.as_deref().unwrap_or("the server does not answer: try again when there is a network")));
        false
    }

    fn answer_enrolment(&mut self, refused: Option<&str>) {
        let Some(enrolling) = self.enrolling.take() else { return };
        let reply = match refused {
            None => Reply::Done,
            Some(detail) => Reply::Refused(Refusal { code: RefusalCode::Invalid, detail: detail.to_owned() }),
        };
        self.effects.push(Effect::Reply { ticket: enrolling.ticket, reply, bytes: None });
    }
}
