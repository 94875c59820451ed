//! The loop: one queue of what happens when, by virtual time, and what each happening leads to.

use super::chance::{Chance, Roughness};
use super::city_server::{Answer, Later, Server};
use super::device::{Fed, SimDevice};
use super::network::{Sent, Weather, broken_off, stranger, travel_ms};
use super::pictures::{gallery, recognise};
use super::watch::{scene, watch};
use super::{Checked, Summary, at};
use lanterna_core::effect::{Body, Effect, FileFailure, HttpFailure, HttpReply, HttpRequest, Input, Token};
use lanterna_core::photo::RenderError;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Lines of the story that a failure tells.
const TOLD: usize = 60;
/// No run has so many; one that does goes round in circles.
const MOST_HAPPENINGS: u64 = 400_000;

/// Whom a result is for: one start of one device.
#[derive(Clone, Copy)]
pub(super) struct For {
    pub(super) device: usize,
    pub(super) start: u32,
}

/// What happens at a time.
pub(super) enum Happening {
    /// Somebody does something with a device.
    Act(usize),
    /// A connection changes.
    Weather(usize),
    /// Somebody at a desk does something.
    Desk,
    /// A device starts.
    Boot(usize),
    /// The server starts.
    ServerBoot,
    /// A request reaches the server.
    Arrives { from: For, token: Token, request: Rc<Sent> },
    /// The server reads the second half of an answer.
    Reads { from: For, token: Token, later: Box<Later> },
    /// A device gets an answer, or gives up.
    Answered { to: For, token: Token, outcome: Result<HttpReply, HttpFailure> },
    /// A file is written or not.
    Written { to: For, token: Token, outcome: Result<(), FileFailure> },
    /// A file is read, or a photo rendered.
    Ready { to: For, input: Input },
    /// A device is woken, if it still wants to be.
    Wakes { to: For, up_ms: u64 },
}

/// Everything there is.
pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) rough: Roughness,
    /// Virtual milliseconds since the beginning.
    pub(super) now: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    next: u64,
    pub(super) devices: Vec<SimDevice>,
    pub(super) server: Server,
    /// Nobody acts any more and nothing goes wrong.
    pub(super) is_healed: bool,
    /// Until when people act.
    pub(super) acts_until: u64,
    story: VecDeque<String>,
    is_loud: bool,
    pub(super) summary: Summary,
}

impl World {
    /// Devices, a server, and the first thing that happens to each.
    pub(super) fn new(seed: u64, is_loud: bool) -> Checked<Self> {
        let mut chance = Chance::new(seed);
        let rough = Roughness::draw(&mut chance);
        let count = chance.below(5) + 2;
        let acts_until = 60_000 * *chance.pick(&[20, 60, 180, 3_000]);
        let server = Server::new(&mut chance)?;
        let devices = (0..count).map(|number| SimDevice::new(number, acts_until / 40, &mut chance)).collect::<Checked<Vec<_>>>()?;
        let mut world = Self {
            chance,
            rough,
            now: 0,
            queue: BTreeMap::new(),
            next: 0,
            devices,
            server,
            is_healed: false,
            acts_until,
            story: VecDeque::new(),
            is_loud,
            summary: Summary { seed, devices: count, ..Summary::default() },
        };
        world.tell(&format!("{count} devices, acts for {} min, {rough:?}", acts_until / 60_000));
        for device in 0..count {
            let when = world.chance.between(0, 10_000);
            world.happens_in(when, Happening::Boot(device));
            world.happens_in(when + 1, Happening::Weather(device));
            world.happens_in(when + 2, Happening::Act(device));
        }
        world.happens_in(60_000, Happening::Desk);
        Ok(world)
    }

    /// Puts something into the queue.
    pub(super) fn happens_in(&mut self, ms: u64, what: Happening) {
        self.queue.insert((self.now + ms, self.next), what);
        self.next += 1;
    }

    /// Adds a line to the story. The digest over all lines says whether two runs were the same.
    pub(super) fn tell(&mut self, line: &str) {
        let line = format!("{:>9}.{:03} {line}", self.now / 1_000, self.now % 1_000);
        for byte in line.bytes() {
            self.summary.digest = (self.summary.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.is_loud {
            println!("{line}");
        }
        if self.story.len() == TOLD {
            self.story.pop_front();
        }
        self.story.push_back(line);
    }

    /// The last lines of the story.
    pub(super) fn story(&self) -> String {
        self.story.iter().fold(String::new(), |told, line| told + line.as_str() + "\n")
    }

    /// Lets the next thing happen, if it happens before `until`; whether it did.
    pub(super) fn step(&mut self, until: u64) -> Checked<bool> {
        let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= until) else { return Ok(false) };
        let ((when, _), what) = entry.remove_entry();
        self.now = when;
        self.summary.happenings += 1;
        if self.summary.happenings > MOST_HAPPENINGS {
            return Err("it never becomes quiet".to_owned());
        }
        self.happen(what)?;
        Ok(true)
    }

    /// Whether a message, a file or a start is still on its way.
    pub(super) fn is_moving(&self) -> bool {
        self.queue.values().any(|what| {
            !matches!(
                what,
                Happening::Wakes { .. } | Happening::Act(_) | Happening::Weather(_) | Happening::Desk | Happening::Answered { .. }
            )
        }) || self.devices.iter().any(|device| !device.requests.is_empty())
    }

    fn happen(&mut self, what: Happening) -> Checked {
        match what {
            Happening::Act(device) => self.act(device),
            Happening::Weather(device) => {
                self.change_weather(device);
                Ok(())
            }
            Happening::Desk => self.desk(),
            Happening::Boot(device) => self.boot(device),
            Happening::ServerBoot => {
                if !self.server.is_up() {
                    self.server.boot()?;
                    self.tell("the server starts");
                }
                Ok(())
            }
            Happening::Arrives { from, token, request } => self.arrives(from, token, &request),
            Happening::Reads { from, token, later } => {
                if self.server.is_up() && self.server.start == later.start {
                    let reply = self.server.finish_sync(*later, at(self.now))?;
                    self.send_back(from, token, reply);
                }
                Ok(())
            }
            Happening::Answered { to, token, outcome } => self.answered(to, token, outcome),
            Happening::Written { to, token, outcome } => {
                if let Some(wait) = self.must_wait(to) {
                    self.happens_in(wait, Happening::Written { to, token, outcome });
                    return Ok(());
                }
                if self.is_current(to) {
                    let device = &mut self.devices[to.device];
                    device.needs_restart |= outcome.is_err();
                    device.folder.end(token, outcome);
                    self.feed(to.device, Input::FileWritten { token, outcome })?;
                }
                Ok(())
            }
            Happening::Ready { to, input } => match self.must_wait(to) {
                Some(wait) => {
                    self.happens_in(wait, Happening::Ready { to, input });
                    Ok(())
                }
                None if self.is_current(to) => self.feed(to.device, input),
                None => Ok(()),
            },
            Happening::Wakes { to, up_ms } => {
                if let Some(wait) = self.must_wait(to) {
                    self.happens_in(wait, Happening::Wakes { to, up_ms });
                } else if self.is_current(to) && self.devices[to.device].wake_at == Some(up_ms) {
                    self.devices[to.device].wake_at = None;
                    self.feed(to.device, Input::Wake)?;
                }
                Ok(())
            }
        }
    }

    fn is_current(&self, to: For) -> bool {
        let device = &self.devices[to.device];
        device.is_on() && device.start == to.start
    }

    /// A suspended device gets everything when it goes on.
    fn must_wait(&self, to: For) -> Option<u64> {
        self.devices[to.device].paused_until.checked_sub(self.now).filter(|wait| *wait > 0)
    }

    pub(super) fn whom(&self, device: usize) -> For {
        For { device, start: self.devices[device].start }
    }

    fn change_weather(&mut self, device: usize) {
        if self.is_healed {
            return;
        }
        let weather = Weather::draw(&self.rough, &mut self.chance);
        if weather != self.devices[device].weather {
            self.devices[device].weather = weather;
            self.tell(&format!("d{device}: connection {weather:?}"));
        }
        let lasts = self.chance.between(5_000, 900_000);
        self.happens_in(lasts, Happening::Weather(device));
    }

    /// Starts a device and holds what it finds against what it had shown.
    fn boot(&mut self, number: usize) -> Checked {
        if self.devices[number].is_on() {
            return Ok(());
        }
        if !self.devices[number].boot(self.now, &self.rough, &mut self.chance)? {
            self.tell(&format!("d{number}: power cut while opening"));
            self.kill(number);
            return Ok(());
        }
        self.tell(&format!("d{number}: starts"));
        self.with_ledger(number, super::ledger::Ledger::recall)?;
        self.feed(number, Input::Start)
    }

    /// Runs something over a device's ledger and what it is held against.
    pub(super) fn with_ledger<T>(
        &mut self,
        number: usize,
        run: impl FnOnce(&mut super::ledger::Ledger, &super::ledger::Scene<'_>) -> Checked<T>,
    ) -> Checked<T> {
        let mut ledger = std::mem::take(&mut self.devices[number].ledger);
        let done = run(&mut ledger, &scene(&self.devices[number], &self.server, &self.rough));
        self.devices[number].ledger = ledger;
        done.map_err(|what| format!("device {number}: {what}"))
    }

    /// Cuts a device's power; it starts again after a while.
    pub(super) fn kill(&mut self, number: usize) {
        self.devices[number].kill(&mut self.chance);
        self.summary.kills += 1;
        let off = if self.is_healed { 1_000 } else { self.chance.between(500, 600_000) };
        self.happens_in(off, Happening::Boot(number));
    }

    /// Gives a device an input and does what it asks for.
    pub(super) fn feed(&mut self, number: usize, input: Input) -> Checked {
        let effects = match self.devices[number].feed(input, self.now, &self.rough, &mut self.chance) {
            Fed::Nothing => return Ok(()),
            Fed::PowerCut => {
                self.tell(&format!("d{number}: power cut at a commit"));
                self.kill(number);
                return Ok(());
            }
            Fed::Effects(effects) => effects,
        };
        let is_cut = self.chance.happens(self.rough.cut_between_effects);
        let done = if is_cut { self.chance.below(effects.len() + 1) } else { effects.len() };
        for effect in effects.into_iter().take(done) {
            self.run(number, effect)?;
        }
        if is_cut {
            self.tell(&format!("d{number}: power cut after {done} effects"));
            self.kill(number);
            return Ok(());
        }
        watch(&mut self.devices[number], &self.server, self.now).map_err(|what| format!("device {number}: {what}"))
    }

    fn run(&mut self, number: usize, effect: Effect) -> Checked {
        let to = self.whom(number);
        match effect {
            Effect::Reply { ticket, reply, bytes } => {
                if let lanterna_bridge::Reply::Saved { report, .. } = &reply {
                    self.tell(&format!("d{number}: saved {report}"));
                    self.summary.reports += 1;
                }
                self.with_ledger(number, |ledger, scene| ledger.told(ticket, &reply, bytes.as_deref(), scene))?;
            }
            Effect::Event(_) => {}
            Effect::Http { token, request } => self.send(to, token, request),
            Effect::WriteFile { token, name, bytes } => {
                self.devices[number].folder.begin(token, name, bytes);
                let is_bad = self.chance.happens(self.rough.failed_write);
                let outcome = if is_bad { Err(*self.chance.pick(&[FileFailure::Full, FileFailure::Io])) } else { Ok(()) };
                let lasts = self.chance.between(1, 400);
                self.happens_in(lasts, Happening::Written { to, token, outcome });
            }
            Effect::ReadFile { token, name } => {
                let outcome = self.devices[number].folder.read(&name).map(<[u8]>::to_vec).ok_or(FileFailure::Missing);
                self.happens_in(5, Happening::Ready { to, input: Input::FileRead { token, outcome } });
            }
            Effect::DeleteFile { name } => self.devices[number].folder.delete(&name),
            Effect::KeepOnly { names } => self.devices[number].folder.keep_only(&names),
            Effect::Render { token, name } => {
                let is_bad = self.chance.happens(self.rough.failed_render);
                let picture = self.devices[number].folder.read(&name).and_then(recognise).filter(|_| !is_bad);
                self.devices[number].needs_restart |= picture.is_none();
                let outcome = picture.map_or(Err(RenderError::Host), |picture| gallery()[picture].outcome.clone());
                let lasts = self.chance.between(50, 3_000);
                self.happens_in(lasts, Happening::Ready { to, input: Input::Rendered { token, outcome } });
            }
            Effect::WakeAt { up_ms } => {
                let device = &mut self.devices[number];
                device.wake_at = Some(up_ms);
                let wait = up_ms.saturating_sub(device.up_ms(self.now));
                self.happens_in(wait, Happening::Wakes { to, up_ms });
            }
        }
        Ok(())
    }

    /// A request leaves a device.
    fn send(&mut self, from: For, token: Token, request: HttpRequest) {
        let device = &mut self.devices[from.device];
        let is_of_ops = !request.path.starts_with("/v1/uploads");
        device.requests.insert(token, is_of_ops);
        self.summary.requests += 1;
        let fails = |outcome| Happening::Answered { to: from, token, outcome: Err(outcome) };
        let body = match request.body {
            Body::Empty => Vec::new(),
            Body::Json(text) => text.into_bytes(),
            Body::FilePiece { name, offset, length } => {
                let (start, end) = (usize::try_from(offset).unwrap(), usize::try_from(offset + length).unwrap());
                let Some(piece) = device.folder.read(&name).and_then(|bytes| bytes.get(start..end)) else {
                    self.tell(&format!("d{}: the file {name} cannot be sent", from.device));
                    return self.happens_in(1, fails(HttpFailure::FileUnreadable));
                };
                piece.to_vec()
            }
        };
        let weather = device.weather;
        let stalls = request.stall_ms + self.chance.between(0, 500);
        let mut sent = Sent { method: request.method, path: request.path, headers: request.headers, body, whole: true };
        self.tell(&format!("d{}: {} {} ({} bytes) {weather:?}", from.device, sent.method.as_str(), sent.path, sent.body.len()));
        self.happens_in(stalls, fails(HttpFailure::Stalled));
        let travels = travel_ms(&self.rough, &mut self.chance);
        match weather {
            Weather::Down => self.happens_in(travels.min(300), fails(HttpFailure::Unreachable)),
            Weather::Portal => {
                let outcome = stranger(&mut self.chance);
                self.happens_in(travels, Happening::Answered { to: from, token, outcome });
            }
            Weather::Usual | Weather::OneWay => {
                if self.chance.happens(self.rough.meddle) {
                    let outcome = stranger(&mut self.chance);
                    return self.happens_in(travels, Happening::Answered { to: from, token, outcome });
                }
                if self.chance.happens(self.rough.duplicate) {
                    let later = travel_ms(&self.rough, &mut self.chance);
                    self.happens_in(later, Happening::Arrives { from, token, request: Rc::new(sent.clone()) });
                }
                if self.chance.happens(self.rough.drop_request) {
                    return;
                }
                if self.chance.happens(self.rough.truncate) {
                    sent.whole = false;
                    let kept = self.chance.below(sent.body.len() + 1);
                    sent.body.truncate(kept);
                    self.happens_in(travels + 50, fails(HttpFailure::Broken));
                }
                self.happens_in(travels, Happening::Arrives { from, token, request: Rc::new(sent) });
            }
        }
    }

    fn arrives(&mut self, from: For, token: Token, request: &Sent) -> Checked {
        if !self.server.is_up() {
            self.happens_in(20, Happening::Answered { to: from, token, outcome: Err(HttpFailure::Unreachable) });
            return Ok(());
        }
        match self.server.handle(request, at(self.now), &self.rough, &mut self.chance)? {
            Answer::Reply(reply) => self.send_back(from, token, reply),
            Answer::Later(later) => {
                let wait = self.chance.between(0, 40);
                self.happens_in(wait, Happening::Reads { from, token, later });
            }
            Answer::Silence => {}
            Answer::Died => self.server_died(),
        }
        Ok(())
    }

    pub(super) fn server_died(&mut self) {
        self.tell("the server's power is cut");
        self.summary.server_kills += 1;
        self.server.tear_staged(&mut self.chance);
        let off = self.chance.between(1_000, 300_000);
        self.happens_in(off, Happening::ServerBoot);
    }

    /// An answer leaves the server.
    fn send_back(&mut self, to: For, token: Token, reply: HttpReply) {
        let outcome = if self.chance.happens(self.rough.truncate) { broken_off(&reply, &mut self.chance) } else { Ok(reply) };
        if self.devices[to.device].weather.lets_in() && !self.chance.happens(self.rough.drop_reply) {
            let travels = travel_ms(&self.rough, &mut self.chance);
            self.happens_in(travels, Happening::Answered { to, token, outcome });
        }
    }

    fn answered(&mut self, to: For, token: Token, outcome: Result<HttpReply, HttpFailure>) -> Checked {
        if !self.is_current(to) || !self.devices[to.device].requests.contains_key(&token) {
            return Ok(());
        }
        if let Some(wait) = self.must_wait(to) {
            self.happens_in(wait, Happening::Answered { to, token, outcome });
            return Ok(());
        }
        self.devices[to.device].requests.remove(&token);
        let said = outcome
            .as_ref()
            .map_or_else(|failure| format!("{failure:?}"), |reply| format!("{} ({} bytes)", reply.status, reply.body.len()));
        self.tell(&format!("d{}: answer {token}: {said}", to.device));
        self.feed(to.device, Input::Http { token, outcome })
    }
}
