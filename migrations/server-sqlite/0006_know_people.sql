-- Who people are and what they may do: log-ins that can be locked, crews and their devices, profiles with proved contacts, and who looked at what.
-- Secrets are kept as hashes, but for those that must be computed with (staff_totp) or sent (message_text).

ALTER TABLE staff ADD COLUMN disabled_at INTEGER; -- NULL = may log in
ALTER TABLE staff_login ADD COLUMN one_time_until INTEGER; -- the password was made by somebody else and works until then; NULL = chosen by its owner
-- Sessions from before this step have been idle since 1970: everybody logs in once more.
ALTER TABLE session ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0; -- when it was used last, as far as was written down
ALTER TABLE device ADD COLUMN revoked_at INTEGER; -- NULL = may speak
ALTER TABLE contact ADD COLUMN match_key TEXT NOT NULL DEFAULT ''; -- by which two contacts are the same; of names, by which they are alike
ALTER TABLE contact ADD COLUMN verified_at INTEGER; -- NULL = said, not proved
CREATE INDEX contact_by_key ON contact (jurisdiction, kind, match_key);
CREATE INDEX report_by_receipt ON report (jurisdiction, receipt);

CREATE TABLE log_in_failure (
    -- Wrong passwords, by name and by address, so that guessing gets slower and a restart forgets nothing.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    scope TEXT NOT NULL CHECK (scope IN ('name', 'address')),
    key_sha256 BLOB NOT NULL CHECK (length(key_sha256) = 32), -- of the name or address: the table lists nobody
    failures INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, scope, key_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_in_failure_by_age ON log_in_failure (jurisdiction, last_at);

CREATE TABLE staff_totp (
    -- The second factor: a secret shared with an authenticator app.
    jurisdiction INTEGER NOT NULL,
    staff_id BLOB NOT NULL,
    secret BLOB NOT NULL CHECK (length(secret) = 20),
    confirmed_at INTEGER, -- NULL = set up, and no right code came yet: it does not count
    last_step INTEGER NOT NULL DEFAULT 0, -- of the last code that was taken: each counts once
    PRIMARY KEY (jurisdiction, staff_id),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_recovery (
    -- Codes for the day on which the authenticator is lost.
    jurisdiction INTEGER NOT NULL,
    staff_id BLOB NOT NULL,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    used_at INTEGER, -- NULL = works once more
    PRIMARY KEY (jurisdiction, staff_id, code_sha256),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crew_device (
    -- Which devices speak for a crew.
    jurisdiction INTEGER NOT NULL,
    install_id BLOB NOT NULL,
    crew TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (jurisdiction, install_id),
    FOREIGN KEY (jurisdiction, install_id) REFERENCES device (jurisdiction, install_id),
    FOREIGN KEY (jurisdiction, crew) REFERENCES crew (jurisdiction, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX crew_device_by_crew ON crew_device (jurisdiction, crew);

CREATE TABLE enrolment (
    -- Codes that bind one device to one crew, once.
    jurisdiction INTEGER NOT NULL,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    crew TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    install_id BLOB, -- who used it; NULL = nobody yet
    PRIMARY KEY (jurisdiction, code_sha256),
    FOREIGN KEY (jurisdiction, crew) REFERENCES crew (jurisdiction, code),
    FOREIGN KEY (jurisdiction, install_id) REFERENCES device (jurisdiction, install_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_by_install ON enrolment (jurisdiction, install_id) WHERE install_id IS NOT NULL;
CREATE INDEX enrolment_by_crew ON enrolment (jurisdiction, crew);
CREATE INDEX enrolment_by_end ON enrolment (jurisdiction, expires_at);

CREATE TABLE profile (
    -- One person, whatever channel they use. Says nothing of who that is: names and contacts are in contact, by subject.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    profile_id BLOB NOT NULL CHECK (length(profile_id) = 16), -- the first of its subjects
    answer_by TEXT NOT NULL DEFAULT 'app' CHECK (answer_by IN ('app', 'email', 'sms', 'call', 'letter')),
    PRIMARY KEY (jurisdiction, profile_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_subject (
    -- The subjects that proved to be one person. A subject that stands nowhere here is a person of its own.
    jurisdiction INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    profile_id BLOB NOT NULL,
    PRIMARY KEY (jurisdiction, subject_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id),
    FOREIGN KEY (jurisdiction, profile_id) REFERENCES profile (jurisdiction, profile_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX profile_subject_by_profile ON profile_subject (jurisdiction, profile_id);

CREATE TABLE contact_proof (
    -- Codes that are on their way to prove a contact.
    jurisdiction INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'phone')),
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32), -- of subject, contact and code together; all zero once it is used up
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    day INTEGER NOT NULL DEFAULT 0, -- days since 1970 of the last code that was asked for
    asked INTEGER NOT NULL DEFAULT 0, -- codes that were asked for on that day
    PRIMARY KEY (jurisdiction, subject_id, kind),
    FOREIGN KEY (jurisdiction, subject_id, kind) REFERENCES contact (jurisdiction, subject_id, kind) ON DELETE CASCADE,
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer_preference (
    -- How to answer about one report, where it is not as the profile says.
    jurisdiction INTEGER NOT NULL,
    report_id BLOB NOT NULL,
    answer_by TEXT NOT NULL CHECK (answer_by IN ('app', 'email', 'sms', 'call', 'letter')),
    PRIMARY KEY (jurisdiction, report_id),
    FOREIGN KEY (jurisdiction, report_id) REFERENCES report (jurisdiction, report_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    -- What is to go out to a person by a channel, in the order of its making.
    jurisdiction INTEGER NOT NULL,
    message_id BLOB NOT NULL CHECK (length(message_id) = 16),
    subject_id BLOB NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'phone')),
    purpose TEXT NOT NULL CHECK (purpose IN ('contact_code')),
    made_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL, -- pointless after that
    sent_at INTEGER, -- NULL = waits
    PRIMARY KEY (jurisdiction, message_id),
    FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_by_subject ON message (jurisdiction, subject_id);
CREATE INDEX message_by_end ON message (jurisdiction, expires_at);

CREATE TABLE message_text (
    -- Personal: to whom and what. Gone with the message's end.
    jurisdiction INTEGER NOT NULL,
    message_id BLOB NOT NULL,
    recipient TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, message_id),
    FOREIGN KEY (jurisdiction, message_id) REFERENCES message (jurisdiction, message_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE report_follow (
    -- Secret links by which a report can be followed.
    jurisdiction INTEGER NOT NULL,
    follow_sha256 BLOB NOT NULL CHECK (length(follow_sha256) = 32), -- the secret itself is with the citizen only
    report_id BLOB NOT NULL,
    PRIMARY KEY (jurisdiction, follow_sha256),
    FOREIGN KEY (jurisdiction, report_id) REFERENCES report (jurisdiction, report_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_follow_by_report ON report_follow (jurisdiction, report_id);

CREATE TABLE audit (
    -- Who looked at what and who changed what, append only. Never what stood there.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    place INTEGER NOT NULL, -- from 1, in order
    at INTEGER NOT NULL DEFAULT 0,
    by TEXT NOT NULL CHECK (by IN ('staff', 'device', 'operator', 'system')),
    staff_id BLOB, -- NULL = not staff
    act TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '', -- an id or a code
    PRIMARY KEY (jurisdiction, place),
    FOREIGN KEY (jurisdiction, staff_id) REFERENCES staff (jurisdiction, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_staff ON audit (jurisdiction, staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX audit_by_age ON audit (jurisdiction, at);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END;

PRAGMA user_version = 6;
