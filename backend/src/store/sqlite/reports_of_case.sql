SELECT r.report_id, r.sent_at, r.clock_offset_ms, r.received_at, r.withdrawn_at IS NOT NULL,
    coalesce(t.text, ''), t.lat_e7, t.lon_e7, t.accuracy_m, coalesce(t.position_source, 'map'),
    coalesce(t.answers, '{}'), coalesce(t.answer_faults, '[]')
FROM report r
LEFT JOIN report_content t ON t.jurisdiction = r.jurisdiction AND t.report_id = r.report_id
WHERE r.jurisdiction = ?1
    -- And those of the cases that follow it.
    AND r.case_id IN (SELECT ?2 UNION ALL SELECT l.case_id FROM case_lead l WHERE l.jurisdiction = ?1 AND l.lead_id = ?2)
ORDER BY r.received_at, r.report_id
