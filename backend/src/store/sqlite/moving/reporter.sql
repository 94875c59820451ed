SELECT r.subject_id
FROM report r
WHERE r.jurisdiction = ?1 AND r.withdrawn_at IS NULL
    AND r.case_id IN (SELECT ?2 UNION ALL SELECT l.case_id FROM case_lead l WHERE l.jurisdiction = ?1 AND l.lead_id = ?2)
ORDER BY r.case_id <> ?2, r.received_at, r.report_id
LIMIT 1
