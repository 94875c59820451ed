//! The citizen's screens: the same bundle in a browser and in the Tauri shell.
//!
//! They ask the engine and show what it answers; they must never hold a rule, a text (those are in `assets/i18n`) or a report of their own. "Saved on
//! this phone" is shown after `Reply::Saved` and at no other moment.
//!
//! The story in order: [`screens`] starts everything and draws the screen that the address names ([`route`]); [`engine`] holds what the engine said
//! last; [`home`] leads to the report that is being written ([`report`]: [`photos`], [`place`], [`category`]), which becomes [`saved`], and to one's
//! own reports ([`card`], [`detail`]); [`words`] turns states into sentences; [`banner`] says when the engine is elsewhere or a new build waits.
//!
//! # Hooks for tests
//! Every control and state carries `data-test="…"`:
//!
//! | where | hooks |
//! | --- | --- |
//! | everywhere | `home-link`, `emergency`, `language-<code>`, `busy`, `offline`, `ready-offline`, `error` |
//! | engine and build | `engine-elsewhere` with `take-over`, `engine-stuck` with `take-over` and `reload`, `engine-failed` with `reload`, `nothing-kept`, `reload-needed` with `reload`, `update-ready` with `update-now` or `update-waits` |
//! | home | `report-button`, `draft-open`, `sync-state`, `sync-now`, `reports-empty`, `report-item` (a link), `more-reports` |
//! | a report, on home and on its own screen | `report-service`, `report-text`, `report-number`, `report-receipt`, `report-status`, `report-owner`, `report-due`, `delivery-state` (its `data-state` is `queued`, `sending`, `delivered` or `needs_attention`) |
//! | writing a report | `photo-input` (camera), `gallery-input`, `photo`, `photo-remove`, `photo-busy`, `here-button`, `place`, `place-remove`, `place-error`, `photo-place`, `category-<code>`, `services-missing`, `text`, `draft-kept`, `discard-button`, `discard-confirm`, `discard-cancel`, `send-button`, `error` |
//! | after sending | `saved-notice`, `receipt`, `saved-home`, `saved-again` |
//! | one report | `report-photo`, `report-area`, `report-refused`, `receipt`, `withdraw-button`, `withdraw-confirm`, `withdraw-cancel`, `withdrawn`, `report-missing` |
//!
//! The bar with `send-button` sticks to the lower edge once a category is chosen: scroll what a test presses to the middle first.

#[cfg(target_arch = "wasm32")]
mod banner;
#[cfg(target_arch = "wasm32")]
mod card;
#[cfg(target_arch = "wasm32")]
mod category;
#[cfg(target_arch = "wasm32")]
mod detail;
#[cfg(target_arch = "wasm32")]
mod editor;
#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(target_arch = "wasm32")]
mod home;
#[cfg(target_arch = "wasm32")]
mod locate;
#[cfg(target_arch = "wasm32")]
mod photos;
#[cfg(target_arch = "wasm32")]
mod picture;
#[cfg(target_arch = "wasm32")]
mod place;
#[cfg(target_arch = "wasm32")]
mod report;
#[cfg(target_arch = "wasm32")]
mod route;
#[cfg(target_arch = "wasm32")]
mod saved;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(target_arch = "wasm32")]
mod words;

fn main() {
    #[cfg(target_arch = "wasm32")]
    screens::start();
}
