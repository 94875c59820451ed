SELECT r.report_id, r.version, c.number, c.status, c.status_since, c.owner, c.area, c.due_at, r.withdrawn_at IS NOT NULL, j.outcome
FROM report r
JOIN "case" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
LEFT JOIN report_join j ON j.jurisdiction = r.jurisdiction AND j.report_id = r.report_id
WHERE r.jurisdiction = ?1 AND r.subject_id = ?2 AND r.version > ?3
ORDER BY r.version
LIMIT ?4
