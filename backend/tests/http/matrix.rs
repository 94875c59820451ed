//! Who may do what: every route of the OpenAPI document × everybody who can come to the door, through the real router, against the one table.
//!
//! A route that is in the document and not in the table, or the other way round, fails here.

use crate::support::{Answer, TestServer};
use axum::body::Body;
use http::Request;
use lanterna::clock::{entropy, hex};
use lanterna::http::access::{Access, RULES};
use lanterna::http::document;
use lanterna::store::Store;
use lanterna::store::account::{Accounts, Actor, StaffChange};
use lanterna::store::crew::Crews;
use lanterna_shared::id::UserId;
use lanterna_shared::permission::Permission;
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::role::Role;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

/// Everybody who can come to the door.
#[derive(Clone, Copy, Debug)]
enum Comer {
    Nobody,
    Device,
    RevokedDevice,
    UnknownDevice,
    ExpiredSession,
    OneTimePassword,
    Staff(Role),
}

/// What the door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// Not refused for who it is; what the handler then says is its own affair.
    Open,
    Refused(ProblemCode),
}

/// The methods and paths of the document below `/v1`.
fn described() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(document()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if path.starts_with("/v1/") {
            let methods = item.as_object().unwrap().keys().filter(|key| !["parameters", "summary", "description"].contains(&key.as_str()));
            routes.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
        }
    }
    routes
}

/// What the table says. Written out here once more, from the words of the table's types and not by the code that reads them.
fn expected(access: Access, comer: Comer) -> Door {
    use ProblemCode::{Forbidden, PasswordDue, Revoked, Unauthenticated};
    let (permission, for_devices) = match access {
        Access::Anybody => return Door::Open,
        Access::Device => (None, true),
        Access::Staff(permission) => (Some(permission), false),
        Access::DeviceOrStaff(permission) => (Some(permission), true),
    };
    match (comer, permission) {
        (Comer::Device, _) if for_devices => Door::Open,
        (Comer::RevokedDevice, _) if for_devices => Door::Refused(Revoked),
        (Comer::OneTimePassword, Some(Permission::OwnAccount)) => Door::Open,
        (Comer::OneTimePassword, Some(permission)) if permission.roles().contains(&Role::Dispatcher) => Door::Refused(PasswordDue),
        (Comer::Staff(role), Some(permission)) if permission.roles().contains(&role) => Door::Open,
        (Comer::OneTimePassword | Comer::Staff(_), Some(_)) => Door::Refused(Forbidden),
        _ => Door::Refused(Unauthenticated),
    }
}

/// What the door said; an answer to HEAD has no body, so that its status alone has to be the expected one.
fn said(method: &str, answer: &Answer, expected: Door) -> Door {
    match (answer.status, expected) {
        (401 | 403, Door::Refused(code)) if method == "HEAD" && answer.status == code.status() => expected,
        (401 | 403, _) => {
            let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(problem.status, answer.status);
            Door::Refused(problem.code)
        }
        _ => Door::Open,
    }
}

#[test]
fn the_table_and_the_document_name_the_same_routes() {
    let table: BTreeSet<_> = RULES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(table.len(), RULES.len(), "a route stands in the table twice");
    assert_eq!(described(), table);
}

struct City {
    server: TestServer,
    device: String,
    revoked: String,
    one_time: UserId,
    staff: HashMap<Role, UserId>,
}

impl City {
    /// A fresh session for each request, because some routes end it.
    async fn session(&self, user: UserId, lasts_s: i64) -> (&'static str, String) {
        let token = hex(&entropy::<32>().unwrap());
        let (now, hash) = (self.server.now(), Sha256::digest(token.as_bytes()).into());
        self.server.store.open_session(hash, user, now.plus_millis(lasts_s * 1_000), now).await.unwrap();
        ("cookie", format!("lanterna_session={token}"))
    }

    async fn headers(&self, comer: Comer) -> Option<(&'static str, String)> {
        match comer {
            Comer::Nobody => None,
            Comer::Device => Some(("authorization", self.device.clone())),
            Comer::RevokedDevice => Some(("authorization", self.revoked.clone())),
            Comer::UnknownDevice => Some(("authorization", format!("Bearer {}", "0".repeat(64)))),
            Comer::ExpiredSession => Some(self.session(self.staff[&Role::Supervisor], 0).await),
            Comer::OneTimePassword => Some(self.session(self.one_time, 60).await),
            Comer::Staff(role) => Some(self.session(self.staff[&role], 60).await),
        }
    }

    async fn asks(&self, method: &str, path: &str, comer: Comer) -> Answer {
        let id = "01890000-0000-7000-8000-000000000001";
        let mut address = path.to_owned();
        for (name, value) in [("{ordinal}", "0"), ("{rendition}", "full"), ("{secret}", "00000000000000000000000000000000")] {
            address = address.replace(name, value);
        }
        while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
            address.replace_range(from..=to, id);
        }
        let mut request = Request::builder().method(method).uri(&address).header("content-type", "application/json");
        if let Some((name, value)) = self.headers(comer).await {
            request = request.header(name, value);
        }
        // Not the shape that any route expects: what is let in is refused for its form, and nothing changes.
        self.server.call(request.body(Body::from(json!({ "nothing": true }).to_string())).unwrap()).await
    }
}

#[tokio::test]
async fn every_route_opens_to_whom_the_table_says_and_to_nobody_else() {
    let server = TestServer::start().await;
    let mut staff = HashMap::new();
    for role in Role::STAFF {
        staff.insert(*role, server.add_staff(*role).await);
    }
    let (device, revoked) = (server.device().await, server.device().await);
    assert!(server.store.revoke_device(revoked.install, Actor::Operator, server.now()).await.unwrap());
    let one_time = one_time_password(&server, "dispatcher").await;
    let city = City { device: device.bearer(), revoked: revoked.bearer(), one_time, staff, server };

    let comers = [Comer::Nobody, Comer::Device, Comer::RevokedDevice, Comer::UnknownDevice, Comer::ExpiredSession, Comer::OneTimePassword];
    let comers: Vec<_> = comers.into_iter().chain(Role::STAFF.iter().copied().map(Comer::Staff)).collect();
    let mut cells = 0;
    for (method, path) in described() {
        let access = RULES.iter().find(|(of, at, _)| *of == method && *at == path).map(|(_, _, access)| *access);
        let access = access.unwrap_or_else(|| panic!("{method} {path} has no rule"));
        for comer in &comers {
            let answer = city.asks(&method, &path, *comer).await;
            let expected = expected(access, *comer);
            assert_eq!(said(&method, &answer, expected), expected, "{method} {path} by {comer:?}");
            cells += 1;
        }
    }
    assert_eq!(cells, RULES.len() * comers.len());
}

/// Gives a demo log-in a password that has to be changed.
async fn one_time_password(server: &TestServer, name: &str) -> UserId {
    let user = server.store.login(name.to_owned()).await.unwrap().unwrap().user;
    let change = StaffChange::OneTimePassword { password_hash: "none".to_owned(), until: server.now().plus_millis(1_000_000) };
    assert!(server.store.change_staff(user, change, Actor::Operator, server.now()).await.unwrap());
    user
}

#[tokio::test]
async fn a_session_that_is_over_opens_nothing() {
    let server = TestServer::start().await;
    let cookie = server.cookie_of(Role::Supervisor).await;
    assert_eq!(server.get("/v1/cases", &[("cookie", &cookie)]).await.status, 200);
    server.pass(12 * 3_600);
    for (method, path, access) in RULES {
        if matches!(access, Access::Staff(_)) && *method == "GET" && !path.contains('{') {
            assert_eq!(server.get(path, &[("cookie", &cookie)]).await.problem(), "unauthenticated", "{path}");
        }
    }
}
