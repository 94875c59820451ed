//! What every engine behind the [`Store`](lanterna::store::Store) promises, in sentences.
//!
//! Each function takes an empty store and panics when the promise is broken; at its end the store must find nothing wrong with itself. A second engine
//! runs the same functions: [`store_contract!`](crate::store_contract) makes a test of each.

#![expect(missing_docs, reason = "the names are the sentences")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a broken promise ends the test that runs it")]
#![expect(clippy::missing_panics_doc, reason = "that is what they are for")]

pub mod acting;
pub mod catalogues;
pub mod cities;
pub mod clocks;
pub mod devices;
pub mod duplicates;
pub mod fixture;
pub mod guards;
pub mod joins;
pub mod moving;
pub mod newspaper;
pub mod office;
pub mod people;
pub mod photos;
pub mod pulling;
pub mod reports;
pub mod routing;
pub mod sending;
pub mod voices;

/// Makes a test of every promise; `$open` is an async function that opens an empty store.
#[macro_export]
macro_rules! store_contract {
    ($open:path) => {
        $crate::store_contract! { $open;
            catalogues: everything_about_a_service_and_a_department_is_kept, what_open_cases_name_does_not_disappear_unasked,
                what_a_rule_names_does_not_disappear_at_all, a_report_is_kept_with_answers_that_do_not_fit,
                red_and_black_doors_are_found_apart_near_and_by_name, a_case_gets_the_nearest_address_and_keeps_it,
                a_park_does_not_take_the_place_of_a_municipio, areas_have_a_version_of_their_own;
            cities: an_import_replaces_what_was_and_old_cases_keep_their_names, what_a_rule_names_cannot_disappear,
                an_area_that_a_rule_needs_cannot_disappear, the_catalogue_has_another_version_after_every_change;
            clocks: a_promise_is_counted_on_the_citys_calendar, a_due_date_that_was_given_survives_another_calendar,
                a_calendar_is_read_back_as_it_was_imported, a_zone_that_nobody_knows_is_refused_and_nothing_changes,
                a_device_whose_clock_is_ten_years_off_is_promised_the_same, the_first_promise_is_on_record,
                a_broken_promise_is_found_once_and_everybody_sees_it, a_sweep_goes_on_batch_by_batch,
                of_many_sweeps_at_once_each_breach_is_told_by_one, what_is_over_is_never_broken,
                a_breach_that_a_move_finds_is_told_by_the_next_sweep, one_process_has_a_lease_until_it_ends_or_is_given_back,
                a_lease_of_a_clock_that_was_wrong_is_anybodys;
            devices: the_same_registration_is_answered_the_same, another_secret_is_refused, a_secret_finds_its_device_and_no_other,
                one_secret_is_not_taken_by_two_installations;
            sending: an_op_takes_effect_once_however_often_it_is_sent, an_op_sent_by_many_at_once_takes_effect_once,
                another_op_under_a_known_id_is_refused_and_changes_nothing, an_op_of_somebody_else_under_a_known_id_is_refused,
                one_bad_op_delays_no_other, a_refusal_is_remembered, an_op_whose_predecessor_is_unknown_waits,
                an_op_after_another_of_its_batch_goes_on, an_op_after_a_refused_one_is_refused, two_of_one_id_in_a_batch_are_one,
                many_batches_at_once_are_all_applied;
            reports: a_report_becomes_a_case_with_number_owner_and_due_date, a_report_that_no_rule_covers_goes_to_triage,
                a_report_outside_all_areas_is_not_lost, numbers_count_up_without_gaps, a_report_sent_again_under_a_new_op_exists,
                a_report_id_of_somebody_else_is_refused, a_report_of_an_unknown_service_is_refused, a_withdrawn_report_ends_its_case,
                a_withdrawal_after_work_began_leaves_the_case, withdrawing_twice_exists, nobody_withdraws_anothers_report;
            routing: rules_are_published_in_versions_and_old_ones_stay, rules_that_cannot_be_evaluated_are_refused_and_nothing_changes,
                a_rule_sets_owner_priority_and_promise, answers_channel_time_and_kind_decide, a_report_near_a_boundary_names_both_owners,
                an_area_of_another_kind_decides_too, a_case_keeps_the_version_of_the_rules_that_routed_it,
                a_city_without_rules_sends_everything_to_triage, past_cases_come_in_order_with_what_was_reported;
            pulling: a_subject_sees_its_own_reports_only, a_later_change_replaces_an_earlier_one, pages_come_in_order_and_end,
                nothing_new_leaves_the_cursor, a_cursor_from_the_future_starts_anew;
            photos: only_what_a_report_mentions_is_expected, a_photo_that_arrived_is_no_longer_wanted, arriving_twice_is_arriving_once,
                a_photo_is_present_within_its_subject_only, a_photo_is_found_by_its_report, a_late_photo_joins_its_report,
                a_ninth_photo_is_refused, the_oldest_reports_photos_are_wanted_first, uploads_are_remembered_until_they_end;
            office: a_page_shows_the_newest_first_and_goes_on, an_officer_sees_the_own_departments_cases_only, who_has_no_scope_sees_nothing,
                a_case_shows_report_timeline_and_trace, a_wrong_clock_is_corrected, a_name_is_given_once, an_officer_needs_a_department_that_exists,
                a_session_lasts_until_it_ends_or_is_ended;
            duplicates: a_report_beside_an_open_case_is_suggested_with_reasons_and_nothing_is_joined, a_report_far_away_or_long_after_is_not_suggested,
                a_report_without_a_position_is_no_trouble, a_case_that_is_over_is_not_suggested, the_best_of_many_are_suggested,
                a_photo_that_follows_makes_a_suggestion, a_suggestion_is_dismissed_and_taken_back, a_join_accepts_the_suggestion_and_a_split_dismisses_it,
                a_case_of_another_office_is_a_number_only,
                nothing_is_public_until_staff_say_so, a_published_case_shows_a_rounded_place_and_no_more, a_report_joins_a_published_case,
                a_case_can_be_joined_by_its_number, a_wish_that_cannot_be_opens_a_case_and_says_why, who_joined_is_told_once_not_once_a_report;
            people: failures_count_by_name_and_address_and_success_clears_the_name_only, a_session_that_is_used_lasts_and_one_that_is_not_ends,
                a_second_factor_counts_once_it_is_confirmed_and_each_code_once, who_is_shut_out_has_no_session_and_keeps_what_was_done,
                an_enrolment_code_binds_one_device_once, a_revoked_device_is_known_to_be_revoked_and_to_nothing_else,
                a_shared_contact_makes_one_person_only_once_both_proved_it, another_contact_of_the_same_kind_is_not_proved_by_the_old_code,
                a_look_at_contacts_and_its_line_are_one, a_link_finds_its_report_and_a_taken_hash_stays_where_it_is,
                a_case_is_found_by_number_and_receipt_within_its_scope, looks_are_written_in_groups_and_none_is_lost_at_the_end;
            moving: taking_charge_reaches_the_citizen, a_stale_move_changes_nothing, a_move_outside_the_table_is_refused, a_move_in_the_wrong_role_is_refused,
                every_move_of_the_table_is_offered_and_asks_for_what_it_needs, stopping_asks_for_a_reason, a_dispatcher_gives_a_case_to_a_department,
                a_case_cannot_be_given_to_nobody, another_departments_case_is_not_there, of_two_moves_at_once_one_is_made;
            guards: a_plan_names_a_day_to_come_and_the_citizen_reads_it, a_case_waits_for_somebody_until_a_day_and_no_longer,
                a_question_reaches_the_reporter_and_the_answer_the_office, a_case_is_resolved_with_an_outcome_and_evidence_only,
                the_picture_of_what_is_broken_is_no_evidence, a_case_in_triage_is_answered_on_the_spot_by_a_dispatcher,
                declining_asks_for_a_reason_from_the_list, a_hand_off_to_nobody_known_is_the_dispatchers,
                a_closed_case_is_reopened_by_a_supervisor_at_its_last_owner, times_that_are_over_are_swept_in_bounded_batches_each_once;
            voices: a_reporters_yes_closes_the_case, a_reporters_no_reopens_at_the_same_owner_and_the_second_goes_to_the_arbiter,
                it_takes_two_joiners_to_reopen_a_case, one_yes_does_not_close_a_case_for_the_others,
                after_the_window_nobody_contests_and_the_system_closes,
                a_case_outlives_its_first_report_and_the_next_reporter_speaks_for_it, nobody_speaks_for_anothers_report,
                a_word_takes_effect_once_however_often_it_is_sent;
            joins: a_joined_case_shows_what_its_lead_shows, a_split_case_is_where_it_was,
                a_case_follows_no_case_that_follows_one_and_never_itself, a_lead_that_is_joined_carries_its_followers_along,
                an_officer_joins_to_no_case_of_another_office;
            newspaper: the_lamp_under_ivy_is_neither_passed_around_nor_closed_with_a_promise;
        }
    };
    ($open:path; $($module:ident: $($promise:ident),+;)+) => {$(
        mod $module {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    $crate::contract::$module::$promise($open().await).await;
                }
            )+
        }
    )+};
}
