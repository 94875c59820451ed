//! What people do: with their phones, and at their desks.

use super::Checked;
use super::city_server::SERVICES;
use super::ledger::Asked;
use super::pictures::gallery;
use super::world::{Happening, World};
use lanterna_bridge::{Command, DraftContent};
use lanterna_core::effect::Input;
use lanterna_shared::photo::Rendition;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::service::ServiceCode;

/// The most photos that somebody puts on a report.
const MOST_PHOTOS: usize = 3;
/// The most reports of one device: a run shall be short.
const MOST_REPORTS: usize = 8;

const HOUR_MS: i64 = 3_600_000;
const YEAR_MS: i64 = 365 * 24 * HOUR_MS;

impl World {
    /// Somebody does something with a device, and will again.
    pub(super) fn act(&mut self, number: usize) -> Checked {
        if self.is_healed || self.now > self.acts_until {
            return Ok(());
        }
        let pace = (self.acts_until / 60).clamp(15_000, 1_800_000);
        let next = if self.chance.happens(400) { self.chance.between(10, 3_000) } else { self.chance.between(1_000, 2 * pace) };
        self.happens_in(next, Happening::Act(number));
        let device = &mut self.devices[number];
        if !device.is_on() || device.paused_until > self.now {
            return Ok(());
        }
        if self.chance.happens(self.rough.clock_jump) {
            let hours = [-3, 1, 48].map(|hours| hours * HOUR_MS);
            let jump = *self.chance.pick(&[hours[0], hours[1], hours[2], -30 * YEAR_MS, 5 * YEAR_MS, -YEAR_MS]);
            device.wall_error_ms = if self.chance.happens(300) { 0 } else { device.wall_error_ms + jump };
            let error = device.wall_error_ms / HOUR_MS;
            self.tell(&format!("d{number}: the clock is {error} h off"));
        }
        if self.chance.happens(self.rough.pause) {
            device_pauses(self, number);
            return Ok(());
        }
        if self.chance.happens(self.rough.kill) {
            self.tell(&format!("d{number}: killed"));
            self.kill(number);
            return Ok(());
        }
        let Some((asked, command, bytes)) = self.choose(number) else { return Ok(()) };
        self.give(number, asked, command, bytes)
    }

    /// Gives a command.
    pub(super) fn give(&mut self, number: usize, asked: Asked, command: Command, bytes: Option<Vec<u8>>) -> Checked {
        self.tell(&format!("d{number}: {asked:?}"));
        let ticket = self.devices[number].take_ticket();
        self.devices[number].ledger.asked.insert(ticket, asked);
        self.feed(number, Input::Command { ticket, command, bytes })
    }

    /// What somebody does now; nothing where what they would like cannot be.
    fn choose(&mut self, number: usize) -> Option<(Asked, Command, Option<Vec<u8>>)> {
        let ledger = &self.devices[number].ledger;
        let drafts: Vec<_> = ledger.drafts.keys().copied().collect();
        let draft = self.chance.pick_copy(&drafts);
        let is_full = ledger.reports.len() >= MOST_REPORTS;
        let is_empty = draft.is_some_and(|draft| ledger.drafts[&draft].content.service.is_none());
        // Who has just begun mostly goes on writing.
        let dice = if is_empty && self.chance.happens(800) { 13 } else { self.chance.between(1, 100) };
        match (dice, draft) {
            (1..=12, _) | (13..=71, None) if !is_full && drafts.len() < 3 => Some((Asked::NewDraft, Command::NewDraft, None)),
            (13..=28, Some(draft)) => {
                let content = self.content();
                Some((Asked::Update { draft, content: content.clone() }, Command::UpdateDraft { draft, content }, None))
            }
            (29..=48, Some(draft)) => {
                let coming =
                    ledger.asked.values().filter(|asked| matches!(asked, Asked::AddPhoto { draft: of, .. } if *of == draft)).count();
                if ledger.drafts[&draft].photos.len() + coming >= MOST_PHOTOS {
                    return None;
                }
                let picture = self.chance.below(gallery().len());
                Some((Asked::AddPhoto { draft, picture }, Command::AddPhoto { draft }, Some(gallery()[picture].raw.clone())))
            }
            (49..=52, Some(draft)) => {
                let photos: Vec<_> = ledger.drafts[&draft].photos.keys().copied().collect();
                let photo = self.chance.pick_copy(&photos)?;
                Some((Asked::RemovePhoto { draft, photo }, Command::RemovePhoto { draft, photo }, None))
            }
            (53..=54, Some(draft)) => Some((Asked::Discard { draft }, Command::DiscardDraft { draft }, None)),
            (55..=71, Some(draft)) if !is_full => Some((Asked::Send { draft }, Command::Send { draft }, None)),
            (72..=76, _) => {
                let reports: Vec<_> = ledger.reports.keys().copied().collect();
                let report = self.chance.pick_copy(&reports)?;
                Some((Asked::Withdraw { report }, Command::Withdraw { report }, None))
            }
            (77..=83, _) => Some((Asked::Nudge, Command::SyncNow, None)),
            (84..=89, _) => {
                let online = self.chance.happens(500);
                Some((Asked::Nudge, Command::Connectivity { online }, None))
            }
            (90..=95, _) => Some((Asked::Reports, Command::Reports, None)),
            (96..=100, _) => {
                let photos: Vec<_> = ledger.drafts.values().chain(ledger.reports.values()).flat_map(|known| known.photos.clone()).collect();
                let (photo, picture) = self.chance.pick_copy(&photos)?;
                let rendition = *self.chance.pick(&Rendition::ALL);
                Some((Asked::Photo { photo, picture }, Command::Photo { photo, rendition }, None))
            }
            _ => None,
        }
    }

    fn content(&mut self) -> DraftContent {
        let is_unknown = self.chance.happens(self.rough.unknown_service);
        let service = if is_unknown { "comet" } else { *self.chance.pick(&SERVICES) };
        let is_open = self.chance.happens(50);
        let text = format!(
            "{} {}",
            self.chance.pick(&["Buca davanti al", "Lampione spento, civico", "Äste über dem Gehweg 🌳"]),
            self.chance.between(1, 999)
        );
        let shift = |chance: &mut super::chance::Chance| f64::from(u16::try_from(chance.between(0, 2_000)).unwrap()) / 10_000.0;
        let (lat, lon) = (44.4 + shift(&mut self.chance), 8.8 + shift(&mut self.chance));
        let position = Position::from_degrees(lat, lon, Some(12.0), PositionSource::Gps).ok().filter(|_| self.chance.happens(800));
        DraftContent { service: (!is_open).then(|| ServiceCode::new(service).unwrap()), text, position, ..DraftContent::default() }
    }

    /// Somebody at a desk moves a case, or the server's sweep comes round.
    pub(super) fn desk(&mut self) -> Checked {
        if self.is_healed {
            return Ok(());
        }
        let next = self.chance.between(2_000, (self.acts_until / 25).max(4_000));
        self.happens_in(next, Happening::Desk);
        if !self.server.is_up() {
            return Ok(());
        }
        let now = super::at(self.now);
        if self.chance.happens(self.rough.sweep) {
            // A sweep that comes a day early is as a device that comes a day late.
            let early = if self.chance.happens(500) { 25 * HOUR_MS } else { 0 };
            let swept = self.server.sweep(now.plus_millis(early), &self.rough, &mut self.chance)?;
            self.tell(&format!("{swept} uploads are swept away"));
        } else if let Some(said) = self.server.make_a_move(now, &self.rough, &mut self.chance)? {
            self.summary.moves += 1;
            self.tell(&said);
        }
        if !self.server.is_up() {
            self.server_died();
        }
        Ok(())
    }
}

fn device_pauses(world: &mut World, number: usize) {
    let lasts = world.chance.between(1_000, 1_800_000);
    world.devices[number].paused_until = world.now + lasts;
    world.tell(&format!("d{number}: suspended for {} s", lasts / 1_000));
}
