SELECT count(*) FROM "case" c JOIN jurisdiction j ON j.jurisdiction = c.jurisdiction WHERE c.number > j.last_case_number
