-- The last assignment says who owns the case, and only it is still open.
SELECT count(*)
FROM "case" c
WHERE c.owner IS NOT (
    SELECT a.owner FROM assignment a WHERE a.jurisdiction = c.jurisdiction AND a.case_id = c.case_id AND a.to_at IS NULL ORDER BY a.place DESC LIMIT 1
)
    OR (SELECT count(*) FROM assignment a WHERE a.jurisdiction = c.jurisdiction AND a.case_id = c.case_id AND a.to_at IS NULL) > 1
