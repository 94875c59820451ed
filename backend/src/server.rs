//! A whole server from a data folder and an address: what `lanterna serve` runs, and what tests start in process.

use crate::clock::{Clock, NoEntropy, entropy};
use crate::http::app;
use crate::http::serve::serve;
use crate::http::state::{AppState, Settings};
use crate::jobs::{self, JobContext, Jobs};
use crate::keeping::folder::{FolderRefusal, admit, database, mark};
use crate::metrics::Metrics;
use crate::photo::folder::PhotoFolder;
use crate::photo::intake::Intake;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::sqlite::SqliteStore;
use lanterna_shared::id::JurisdictionId;
use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How often what is over is swept away.
const SWEEP: Duration = Duration::from_mins(10);

/// Why a server could not start, in words for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made or written, or a newer program wrote it.
    #[error(transparent)]
    Folder(#[from] FolderRefusal),
    /// Another server has the data folder.
    #[error("another Lanterna server uses the data folder {0}: stop it, or choose another folder with --data")]
    InUse(PathBuf),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("{}", cannot_listen(*address, source))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The system has no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// What stands in the way of listening, and what to do about it.
fn cannot_listen(address: SocketAddr, source: &io::Error) -> String {
    let port = address.port();
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            format!("another program listens on port {port} of {} already: stop it, or choose another port with --listen", address.ip())
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "the system does not let this program listen on port {port}: choose one from 1024 on with --listen, or give it the right to"
            )
        }
        io::ErrorKind::AddrNotAvailable => {
            format!(
                "this machine does not have the address {}: choose one of its own with --listen, or 0.0.0.0 for all of them",
                address.ip()
            )
        }
        _ => format!("nobody can listen on {address}: {source}; choose another address with --listen"),
    }
}

/// Opens the store of a data folder; makes both if they are not there.
///
/// # Errors
/// See [`StartError`].
pub async fn open_store(data: &Path, clock: &dyn Clock, metrics: &Metrics) -> Result<Arc<SqliteStore>, StartError> {
    admit(data)?;
    std::fs::create_dir_all(data).map_err(unusable(data))?;
    let id = JurisdictionId::mint(clock.now(), entropy()?);
    let (path, meter) = (database(data), metrics.store.clone());
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&path, id, meter)).await;
    let opened = opened.map_err(|_| StoreError::Unavailable { what: "opening it broke off".to_owned() })??;
    mark(data)?;
    Ok(Arc::new(opened))
}

/// What a server is started with.
pub struct Options {
    /// Where database and photos lie.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How it shall behave.
    pub settings: Settings,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A server that has its folder and its address and does not serve yet: what must be there before the first request can be made now.
pub struct Opened {
    address: SocketAddr,
    listener: TcpListener,
    store: Arc<SqliteStore>,
    photos: PhotoFolder,
    metrics: Metrics,
    settings: Settings,
    clock: Arc<dyn Clock>,
    holder: [u8; 16],
    lock: File,
}

impl Opened {
    /// Takes the data folder and the address.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(options: Options) -> Result<Self, StartError> {
        let Options { data, listen, settings, clock } = options;
        admit(&data)?;
        std::fs::create_dir_all(&data).map_err(unusable(&data))?;
        let lock = lock(&data)?;
        let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
        let holder = entropy()?;
        let metrics = Metrics::default();
        let store = open_store(&data, clock.as_ref(), &metrics).await?;
        let photos = PhotoFolder::open(&data).map_err(unusable(&data))?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;
        Ok(Self { address, listener, store, photos, metrics, settings, clock, holder, lock })
    }

    /// Its store.
    pub fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.store)
    }

    /// Starts to serve.
    pub fn serve(self) -> Server {
        let Self { address, listener, store, photos, metrics, settings, clock, holder, lock } = self;
        let shared: Arc<dyn Store> = Arc::<SqliteStore>::clone(&store);
        let intake = Intake::new(photos, Arc::clone(&shared));
        let sweeping = tokio::spawn(sweep(Arc::clone(&intake), Arc::clone(&shared), Arc::clone(&clock)));
        let context = JobContext { store: Arc::clone(&shared), clock: Arc::clone(&clock), metrics: metrics.clone(), holder };
        let jobs = Jobs::start(context, jobs::EVERY);
        let tls = settings.tls.clone();
        let is_https = tls.is_some();
        let state = AppState::new(shared, intake, clock, metrics, settings);
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, app(state), tls.map(TlsAcceptor::from), async {
            let _ = stopped.await;
        }));
        Server { address, is_https, store, stop, serving, sweeping, jobs, _lock: lock }
    }
}

/// A server that serves.
pub struct Server {
    address: SocketAddr,
    is_https: bool,
    store: Arc<SqliteStore>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    sweeping: JoinHandle<()>,
    jobs: Jobs,
    _lock: File,
}

impl Server {
    /// Opens the data folder and starts to serve.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Ok(Opened::open(options).await?.serve())
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an address for browsers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.is_https { "https" } else { "http" }, self.address)
    }

    /// Its store, for what a command line or a test does beside it.
    pub fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.store)
    }

    /// Takes no more requests, lets running ones finish, and writes what waits.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.serving.await;
        self.sweeping.abort();
        self.jobs.stop().await;
        self.store.close().await;
    }
}

fn unusable(data: &Path) -> impl Fn(io::Error) -> StartError + use<> {
    let folder = data.to_owned();
    move |source| FolderRefusal::Unusable { folder: folder.clone(), source }.into()
}

/// Two servers on one folder would overwrite each other's uploads.
fn lock(data: &Path) -> Result<File, StartError> {
    let file = File::options().create(true).write(true).truncate(false).open(data.join("lanterna.lock")).map_err(unusable(data))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(data.to_owned())),
        Err(TryLockError::Error(source)) => Err(unusable(data)(source)),
    }
}

async fn sweep(intake: Arc<Intake>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        match intake.sweep(clock.now()).await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "uploads that nobody finished were swept away"),
            Err(error) => tracing::warn!(%error, "uploads could not be swept; the next time does it"),
        }
        match store.sweep_people(clock.now()).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "sessions, messages and lines of the audit that were over their time were swept away"),
            Err(error) => tracing::warn!(%error, "what is over its time could not be swept; the next time does it"),
        }
    }
}
