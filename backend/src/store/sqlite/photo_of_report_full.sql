SELECT p."full", r.subject_id, c.owner
FROM report_photo p
JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
JOIN "case" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
JOIN rendition f ON f.jurisdiction = r.jurisdiction AND f.subject_id = r.subject_id AND f.sha256 = p."full" AND f.state = 'present'
WHERE p.jurisdiction = ?1 AND p.report_id = ?2 AND p.ordinal = ?3
