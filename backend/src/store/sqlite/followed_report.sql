-- A joined case shows its lead's status, office and date, under its own number.
SELECT r.report_id, r.version, c.number, e.status, e.status_since, e.owner, c.area, e.due_at, r.withdrawn_at IS NOT NULL,
    e.case_id, e.at_arbiter, e.times_out_at, e.planned_for, e.round,
    (SELECT max(d.place) - 1 FROM due_history d WHERE d.jurisdiction = e.jurisdiction AND d.case_id = e.case_id),
    (SELECT d.why FROM due_history d WHERE d.jurisdiction = e.jurisdiction AND d.case_id = e.case_id ORDER BY d.place DESC LIMIT 1),
    j.outcome,
    r.subject_id
FROM report_follow f
JOIN report r ON r.jurisdiction = f.jurisdiction AND r.report_id = f.report_idWHERE f.jurisdiction = ?1 AND f.follow_sha256 = ?2
