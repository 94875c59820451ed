SELECT owner, count(*)
FROM "case"
WHERE jurisdiction = ?1 AND owner IS NOT NULL AND status IN (SELECT value FROM json_each(?2))
GROUP BY owner
ORDER BY owner
