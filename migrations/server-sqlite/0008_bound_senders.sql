-- What a deployment knows of its own past, and how much each sender may send in a day.

-- 0 until this store goes on from a backup for the first time, then the moment of the last restore: tells devices that something may be forgotten here.
ALTER TABLE jurisdiction ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

CREATE TABLE sender_salt (
    -- What senders are hashed with: random, made once, and never leaves this table but into memory.
    jurisdiction INTEGER NOT NULL PRIMARY KEY REFERENCES jurisdiction (jurisdiction),
    salt BLOB NOT NULL CHECK (length(salt) = 32)
) STRICT;

CREATE TABLE sender_day (
    -- How much a sender sent on one day. Swept when the day is over; never an address, only its salted hash, which is another one every day.
    jurisdiction INTEGER NOT NULL REFERENCES jurisdiction (jurisdiction),
    day INTEGER NOT NULL, -- days since 1970-01-01, UTC
    sender_sha256 BLOB NOT NULL CHECK (length(sender_sha256) = 32), -- of a subject or of a network address
    files INTEGER NOT NULL DEFAULT 0, -- of photos that arrived whole; a photo is three
    size_bytes INTEGER NOT NULL DEFAULT 0, -- of photos that came in, whole or not
    PRIMARY KEY (jurisdiction, day, sender_sha256)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 8;
