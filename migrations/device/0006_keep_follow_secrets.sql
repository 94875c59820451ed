-- The secret of the link by which a report can be followed without this device: 128 random bits, made with the report.

ALTER TABLE report ADD COLUMN follow TEXT; -- 32 hexadecimal digits; absent on reports from before this step
