//! How many tests passed and failed, read from what the test runners print.

/// Counts over all test runs of one task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, timed out or could not be run.
    pub failed: u64,
}

impl Tally {
    /// Adds what one line of a runner's output says: nextest's `Summary [  1.2s] 9 tests run: 8 passed, 1 failed, 0 skipped` or libtest's
    /// `test result: ok. 9 passed; 0 failed; …`. Any other line changes nothing.
    pub fn read(&mut self, line: &str) {
        // nextest indents what a failed test printed, libtest's own closing line among it: that one is in nextest's summary already.
        let is_nextest = line.trim_start().starts_with("Summary [") && line.contains(" run: ");
        let counts = if is_nextest {
            line.split_once(" run: ").map(|(_, counts)| counts)
        } else {
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")).map(|(_, counts)| counts)
        };
        for part in counts.unwrap_or_default().split([',', ';', '(']) {
            let mut words = part.split_whitespace();
            let (Some(count), Some(what)) = (words.next(), words.next()) else { continue };
            let Ok(count) = count.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += count,
                "failed" | "timed" | "exec" => self.failed += count,
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn of(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn it_sums_nextest_and_libtest() {
        let tally = of(&[
            "     Summary [   1.234s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 181 filtered out; finished in 0.54s",
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ]);
        assert_eq!(tally, Tally { passed: 14, failed: 4 });
    }

    #[test]
    fn what_a_test_prints_is_not_a_count() {
        assert_eq!(of(&["3 passed, 1 failed", "Summary of the day", "result: ok. 4 passed"]), Tally::default());
    }
}
