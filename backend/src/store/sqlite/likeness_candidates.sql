SELECT case_id, service, received_at, lat_e7, lon_e7, accuracy_m, position_source, words, pictures
FROM (
    SELECT case_id, service, received_at, lat_e7, lon_e7, accuracy_m, position_source, words, pictures
    FROM likeness
    WHERE jurisdiction = ?1 AND is_open = 1 AND cell = ?2 AND received_at >= ?3
    ORDER BY received_at DESC
    LIMIT ?6
)
WHERE lat_e7 BETWEEN ?4 AND ?5 AND case_id <> ?7
