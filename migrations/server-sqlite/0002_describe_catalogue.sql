ALTER TABLE report_content ADD COLUMN answers TEXT NOT NULL DEFAULT '{}'; -- JSON: question code to text, or to a list of chosen codes

PRAGMA user_version = 2;
