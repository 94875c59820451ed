-- The condition is the index's own, word for word: case_running_by_due.
SELECT case_id
FROM "case"
WHERE jurisdiction = ?1 AND due_at < ?2
    AND breached_at IS NULL AND status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress')
ORDER BY due_at
LIMIT ?3
