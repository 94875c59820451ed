//! What the engine said last, for every screen to read, and the way to ask it.
//!
//! The engine tells that something changed, not what; this asks again and keeps one answer of each kind. While an answer is under way a second
//! question of the kind is put off, so that a photo's hundred events become a few questions.

use js_sys::ArrayBuffer;
use lanterna_bridge::{Command, DeliveryState, Draft, Event, RefusalCode, Reply, ReportView, Status};
use lanterna_kit::client::{self, Answer, Client, ClientError};
use lanterna_kit::page;
use lanterna_shared::check::ReceiptCode;
use lanterna_shared::id::{DraftId, ReportId};
use lanterna_shared::service::{Service, ServiceCode};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::rc::Rc;

/// Where the engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// It starts.
    Starting,
    /// It answers this tab.
    Here,
    /// Another tab has it.
    Elsewhere,
    /// The other tab does not let go, or the worker failed.
    Stuck,
    /// It could not be started at all.
    Failed,
    /// Page and engine do not fit each other.
    Reload,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// By the engine, for this reason.
    Refused(RefusalCode),
    /// A file could not be read.
    File,
    /// A file is over what a camera makes.
    TooBig,
    /// No engine answers.
    Gone,
}

/// The kinds of answers that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Status,
    Services,
    Reports,
    Drafts,
}

#[derive(Default)]
struct Asking {
    under_way: BTreeSet<Kept>,
    again: BTreeSet<Kept>,
}

type Connection = Option<Rc<dyn Client>>;

/// The engine as the screens see it. A handle on what lives as long as the page: copies are the same.
#[derive(Clone, Copy)]
pub struct Engine(&'static State);

impl Deref for Engine {
    type Target = State;
    fn deref(&self) -> &State {
        self.0
    }
}

/// What the engine said last.
pub struct State {
    connection: StoredValue<Connection, LocalStorage>,
    asking: StoredValue<Asking>,
    pub host: RwSignal<Host>,
    /// This browser keeps nothing: reports are sent at once instead of saved.
    pub keeps_nothing: RwSignal<bool>,
    pub online: RwSignal<bool>,
    pub status: RwSignal<Option<Status>>,
    /// `None` until the engine has answered once.
    pub services: RwSignal<Option<Vec<Service>>>,
    /// `None` until the engine has answered once.
    pub reports: RwSignal<Option<Vec<ReportView>>>,
    /// The drafts that hold anything.
    pub drafts: RwSignal<Vec<Draft>>,
    /// A draft whose photos were rendered or read meanwhile, and a count that makes each time a new one.
    pub draft_changed: RwSignal<(u32, Option<DraftId>)>,
    /// What was saved last, since the page was loaded.
    pub saved: RwSignal<Option<(ReportId, ReceiptCode)>>,
}

impl Engine {
    /// Starts the engine of this host and listens to it for as long as the page lives.
    pub fn start() -> Self {
        let engine = Self(Box::leak(Box::new(State {
            connection: StoredValue::new_local(None),
            asking: StoredValue::new(Asking::default()),
            host: RwSignal::new(Host::Starting),
            keeps_nothing: RwSignal::new(false),
            online: RwSignal::new(page::is_online()),
            status: RwSignal::new(None),
            services: RwSignal::new(None),
            reports: RwSignal::new(None),
            drafts: RwSignal::new(Vec::new()),
            draft_changed: RwSignal::new((0, None)),
            saved: RwSignal::new(None),
        })));
        match client::connect(Rc::new(move |event| engine.hear(event))) {
            Ok(connection) => engine.connection.set_value(Some(connection)),
            Err(_) => engine.host.set(Host::Failed),
        }
        for name in ["online", "offline"] {
            page::on_window(name, move || {
                engine.online.set(page::is_online());
                engine.tell(Command::Connectivity { online: page::is_online() });
            });
        }
        engine
    }

    fn hear(self, event: Event) {
        match event {
            Event::ReportsChanged => self.refresh(Kept::Reports),
            Event::DraftChanged { draft } => {
                self.draft_changed.update(|(count, which)| (*count, *which) = (count.wrapping_add(1), Some(draft)));
                self.refresh(Kept::Drafts);
            }
            Event::CatalogueChanged => {
                self.refresh(Kept::Services);
                self.refresh(Kept::Status);
            }
            Event::SyncChanged(sync) => self.status.update(|status| {
                if let Some(status) = status {
                    status.sync = sync;
                }
            }),
            Event::EngineHere => {
                self.host.set(Host::Here);
                self.refresh_all();
            }
            Event::EngineElsewhere => self.host.set(Host::Elsewhere),
            Event::EngineStuck => self.host.set(Host::Stuck),
            Event::NothingIsKept => self.keeps_nothing.set(true),
            Event::ReloadNeeded => self.host.set(Host::Reload),
        }
    }

    /// Sends a command and waits for its reply; refusals come as [`Failure`].
    pub async fn ask(self, command: Command, bytes: Option<ArrayBuffer>) -> Result<Answer, Failure> {
        let connection = self.connection.with_value(Option::clone).ok_or(Failure::Gone)?;
        match connection.send(command, bytes).await {
            Ok(Answer { reply: Reply::Refused(refusal), .. }) => {
                match refusal.code {
                    RefusalCode::NewerStore => self.host.set(Host::Reload),
                    RefusalCode::NotOwner if self.host.get_untracked() == Host::Here => self.host.set(Host::Elsewhere),
                    _ => {}
                }
                Err(Failure::Refused(refusal.code))
            }
            Ok(answer) => Ok(answer),
            Err(ClientError::Unreadable) => {
                self.host.set(Host::Reload);
                Err(Failure::Gone)
            }
            Err(ClientError::Gone) => Err(Failure::Gone),
        }
    }

    /// Sends a command whose reply nobody waits for.
    pub fn tell(self, command: Command) {
        spawn_local(async move {
            let _ = self.ask(command, None).await;
        });
    }

    /// Asks for the engine although another tab has it.
    pub fn claim(self) {
        if let Some(connection) = self.connection.with_value(Option::clone) {
            connection.claim();
        }
    }

    /// Asks for the drafts again, after one was changed here.
    pub fn refresh_drafts(self) {
        self.refresh(Kept::Drafts);
    }

    /// Asks for the reports and the drafts again, after a draft became a report.
    pub fn refresh_reports(self) {
        self.refresh(Kept::Reports);
        self.refresh(Kept::Drafts);
    }

    fn refresh_all(self) {
        for kept in [Kept::Status, Kept::Services, Kept::Reports, Kept::Drafts] {
            self.refresh(kept);
        }
    }

    fn refresh(self, kept: Kept) {
        let is_first = self.asking.try_update_value(|asking| {
            let is_first = asking.under_way.insert(kept);
            if !is_first {
                asking.again.insert(kept);
            }
            is_first
        });
        if is_first == Some(true) {
            spawn_local(self.keep(kept));
        }
    }

    async fn keep(self, kept: Kept) {
        loop {
            let command = match kept {
                Kept::Status => Command::Status,
                Kept::Services => Command::Services,
                Kept::Reports => Command::Reports,
                Kept::Drafts => Command::Drafts,
            };
            match self.ask(command, None).await.map(|answer| answer.reply) {
                Ok(Reply::Status(status)) => self.status.set(Some(status)),
                Ok(Reply::Services { services }) => self.services.set(Some(services)),
                Ok(Reply::Reports { reports }) => self.reports.set(Some(reports)),
                Ok(Reply::Drafts { drafts }) => self.drafts.set(drafts.into_iter().filter(holds_anything).collect()),
                _ => {}
            }
            let once_more = self.asking.try_update_value(|asking| {
                let once_more = asking.again.remove(&kept);
                if !once_more {
                    asking.under_way.remove(&kept);
                }
                once_more
            });
            if once_more != Some(true) {
                return;
            }
        }
    }

    /// One's own report, where the engine has said that there is one. Follows its changes.
    pub fn report(self, report: ReportId) -> Memo<Option<ReportView>> {
        Memo::new(move |_| self.reports.with(|reports| reports.iter().flatten().find(|view| view.report == report).cloned()))
    }

    /// What of a report never changes, so that it is drawn once: state, delivery and case are left blank.
    pub fn content(self, report: ReportId) -> Memo<Option<ReportView>> {
        let view = self.report(report);
        Memo::new(move |_| {
            view.get().map(|view| ReportView {
                delivery: DeliveryState::Queued,
                photos_sent: (0, 0),
                refused: None,
                withdrawn: false,
                case: None,
                ..view
            })
        })
    }

    /// The name of a service in a language; its code where the catalogue does not have it (any more).
    pub fn service_name(self, code: &ServiceCode, language: &str) -> String {
        self.services.with(|services| {
            let service = services.iter().flatten().find(|service| service.code == *code);
            service.map_or(code.as_str(), |service| service.name_in(language)).to_owned()
        })
    }
}

/// Whether anything would be lost with a draft. A position alone is found again.
fn holds_anything(draft: &Draft) -> bool {
    let content = &draft.content;
    !draft.photos.is_empty() || content.service.is_some() || !content.text.is_empty()
}
