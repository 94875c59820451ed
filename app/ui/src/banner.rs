//! What concerns every screen: the engine is elsewhere, nothing is kept, a new build waits, there is no network; and the foot of the page.

use crate::engine::{Engine, Host};
use lanterna_kit::i18n::t;
use lanterna_kit::page;
use lanterna_kit::parts::{Button, LanguageSwitch, Notice, Tone};
use leptos::prelude::*;

const ACTIVATE: &str = "lanterna-activate-update";
const GET_NEWEST: &str = "lanterna-reload";

/// Everything that has to be said above the screen.
#[component]
pub fn Banners(engine: Engine, kept: Kept) -> AnyView {
    let host = move || host_notice(engine, engine.host.get());
    let nothing_kept = move || {
        engine
            .keeps_nothing
            .get()
            .then(|| view! { <Notice tone=Tone::Warning test="nothing-kept"><p>{t("banner.nothing_kept")}</p></Notice> })
    };
    let offline =
        move || (!engine.online.get()).then(|| view! { <Notice tone=Tone::Calm test="offline"><p>{t("banner.offline")}</p></Notice> });
    view! { <div class="banners">{host}{nothing_kept}{offline}<Update engine kept/></div> }.into_any()
}

fn host_notice(engine: Engine, host: Host) -> Option<AnyView> {
    let take_over = move |text| view! { <Button text test="take-over" class="primary" on_press=move || engine.claim()/> };
    let reload = || view! { <Button text=t("banner.reload") test="reload" on_press=page::reload/> };
    Some(match host {
        Host::Starting | Host::Here => return None,
        Host::Elsewhere => view! {
            <Notice tone=Tone::Warning test="engine-elsewhere"><p>{t("banner.elsewhere")}</p>{take_over(t("banner.use_here"))}</Notice>
        }
        .into_any(),
        Host::Stuck => view! {
            <Notice tone=Tone::Bad test="engine-stuck"><p>{t("banner.stuck")}</p>{take_over(t("banner.try_again"))}{reload()}</Notice>
        }
        .into_any(),
        Host::Failed => view! { <Notice tone=Tone::Bad test="engine-failed"><p>{t("banner.failed")}</p>{reload()}</Notice> }.into_any(),
        Host::Reload => {
            let newest = || if page::in_shell() { page::reload() } else { page::tell(GET_NEWEST) };
            view! {
                <Notice tone=Tone::Bad test="reload-needed">
                    <p>{t("banner.reload_needed")}</p>
                    <Button text=t("banner.reload") test="reload" class="primary" on_press=newest/>
                </Notice>
            }
            .into_any()
        }
    })
}

/// What the boot script says about the build. A handle, made once a page.
#[derive(Clone, Copy)]
pub struct Kept {
    /// A newer build is kept whole and waits.
    update_waits: RwSignal<bool>,
    /// This build is kept whole.
    page_kept: RwSignal<bool>,
}

impl Kept {
    /// Listens for as long as the page lives. A build that waits is activated when the person says so, or nobody looks, and never over an open
    /// draft.
    pub fn watch(engine: Engine) -> Self {
        let is_ready = |name: &str| page::noted(name).as_deref() == Some("ready");
        let kept =
            Self { update_waits: RwSignal::new(is_ready("update")), page_kept: RwSignal::new(page::in_shell() || is_ready("offline")) };
        page::on_window("lanterna-update-ready", move || kept.update_waits.set(true));
        page::on_window("lanterna-replaced", move || kept.update_waits.set(true));
        page::on_window("lanterna-offline-ready", move || kept.page_kept.set(true));
        page::on_visibility(move |visible| {
            if !visible && kept.update_waits.get_untracked() && untrack(|| is_free(engine)) {
                page::tell(ACTIVATE);
            }
        });
        kept
    }
}

/// Whether a new build may take over: no draft would be torn.
fn is_free(engine: Engine) -> bool {
    engine.host.get() == Host::Here && engine.drafts.with(Vec::is_empty)
}

#[component]
fn Update(engine: Engine, kept: Kept) -> AnyView {
    let notice = move || {
        kept.update_waits.get().then(|| {
            let what_now = move || {
                if is_free(engine) {
                    view! { <Button text=t("banner.update_now") test="update-now" on_press=|| page::tell(ACTIVATE)/> }.into_any()
                } else {
                    view! { <p data-test="update-waits">{t("banner.update_waits")}</p> }.into_any()
                }
            };
            view! { <Notice tone=Tone::Calm test="update-ready"><p>{t("banner.update_ready")}</p>{what_now}</Notice> }
        })
    };
    view! { {notice} }.into_any()
}

/// The foot of every screen: whether it works without a network, and the language.
#[component]
pub fn Footer(engine: Engine, kept: Kept, changed: impl Fn() + Copy + Send + 'static) -> AnyView {
    let ready = move || kept.page_kept.get() && engine.status.with(|status| status.as_ref().is_some_and(|status| status.ready_offline));
    let line = move || ready().then(|| view! { <p class="ready" data-test="ready-offline">{t("footer.ready_offline")}</p> });
    view! { <footer>{line}<LanguageSwitch changed/></footer> }.into_any()
}
