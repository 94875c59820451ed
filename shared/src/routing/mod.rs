//! Routing: who owns a new case, how urgent it is, until when it is promised, and why.
//!
//! Rules are ordered data that supervisors edit; the first that matches wins; none = triage, never a lost case. This folder never looks anything up:
//! what is known of a report comes in as [`Facts`], what the city has as an [`Offer`].
//!
//! The story in order: a [`RulesFile`] is read and every mistake in it named with its line ([`file`]); [`check`] refuses rules that cannot be
//! evaluated, so that none is ever skipped in silence; [`coverage()`] lists rules that can never match and reports that no rule covers. A published
//! [`RuleSet`] then decides about each new report ([`decide()`]), also for the areas that an inaccurate position might mean, and what was tried is kept
//! on the case ([`TraceLine`], [`Boundary`]). [`words`] says all of it to people.

pub mod condition;
pub mod coverage;
pub mod decide;
pub mod facts;
pub mod fault;
pub mod file;
mod partition;
pub mod rule;
pub mod trace;
pub mod window;
pub mod words;

pub use condition::Condition;
pub use coverage::coverage;
pub use decide::{Decision, decide, decide_around};
pub use facts::{Facts, Moment, Spot};
pub use fault::{AnswerShape, Offer, RuleFault, check};
pub use file::RulesFile;
pub use rule::{RoutingRule, RuleSet};
pub use trace::{Boundary, Side, TraceLine, Tried};
