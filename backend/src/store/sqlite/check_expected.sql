-- Every file that a report mentions is expected of the report's subject.
SELECT count(*)
FROM report_photo p
JOIN report r ON r.jurisdiction = p.jurisdiction AND r.report_id = p.report_id
WHERE (
    SELECT count(DISTINCT n.sha256)
    FROM rendition n
    WHERE n.jurisdiction = r.jurisdiction AND n.subject_id = r.subject_id AND n.sha256 IN (p.thumb, p.screen, p."full")
) < 1 + (p.screen <> p.thumb) + (p."full" <> p.thumb AND p."full" <> p.screen)
