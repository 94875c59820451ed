-- What the guards of moves need to know of a case, and what they decide.

ALTER TABLE jurisdiction ADD COLUMN hand_off_budget INTEGER NOT NULL DEFAULT 2 CHECK (hand_off_budget BETWEEN 0 AND 10);
ALTER TABLE jurisdiction ADD COLUMN contest_days INTEGER NOT NULL DEFAULT 14 CHECK (contest_days BETWEEN 1 AND 90); -- of 24 hours
ALTER TABLE jurisdiction ADD COLUMN arbiter_days INTEGER NOT NULL DEFAULT 3 CHECK (arbiter_days BETWEEN 1 AND 30); -- working days

ALTER TABLE "case" ADD COLUMN hand_offs INTEGER NOT NULL DEFAULT 0 CHECK (hand_offs BETWEEN 0 AND 10); -- those that counted
ALTER TABLE "case" ADD COLUMN at_arbiter INTEGER NOT NULL DEFAULT 0 CHECK (at_arbiter IN (0, 1)); -- only the arbiter moves it on
ALTER TABLE "case" ADD COLUMN arbiter_due_at INTEGER; -- the arbiter's own clock; NULL = not with the arbiter
ALTER TABLE "case" ADD COLUMN contests INTEGER NOT NULL DEFAULT 0; -- how often citizens made it open again
ALTER TABLE "case" ADD COLUMN round INTEGER NOT NULL DEFAULT 0; -- raised by every resolve and decline: what citizens said of an earlier end counts no more
ALTER TABLE "case" ADD COLUMN times_out_at INTEGER; -- when the system resumes or closes it; NULL = never
ALTER TABLE "case" ADD COLUMN waiting_since INTEGER; -- NULL = it does not wait
ALTER TABLE "case" ADD COLUMN planned_for INTEGER; -- NULL = no date
CREATE INDEX case_by_time_out ON "case" (jurisdiction, times_out_at) WHERE times_out_at IS NOT NULL;
CREATE INDEX case_at_arbiter ON "case" (jurisdiction, arbiter_due_at) WHERE at_arbiter = 1;

-- Cases that ended before there was a window get it from when they ended.
UPDATE "case" SET times_out_at = status_since + 14 * 86400000 WHERE status IN ('resolved', 'declined');

ALTER TABLE timeline ADD COLUMN code TEXT NOT NULL DEFAULT ''; -- the outcome or the reason from a list; empty = none
ALTER TABLE timeline ADD COLUMN at_arbiter INTEGER NOT NULL DEFAULT 0 CHECK (at_arbiter IN (0, 1)); -- after it
ALTER TABLE timeline_text ADD COLUMN whom TEXT NOT NULL DEFAULT ''; -- for whom the case waits

CREATE TABLE case_lead (
    -- Which case follows which. A lead is never joined itself, so there are no chains and no cycles.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL, -- follows
    lead_id BLOB NOT NULL, -- leads
    joined_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, lead_id) REFERENCES "case" (jurisdiction, case_id),
    CHECK (case_id <> lead_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_lead_by_lead ON case_lead (jurisdiction, lead_id);

CREATE TABLE voice (
    -- What a citizen said of the end of a case, the last word of each in each round. Their words are in timeline_text.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL, -- the lead, where cases are joined
    round INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    said TEXT NOT NULL CHECK (said IN ('done', 'not_done')),
    at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, case_id, round, subject_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX voice_by_subject ON voice (jurisdiction, subject_id);

CREATE TABLE evidence (
    -- What proves the outcome of a round. The reason of an exemption is in timeline_text.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    round INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('photos', 'presence', 'exemption')),
    outcome TEXT NOT NULL,
    distance_m INTEGER, -- of presence
    present_at INTEGER, -- of presence
    photos TEXT NOT NULL DEFAULT '[]', -- JSON: of photos, their reports and ordinals
    PRIMARY KEY (jurisdiction, case_id, round),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    CHECK ((kind = 'presence') = (distance_m IS NOT NULL AND present_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 5;
