SELECT s.other, s.score, s.reasons, s.state, l.name, s.decided_at, c.number
FROM (
    SELECT other_case_id AS other, score, reasons, state, staff_id, decided_at
    FROM duplicate_suggestion
    WHERE jurisdiction = ?1 AND case_id = ?2
    UNION ALL
    SELECT case_id, score, reasons, state, staff_id, decided_at
    FROM duplicate_suggestion
    WHERE jurisdiction = ?1 AND other_case_id = ?2
) s
JOIN "case" c ON c.jurisdiction = ?1 AND c.case_id = s.other
LEFT JOIN staff_login l ON l.jurisdiction = ?1 AND l.staff_id = s.staff_id
ORDER BY s.state <> 'open', s.score DESC, c.number DESC
LIMIT ?3
