SELECT count(*)
FROM "case" c
WHERE (SELECT count(*) FROM pause p WHERE p.jurisdiction = c.jurisdiction AND p.case_id = c.case_id AND p.to_at IS NULL)
    <> (c.status IN ('waiting_reporter', 'waiting_other'))
