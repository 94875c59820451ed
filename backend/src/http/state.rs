//! What every handler shares.

use super::limit::RateLimit;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::photo::budget::{Budget, DayLimits};
use crate::photo::intake::Intake;
use crate::staff::password::Passwords;
use crate::store::Store;
use ipnet::IpNet;
use lanterna_shared::role::Role;
use rustls::ServerConfig;
use std::sync::Arc;

/// How a server shall behave.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach it, <https://segnala.example.it>; decides what cookies say and which origin may ask.
    pub public_url: Option<String>,
    /// Registrations of devices that one address may make in a minute.
    pub registrations_per_minute: u32,
    /// And how many at once.
    pub registrations_burst: u32,
    /// Proxies whose word on who asks is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What senders may send in a day.
    pub limits: DayLimits,
    /// Set where this server itself speaks HTTPS.
    pub tls: Option<Arc<ServerConfig>>,
    /// Roles that need a second factor.
    pub second_factor: Vec<Role>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            registrations_per_minute: 60,
            registrations_burst: 120,
            trusted_proxies: Vec::new(),
            limits: DayLimits::default(),
            second_factor: Vec::new(),
            tls: None,
        }
    }
}

impl Settings {
    /// Whether people reach it by HTTPS.
    pub fn is_https(&self) -> bool {
        self.tls.is_some() || self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Secret links that one address may open in a minute, and at once. A school with one address opens a few; who guesses needs 2^128.
const FOLLOWS: (u32, u32) = (60, 60);
/// Enrolment codes that one address may try in a minute, and at once: a depot enrols its tablets in the morning.
const ENROLMENTS: (u32, u32) = (10, 30);

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Everything the server remembers.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Uploads.
    pub intake: Arc<Intake>,
    /// Figures.
    pub metrics: Metrics,
    /// How it shall behave.
    pub settings: Arc<Settings>,
    /// Photos by day.
    pub budget: Arc<Budget>,
    /// Registrations by address.
    pub registrations: Arc<RateLimit>,
    /// Secret links that were opened, by address.
    pub follows: Arc<RateLimit>,
    /// Enrolment codes that were tried, by address.
    pub enrolments: Arc<RateLimit>,
    /// Compares passwords.
    pub passwords: Passwords,
}

impl AppState {
    /// Over a store and the folder of its photos.
    pub fn new(store: Arc<dyn Store>, intake: Arc<Intake>, clock: Arc<dyn Clock>, metrics: Metrics, settings: Settings) -> Self {
        let registrations = RateLimit::new(settings.registrations_per_minute, settings.registrations_burst);
        let budget = Budget::new(Arc::clone(&store), settings.limits);
        Self {
            store,
            budget,
            clock,
            intake,
            metrics,
            settings: Arc::new(settings),
            registrations: Arc::new(registrations),
            follows: Arc::new(RateLimit::new(FOLLOWS.0, FOLLOWS.1)),
            enrolments: Arc::new(RateLimit::new(ENROLMENTS.0, ENROLMENTS.1)),
            passwords: Passwords::default(),
        }
    }
}
