SELECT r.report_id, r.version, c.number, c.status, c.status_since, c.owner, c.area, c.due_at, r.withdrawn_at IS NOT NULL,
    (SELECT max(d.place) - 1 FROM due_history d WHERE d.jurisdiction = c.jurisdiction AND d.case_id = c.case_id),
    (SELECT d.why FROM due_history d WHERE d.jurisdiction = c.jurisdiction AND d.case_id = c.case_id ORDER BY d.place DESC LIMIT 1)
FROM report r
JOIN "case" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
WHERE r.jurisdiction = ?1 AND r.subject_id = ?2 AND r.version > ?3
ORDER BY r.version
LIMIT ?4
