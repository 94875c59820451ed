-- The device's store: what was promised to be kept, what waits to be sent, and what the server said last.
-- Ids are 16 bytes (UUID), moments are milliseconds since 1970, positions and rows are the JSON that travels.

CREATE TABLE device (
    one               INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),  -- exactly one row
    install_id        BLOB    NOT NULL CHECK (length(install_id) = 16),
    lineage           BLOB    NOT NULL CHECK (length(lineage) = 16), -- one unbroken history of this store
    secret            TEXT    NOT NULL,                              -- bearer token, minted here
    registered        INTEGER NOT NULL DEFAULT 0,                    -- whether the server knows the secret
    next_seq          INTEGER NOT NULL DEFAULT 1,                    -- device_seq of the next op
    cursor            INTEGER NOT NULL DEFAULT 0,                    -- everything of the server's up to here is mirrored
    server_offset_ms  INTEGER NOT NULL DEFAULT 0,                    -- server's clock less this device's, when they last spoke
    last_success_at   INTEGER,                                       -- when the server last answered
    catalogue_version TEXT,                                          -- absent until the server was met once
    catalogue         TEXT                                           -- the catalogue as it came
) STRICT;

CREATE TABLE draft (
    draft_id   BLOB    NOT NULL PRIMARY KEY CHECK (length(draft_id) = 16),
    service    TEXT,                                                 -- not chosen yet
    text       TEXT    NOT NULL DEFAULT '',
    position   TEXT,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
    report_id BLOB    NOT NULL PRIMARY KEY CHECK (length(report_id) = 16),
    receipt   TEXT    NOT NULL,
    service   TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    position  TEXT,
    sent_at   INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0,                            -- withdrawn here; the server's word is in its row
    version   INTEGER,                                               -- of the server's row
    row       TEXT                                                   -- the server's row as it came; absent until then
) STRICT, WITHOUT ROWID;

-- The outbox. An op leaves it only when a reply echoes its id with a verdict that ends it.
CREATE TABLE op (
    op_id          BLOB    NOT NULL PRIMARY KEY CHECK (length(op_id) = 16),
    device_seq     INTEGER NOT NULL UNIQUE,
    report_id      BLOB    NOT NULL REFERENCES report (report_id),
    name           TEXT    NOT NULL,
    payload        TEXT    NOT NULL,                                 -- the very bytes that are sent, every time
    recorded_at    INTEGER NOT NULL,
    refused_code   TEXT,                                             -- a final refusal; the op stays to be looked at
    refused_detail TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX op_by_report ON op (report_id);

CREATE TABLE photo (
    photo_id   BLOB    NOT NULL PRIMARY KEY CHECK (length(photo_id) = 16),
    draft_id   BLOB    REFERENCES draft (draft_id),
    report_id  BLOB    REFERENCES report (report_id),
    ordinal    INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    raw_bytes  INTEGER NOT NULL,
    raw_kept   INTEGER NOT NULL DEFAULT 1,                           -- 0 once the server has every rendition
    state      TEXT    NOT NULL DEFAULT 'raw' CHECK (state IN ('raw', 'rendered', 'broken')),
    position   TEXT,                                                 -- where the photo itself says it was taken
    op_id      BLOB,                                                 -- the op that tells the server of it. No foreign key: ops leave
    CHECK ((draft_id IS NULL) <> (report_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_by_draft ON photo (draft_id);
CREATE INDEX photo_by_report ON photo (report_id);
CREATE INDEX photo_by_op ON photo (op_id);

CREATE TABLE rendition (
    photo_id     BLOB    NOT NULL REFERENCES photo (photo_id),
    kind         TEXT    NOT NULL CHECK (kind IN ('thumb', 'screen', 'full')),
    hash         BLOB    NOT NULL CHECK (length(hash) = 32),
    bytes        INTEGER NOT NULL,
    state        TEXT    NOT NULL DEFAULT 'made' CHECK (state IN ('made', 'present', 'gone')), -- here; at the server; nowhere
    upload       TEXT,                                               -- where the server takes the rest
    acknowledged INTEGER NOT NULL DEFAULT 0,                         -- bytes the server has said it has
    tried_at     INTEGER NOT NULL DEFAULT 0,                         -- turn-taking between reports
    PRIMARY KEY (photo_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX rendition_by_hash ON rendition (hash);
CREATE INDEX rendition_waiting ON rendition (kind, tried_at) WHERE state = 'made';
