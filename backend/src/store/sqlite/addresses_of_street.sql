SELECT s.name, a.number, a.exponent, a.colour, a.lat_e7, a.lon_e7, a.source
FROM address a
JOIN street s ON s.jurisdiction = a.jurisdiction AND s.street = a.street
WHERE a.jurisdiction = ?1 AND a.street = ?2
    AND (?3 IS NULL OR a.number = ?3)
    AND (?4 IS NULL OR a.colour = ?4)
    AND (?5 = '' OR lower(a.exponent) = ?5)
ORDER BY a.number, a.exponent, a.colour, a.place
LIMIT ?6
