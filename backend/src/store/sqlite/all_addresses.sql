SELECT s.name, a.number, a.exponent, a.colour, a.lat_e7, a.lon_e7, a.source
FROM address a
JOIN street s ON s.jurisdiction = a.jurisdiction AND s.street = a.street
WHERE a.jurisdiction = ?1
ORDER BY a.street, a.number, a.exponent, a.colour, a.place
