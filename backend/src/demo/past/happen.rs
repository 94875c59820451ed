//! Lets the past happen: every event at its own moment, through the same doors of the store that a device and a desk use today. What the rules refuse
//! does not happen, and nothing else notices.

use super::{Past, PastActor, PastEvent, PastHappening, PastReport};
use crate::clock::{Clock, entropy};
use crate::demo::DemoError;
use crate::staff::password;
use crate::store::audit::LookUp;
use crate::store::batch::{Device, OpBatch, PreparedOp};
use crate::store::staff::{CaseScope, MoveOutcome, NewStaff, Staff};
use crate::store::{NewDevice, Store};
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::department::DepartmentKind;
use lanterna_shared::guard::Evidence;
use lanterna_shared::guard::code::{CodeText, DeclineReason, HandOffReason, Outcome};
use lanterna_shared::id::{Lineage, OpId, ReportId, UserId};
use lanterna_shared::moves::Move;
use lanterna_shared::office::{CaseSummary, MoveRequest};
use lanterna_shared::op::{Op, OpBody, SCHEMA};
use lanterna_shared::role::Role;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use serde_json::value::to_raw_value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// How often the server looked for times that were over.
const SWEEP_MS: i64 = 6 * 3_600_000;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// Reports that were received.
    pub reports: u64,
    /// Moves that were made.
    pub moves: u64,
    /// Moves that the rules refused, because the story had gone another way.
    pub refused: u64,
}

/// Lets everything happen, oldest first; `step` is told of each report.
///
/// # Errors
/// What the store said, or that a password could not be hashed.
pub async fn happen(store: &dyn Store, clock: &dyn Clock, past: Past, mut step: impl FnMut()) -> Result<Happened, DemoError> {
    let mut world = World { store, people: people(store, clock).await?, known: HashMap::new(), happened: Happened::default() };
    let mut swept_at = Timestamp::default();
    for event in past {
        if event.at.millis_since(swept_at) > SWEEP_MS {
            swept_at = event.at;
            sweep(store, swept_at).await?;
        }
        let is_report = matches!(event.what, PastHappening::Report(_));
        world.let_happen(event).await?;
        if is_report {
            step();
        }
    }
    Ok(world.happened)
}

/// What the server's jobs did at that moment.
async fn sweep(store: &dyn Store, at: Timestamp) -> Result<(), DemoError> {
    while store.sweep_timeouts(at).await?.more {}
    while store.sweep_breaches(at, 200).await?.more {}
    Ok(())
}

/// Who acts for the city.
struct People {
    owners: BTreeMap<DepartmentCode, Staff>,
    dispatcher: Staff,
    supervisor: Staff,
}

/// Somebody in every office, and the dispatcher and the arbiter of the demo. Their names are the codes of their offices, their passwords `demo-` and
/// that code.
async fn people(store: &dyn Store, clock: &dyn Clock) -> Result<People, DemoError> {
    let city = store.city().await?;
    let mut owners = BTreeMap::new();
    for department in &city.departments {
        let role = if department.kind == DepartmentKind::Partner { Role::Partner } else { Role::Officer };
        let mut staff = somebody(store, clock, department.code.as_str(), role, Some(department.code.clone())).await?;
        staff.department = Some(department.clone());
        owners.insert(department.code.clone(), staff);
    }
    let dispatcher = somebody(store, clock, "dispatcher", Role::Dispatcher, None).await?;
    let supervisor = somebody(store, clock, "supervisor", Role::Supervisor, None).await?;
    Ok(People { owners, dispatcher, supervisor })
}

async fn somebody(
    store: &dyn Store,
    clock: &dyn Clock,
    name: &str,
    role: Role,
    department: Option<DepartmentCode>,
) -> Result<Staff, DemoError> {
    if store.login(name.to_owned()).await?.is_none() {
        let password_hash = password::hash(&format!("demo-{name}"))?;
        let user = UserId::mint(clock.now(), entropy()?);
        store.add_staff(NewStaff { user, name: name.to_owned(), role, department, password_hash }, clock.now()).await?;
    }
    let login = store.login(name.to_owned()).await?;
    let login = login.ok_or_else(|| DemoError::Files(format!("there is no log-in {name}")))?;
    Ok(Staff { user: login.user, name: name.to_owned(), role, department: None })
}

/// What is remembered of a report: by what its case is found, and who sent it.
#[derive(Clone, Copy)]
struct Known {
    receipt: ReceiptCode,
    device: Device,
    lineage: Lineage,
}

struct World<'a> {
    store: &'a dyn Store,
    people: People,
    known: HashMap<ReportId, Known>,
    happened: Happened,
}

impl World<'_> {
    async fn let_happen(&mut self, event: PastEvent) -> Result<(), DemoError> {
        let at = event.at;
        match event.what {
            PastHappening::Report(report) => self.report(*report, at).await,
            PastHappening::Move { report, actor, name, lead, chance } => {
                let Some(known) = self.known.get(&report).copied() else { return Ok(()) };
                let made = match actor {
                    PastActor::Reporter => self.said(known, report, name, chance, at).await?,
                    _ => self.moved(known, actor, name, lead, chance, at).await?,
                };
                *(if made { &mut self.happened.moves } else { &mut self.happened.refused }) += 1;
                Ok(())
            }
        }
    }

    async fn report(&mut self, report: PastReport, at: Timestamp) -> Result<(), DemoError> {
        let PastReport { subject, install, channel, new } = report;
        // Nobody has this secret: the device of a report of the past never speaks again.
        let secret_sha256 = Sha256::digest(install.as_bytes()).into();
        self.store.register_device(NewDevice { install, secret_sha256, channel, subject }, at).await?;
        let known = Known { receipt: new.receipt, device: Device { install, subject, channel }, lineage: Lineage(install.0) };
        let id = new.report;
        if self.op(known, OpBody::CreateReport(new), 1, at).await? {
            self.known.insert(id, known);
            self.happened.reports += 1;
        }
        Ok(())
    }

    /// What a citizen says of a case.
    async fn said(&mut self, known: Known, report: ReportId, name: Move, chance: u32, at: Timestamp) -> Result<bool, DemoError> {
        let body = match name {
            Move::Confirm => OpBody::Confirm { report },
            Move::Contest => OpBody::Contest { report, reason: "È ancora come prima".to_owned() },
            Move::Withdraw => OpBody::Withdraw { report },
            _ => return Ok(false),
        };
        self.op(known, body, 2 + u64::from(chance), at).await
    }

    /// Sends one op; whether it was applied.
    async fn op(&self, known: Known, body: OpBody, device_seq: u64, at: Timestamp) -> Result<bool, DemoError> {
        let digest = Sha256::digest([known.device.install.as_bytes().as_slice(), &device_seq.to_le_bytes()].concat());
        let mut id = [0; 10];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let op = Op { op_id: OpId::mint(at, id), device_seq, schema: SCHEMA, at, up_ms: 0, base: None, after: None, body };
        let raw = to_raw_value(&op).map_err(|error| DemoError::Files(error.to_string()))?;
        let ops = PreparedOp::read(&raw).into_iter().collect();
        let batch = OpBatch { device: known.device, lineage: known.lineage, device_now: at, ops };
        Ok(self.store.apply_ops(batch, at).await?.iter().all(|reply| reply.verdict.is_done()))
    }

    /// The case of a report as it is now.
    async fn case(&self, known: Known) -> Result<Option<CaseSummary>, DemoError> {
        Ok(self.store.find_cases(CaseScope::All, LookUp::Receipt(known.receipt)).await?.into_iter().next())
    }

    /// What an office does about a case; whether it was done.
    async fn moved(
        &self,
        known: Known,
        actor: PastActor,
        name: Move,
        lead: Option<ReportId>,
        chance: u32,
        at: Timestamp,
    ) -> Result<bool, DemoError> {
        let Some(mut case) = self.case(known).await? else { return Ok(false) };
        if case.owner.is_none() && actor == PastActor::Owner {
            // Nobody's: the dispatcher gives it to somebody first.
            let request = MoveRequest { owner: self.another_owner(&case, chance), ..MoveRequest::new(Move::Assign, case.version) };
            if !self.make(&self.people.dispatcher, &case, request, at).await? {
                return Ok(false);
            }
            let Some(given) = self.case(known).await? else { return Ok(false) };
            case = given;
        }
        let owner = case.owner.as_ref().and_then(|owner| self.people.owners.get(&owner.code));
        let staff = match actor {
            PastActor::Dispatcher => &self.people.dispatcher,
            PastActor::Supervisor => &self.people.supervisor,
            PastActor::Owner | PastActor::Reporter => match owner {
                Some(staff) => staff,
                None => return Ok(false),
            },
        };
        let mut request = MoveRequest::new(name, case.version);
        match name {
            Move::HandOff => {
                request.owner = self.another_owner(&case, chance);
                request.reason_code = pick(HandOffReason::texts(), chance);
                request.reason = Some("Non è di nostra competenza".to_owned());
            }
            Move::Arbitrate => request.owner = self.another_owner(&case, chance),
            Move::Decline => {
                request.reason_code = pick(DeclineReason::texts(), chance);
                request.reason = Some("Vedi il regolamento comunale".to_owned());
            }
            Move::Plan => request.date = Some(at.plus_millis(3 * DAY_MS)),
            Move::Ask => request.question = Some("Può dirci a quale altezza della strada si trova?".to_owned()),
            Move::Wait => {
                request.whom = Some("l'impresa dell'appalto".to_owned());
                request.reason = Some("Serve un pezzo di ricambio".to_owned());
                request.until = Some(at.plus_millis(6 * DAY_MS));
            }
            Move::Resolve => {
                request.outcome = pick(Outcome::texts(), chance);
                request.evidence = Some(Evidence::Presence { distance_m: 3 + chance % 40, at });
            }
            Move::Join => {
                let lead = lead.and_then(|lead| self.known.get(&lead).copied());
                let lead = match lead {
                    Some(lead) => self.case(lead).await?,
                    None => None,
                };
                request.lead = lead.map(|lead| lead.case);
            }
            _ => {}
        }
        if self.make(staff, &case, request.clone(), at).await? {
            return Ok(true);
        }
        // Nobody can have been at a place that is not known.
        let Some(Evidence::Presence { .. }) = request.evidence else { return Ok(false) };
        request.evidence = Some(Evidence::Exemption { reason: "Intervento annotato nel registro dell'impresa".to_owned() });
        self.make(staff, &case, request, at).await
    }

    /// Some owner, but not the present one.
    fn another_owner(&self, case: &CaseSummary, chance: u32) -> Option<DepartmentCode> {
        let others: Vec<_> =
            self.people.owners.keys().filter(|code| case.owner.as_ref().is_none_or(|owner| owner.code != **code)).collect();
        let place = usize::try_from(chance).ok()?.checked_rem(others.len())?;
        others.get(place).map(|code| (*code).clone())
    }

    async fn make(&self, staff: &Staff, case: &CaseSummary, request: MoveRequest, at: Timestamp) -> Result<bool, DemoError> {
        let outcome = self.store.make_move(staff.clone(), CaseScope::All, case.case, request, at).await?;
        Ok(matches!(outcome, MoveOutcome::Made(_)))
    }
}

fn pick(codes: Vec<CodeText>, chance: u32) -> Option<String> {
    let place = usize::try_from(chance).ok()?.checked_rem(codes.len())?;
    codes.into_iter().nth(place).map(|text| text.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::metrics::Metrics;
    use crate::store::sqlite::SqliteStore;
    use lanterna_shared::case::CaseStatus;
    use lanterna_shared::id::JurisdictionId;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_past_is_what_the_rules_allow_and_looks_like_a_citys() {
        let path = crate::testing::folder("past").join("lanterna.db");
        let id = JurisdictionId::mint(Timestamp::from_millis(0), [1; 10]);
        let store = SqliteStore::open(&path, id, Metrics::default().store.clone()).unwrap();
        crate::demo::seed(&store, &SystemClock).await.unwrap();
        let city = store.city().await.unwrap();
        let past = Past::new(7, 80, city.areas.areas(), city.zone.clone(), SystemClock.now()).unwrap();
        let mut told = 0;
        let happened = happen(&store, &SystemClock, past, || told += 1).await.unwrap();
        assert_eq!((happened.reports, told), (80, 80));
        assert!(happened.moves > 250 && happened.refused * 10 < happened.moves, "{happened:?}");
        assert_eq!(store.check().await.unwrap().faults, Vec::<String>::new());
        let page = store.case_page(CaseScope::All, None, 100).await.unwrap();
        let closed = page.cases.iter().filter(|case| case.status == CaseStatus::Closed).count();
        assert!(page.cases.len() == 80 && (20..70).contains(&closed), "{closed} closed");
        let owners: std::collections::BTreeSet<_> =
            page.cases.iter().filter_map(|case| case.owner.as_ref()).map(|owner| &owner.code).collect();
        assert!(owners.len() >= 6, "{owners:?}");
        store.close().await;
    }
}
