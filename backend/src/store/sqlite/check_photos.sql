SELECT count(*)
FROM "case" c
WHERE c.photos <> (
    SELECT count(*)
    FROM report r
    JOIN report_photo p ON p.jurisdiction = r.jurisdiction AND p.report_id = r.report_id
    WHERE r.jurisdiction = c.jurisdiction AND r.case_id = c.case_id
)
