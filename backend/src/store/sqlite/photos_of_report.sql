SELECT p.ordinal, coalesce(a.state = 'present', 0), coalesce(b.state = 'present', 0), coalesce(c.state = 'present', 0)
FROM report_photo p
JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
LEFT JOIN rendition a ON a.jurisdiction = r.jurisdiction AND a.subject_id = r.subject_id AND a.sha256 = p.thumb
LEFT JOIN rendition b ON b.jurisdiction = r.jurisdiction AND b.subject_id = r.subject_id AND b.sha256 = p.screen
LEFT JOIN rendition c ON c.jurisdiction = r.jurisdiction AND c.subject_id = r.subject_id AND c.sha256 = p."full"
WHERE p.jurisdiction = ?1 AND p.report_id = ?2
ORDER BY p.ordinal
