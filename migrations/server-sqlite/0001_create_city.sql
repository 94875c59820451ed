-- The city's store, first form. Every row is keyed by its jurisdiction first (a small number, so that keys stay short), so that a larger store can
-- be split by it. What a person said or is (report_content, contact, staff_login, timeline_text) stands apart from what happened, so that it can be
-- erased without rewriting history. Nothing a case can refer to is ever deleted by an import: it is retired.

CREATE TABLE jurisdiction (
    -- The legal entities that this deployment serves.
    jurisdiction INTEGER PRIMARY KEY, -- a small number: the first part of every other key
    jurisdiction_id BLOB NOT NULL UNIQUE CHECK (length(jurisdiction_id) = 16), -- the same everywhere and for ever
    name TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT 'Europe/Rome', -- IANA name of the time zone in which days are counted
    last_case_number INTEGER NOT NULL DEFAULT 0, -- without its check character
    city_version INTEGER NOT NULL DEFAULT 0 -- raised by every import, so that every process notices
) STRICT;

CREATE TABLE department (
    -- Who can own cases: the city's departments and outside companies.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    code TEXT NOT NULL, -- "roads"
    name TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)), -- no longer offered; old cases still name it
    PRIMARY KEY (jurisdiction, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE service (
    -- The categories of reports.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    code TEXT NOT NULL, -- "pothole"
    place INTEGER NOT NULL DEFAULT 0, -- the order in which they are offered
    names TEXT NOT NULL DEFAULT '{}', -- JSON: language code to name
    working_days INTEGER NOT NULL DEFAULT 15 CHECK (working_days BETWEEN 1 AND 365), -- the promise
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (jurisdiction, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE area (
    -- Named polygons.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    code TEXT NOT NULL, -- "municipio-1"
    name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '', -- "municipio", "ward", "park"
    outline TEXT NOT NULL DEFAULT '[]', -- JSON: polygons of rings of [longitude, latitude] in 1e-7 degree
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    PRIMARY KEY (jurisdiction, code)
) STRICT;

CREATE TABLE routing_rule (
    -- Picks the owner of a new case; the first that matches wins.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    place INTEGER NOT NULL, -- from 1
    service TEXT, -- NULL = every service
    area TEXT, -- NULL = everywhere
    owner TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, place),
    FOREIGN KEY (jurisdiction, service) REFERENCES service (jurisdiction, code),
    FOREIGN KEY (jurisdiction, area) REFERENCES area (jurisdiction, code),
    FOREIGN KEY (jurisdiction, owner) REFERENCES department (jurisdiction, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE subject (
    -- Whom reports and outboxes belong to. Says nothing of who that is.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    created_at INTEGER NOT NULL DEFAULT 0, -- milliseconds since 1970, as every moment here
    PRIMARY KEY (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    -- Personal: how a subject can be reached.
    jurisdiction INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('name', 'email', 'phone', 'address')),
    value TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (jurisdiction, subject_id, kind),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    -- Installations of the app that may speak for a subject.
    jurisdiction INTEGER NOT NULL,
    install_id BLOB NOT NULL CHECK (length(install_id) = 16),
    subject_id BLOB NOT NULL,
    secret_sha256 BLOB NOT NULL CHECK (length(secret_sha256) = 32), -- the secret itself is on the device only
    channel TEXT NOT NULL CHECK (channel IN ('app', 'web')),
    registered_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, install_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_by_subject ON device (jurisdiction, subject_id);
CREATE UNIQUE INDEX device_by_secret ON device (jurisdiction, secret_sha256);

CREATE TABLE op (
    -- What became of every op: written in the same transaction as its effects. Never the payload.
    jurisdiction INTEGER NOT NULL,
    op_id BLOB NOT NULL CHECK (length(op_id) = 16),
    payload_sha256 BLOB NOT NULL CHECK (length(payload_sha256) = 32), -- tells a repetition from a reused id
    kind TEXT NOT NULL DEFAULT '', -- "create_report"; empty where it could not be read
    verdict TEXT NOT NULL CHECK (verdict IN ('applied', 'merged', 'exists', 'review', 'rejected')), -- a deferral is not kept: it is asked again
    code TEXT NOT NULL DEFAULT '', -- why it was rejected, for programs
    detail TEXT NOT NULL DEFAULT '', -- and for people; never what a person wrote
    install_id BLOB NOT NULL,
    lineage BLOB NOT NULL CHECK (length(lineage) = 16),
    device_seq INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, op_id),
    FOREIGN KEY (jurisdiction, install_id) REFERENCES device (jurisdiction, install_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX op_by_install ON op (jurisdiction, install_id, lineage, device_seq);

CREATE TABLE op_quarantine (
    -- Ops that came under an id that was used for something else. Never the payload.
    jurisdiction INTEGER NOT NULL,
    op_id BLOB NOT NULL CHECK (length(op_id) = 16),
    payload_sha256 BLOB NOT NULL CHECK (length(payload_sha256) = 32),
    install_id BLOB NOT NULL,
    received_at INTEGER NOT NULL DEFAULT 0, -- the first time
    PRIMARY KEY (jurisdiction, op_id, payload_sha256),
    FOREIGN KEY (jurisdiction, op_id) REFERENCES op (jurisdiction, op_id),
    FOREIGN KEY (jurisdiction, install_id) REFERENCES device (jurisdiction, install_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX op_quarantine_by_install ON op_quarantine (jurisdiction, install_id);

CREATE TABLE staff (
    -- People who can log in, as actors on timelines. Who they are is in staff_login.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    staff_id BLOB NOT NULL CHECK (length(staff_id) = 16),
    role TEXT NOT NULL CHECK (role IN ('officer', 'partner', 'dispatcher', 'supervisor', 'administrator', 'auditor')),
    department TEXT, -- of officers and partners; NULL for the others
    created_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, staff_id),
    FOREIGN KEY (jurisdiction, department) REFERENCES department (jurisdiction, code),
    CHECK ((role IN ('officer', 'partner')) = (department IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_login (
    -- Personal: the name a person logs in with.
    jurisdiction INTEGER NOT NULL,
    staff_id BLOB NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL, -- PHC string, argon2id
    PRIMARY KEY (jurisdiction, staff_id),
    UNIQUE (jurisdiction, name),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    -- Who is logged in.
    jurisdiction INTEGER NOT NULL,
    token_sha256 BLOB NOT NULL CHECK (length(token_sha256) = 32), -- the token itself is in the cookie only
    staff_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, token_sha256),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_staff ON session (jurisdiction, staff_id);
CREATE INDEX session_by_end ON session (jurisdiction, expires_at);

CREATE TABLE "case" (
    -- What the city works on.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    number INTEGER NOT NULL, -- without its check character; grows with the order of receipt
    status TEXT NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'assigned', 'accepted', 'scheduled', 'in_progress', 'waiting_reporter',
        'waiting_other', 'resolved', 'declined', 'duplicate', 'closed', 'withdrawn')),
    status_since INTEGER NOT NULL DEFAULT 0,
    status_before TEXT, -- where a waiting or joined case goes on; NULL for the others
    service TEXT NOT NULL,
    area TEXT, -- NULL = outside all areas, or no position
    owner TEXT, -- NULL = triage
    received_at INTEGER NOT NULL DEFAULT 0, -- the first report, by the server's clock
    due_at INTEGER NOT NULL DEFAULT 0, -- the promise; counts while the clock of the status runs
    photos INTEGER NOT NULL DEFAULT 0, -- of all its reports, arrived or not
    version INTEGER NOT NULL DEFAULT 0, -- the sequence of its last change
    trace TEXT NOT NULL DEFAULT '', -- what came of each routing rule that was tried, in their order, separated by spaces
    PRIMARY KEY (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, service) REFERENCES service (jurisdiction, code),
    FOREIGN KEY (jurisdiction, area) REFERENCES area (jurisdiction, code),
    FOREIGN KEY (jurisdiction, owner) REFERENCES department (jurisdiction, code)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX case_by_number ON "case" (jurisdiction, number);
CREATE INDEX case_by_owner ON "case" (jurisdiction, owner, number);

CREATE TABLE assignment (
    -- Who owned a case, from when to when, and why.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order
    owner TEXT NOT NULL,
    from_at INTEGER NOT NULL DEFAULT 0,
    to_at INTEGER, -- NULL = still
    by_role TEXT NOT NULL DEFAULT 'routing',
    staff_id BLOB, -- NULL = the routing rules
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, owner) REFERENCES department (jurisdiction, code),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_by_staff ON assignment (jurisdiction, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE report (
    -- What a citizen sent; its content is in report_content.
    jurisdiction INTEGER NOT NULL,
    report_id BLOB NOT NULL CHECK (length(report_id) = 16),
    subject_id BLOB NOT NULL,
    case_id BLOB NOT NULL,
    kind TEXT NOT NULL DEFAULT 'report' CHECK (kind IN ('report', 'suggestion', 'complaint')),
    channel TEXT NOT NULL CHECK (channel IN ('app', 'web', 'email', 'phone', 'desk', 'open311')),
    service TEXT NOT NULL, -- as the citizen chose; the case's may change
    receipt TEXT NOT NULL DEFAULT '', -- the code made on the device
    sent_at INTEGER NOT NULL DEFAULT 0, -- the device's wall time
    clock_offset_ms INTEGER NOT NULL DEFAULT 0, -- the server's clock less the device's, when it was received
    received_at INTEGER NOT NULL DEFAULT 0,
    withdrawn_at INTEGER, -- NULL = it lives
    version INTEGER NOT NULL DEFAULT 0, -- the sequence of its last change: what cursors count by
    PRIMARY KEY (jurisdiction, report_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_by_subject ON report (jurisdiction, subject_id, version);
CREATE INDEX report_by_case ON report (jurisdiction, case_id);

CREATE TABLE report_content (
    -- Personal: what a person said, and where they stood.
    jurisdiction INTEGER NOT NULL,
    report_id BLOB NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    lat_e7 INTEGER, -- 1e-7 degree, WGS 84; NULL = no position
    lon_e7 INTEGER,
    accuracy_m INTEGER, -- radius; NULL = the source does not say
    position_source TEXT CHECK (position_source IN ('gps', 'photo', 'map', 'address')),
    PRIMARY KEY (jurisdiction, report_id),
    FOREIGN KEY (jurisdiction, report_id) REFERENCES report (jurisdiction, report_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
    -- Everything that happened to a case, append only.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL, -- from 1, in order
    at INTEGER NOT NULL DEFAULT 0,
    role TEXT NOT NULL, -- in what capacity somebody acted
    staff_id BLOB, -- NULL = not staff
    move TEXT, -- NULL = not a move
    status TEXT NOT NULL, -- after it
    owner TEXT, -- after it; NULL = triage
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES "case" (jurisdiction, case_id),
    FOREIGN KEY (jurisdiction, owner) REFERENCES department (jurisdiction, code),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX timeline_by_staff ON timeline (jurisdiction, staff_id) WHERE staff_id IS NOT NULL;

CREATE TABLE timeline_text (
    -- Personal: what somebody wrote with an entry.
    jurisdiction INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (jurisdiction, case_id, place),
    FOREIGN KEY (jurisdiction, case_id, place) REFERENCES timeline (jurisdiction, case_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
    -- The one order of everything: appended to, never rewritten. Who reads changes reads the rows whose version is above a cursor.
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    jurisdiction INTEGER NOT NULL,
    entity TEXT NOT NULL CHECK (entity IN ('report', 'case')),
    entity_key BLOB NOT NULL CHECK (length(entity_key) = 16), -- the report or case; may outlive it
    at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE report_photo (
    -- The photos that a report mentions, by the hashes of their renditions.
    jurisdiction INTEGER NOT NULL,
    report_id BLOB NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 0 AND 7),
    thumb BLOB NOT NULL CHECK (length(thumb) = 32),
    screen BLOB NOT NULL CHECK (length(screen) = 32),
    "full" BLOB NOT NULL CHECK (length("full") = 32),
    PRIMARY KEY (jurisdiction, report_id, ordinal),
    FOREIGN KEY (jurisdiction, report_id) REFERENCES report (jurisdiction, report_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rendition (
    -- The files that a subject's reports mention, and whether they have arrived. "Already there" is said within one subject only.
    rendition INTEGER PRIMARY KEY, -- grows: the oldest reports' files are wanted first
    jurisdiction INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('thumb', 'screen', 'full')), -- says how large it may be
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'present')),
    size_bytes INTEGER NOT NULL DEFAULT 0, -- 0 until it is present
    arrived_at INTEGER NOT NULL DEFAULT 0, -- 0 until it is present
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT;
CREATE UNIQUE INDEX rendition_by_hash ON rendition (jurisdiction, subject_id, sha256);
CREATE INDEX rendition_wanted ON rendition (jurisdiction, subject_id, rendition) WHERE state = 'wanted';

CREATE TABLE upload (
    -- Uploads that were begun and not finished; their bytes are in the staging folder under the same id.
    jurisdiction INTEGER NOT NULL,
    upload_id BLOB NOT NULL CHECK (length(upload_id) = 16),
    subject_id BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32), -- what its bytes must be
    length_bytes INTEGER NOT NULL CHECK (length_bytes > 0),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, upload_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_by_subject ON upload (jurisdiction, subject_id);
CREATE INDEX upload_by_end ON upload (jurisdiction, expires_at);

PRAGMA user_version = 1;
