//! The back office's screens: a log-in, the list of cases, one case with what may be done with it now.
//!
//! They ask the server and show what it answers; which moves are offered is the server's word alone. They keep nothing: the session is in a cookie
//! that scripts cannot read, and a reload asks again.
//!
//! The story in order: [`screens`] finds out who is logged in and draws the screen; [`api`] asks the server and turns every failure into one of a few;
//! [`login`], [`list`], [`case`] with its [`reports`], [`history`] and [`moves`] are the screens; [`words`] turns states into words.
//!
//! # Hooks for tests
//! | where | hooks |
//! | --- | --- |
//! | everywhere | `language-<code>`, `busy`, `error`, `who`, `log-out` |
//! | log-in | `login-name`, `login-password`, `login-button` |
//! | list | `case-row` (a link), `case-number`, `case-status` (its `data-status` is the status), `case-owner`, `case-due`, `cases-empty`, `more-cases`, `updated` |
//! | case | `case-number`, `case-status`, `case-owner`, `case-due`, `case-area`, `case-text`, `case-position`, `case-photo` (an image), `photo-on-its-way`, `timeline-entry`, `trace-line`, `move-<name>`, `no-moves`, `case-stale` |
//! | a move that asks | `move-reason`, `move-owner`, `move-confirm`, `move-cancel` |

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod case;
#[cfg(target_arch = "wasm32")]
mod history;
#[cfg(target_arch = "wasm32")]
mod list;
#[cfg(target_arch = "wasm32")]
mod login;
#[cfg(target_arch = "wasm32")]
mod moves;
#[cfg(target_arch = "wasm32")]
mod reports;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(target_arch = "wasm32")]
mod words;

fn main() {
    #[cfg(target_arch = "wasm32")]
    screens::start();
}
