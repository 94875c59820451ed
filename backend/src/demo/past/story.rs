//! What becomes of one case: who does what, how long after the step before. Pure chance, within what the table of moves allows.

use super::dice::Dice;
use lanterna_shared::moves::Move;
use std::time::Duration;

/// An hour and a day in milliseconds.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// See [`HOUR_MS`].
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// In what capacity a step is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastActor {
    /// Somebody of whoever owns the case then.
    Owner,
    /// The URP.
    Dispatcher,
    /// The arbiter.
    Supervisor,
    /// Who sent the first report.
    Reporter,
}

/// One step: what is done, by whom, how long after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) after_ms: i64,
    pub(super) actor: PastActor,
    pub(super) name: Move,
}

/// How an office works through one kind of thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Median from taking charge to done.
    pub(super) days: f64,
    /// How often the answer is no.
    pub(super) declines: f64,
    /// How often the first office says that it is not its own.
    pub(super) strays: f64,
}

/// Draws a whole story, from the owner's first step to the citizen's last.
pub(super) fn draw(dice: &mut Dice, pace: Pace) -> Vec<Step> {
    let mut steps = Vec::with_capacity(8);
    let mut then = |median_ms: i64, actor: PastActor, name: Move, dice: &mut Dice| {
        steps.push(Step { after_ms: dice.stretch_ms(median_ms), actor, name });
    };
    if dice.happens(0.03) {
        then(10 * HOUR_MS, PastActor::Reporter, Move::Withdraw, dice);
        return steps;
    }
    if dice.happens(pace.strays) {
        then(20 * HOUR_MS, PastActor::Owner, Move::HandOff, dice);
        if dice.happens(0.25) {
            then(30 * HOUR_MS, PastActor::Owner, Move::HandOff, dice);
            if dice.happens(0.4) {
                // The budget is spent: this one goes to the arbiter.
                then(30 * HOUR_MS, PastActor::Owner, Move::HandOff, dice);
                then(26 * HOUR_MS, PastActor::Supervisor, Move::Arbitrate, dice);
            }
        }
    }
    // Some are forgotten: nobody takes charge, and the promise is broken.
    if dice.happens(0.04) {
        return steps;
    }
    then(7 * HOUR_MS, PastActor::Owner, Move::TakeCharge, dice);
    if dice.happens(pace.declines) {
        then(2 * DAY_MS, PastActor::Owner, Move::Decline, dice);
        return steps;
    }
    if dice.happens(0.05) {
        then(12 * HOUR_MS, PastActor::Owner, Move::Ask, dice);
        then(30 * HOUR_MS, PastActor::Owner, Move::Resume, dice);
    }
    if dice.happens(0.25) {
        then(9 * HOUR_MS, PastActor::Owner, Move::Plan, dice);
    }
    if dice.happens(0.05) {
        then(DAY_MS, PastActor::Owner, Move::Wait, dice);
        then(3 * DAY_MS, PastActor::Owner, Move::Resume, dice);
    }
    let work = Duration::try_from_secs_f64(pace.days * 86_400.0).unwrap_or_default();
    let work_ms = i64::try_from(work.as_millis()).unwrap_or(DAY_MS);
    then(work_ms, PastActor::Owner, Move::Start, dice);
    then(5 * HOUR_MS, PastActor::Owner, Move::Resolve, dice);
    match dice.unit() {
        share if share < 0.35 => then(30 * HOUR_MS, PastActor::Reporter, Move::Confirm, dice),
        share if share < 0.42 => {
            then(20 * HOUR_MS, PastActor::Reporter, Move::Contest, dice);
            then(10 * HOUR_MS, PastActor::Owner, Move::TakeCharge, dice);
            then(work_ms, PastActor::Owner, Move::Start, dice);
            then(4 * HOUR_MS, PastActor::Owner, Move::Resolve, dice);
        }
        _ => {}
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanterna_shared::case::CaseStatus;
    use lanterna_shared::moves;
    use lanterna_shared::role::Role;

    fn role(actor: PastActor) -> Role {
        match actor {
            PastActor::Owner => Role::Officer,
            PastActor::Dispatcher => Role::Dispatcher,
            PastActor::Supervisor => Role::Supervisor,
            PastActor::Reporter => Role::Reporter,
        }
    }

    #[test]
    fn every_story_is_one_that_the_table_of_moves_allows() {
        let mut dice = Dice::new(5);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..3_000 {
            let (mut status, mut before) = (CaseStatus::Assigned, None);
            for step in draw(&mut dice, Pace { days: 2.0, declines: 0.1, strays: 0.2 }) {
                let rule = moves::rule(step.name, status, role(step.actor)).unwrap_or_else(|| panic!("{step:?} from {status:?}"));
                let after = rule.target(before);
                before = matches!(after, CaseStatus::WaitingReporter | CaseStatus::WaitingOther).then_some(status);
                status = after;
                seen.insert(step.name);
                assert!(step.after_ms > 0);
            }
        }
        assert!(seen.len() >= 13, "{seen:?}");
    }
}
