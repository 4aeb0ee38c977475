//! `repeat N` … `end`: the same lines several times.

use super::{ScriptFault, Step, number};

/// Most times that lines are repeated.
const TIMES_MOST: usize = 1_000;

/// The block that is being read, if any.
#[derive(Default)]
pub(super) struct Block {
    /// Line of `repeat`, how often, and where its steps begin.
    open: Option<(usize, usize, usize)>,
}

impl Block {
    /// Takes `repeat N` and `end`; other lines are not for it.
    pub(super) fn takes(
        &mut self,
        words: &[&str],
        line: usize,
        steps: &mut Vec<Step>,
    ) -> Option<Result<(), String>> {
        match words {
            ["repeat", times] => Some(self.begin(times, line, steps.len())),
            ["end"] => Some(self.end(steps)),
            _ => None,
        }
    }

    fn begin(&mut self, times: &str, line: usize, at: usize) -> Result<(), String> {
        if self.open.is_some() {
            return Err("`repeat` stands inside another".into());
        }
        let times: usize = number(times)?;
        // Taken even if it is wrong: its `end` is not at fault.
        self.open = Some((line, times.clamp(1, TIMES_MOST), at));
        if (1..=TIMES_MOST).contains(&times) {
            Ok(())
        } else {
            Err(format!("`repeat` 1 to {TIMES_MOST} times"))
        }
    }

    fn end(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        let (_, times, at) = self.open.take().ok_or("`end` without `repeat`")?;
        let once = steps.split_off(at);
        steps.extend((0..times).flat_map(|_| once.clone()));
        Ok(())
    }

    /// A block that is still open at the end of the script.
    pub(super) fn unended(&self) -> Option<ScriptFault> {
        let (line, ..) = self.open?;
        Some(ScriptFault {
            line,
            what: "`repeat` without `end`".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, parse};

    #[test]
    fn lines_come_as_often_as_they_should() {
        let steps = parse("sign\nrepeat 3\ncard take\nsign\nend\ncard take\n").expect("valid");
        let lines: Vec<usize> = steps.iter().map(|step| step.line).collect();
        assert_eq!(lines, [1, 3, 4, 3, 4, 3, 4, 6]);
        assert_eq!(steps[7].action, Action::CardTake);
    }

    #[test]
    fn what_is_wrong_with_a_block_is_told_at_its_line() {
        for (text, lines) in [
            ("repeat 2\nsign\n", vec![1]),
            ("sign\nend\n", vec![2]),
            ("repeat 2\nrepeat 3\nend\nend\n", vec![2, 4]),
            ("repeat 0\nsign\nend\n", vec![1]),
            ("repeat 1001\nend\n", vec![1]),
            ("repeat x\nend\n", vec![1, 2]),
        ] {
            let faults = parse(text).expect_err(text);
            let told: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
            assert_eq!(told, lines, "{text:?}");
        }
    }
}
