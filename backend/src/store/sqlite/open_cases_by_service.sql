SELECT service, count(*)
FROM "case"
WHERE jurisdiction = ?1 AND service IS NOT NULL AND status IN (SELECT value FROM json_each(?2))
GROUP BY service
ORDER BY service
