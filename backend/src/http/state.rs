//! What every handler shares.

use super::limit::RateLimit;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::photo::budget::{Budget, DayLimits};
use crate::photo::intake::Intake;
use crate::staff::attempts::Attempts;
use crate::staff::password::Passwords;
use crate::store::Store;
use ipnet::IpNet;
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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            registrations_per_minute: 60,
            registrations_burst: 120,
            trusted_proxies: Vec::new(),
            limits: DayLimits::default(),
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
    /// Failed log-ins.
    pub attempts: Arc<Attempts>,
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
            attempts: Arc::default(),
            passwords: Passwords::default(),
        }
    }
}
