//! What a citizen says of the own case: it is done, it is not, an answer. An op each, recorded without a network and judged by the server.
//!
//! Only what the last known row offers can be said: a screen that is out of date offers too little, never what makes no sense.

use lanterna_bridge::{Event, Reply};
use lanterna_shared::guard::input::MAX_WORDS_CHARS;
use lanterna_shared::id::ReportId;
use lanterna_shared::moves::Move;
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::Invalid;
use lanterna_shared::text;

use super::Engine;
use super::capture::record;
use crate::effect::Moment;
use crate::error::CommandError;
use crate::store::Store;

/// The name of the op by which a citizen makes a move.
pub(super) const fn said_by(name: Move) -> &'static str {
    match name {
        Move::Resume => "answer",
        _ => name.as_str(),
    }
}

impl Engine {
    pub(super) fn confirm(&mut self, report: ReportId, moment: Moment) -> Result<Reply, CommandError> {
        self.say(Move::Confirm, OpBody::Confirm { report }, moment)
    }

    pub(super) fn contest(&mut self, report: ReportId, reason: String, moment: Moment) -> Result<Reply, CommandError> {
        text::check("reason", &reason, MAX_WORDS_CHARS)?;
        self.say(Move::Contest, OpBody::Contest { report, reason }, moment)
    }

    pub(super) fn answer(&mut self, report: ReportId, text: String, moment: Moment) -> Result<Reply, CommandError> {
        if text.trim().is_empty() {
            return Err(Invalid::new("text", "is empty: write an answer").into());
        }
        text::check("text", &text, MAX_WORDS_CHARS)?;
        self.say(Move::Resume, OpBody::Answer { report, text }, moment)
    }

    /// Records the op, once: the same again while it waits changes nothing.
    fn say(&mut self, name: Move, body: OpBody, moment: Moment) -> Result<Reply, CommandError> {
        let report = body.report();
        let found = Store::report(self.store.connection(), report)?.ok_or(CommandError::NotFound("report"))?;
        if Store::ops_of(self.store.connection(), report)?.iter().any(|op| op.name == body.name()) {
            return Ok(Reply::Done);
        }
        let may = found.row.is_some_and(|row| row.more.may.contains(&name));
        if found.withdrawn || !may {
            return Err(Invalid::new("report", "does not wait for this, as far as this device knows: sync, then look at it again").into());
        }
        let op_id = self.mint_op(moment);
        let transaction = self.store.begin()?;
        record(&transaction, op_id, body, moment)?;
        transaction.commit()?;
        self.event(Event::ReportsChanged);
        Ok(Reply::Done)
    }
}
