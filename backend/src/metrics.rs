//! Figures for Prometheus: how many ops, requests, commits and bytes, and how long they took. Never who or what.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

/// By verdict.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VerdictLabels {
    verdict: &'static str,
}

/// By route and status. The route is the pattern, never the address, so that there are only so many.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

/// By route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

/// What the store counts.
#[derive(Clone, Debug)]
pub struct StoreMeter {
    commits: Counter,
    jobs_per_commit: Histogram,
    ops_per_commit: Histogram,
}

impl Default for StoreMeter {
    fn default() -> Self {
        let buckets = || Histogram::new(exponential_buckets(1.0, 2.0, 14));
        Self { commits: Counter::default(), jobs_per_commit: buckets(), ops_per_commit: buckets() }
    }
}

impl StoreMeter {
    /// One COMMIT of `jobs` jobs that carried `ops` ops.
    pub fn committed(&self, jobs: usize, ops: u64) {
        self.commits.inc();
        self.jobs_per_commit.observe(as_f64(u64::try_from(jobs).unwrap_or(u64::MAX)));
        if ops > 0 {
            self.ops_per_commit.observe(as_f64(ops));
        }
    }

    /// How many commits there were since the start.
    pub fn commits(&self) -> u64 {
        self.commits.get()
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people; exact up to 2^53")]
fn as_f64(value: u64) -> f64 {
    value as f64
}

/// All figures of one server.
#[derive(Clone)]
pub struct Metrics {
    /// The store's part.
    pub store: StoreMeter,
    ops: Family<VerdictLabels, Counter>,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    upload_bytes: Counter,
    photos: Counter,
    breaches: Counter,
    registry: Arc<Registry>,
}

impl Default for Metrics {
    fn default() -> Self {
        let store = StoreMeter::default();
        let ops = Family::default();
        let requests = Family::default();
        let seconds = Family::new_with_constructor(latency as fn() -> Histogram);
        let (upload_bytes, photos, breaches) = (Counter::default(), Counter::default(), Counter::default());
        let mut registry = Registry::with_prefix("lanterna");
        registry.register("ops", "Ops by verdict", Family::clone(&ops));
        registry.register("http_requests", "Requests by route and status", Family::clone(&requests));
        registry.register("http_request_seconds", "Time from a request's head to its answer's head", Family::clone(&seconds));
        registry.register("commits", "Transactions that were made durable", store.commits.clone());
        registry.register("commit_jobs", "Jobs in one transaction", store.jobs_per_commit.clone());
        registry.register("commit_ops", "Ops in one transaction that had any", store.ops_per_commit.clone());
        registry.register("upload_bytes", "Bytes of photos that were taken in", upload_bytes.clone());
        registry.register("photos", "Photos that arrived whole", photos.clone());
        registry.register("breaches", "Promises that were found broken", breaches.clone());
        Self { store, ops, requests, seconds, upload_bytes, photos, breaches, registry: Arc::new(registry) }
    }
}

/// From 0.5 ms to 16 s.
fn latency() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 16))
}

impl Metrics {
    /// One op got this verdict.
    pub fn op(&self, verdict: &'static str) {
        self.ops.get_or_create(&VerdictLabels { verdict }).inc();
    }

    /// One request was answered.
    pub fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { method, route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&RouteLabels { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Bytes of a photo came in.
    pub fn uploaded(&self, bytes: u64) {
        self.upload_bytes.inc_by(bytes);
    }

    /// A photo is here whole.
    pub fn photo_arrived(&self) {
        self.photos.inc();
    }

    /// So many promises were found broken.
    pub fn breached(&self, cases: u64) {
        self.breaches.inc_by(cases);
    }

    /// Everything in the `OpenMetrics` text format.
    ///
    /// # Errors
    /// Never in practice: the text is written to memory.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
