-- Every report was made by exactly one op that was applied.
SELECT abs((SELECT count(*) FROM report) - (SELECT count(*) FROM op WHERE kind = 'create_report' AND verdict = 'applied'))
