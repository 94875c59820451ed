-- The server's epoch when they last spoke: another one says that the server goes on from a backup and may have forgotten something.
ALTER TABLE device ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
