//! What failed log-ins cost: after a few by the same name, or more from the same address, each further one has to wait, twice as long each time.
//!
//! The counts lie in the store, so that a restart forgets nothing; here is the rule. A name that nobody has is counted like one that somebody has, so
//! that nobody learns names from a wait.

use crate::store::account::{AttemptKeys, Failures};
use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv6Addr};

/// Failures by one name that cost nothing.
const FREE_BY_NAME: u32 = 5;
/// Failures from one address that cost nothing: behind it may be an office.
const FREE_FROM_ADDRESS: u32 = 50;
/// The longest wait, in milliseconds.
const LONGEST_MS: i64 = 15 * 60 * 1_000;
/// After so long without a failure it is as if there had been none, in milliseconds.
const FORGOTTEN_MS: i64 = 24 * 3_600 * 1_000;

/// The lines on which a log-in by `name` from `from` counts. Whoever has one IPv6 address has its whole /64.
pub fn keys(name: &str, from: IpAddr) -> AttemptKeys {
    let holder = match from.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    };
    AttemptKeys { name: Sha256::digest(name.as_bytes()).into(), address: Sha256::digest(holder.to_string().as_bytes()).into() }
}

/// Seconds that the next log-in has to wait, rounded up; `None` = it may be tried.
pub fn must_wait(failures: &Failures, now: Timestamp) -> Option<u32> {
    let by_name = wait_ms(failures.name, FREE_BY_NAME, now);
    let from_address = wait_ms(failures.address, FREE_FROM_ADDRESS, now);
    let left = by_name.max(from_address);
    (left > 0).then(|| u32::try_from(left.saturating_add(999) / 1_000).unwrap_or(u32::MAX))
}

fn wait_ms((failures, last): (u32, Timestamp), free: u32, now: Timestamp) -> i64 {
    let since = now.millis_since(last);
    if failures < free || since >= FORGOTTEN_MS {
        return 0;
    }
    let doublings = failures.saturating_sub(free).min(20);
    let wait = 1_000_i64.saturating_mul(1 << doublings).min(LONGEST_MS);
    // A clock that was set back makes nobody wait longer than the longest.
    wait.saturating_sub(since).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn by_name(failures: u32, last: i64) -> Failures {
        Failures { name: (failures, at(last)), address: (failures, at(last)) }
    }

    #[test]
    fn who_keeps_guessing_waits_longer_and_longer() {
        for (failures, wait) in
            [(4, None), (5, Some(1)), (6, Some(2)), (10, Some(32)), (14, Some(512)), (15, Some(900)), (4_000_000, Some(900))]
        {
            assert_eq!(must_wait(&by_name(failures, 0), at(0)), wait, "{failures}");
        }
        assert_eq!(must_wait(&by_name(6, 0), at(1)), Some(1));
        assert_eq!(must_wait(&by_name(6, 0), at(2)), None);
        assert_eq!(must_wait(&by_name(60, 0), at(24 * 3_600)), None, "a day later it is forgotten");
    }

    #[test]
    fn an_address_may_fail_more_often_than_a_name() {
        let of_address = |failures| Failures { address: (failures, at(0)), ..Failures::default() };
        assert_eq!(must_wait(&of_address(49), at(0)), None);
        assert_eq!(must_wait(&of_address(51), at(0)), Some(2));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out_for_years() {
        assert_eq!(must_wait(&by_name(6, 1_000_000_000), at(0)), Some(900));
    }

    #[test]
    fn one_household_is_one_address() {
        let key = |from: &str| keys("anna", from.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::2"));
        assert_ne!(key("2001:db8::1").address, key("2001:db8:0:1::1").address);
        assert_eq!(key("192.0.2.7"), key("::ffff:192.0.2.7"));
    }
}
