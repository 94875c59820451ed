//! What every engine behind the [`Store`](lanterna::store::Store) promises, in sentences.
//!
//! Each function takes an empty store and panics when the promise is broken; at its end the store must find nothing wrong with itself. A second engine
//! runs the same functions: [`store_contract!`](crate::store_contract) makes a test of each.

#![expect(missing_docs, reason = "the names are the sentences")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a broken promise ends the test that runs it")]
#![expect(clippy::missing_panics_doc, reason = "that is what they are for")]

pub mod cities;
pub mod devices;
pub mod fixture;
pub mod moving;
pub mod office;
pub mod people;
pub mod photos;
pub mod pulling;
pub mod reports;
pub mod sending;

/// Makes a test of every promise; `$open` is an async function that opens an empty store.
#[macro_export]
macro_rules! store_contract {
    ($open:path) => {
        $crate::store_contract! { $open;
            cities: an_import_replaces_what_was_and_old_cases_keep_their_names, a_rule_that_names_nothing_is_refused_and_nothing_changes,
                an_area_that_a_rule_needs_cannot_disappear, the_catalogue_has_another_version_after_every_change;
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
            pulling: a_subject_sees_its_own_reports_only, a_later_change_replaces_an_earlier_one, pages_come_in_order_and_end,
                nothing_new_leaves_the_cursor, a_cursor_from_the_future_starts_anew;
            photos: only_what_a_report_mentions_is_expected, a_photo_that_arrived_is_no_longer_wanted, arriving_twice_is_arriving_once,
                a_photo_is_present_within_its_subject_only, a_photo_is_found_by_its_report, a_late_photo_joins_its_report,
                a_ninth_photo_is_refused, the_oldest_reports_photos_are_wanted_first, uploads_are_remembered_until_they_end;
            office: a_page_shows_the_newest_first_and_goes_on, an_officer_sees_the_own_departments_cases_only, who_has_no_scope_sees_nothing,
                a_case_shows_report_timeline_and_trace, a_wrong_clock_is_corrected, a_name_is_given_once, an_officer_needs_a_department_that_exists,
                a_session_lasts_until_it_ends_or_is_ended;
            people: failures_count_by_name_and_address_and_success_clears_the_name_only, a_session_that_is_used_lasts_and_one_that_is_not_ends,
                a_second_factor_counts_once_it_is_confirmed_and_each_code_once, who_is_shut_out_has_no_session_and_keeps_what_was_done,
                an_enrolment_code_binds_one_device_once, a_revoked_device_is_known_to_be_revoked_and_to_nothing_else,
                a_shared_contact_makes_one_person_only_once_both_proved_it, another_contact_of_the_same_kind_is_not_proved_by_the_old_code,
                a_look_at_contacts_and_its_line_are_one, a_link_finds_its_report_and_a_taken_hash_stays_where_it_is,
                a_case_is_found_by_number_and_receipt_within_its_scope, looks_are_written_in_groups_and_none_is_lost_at_the_end;
            moving: taking_charge_reaches_the_citizen, a_stale_move_changes_nothing, a_move_outside_the_table_is_refused, a_move_in_the_wrong_role_is_refused,
                only_moves_that_can_be_checked_are_offered, stopping_asks_for_a_reason, a_dispatcher_gives_a_case_to_a_department,
                a_case_cannot_be_given_to_nobody, another_departments_case_is_not_there, of_two_moves_at_once_one_is_made;
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
