SELECT c.kind, c.value, max(c.verified_at IS NOT NULL)
FROM contact c
WHERE c.jurisdiction = ?1 AND c.kind IN ('email', 'phone') AND (
    c.subject_id = ?2
    OR (c.verified_at IS NOT NULL AND c.subject_id IN (
        SELECT o.subject_id
        FROM profile_subject s
        JOIN profile_subject o ON o.jurisdiction = s.jurisdiction AND o.profile_id = s.profile_id
        WHERE s.jurisdiction = ?1 AND s.subject_id = ?2
    ))
)
GROUP BY c.kind, c.value
ORDER BY c.kind, c.value
