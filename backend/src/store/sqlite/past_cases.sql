SELECT c.number, c.service, r.channel, r.kind, r.received_at, t.report_id IS NULL, t.lat_e7, t.lon_e7, t.accuracy_m, t.position_source, t.answers
FROM "case" c
JOIN report r ON r.jurisdiction = c.jurisdiction AND r.report_id = (
    SELECT f.report_id FROM report f WHERE f.jurisdiction = c.jurisdiction AND f.case_id = c.case_id ORDER BY f.received_at, f.report_id LIMIT 1
)
LEFT JOIN report_content t ON t.jurisdiction = r.jurisdiction AND t.report_id = r.report_id
WHERE c.jurisdiction = ?1 AND c.number > ?2
ORDER BY c.number
LIMIT ?3
