-- A joined case shows its lead's status, office and date, under its own number.
SELECT r.report_id, r.version, c.number, e.status, e.status_since, e.owner, c.area, e.due_at, r.withdrawn_at IS NOT NULL,
    e.case_id, e.at_arbiter, e.times_out_at, e.planned_for, e.round,
    (SELECT max(d.place) - 1 FROM due_history d WHERE d.jurisdiction = e.jurisdiction AND d.case_id = e.case_id),
    (SELECT d.why FROM due_history d WHERE d.jurisdiction = e.jurisdiction AND d.case_id = e.case_id ORDER BY d.place DESC LIMIT 1),
    j.outcome,
    r.subject_id
FROM report_follow f
JOIN report r ON r.jurisdiction = f.jurisdiction AND r.report_id = f.report_id
JOIN "case" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
LEFT JOIN case_lead l ON l.jurisdiction = r.jurisdiction AND l.case_id = r.case_id
JOIN "case" e ON e.jurisdiction = r.jurisdiction AND e.case_id = coalesce(l.lead_id, r.case_id)
LEFT JOIN report_join j ON j.jurisdiction = r.jurisdiction AND j.report_id = r.report_id
WHERE f.jurisdiction = ?1 AND f.follow_sha256 = ?2
