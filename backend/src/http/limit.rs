//! Too much in too short a time, by address: token buckets in memory, bounded in number.

use crate::photo::budget::holder;
use lanterna_shared::time::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many addresses are remembered.
const ADDRESSES: usize = 16_384;

#[derive(Clone, Copy)]
struct Bucket {
    /// Thousandths of a token.
    millis: u64,
    filled_at: Timestamp,
}

/// A limit of so many a minute, with a burst.
pub struct RateLimit {
    per_minute: u64,
    burst: u64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

impl RateLimit {
    /// `per_minute` in the long run, `burst` at once. 0 a minute lets nobody through once the burst is spent.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        Self { per_minute: per_minute.into(), burst: burst.into(), buckets: Mutex::default() }
    }

    /// Takes one; otherwise the seconds to wait for the next.
    ///
    /// # Errors
    /// The seconds to wait, at least 1.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = self.burst.saturating_mul(1_000);
        if buckets.len() >= ADDRESSES {
            // Who is full again is as good as forgotten; if all are busy everybody starts anew, rather than the memory growing.
            buckets.retain(|_, bucket| self.filled(*bucket, now) < full);
            if buckets.len() >= ADDRESSES {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(holder(address)).or_insert(Bucket { millis: full, filled_at: now });
        let millis = self.filled(*bucket, now);
        let rest = millis.checked_sub(1_000);
        *bucket = Bucket { millis: rest.unwrap_or(millis), filled_at: now };
        if rest.is_some() {
            return Ok(());
        }
        let missing = 1_000_u64.saturating_sub(millis).saturating_mul(60);
        let seconds = missing.checked_div(self.per_minute.saturating_mul(1_000)).map_or(60, |whole| whole.saturating_add(1));
        Err(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    fn filled(&self, bucket: Bucket, now: Timestamp) -> u64 {
        let passed_ms = u64::try_from(now.millis_since(bucket.filled_at)).unwrap_or(0);
        // per_minute tokens in 60,000 ms are per_minute thousandths in 60 ms.
        bucket.millis.saturating_add(passed_ms.saturating_mul(self.per_minute) / 60).min(self.burst.saturating_mul(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let limit = RateLimit::new(60, 3);
        let from: IpAddr = "192.0.2.7".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(limit.take(from, at(0)), Ok(()));
        }
        assert_eq!(limit.take(from, at(0)), Err(2));
        assert_eq!(limit.take("192.0.2.8".parse().unwrap(), at(0)), Ok(()));
        assert_eq!(limit.take(from, at(1_000)), Ok(()));
        assert!(limit.take(from, at(1_000)).is_err());
    }

    #[test]
    fn one_household_has_one_bucket() {
        let limit = RateLimit::new(1, 1);
        assert_eq!(limit.take("2001:db8::1".parse().unwrap(), at(0)), Ok(()));
        assert!(limit.take("2001:db8::2".parse().unwrap(), at(0)).is_err());
        assert_eq!(limit.take("2001:db8:0:1::2".parse().unwrap(), at(0)), Ok(()));
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let limit = RateLimit::new(1, 1);
        for number in 0..40_000_u32 {
            let _ = limit.take(IpAddr::V4(number.into()), at(0));
        }
        assert!(limit.buckets.lock().unwrap().len() <= ADDRESSES);
    }
}
