//! Whose turn it is: which tab has the engine. A state machine without a browser in it, so that it can be tested anywhere.
//!
//! There is never a second engine: a tab opens one only while it holds the browser's lock of that name. The rest is courtesy: the tab a person
//! looks at asks for the lock and the tab that holds it closes its engine and lets go. A tab that is looked at but had to let go (two windows side
//! by side) waits in line without asking, so that it has the engine again once the other is closed. A lock that does not come within
//! [`PATIENCE_MS`] is said, and waited for all the same.

use lanterna_bridge::Event;

/// How long a tab waits for the lock before it says so, in milliseconds.
#[cfg(target_arch = "wasm32")]
pub const PATIENCE_MS: i32 = 3_000;

/// What happened to this tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The page starts; whether somebody looks at it.
    Start {
        /// Looked at.
        visible: bool,
    },
    /// Somebody looks at the page.
    Visible,
    /// Nobody looks at the page any more.
    Hidden,
    /// The person asked to use Lanterna here.
    Claim,
    /// The lock is here.
    Granted,
    /// The lock is another tab's ([`Act::TryLock`] only).
    Taken,
    /// Another tab asks for the lock.
    Asked,
    /// [`PATIENCE_MS`] are over since [`Act::Wait`].
    PatienceOver,
    /// The engine is closed and the lock free again.
    Released,
    /// The engine cannot be opened here; the lock is free again.
    Failed,
}

/// What this tab shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Take the lock if nobody has it: answered by [`Sign::Granted`] or [`Sign::Taken`].
    TryLock,
    /// Wait in line for the lock: answered by [`Sign::Granted`] some time.
    QueueForLock,
    /// Leave the line.
    LeaveQueue,
    /// Ask the tab that has it.
    Ask,
    /// Start waiting [`PATIENCE_MS`]; an earlier wait is void.
    Wait,
    /// Open the engine: answered by [`Sign::Failed`] if that does not work.
    Open,
    /// Close the engine and give the lock back: answered by [`Sign::Released`].
    Close,
    /// Tell the screens.
    Tell(Event),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the start.
    New,
    /// Looks whether the lock is free; nobody looks at the page.
    Trying,
    /// In line, having asked.
    Wanting,
    /// In line without having asked.
    Queued,
    /// Another tab has it and nobody looks at this one.
    Following,
    /// The engine is here.
    Owning,
    /// Closing the engine for another tab.
    Yielding,
}

/// The turn as one tab sees it.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    state: State,
    visible: bool,
    /// The person has been told that the other tab does not let go.
    is_stuck: bool,
}

/// What becomes of a command that arrives now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The engine is here, or on its way.
    Here,
    /// Not known yet: keep the command.
    Unknown,
    /// Another tab has it: refuse.
    Elsewhere,
}

impl Turn {
    /// Before the start.
    pub const fn new() -> Self {
        Self { state: State::New, visible: false, is_stuck: false }
    }

    /// What becomes of a command that arrives now.
    pub const fn standing(self) -> Standing {
        match self.state {
            State::Owning => Standing::Here,
            State::New | State::Trying => Standing::Unknown,
            State::Wanting if !self.is_stuck => Standing::Unknown,
            State::Wanting | State::Queued | State::Following | State::Yielding => Standing::Elsewhere,
        }
    }

    /// Takes a sign and says what to do, in order.
    pub fn on(&mut self, sign: Sign) -> Vec<Act> {
        match sign {
            Sign::Start { visible } => self.visible = visible,
            Sign::Visible | Sign::Claim => self.visible = true,
            Sign::Hidden => self.visible = false,
            _ => {}
        }
        match (self.state, sign) {
            (State::New, Sign::Start { visible: true }) | (State::Following, Sign::Visible | Sign::Claim) => self.want(),
            (State::New, Sign::Start { visible: false }) => self.go(State::Trying, vec![Act::TryLock]),
            (State::Trying, Sign::Taken) if self.visible => self.want(),
            (State::Trying, Sign::Taken) => self.go(State::Following, vec![Act::Tell(Event::EngineElsewhere)]),
            // In line already: only ask again, and with new patience.
            (State::Wanting | State::Queued, Sign::Visible | Sign::Claim) => {
                self.is_stuck = false;
                self.go(State::Wanting, vec![Act::Ask, Act::Wait])
            }
            (State::Wanting | State::Queued, Sign::Hidden) => {
                self.go(State::Following, vec![Act::LeaveQueue, Act::Tell(Event::EngineElsewhere)])
            }
            (State::Wanting, Sign::PatienceOver) => {
                self.is_stuck = true;
                vec![Act::Tell(Event::EngineStuck)]
            }
            // Whoever asks goes first: to the end of the line.
            (State::Queued, Sign::Asked) => vec![Act::LeaveQueue, Act::QueueForLock],
            (State::Trying | State::Wanting | State::Queued | State::Following, Sign::Granted) => self.go(State::Owning, vec![Act::Open]),
            (State::Owning, Sign::Asked) => self.go(State::Yielding, vec![Act::Close]),
            (State::Yielding, Sign::Released) => {
                let mut acts = vec![Act::Tell(Event::EngineElsewhere)];
                if self.visible {
                    acts.push(Act::QueueForLock);
                }
                self.go(if self.visible { State::Queued } else { State::Following }, acts)
            }
            // The host has said why; only a person's tap tries again.
            (State::Owning | State::Yielding, Sign::Failed) => self.go(State::Following, Vec::new()),
            _ => Vec::new(),
        }
    }

    fn want(&mut self) -> Vec<Act> {
        self.is_stuck = false;
        self.go(State::Wanting, vec![Act::QueueForLock, Act::Ask, Act::Wait])
    }

    fn go(&mut self, state: State, acts: Vec<Act>) -> Vec<Act> {
        self.state = state;
        acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible() -> Turn {
        let mut turn = Turn::new();
        assert_eq!(turn.on(Sign::Start { visible: true }), [Act::QueueForLock, Act::Ask, Act::Wait]);
        turn
    }

    fn owning() -> Turn {
        let mut turn = visible();
        assert_eq!(turn.on(Sign::Granted), [Act::Open]);
        assert_eq!(turn.standing(), Standing::Here);
        turn
    }

    #[test]
    fn the_tab_that_is_looked_at_gets_the_engine() {
        let mut old = owning();
        let mut new = visible();
        assert_eq!(new.standing(), Standing::Unknown);
        assert_eq!(old.on(Sign::Hidden), []);
        assert_eq!(old.on(Sign::Asked), [Act::Close]);
        assert_eq!(old.standing(), Standing::Elsewhere);
        assert_eq!(old.on(Sign::Released), [Act::Tell(Event::EngineElsewhere)]);
        assert_eq!(new.on(Sign::Granted), [Act::Open]);
    }

    #[test]
    fn a_tab_in_sight_that_let_go_waits_in_line_without_asking() {
        let mut old = owning();
        assert_eq!(old.on(Sign::Asked), [Act::Close]);
        assert_eq!(old.on(Sign::Released), [Act::Tell(Event::EngineElsewhere), Act::QueueForLock]);
        assert_eq!(old.standing(), Standing::Elsewhere);
        // A third window asks: it goes first.
        assert_eq!(old.on(Sign::Asked), [Act::LeaveQueue, Act::QueueForLock]);
        assert_eq!(old.on(Sign::Claim), [Act::Ask, Act::Wait]);
        assert_eq!(old.on(Sign::Granted), [Act::Open]);
    }

    #[test]
    fn a_lock_that_does_not_come_is_said_and_still_waited_for() {
        let mut turn = visible();
        assert_eq!(turn.on(Sign::PatienceOver), [Act::Tell(Event::EngineStuck)]);
        assert_eq!(turn.standing(), Standing::Elsewhere);
        assert_eq!(turn.on(Sign::Claim), [Act::Ask, Act::Wait]);
        assert_eq!(turn.standing(), Standing::Unknown);
        assert_eq!(turn.on(Sign::Granted), [Act::Open]);
        assert_eq!(turn.on(Sign::PatienceOver), []);
    }

    #[test]
    fn a_tab_opened_in_the_background_takes_only_what_is_free() {
        let mut turn = Turn::new();
        assert_eq!(turn.on(Sign::Start { visible: false }), [Act::TryLock]);
        assert_eq!(turn.on(Sign::Taken), [Act::Tell(Event::EngineElsewhere)]);
        assert_eq!(turn.on(Sign::Asked), []);
        assert_eq!(turn.on(Sign::Visible), [Act::QueueForLock, Act::Ask, Act::Wait]);
        assert_eq!(turn.on(Sign::Hidden), [Act::LeaveQueue, Act::Tell(Event::EngineElsewhere)]);
        // The lock came while the line was being left.
        assert_eq!(turn.on(Sign::Granted), [Act::Open]);
    }

    #[test]
    fn an_engine_that_cannot_be_opened_waits_for_a_tap() {
        let mut turn = owning();
        assert_eq!(turn.on(Sign::Failed), []);
        assert_eq!(turn.standing(), Standing::Elsewhere);
        assert_eq!(turn.on(Sign::Claim), [Act::QueueForLock, Act::Ask, Act::Wait]);
    }
}
