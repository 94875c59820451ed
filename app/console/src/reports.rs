//! The reports of a case: photos, words, place.

use lanterna_kit::format;
use lanterna_kit::i18n::{t, tf, tn};
use lanterna_kit::parts::When;
use lanterna_shared::id::ReportId;
use lanterna_shared::office::{PhotoView, ReportView};
use lanterna_shared::photo::Rendition;
use leptos::prelude::*;

#[component]
pub fn Reports(reports: Vec<ReportView>) -> AnyView {
    let count = reports.len();
    let reports = reports.into_iter().zip(1..).map(|(report, place): (_, usize)| one(&report, place, count));
    reports.collect_view().into_any()
}

fn one(report: &ReportView, place: usize, count: usize) -> AnyView {
    let title = tf("console.report", &[("report", &place.to_string()), ("reports", &count.to_string())]);
    let all = report.photos.len();
    let photos = report.photos.iter().map(|shot| photo(report.report, *shot, all)).collect_view();
    let photos = (all > 0).then(|| view! { <ul class="photos large">{photos}</ul> });
    let position = report.position.as_ref().map(|position| {
        let (lat, lon) = (format::coordinate(position.lat_degrees()), format::coordinate(position.lon_degrees()));
        let values = [("lat", lat.as_str()), ("lon", lon.as_str())];
        let words = match position.accuracy_m() {
            Some(metres) => tn("place.within", metres, &values),
            None => tf("place.at", &values),
        };
        view! { <dt>{t("console.place")}</dt><dd data-test="case-position">{words}</dd> }
    });
    let withdrawn = report.withdrawn.then(|| view! { <p class="hint">{t("console.withdrawn")}</p> });
    let text = if report.text.is_empty() { t("report.no_text") } else { report.text.clone() };
    view! {
        <section class="panel" data-test="case-report">
            <h2>{title}</h2>
            {withdrawn}
            {photos}
            <p class="words" data-test="case-text">{text}</p>
            <dl>{position}<dt>{t("console.reported")}</dt><dd><When at=report.sent_at/></dd></dl>
        </section>
    }
    .into_any()
}

fn photo(report: ReportId, photo: PhotoView, all: usize) -> AnyView {
    let address = |rendition: Rendition| format!("/v1/reports/{report}/photos/{}/{}", photo.ordinal, rendition.as_str());
    let place = u32::from(photo.ordinal).saturating_add(1).to_string();
    let alt = tf("console.photo", &[("photo", &place), ("photos", &all.to_string())]);
    let shown = [(photo.screen, Rendition::Screen), (photo.thumb, Rendition::Thumb), (photo.full, Rendition::Full)];
    match shown.into_iter().find(|(has_arrived, _)| *has_arrived) {
        None => view! { <li class="wait" data-test="photo-on-its-way">{t("console.photo_on_its_way")}</li> }.into_any(),
        Some((_, rendition)) => {
            let largest = if photo.full { Rendition::Full } else { rendition };
            view! {
                <li>
                    <a href=address(largest) target="_blank" rel="noopener">
                        <img src=address(rendition) alt=alt data-test="case-photo" data-rendition=rendition.as_str() decoding="async"/>
                    </a>
                </li>
            }
            .into_any()
        }
    }
}
