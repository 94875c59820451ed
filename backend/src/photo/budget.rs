//! How many photos one subject and one network address may send in a day. Who has sent so many waits for the next one; nothing is lost, because the
//! device keeps what it has to send.
//!
//! What was sent is counted in the store, under hashes that are others every day and that nobody can turn back without the deployment's salt; what is
//! on its way is counted in memory, so that many requests at once do not pass where one would be refused.

use crate::clock::{NoEntropy, entropy};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::senders::{SenderHash, Sent};
use lanterna_shared::id::SubjectId;
use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// What one sender may send in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Files of photos; a photo is three.
    pub files: u64,
    /// Bytes of photos.
    pub bytes: u64,
}

impl Allowance {
    const fn holds(self, sent: Sent) -> bool {
        sent.files <= self.files && sent.bytes <= self.bytes
    }
}

/// What senders may send in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayLimits {
    /// One subject: somebody with a device.
    pub subject: Allowance,
    /// One network address, behind which a whole office or a mobile network may stand.
    pub address: Allowance,
}

impl Default for DayLimits {
    fn default() -> Self {
        const GB: u64 = 1_000_000_000;
        Self { subject: Allowance { files: 3_600, bytes: 6 * GB }, address: Allowance { files: 90_000, bytes: 150 * GB } }
    }
}

/// Why nothing more is taken in.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// It is enough for today.
    #[error("this sender has sent as much as one may in a day; the next one begins in {wait_s} s")]
    Spent {
        /// Seconds until the next day begins.
        wait_s: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system has no randomness for the salt.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// The budgets of all senders.
pub struct Budget {
    store: Arc<dyn Store>,
    limits: DayLimits,
    salt: OnceCell<[u8; 32]>,
    under_way: Mutex<HashMap<SenderHash, Sent>>,
}

/// What one request may spend. It is given back when this is dropped.
pub struct Spending {
    budget: Arc<Budget>,
    day: i64,
    senders: [SenderHash; 2],
    reserved: Sent,
}

/// The number of a day, from 1970-01-01 in UTC.
pub const fn day(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(DAY_MS)
}

/// Whoever has one IPv6 address has its whole /64.
pub fn holder(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(std::net::Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Budget {
    /// Over the store that counts.
    pub fn new(store: Arc<dyn Store>, limits: DayLimits) -> Arc<Self> {
        Arc::new(Self { store, limits, salt: OnceCell::new(), under_way: Mutex::default() })
    }

    /// Reserves one file of up to `bytes` bytes for a subject at an address.
    ///
    /// # Errors
    /// [`BudgetError::Spent`] when one of the two has sent enough for today.
    pub async fn reserve(
        self: &Arc<Self>,
        subject: SubjectId,
        address: IpAddr,
        bytes: u64,
        now: Timestamp,
    ) -> Result<Spending, BudgetError> {
        let day = day(now);
        let salt = self.salt.get_or_try_init(|| self.kept_salt()).await?;
        let hash = |kind: &[u8], who: &[u8]| -> SenderHash {
            Sha256::new().chain_update(salt).chain_update(day.to_be_bytes()).chain_update(kind).chain_update(who).finalize().into()
        };
        let address = match holder(address) {
            IpAddr::V4(v4) => hash(b"address 4", &v4.octets()),
            IpAddr::V6(v6) => hash(b"address 6", &v6.octets()),
        };
        let senders = [hash(b"subject", subject.as_bytes()), address];
        // Reserved before it is read: what others finish in between is in one of the two, at times in both, never in none.
        let spending = Spending { budget: Arc::clone(self), day, senders, reserved: Sent { files: 1, bytes } };
        let under_way = spending.take();
        let sent = self.store.sent(day, senders.to_vec()).await?;
        let limits = [self.limits.subject, self.limits.address];
        let fits = limits.iter().zip(under_way).zip(sent).all(|((limit, under_way), sent)| limit.holds(under_way.and(sent)));
        if fits {
            return Ok(spending);
        }
        let left_ms = DAY_MS.saturating_sub(now.as_millis().rem_euclid(DAY_MS));
        Err(BudgetError::Spent { wait_s: u32::try_from(left_ms / 1_000).unwrap_or(u32::MAX).saturating_add(1) })
    }

    async fn kept_salt(&self) -> Result<[u8; 32], BudgetError> {
        Ok(self.store.sender_salt(entropy()?).await?)
    }
}

impl Spending {
    /// Adds to what is under way and returns it.
    fn take(&self) -> [Sent; 2] {
        let mut under_way = self.budget.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        self.senders.map(|sender| {
            let entry = under_way.entry(sender).or_default();
            *entry = entry.and(self.reserved);
            *entry
        })
    }

    /// Counts what came of it. What cannot be counted now is not: no photo is refused for it.
    pub async fn settle(self, files: u64, bytes: u64) {
        let counted = self.budget.store.add_sent(self.day, self.senders.to_vec(), Sent { files, bytes }).await;
        if let Err(error) = counted {
            tracing::warn!(%error, "what a sender sent could not be counted");
        }
    }
}

impl Drop for Spending {
    fn drop(&mut self) {
        let mut under_way = self.budget.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in self.senders {
            if let Some(entry) = under_way.get_mut(&sender) {
                *entry = entry.without(self.reserved);
                if *entry == Sent::default() {
                    under_way.remove(&sender);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::StoreMeter;
    use crate::store::sqlite::SqliteStore;
    use lanterna_shared::id::JurisdictionId;

    const NOON: i64 = 1_795_694_400_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn subject(number: u8) -> SubjectId {
        SubjectId::mint(at(0), [number; 10])
    }

    fn budget(subject: Allowance, address: Allowance) -> Arc<Budget> {
        let path = crate::testing::folder("budget").join("lanterna.db");
        let store = SqliteStore::open(&path, JurisdictionId::mint(at(0), [0; 10]), StoreMeter::default()).unwrap();
        Budget::new(Arc::new(store), DayLimits { subject, address })
    }

    const ENOUGH: Allowance = Allowance { files: 1_000, bytes: 1_000_000 };

    #[tokio::test]
    async fn who_has_sent_enough_waits_until_the_next_day_begins() {
        let budget = budget(Allowance { files: 2, bytes: 1_000 }, ENOUGH);
        let from: IpAddr = "192.0.2.7".parse().unwrap();
        budget.reserve(subject(1), from, 400, at(NOON)).await.unwrap().settle(1, 400).await;
        assert!(matches!(budget.reserve(subject(1), from, 601, at(NOON)).await, Err(BudgetError::Spent { .. })), "too many bytes");
        budget.reserve(subject(1), from, 600, at(NOON)).await.unwrap().settle(1, 5).await;
        match budget.reserve(subject(1), from, 1, at(NOON)).await {
            Err(BudgetError::Spent { wait_s }) => assert_eq!(wait_s, 12 * 3_600 + 1, "too many files"),
            _ => panic!("it is enough for today"),
        }
        assert!(budget.reserve(subject(2), from, 400, at(NOON)).await.is_ok(), "somebody else goes on");
        assert!(budget.reserve(subject(1), from, 400, at(NOON + DAY_MS / 2)).await.is_ok(), "the next day is another one");
    }

    #[tokio::test]
    async fn one_address_has_one_budget_whoever_sends_from_it() {
        let budget = budget(ENOUGH, Allowance { files: 1_000, bytes: 500 });
        let (one, neighbour, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), "2001:db8:0:1::1".parse().unwrap());
        budget.reserve(subject(1), one, 400, at(NOON)).await.unwrap().settle(1, 400).await;
        assert!(budget.reserve(subject(2), neighbour, 400, at(NOON)).await.is_err());
        assert!(budget.reserve(subject(2), other, 400, at(NOON)).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_on_its_way_counts_and_what_breaks_off_is_given_back() {
        let budget = budget(Allowance { files: 1_000, bytes: 1_000 }, ENOUGH);
        let from: IpAddr = "192.0.2.7".parse().unwrap();
        let first = budget.reserve(subject(1), from, 700, at(NOON)).await.unwrap();
        assert!(budget.reserve(subject(1), from, 700, at(NOON)).await.is_err());
        drop(first);
        assert!(budget.reserve(subject(1), from, 700, at(NOON)).await.is_ok());
        assert!(budget.under_way.lock().unwrap().is_empty(), "memory is given back, too");
    }

    #[tokio::test]
    async fn the_salt_is_made_once_and_days_are_forgotten() {
        let budget = budget(ENOUGH, ENOUGH);
        let from: IpAddr = "192.0.2.7".parse().unwrap();
        budget.reserve(subject(1), from, 400, at(NOON)).await.unwrap().settle(1, 400).await;
        let salt = budget.store.sender_salt([1; 32]).await.unwrap();
        assert_eq!(budget.store.sender_salt([2; 32]).await.unwrap(), salt);
        assert_ne!(salt, [1; 32]);
        assert_eq!(budget.store.forget_senders(day(at(NOON))).await.unwrap(), 0);
        assert_eq!(budget.store.forget_senders(day(at(NOON)) + 1).await.unwrap(), 2);
    }
}
