SELECT EXISTS (
    SELECT 1
    FROM report r
    JOIN report_photo p ON p.jurisdiction = r.jurisdiction AND p.report_id = r.report_id AND p.ordinal = ?4
    JOIN rendition f ON f.jurisdiction = r.jurisdiction AND f.subject_id = r.subject_id AND f.sha256 = p.thumb AND f.state = 'present'
    WHERE r.jurisdiction = ?1 AND r.report_id = ?3
        AND r.case_id IN (SELECT ?2 UNION ALL SELECT l.case_id FROM case_lead l WHERE l.jurisdiction = ?1 AND l.lead_id = ?2)
        -- After the owner's first step since the case was last opened.
        AND f.arrived_at >= (
            SELECT min(t.at) FROM timeline t
            WHERE t.jurisdiction = ?1 AND t.case_id = ?2 AND t.move IN ('take_charge', 'plan', 'start') AND t.place > coalesce((
                SELECT max(o.place) FROM timeline o
                WHERE o.jurisdiction = ?1 AND o.case_id = ?2 AND o.move IN ('contest', 'reopen') AND o.status = 'assigned'), 0))
)
