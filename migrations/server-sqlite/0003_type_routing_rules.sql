CREATE TABLE rule_set (
    -- The routing rules in every version that was published; the highest is in force. Never changed: cases name the version that routed them.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    version INTEGER NOT NULL CHECK (version >= 1),
    published_at INTEGER NOT NULL DEFAULT 0,
    staff_id BLOB, -- who published it; NULL = an import at the command line
    note TEXT NOT NULL DEFAULT '', -- why, in the editor's words
    rules TEXT NOT NULL DEFAULT '[]', -- JSON: in the order in which they are tried
    PRIMARY KEY (jurisdiction, version),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_set_by_staff ON rule_set (jurisdiction, staff_id) WHERE staff_id IS NOT NULL;

-- The rules as they were become the first version.
INSERT INTO rule_set (jurisdiction, version, rules)
SELECT jurisdiction, 1, json_group_array(json_object(
    'when', CASE
        WHEN service IS NULL AND area IS NULL THEN json_array()
        WHEN area IS NULL THEN json_array(json_object('service', json_array(service)))
        WHEN service IS NULL THEN json_array(json_object('area', json_array(area)))
        ELSE json_array(json_object('service', json_array(service)), json_object('area', json_array(area)))
    END,
    'owner', owner
) ORDER BY place)
FROM routing_rule
GROUP BY jurisdiction;
DROP TABLE routing_rule;

ALTER TABLE "case" ADD COLUMN priority TEXT NOT NULL DEFAULT 'medium' CHECK (priority IN ('low', 'medium', 'high', 'urgent'));
ALTER TABLE "case" ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0; -- of the rule set that the trace is about; 0 = none was published
ALTER TABLE "case" ADD COLUMN boundary TEXT NOT NULL DEFAULT ''; -- JSON: areas that an inaccurate position may lie in too, with their owners; '' = none

UPDATE "case" SET rules_version = 1
WHERE trace <> '' AND EXISTS (SELECT 1 FROM rule_set r WHERE r.jurisdiction = "case".jurisdiction);

PRAGMA user_version = 3;
