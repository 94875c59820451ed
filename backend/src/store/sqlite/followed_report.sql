SELECT r.report_id, r.version, c.number, c.status, c.status_since, c.owner, c.area, c.due_at, r.withdrawn_at IS NOT NULL
FROM report_follow f
JOIN report r ON r.jurisdiction = f.jurisdiction AND r.report_id = f.report_id
JOIN "case" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
WHERE f.jurisdiction = ?1 AND f.follow_sha256 = ?2
