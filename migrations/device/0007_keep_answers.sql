-- What was answered stays with the report, so that a server that forgot the report is offered all of it again.
ALTER TABLE report ADD COLUMN answers TEXT NOT NULL DEFAULT '{}'; -- JSON, as they were sent; empty on reports from before this step
