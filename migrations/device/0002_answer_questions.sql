-- Answers to a service's questions, and which areas are here.

ALTER TABLE draft ADD COLUMN answers TEXT NOT NULL DEFAULT '{}';      -- JSON: question code to text, or to a list of chosen codes
ALTER TABLE device ADD COLUMN areas_version TEXT;                     -- of the areas in the catalogue; absent where the server gave none
