-- Duplicates: what cases are compared by, what was suggested, which cases the public may know of, and whom to tell once.

ALTER TABLE "case" ADD COLUMN published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1)); -- a decision of staff; see publication

CREATE TABLE likeness (
    -- Personal: what a case is compared by, of the report that opened it. One row a case that has a position. Candidates are read off the key:
    -- the open cases of a cell, newest first. Two triggers below keep is_open and service as the case has them, whoever changes it.
    jurisdiction INTEGER NOT NULL,
    is_open INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)), -- whether the case still waits for the city
    cell INTEGER NOT NULL, -- of a grid of 333 m; see lanterna_shared::duplicate::cell
    received_at INTEGER NOT NULL DEFAULT 0,
    case_id BLOB NOT NULL,
    service TEXT NOT NULL, -- the case's, which refers to it
    lat_e7 INTEGER NOT NULL,
    lon_e7 INTEGER NOT NULL,
    accuracy_m INTEGER, -- NULL = the source does not say
    position_source TEXT NOT NULL DEFAULT 'map' CHECK (position_source IN ('gps', 'photo', 'map', 'address')),
    words BLOB NOT NULL DEFAULT x'', -- stems of the description, four bytes each, hashed but as personal as the text
    pictures BLOB NOT NULL DEFAULT x'', -- perceptual hashes of the photos, eight bytes each
    PRIMARY KEY (jurisdiction, is_open, cell, received_at DESC, case_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX likeness_by_case ON likeness (jurisdiction, case_id);

CREATE TRIGGER likeness_is_open_as_its_case AFTER UPDATE OF status ON "case" WHEN new.status <> old.status
BEGIN
    UPDATE likeness
    SET is_open = (new.status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress', 'waiting_reporter', 'waiting_other'))
    WHERE jurisdiction = new.jurisdiction AND case_id = new.case_id;
END;

CREATE TRIGGER likeness_has_its_cases_service AFTER UPDATE OF service ON "case" WHEN new.service <> old.service
BEGIN
    UPDATE likeness SET service = new.service WHERE jurisdiction = new.jurisdiction AND case_id = new.case_id;
END;

CREATE TABLE duplicate_suggestion (
    -- Two cases that may be about one thing. Suggested, never joined by itself; the pair is kept in one order, so that it stands once.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL, -- the greater id, as a rule the later case
    other_case_id BLOB NOT NULL, -- the smaller id
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons TEXT NOT NULL DEFAULT '', -- codes with their figures, separated by spaces: "distance=14 age=2880 same_service"
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'dismissed')),
    staff_id BLOB, -- who decided; NULL while it is open
    decided_at INTEGER, -- NULL while it is open
    PRIMARY KEY (jurisdiction, case_id, other_case_id),
    CHECK (case_id > other_case_id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, other_case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_suggestion_by_other ON duplicate_suggestion (jurisdiction, other_case_id);
CREATE INDEX duplicate_suggestion_by_staff ON duplicate_suggestion (jurisdiction, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE report_join (
    -- Reports whose citizen wanted to join a case, and what came of it.
    jurisdiction INTEGER NOT NULL,
    report_id BLOB NOT NULL,
    wished_case_id BLOB, -- NULL = there is no such public case
    outcome TEXT NOT NULL CHECK (outcome IN ('joined', 'not_public', 'not_open', 'not_near')),
    PRIMARY KEY (jurisdiction, report_id),
    FOREIGN KEY (jurisdiction, report_id) REFERENCES report (jurisdiction, report_id),
    FOREIGN KEY (jurisdiction, wished_case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_join_by_wish ON report_join (jurisdiction, wished_case_id) WHERE wished_case_id IS NOT NULL;

CREATE TABLE publication (
    -- Who published a case, or took it back, and when. Append only.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order
    at INTEGER NOT NULL DEFAULT 0,
    staff_id BLOB NOT NULL,
    published INTEGER NOT NULL CHECK (published IN (0, 1)), -- after it
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX publication_by_staff ON publication (jurisdiction, staff_id);

CREATE TABLE public_case (
    -- The thin public index: what anybody may know of a published case while it is open. No personal data: the place is rounded, there are no words.
    jurisdiction INTEGER NOT NULL,
    geohash TEXT NOT NULL CHECK (length(geohash) = 6), -- of the exact place
    received_at INTEGER NOT NULL DEFAULT 0,
    case_id BLOB NOT NULL,
    lat_e7 INTEGER NOT NULL, -- rounded to 0.0005 degrees
    lon_e7 INTEGER NOT NULL,
    accuracy_m INTEGER NOT NULL, -- by how much it may be off
    position_source TEXT NOT NULL CHECK (position_source IN ('gps', 'photo', 'map', 'address')),
    picture BLOB CHECK (length(picture) = 8), -- perceptual hash of the first photo; NULL = none
    PRIMARY KEY (jurisdiction, geohash, received_at DESC, case_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX public_case_by_case ON public_case (jurisdiction, case_id);

CREATE TABLE notice (
    -- Whom to tell of what happened to a case: one row a subject, however many reports of theirs are on it. Channels take them from here.
    jurisdiction INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    case_id BLOB NOT NULL,
    version INTEGER NOT NULL, -- of the case when it happened: a sequence of the log of changes
    at INTEGER NOT NULL DEFAULT 0,
    told_at INTEGER, -- NULL = no channel has told it
    PRIMARY KEY (jurisdiction, subject_id, case_id, version),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_by_case ON notice (jurisdiction, case_id);
CREATE INDEX notice_untold ON notice (jurisdiction, at) WHERE told_at IS NULL;

PRAGMA user_version = 7;
