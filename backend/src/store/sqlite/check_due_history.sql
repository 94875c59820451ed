-- The places count up from 1, each change starts from the date before it, and the last date is the case's.
SELECT count(*)
FROM "case" c
WHERE (SELECT d.to_at FROM due_history d WHERE d.jurisdiction = c.jurisdiction AND d.case_id = c.case_id ORDER BY d.place DESC LIMIT 1) IS NOT c.due_at
    OR EXISTS (
        SELECT 1
        FROM due_history d
        LEFT JOIN due_history b ON b.jurisdiction = d.jurisdiction AND b.case_id = d.case_id AND b.place = d.place - 1
        WHERE d.jurisdiction = c.jurisdiction AND d.case_id = c.case_id AND (d.from_at IS NOT b.to_at OR (b.place IS NULL) <> (d.place = 1))
    )
