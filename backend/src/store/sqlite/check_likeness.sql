SELECT count(*)
FROM likeness l
JOIN "case" c ON c.jurisdiction = l.jurisdiction AND c.case_id = l.case_id
WHERE l.service <> c.service OR l.is_open <> (
    c.status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress', 'waiting_reporter', 'waiting_other')
)
