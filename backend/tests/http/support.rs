//! A server with the demo city, devices and people that speak to it, and a clock that stands still until it is moved.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use lanterna::clock::{Clock, entropy, hex};
use lanterna::http::app;
use lanterna::http::serve::Peer;
use lanterna::http::state::{AppState, Settings};
use lanterna::metrics::Metrics;
use lanterna::photo::folder::PhotoFolder;
use lanterna::photo::intake::Intake;
use lanterna::staff::password;
use lanterna::store::Store;
use lanterna::store::sqlite::SqliteStore;
use lanterna::store::staff::{NewStaff, StaffAdded};
use lanterna_shared::id::{InstallId, JurisdictionId, OpId, ReportId, UserId};
use lanterna_shared::photo::{PhotoHash, PhotoRef};
use lanterna_shared::problem::Problem;
use lanterna_shared::role::Role;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::SyncReply;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt;

/// A Thursday at nine in the morning in Genoa.
const MORNING: i64 = 1_795_680_000_000;

pub(crate) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(MORNING)
}

pub(crate) struct TestServer {
    pub(crate) app: Router,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) intake: Arc<Intake>,
    clock: Arc<HandClock>,
    pub(crate) data: PathBuf,
    settings: Settings,
}

/// What came back, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session of a log-in.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The code of a problem, whose every promise is looked at.
    pub(crate) fn problem(&self) -> &'static str {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        assert!(problem.detail.ends_with('.'), "not a sentence: {}", problem.detail);
        problem.code.as_str()
    }
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let data = std::env::temp_dir().join(format!("lanterna-http-{}", hex(&entropy::<8>().unwrap())));
        std::fs::create_dir_all(&data).unwrap();
        let server = Self::open(data, settings, Arc::new(HandClock(AtomicI64::new(MORNING))));
        lanterna::demo::seed(server.store.as_ref(), server.clock.as_ref()).await.unwrap();
        server
    }

    /// Over a data folder that is there already.
    pub(crate) fn open_at(data: PathBuf) -> Self {
        Self::open(data, Settings::default(), Arc::new(HandClock(AtomicI64::new(MORNING))))
    }

    fn open(data: PathBuf, settings: Settings, clock: Arc<HandClock>) -> Self {
        let metrics = Metrics::default();
        let id = JurisdictionId::mint(now(), [1; 10]);
        let store = Arc::new(SqliteStore::open(&data.join("lanterna.db"), id, metrics.store.clone()).unwrap());
        let shared: Arc<dyn Store> = Arc::<SqliteStore>::clone(&store);
        let intake = Intake::new(PhotoFolder::open(&data).unwrap(), Arc::clone(&shared));
        let state = AppState::new(shared, Arc::clone(&intake), Arc::<HandClock>::clone(&clock), metrics, settings.clone());
        Self { app: app(state), store, intake, clock, data, settings }
    }

    /// Stops and starts again on the same folder: memory is lost, what is on disk stays.
    pub(crate) async fn restart(self) -> Self {
        self.store.close().await;
        Self::open(self.data.clone(), self.settings.clone(), Arc::clone(&self.clock))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn call(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        self.call_as_is(request).await
    }

    /// A request that says itself who is at the other end of its connection.
    pub(crate) async fn call_as_is(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body.to_string()).await
    }

    pub(crate) async fn device(&self) -> TestDevice {
        let device = TestDevice { install: InstallId::mint(now(), entropy().unwrap()), secret: hex(&entropy::<32>().unwrap()) };
        let answer = self.post("/v1/devices", &[], &device.registration()).await;
        assert_eq!(answer.status, 200);
        device
    }

    /// Logs in with the demo password of `name` and returns the cookie.
    pub(crate) async fn log_in(&self, name: &str) -> String {
        let answer = self.post("/v1/session", &[], &json!({ "name": name, "password": format!("demo-{name}") })).await;
        assert_eq!(answer.status, 200, "{name} cannot log in");
        answer.cookie()
    }

    /// Adds somebody in `role`, called like it with "a-" before, with the password "demo-password". Officers and partners are of the roads.
    pub(crate) async fn add_staff(&self, role: Role) -> UserId {
        let department = role.is_bound_to_owner().then(|| DepartmentCode::new("roads").unwrap());
        let user = UserId::mint(self.now(), entropy().unwrap());
        let name = format!("a-{}", role.as_str());
        let staff = NewStaff { user, name, role, department, password_hash: password::hash("demo-password").unwrap() };
        assert_eq!(self.store.add_staff(staff, self.now()).await.unwrap(), StaffAdded::Added);
        user
    }

    /// Tries to log in.
    pub(crate) async fn try_log_in(&self, name: &str, password: &str, code: Option<&str>) -> Answer {
        self.post("/v1/session", &[], &json!({ "name": name, "password": password, "code": code })).await
    }

    /// A cookie of somebody new in `role`.
    pub(crate) async fn cookie_of(&self, role: Role) -> String {
        self.add_staff(role).await;
        self.try_log_in(&format!("a-{}", role.as_str()), "demo-password", None).await.cookie()
    }
}

pub(crate) struct TestDevice {
    pub(crate) install: InstallId,
    pub(crate) secret: String,
}

impl TestDevice {
    pub(crate) fn registration(&self) -> Value {
        json!({ "install": self.install, "secret": self.secret, "channel": "app" })
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.secret)
    }

    pub(crate) fn request(&self, cursor: u64, ops: &[Value]) -> Value {
        json!({ "protocol": 1, "install": self.install, "lineage": self.install, "now": MORNING, "cursor": cursor, "ops": ops })
    }

    pub(crate) async fn sync(&self, server: &TestServer, cursor: u64, ops: &[Value]) -> SyncReply {
        let answer = server.post("/v1/sync", &[("authorization", &self.bearer())], &self.request(cursor, ops)).await;
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Sends a report about `service` on Piazza De Ferrari with these photos.
    pub(crate) async fn reports(&self, server: &TestServer, service: &str, photos: &[PhotoRef]) -> ReportId {
        let report = ReportId::mint(now(), entropy().unwrap());
        let reply = self.sync(server, 0, &[create(report, service, photos)]).await;
        assert!(reply.verdicts[0].verdict.is_done());
        report
    }
}

/// An op as it travels.
pub(crate) fn create(report: ReportId, service: &str, photos: &[PhotoRef]) -> Value {
    let id = OpId::mint(now(), entropy().unwrap());
    let position = json!({ "lat": 444_072_000, "lon": 89_340_000, "acc": 8, "src": "gps" });
    let content = json!({ "report": report, "receipt": "0000-0000-00", "service": service, "text": "Davanti al 12", "position": position,
        "sent_at": MORNING, "photos": photos });
    json!({ "id": id, "seq": 1, "at": MORNING, "up": 5, "do": { "create_report": content } })
}

/// A picture of `size` bytes that nobody took before, whose three renditions are the same size but not the same.
pub(crate) struct Pictures {
    pub(crate) thumb: Vec<u8>,
    pub(crate) full: Vec<u8>,
    pub(crate) named: PhotoRef,
}

pub(crate) fn pictures(full_bytes: usize) -> Pictures {
    let picture = |size: usize| {
        let mut bytes = vec![0xff, 0xd8, 0xff];
        bytes.extend_from_slice(&entropy::<16>().unwrap());
        bytes.resize(size, 7);
        bytes
    };
    let (thumb, full) = (picture(2_000), picture(full_bytes));
    let named = PhotoRef { thumb: PhotoHash::of(&thumb), screen: PhotoHash::of(b"never sent"), full: PhotoHash::of(&full), alike: None };
    Pictures { thumb, full, named }
}

pub(crate) const OK: u16 = StatusCode::OK.as_u16();

/// The metadata that names a photo.
pub(crate) fn named(hash: PhotoHash) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = "sha256 ".to_owned();
    for three in hash.to_string().as_bytes().chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > three.len() { '=' } else { char::from(digit) });
        }
    }
    text
}
