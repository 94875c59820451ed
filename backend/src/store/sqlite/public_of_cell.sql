SELECT p.case_id, c.number, c.service, p.received_at, p.lat_e7, p.lon_e7, p.accuracy_m, p.position_source, p.picture
FROM public_case p
JOIN "case" c ON c.jurisdiction = p.jurisdiction AND c.case_id = p.case_id
WHERE p.jurisdiction = ?1 AND p.geohash = ?2
    AND c.status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress', 'waiting_reporter', 'waiting_other')
ORDER BY p.received_at DESC
LIMIT ?3
