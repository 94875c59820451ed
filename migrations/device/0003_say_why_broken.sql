-- A photo that cannot be worked on keeps its file and says why: the name of the reason, or nothing.
-- Photos that were broken before are tried once more: this version reads more, and otherwise says why.
ALTER TABLE photo ADD COLUMN why TEXT NOT NULL DEFAULT '';
UPDATE photo SET state = 'raw' WHERE state = 'broken' AND raw_kept = 1;
