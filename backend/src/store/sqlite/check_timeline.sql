SELECT count(*)
FROM "case" c
JOIN timeline t ON t.jurisdiction = c.jurisdiction AND t.case_id = c.case_id
WHERE t.place = (SELECT max(place) FROM timeline l WHERE l.jurisdiction = c.jurisdiction AND l.case_id = c.case_id)
    AND (t.status <> c.status OR t.owner IS NOT c.owner)
