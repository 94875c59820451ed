SELECT c.status, c.status_before, c.owner, c.hand_offs, c.at_arbiter, c.contests, c.times_out_at, c.waiting_since, c.planned_for, l.lead_id,
    EXISTS (SELECT 1 FROM report r JOIN report_content t ON t.jurisdiction = r.jurisdiction AND t.report_id = r.report_id
        WHERE r.jurisdiction = c.jurisdiction AND r.case_id = c.case_id AND t.lat_e7 IS NOT NULL),
    EXISTS (SELECT 1 FROM timeline t WHERE t.jurisdiction = c.jurisdiction AND t.case_id = c.case_id AND t.move = 'start'),
    -- The reporter has a device to read the question on, or can be called or written to.
    coalesce((SELECT EXISTS (SELECT 1 FROM device d WHERE d.jurisdiction = r.jurisdiction AND d.subject_id = r.subject_id)
            OR EXISTS (SELECT 1 FROM contact k WHERE k.jurisdiction = r.jurisdiction AND k.subject_id = r.subject_id AND k.kind IN ('email', 'phone'))
        FROM report r
        WHERE r.jurisdiction = c.jurisdiction AND r.withdrawn_at IS NULL AND r.case_id IN (
            SELECT c.case_id UNION ALL SELECT o.case_id FROM case_lead o WHERE o.jurisdiction = c.jurisdiction AND o.lead_id = c.case_id)
        ORDER BY r.case_id <> c.case_id, r.received_at, r.report_id LIMIT 1), 0),
    j.hand_off_budget, j.contest_days, j.arbiter_days, c.version, c.round, c.arbiter_due_at
FROM "case" c
JOIN jurisdiction j ON j.jurisdiction = c.jurisdiction
LEFT JOIN case_lead l ON l.jurisdiction = c.jurisdiction AND l.case_id = c.case_id
WHERE c.jurisdiction = ?1 AND c.case_id = ?2
