WITH live AS (
    SELECT r.report_id, r.subject_id, r.case_id <> ?2 AS follows, r.received_at
    FROM report r
    WHERE r.jurisdiction = ?1 AND r.withdrawn_at IS NULL
        AND r.case_id IN (SELECT ?2 UNION ALL SELECT l.case_id FROM case_lead l WHERE l.jurisdiction = ?1 AND l.lead_id = ?2)
),
others AS (
    SELECT v.said, v.subject_id = (SELECT subject_id FROM live ORDER BY follows, received_at, report_id LIMIT 1) AS is_reporter
    FROM voice v
    WHERE v.jurisdiction = ?1 AND v.case_id = ?2 AND v.round = ?3 AND v.subject_id <> ?4 AND v.subject_id IN (SELECT subject_id FROM live)
)
SELECT (SELECT count(DISTINCT subject_id) FROM live),
    (SELECT count(*) FROM others WHERE said = 'done'),
    (SELECT count(*) FROM others WHERE said = 'not_done' AND NOT is_reporter),
    (SELECT count(*) FROM live WHERE report_id <> ?5)
