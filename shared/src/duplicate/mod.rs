//! Duplicates: suggest, link, never suppress (DOMAIN.md).
//!
//! A second report about the same thing may be an escalation, so nothing here ever drops or joins anything: a pair of cases gets a score with its
//! reasons, and a person decides. Pure and the same on every host: a server scores what comes in, a device scores a draft against the thin public
//! index ([`index`]) without a network.
//!
//! The story in order: [`traits`] is what is compared of a case, kept under the [`cell`] it lies in so that candidates are found by one look-up;
//! [`near`] says whether two places can be one, [`words`] and [`picture`] how alike two descriptions and photos are, [`score`] adds it up and
//! [`reason`] says why in words; [`view`] is how the back office sees it, and [`join`] how a citizen adds a report to a case that is open.

pub mod cell;
pub mod geohash;
pub mod index;
pub mod join;
pub mod near;
pub mod picture;
pub mod reason;
pub mod score;
pub mod traits;
pub mod view;
pub mod words;

pub use picture::PerceptualHash;
pub use reason::Reason;
pub use score::{Kinship, Likeness, SUGGEST_FROM, liken};
pub use traits::Traits;
pub use words::Words;
