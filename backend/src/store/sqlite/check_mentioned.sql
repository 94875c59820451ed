SELECT count(*)
FROM rendition n
WHERE (n.jurisdiction, n.subject_id, n.sha256) NOT IN (
    SELECT r.jurisdiction, r.subject_id, p.thumb FROM report_photo p JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
    UNION ALL
    SELECT r.jurisdiction, r.subject_id, p.screen FROM report_photo p JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
    UNION ALL
    SELECT r.jurisdiction, r.subject_id, p."full" FROM report_photo p JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
)
