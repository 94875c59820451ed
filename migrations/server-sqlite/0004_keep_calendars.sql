-- Promises are counted on a calendar, paused for reasons and swept when they were not kept. Nothing here is personal: it outlives an erasure.

CREATE TABLE calendar (
    -- Every calendar that was ever imported; the newest counts. Due dates that were given are kept: a promise does not move with a calendar.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    version INTEGER NOT NULL, -- from 1
    content TEXT NOT NULL, -- JSON: zone, hours, holidays, patron, extra days, waiting limit
    imported_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, version)
) STRICT, WITHOUT ROWID;

ALTER TABLE "case" ADD COLUMN level_unit TEXT NOT NULL DEFAULT 'working_days' CHECK (level_unit IN ('working_days', 'business_hours', 'hours'));
ALTER TABLE "case" ADD COLUMN level_amount INTEGER NOT NULL DEFAULT 15 CHECK (level_amount BETWEEN 0 AND 1000); -- what was promised, in that unit
ALTER TABLE "case" ADD COLUMN stopped_at INTEGER; -- when its clock stopped: in time if this is not after due_at; NULL = it runs, is paused or is the lead's
ALTER TABLE "case" ADD COLUMN breached_at INTEGER; -- when it was found that the promise that holds now was not kept; NULL = it was not found so

UPDATE "case" SET level_amount = (
    SELECT s.working_days FROM service s WHERE s.jurisdiction = "case".jurisdiction AND s.code = "case".service
);
UPDATE "case" SET stopped_at = status_since WHERE status IN ('resolved', 'declined', 'closed', 'withdrawn');

-- What the sweep reads: promises that count now and are not known to be broken, the oldest first.
CREATE INDEX case_running_by_due ON "case" (jurisdiction, due_at)
    WHERE breached_at IS NULL AND status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress');

CREATE TABLE due_history (
    -- Every due date that a case ever had, and why it moved.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order
    at INTEGER NOT NULL DEFAULT 0,
    from_at INTEGER, -- the date before; NULL for the first promise
    to_at INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('promised', 'waited_reporter', 'waited_other', 'service_changed', 'contested', 'reopened')),
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
INSERT INTO due_history (jurisdiction, case_id, place, at, from_at, to_at, why)
    SELECT jurisdiction, case_id, 1, received_at, NULL, due_at, 'promised' FROM "case";

CREATE TABLE pause (
    -- When the clock of a case stood still, and why.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order; only the last may last
    from_at INTEGER NOT NULL DEFAULT 0,
    to_at INTEGER, -- NULL = it lasts
    reason TEXT NOT NULL CHECK (reason IN ('reporter', 'other')),
    until_at INTEGER NOT NULL, -- the limit: beyond it the pause no longer counts
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pause_that_lasts ON pause (jurisdiction, until_at) WHERE to_at IS NULL;
INSERT INTO pause (jurisdiction, case_id, place, from_at, to_at, reason, until_at)
    SELECT jurisdiction, case_id, 1, status_since, NULL, CASE status WHEN 'waiting_reporter' THEN 'reporter' ELSE 'other' END,
        status_since + 30 * 86400000
    FROM "case" WHERE status IN ('waiting_reporter', 'waiting_other');

CREATE TABLE breach (
    -- Promises that were not kept, once each.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order
    due_at INTEGER NOT NULL,
    found_at INTEGER NOT NULL DEFAULT 0,
    counted INTEGER NOT NULL DEFAULT 0 CHECK (counted IN (0, 1)), -- whether a sweep has put it into its figures
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX breach_to_count ON breach (jurisdiction, case_id) WHERE counted = 0;

ALTER TABLE timeline ADD COLUMN event TEXT CHECK (event IN ('breached')); -- what happened where it was no move; NULL = a move, or the receipt

CREATE TABLE lease (
    -- Which process does a job of the background now.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    job TEXT NOT NULL CHECK (job IN ('breaches')),
    holder BLOB NOT NULL CHECK (length(holder) = 16), -- drawn anew by every process
    until_at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, job)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
