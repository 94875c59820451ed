SELECT area, count(*)
FROM "case"
WHERE jurisdiction = ?1 AND area IS NOT NULL AND status IN (SELECT value FROM json_each(?2))
GROUP BY area
ORDER BY area
