SELECT p."thumb", r.subject_id, e.owner
FROM report_photo p
JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
LEFT JOIN case_lead l ON l.jurisdiction = r.jurisdiction AND l.case_id = r.case_id
JOIN "case" e ON e.jurisdiction = r.jurisdiction AND e.case_id = coalesce(l.lead_id, r.case_id)
JOIN rendition f ON f.jurisdiction = r.jurisdiction AND f.subject_id = r.subject_id AND f.sha256 = p."thumb" AND f.state = 'present'
WHERE p.jurisdiction = ?1 AND p.report_id = ?2 AND p.ordinal = ?3
