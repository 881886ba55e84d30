//! How often random programs came to each rule and to each call, on both sides.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::judge::{Judgement, Ours};
use crate::program::Program;
use attestor_circuits::Answer;

/// All rules but `commit_early`, which takes half a million cycles: the table of cases has it.
const RULES: [&str; 20] = [
    "call_number",
    "commit_conflict",
    "deferred_index",
    "deferred_missing",
    "difference",
    "equal_x",
    "exit_code",
    "hint_low",
    "hint_over_memory",
    "hint_tail",
    "low_address",
    "low_pointer",
    "misaligned_jump",
    "off_curve",
    "precompile_only",
    "quotient",
    "second_argument",
    "unreduced",
    "wide_word",
    "zero_y",
];
/// Of so many programs, one at least must come to each side of each rule and of each call.
const PROGRAMS_PER_VISIT: u64 = 1000;

#[derive(Clone, Copy, Default)]
struct Sides {
    /// Programs about it that are signable and provable.
    inside: u64,
    /// Of a rule, programs that it refused; of a call, refused programs that make it.
    outside: u64,
}

/// What was come to, by its name.
pub(crate) struct Coverage {
    rules: BTreeMap<&'static str, Sides>,
    calls: BTreeMap<&'static str, Sides>,
    programs: u64,
}

impl Default for Coverage {
    fn default() -> Self {
        let rules = RULES.into_iter().map(|rule| (rule, Sides::default()));
        let numbers = (0..0x200).flat_map(|low| [low, 1 << 16 | low, 3 << 20 | low]);
        let calls = numbers.filter(|number| attestor_precompiles::precompile(*number).is_some());
        let names = calls.filter_map(attestor_precompiles::name);
        let calls = names.map(|name| (name, Sides::default())).collect();
        Self { rules: rules.collect(), calls, programs: 0 }
    }
}

impl Coverage {
    pub(crate) fn add(&mut self, program: &Program, judgement: &Judgement) {
        self.programs += 1;
        let is_inside = judgement.ours == Ours::Signable
            && judgement.circuits.as_ref().is_some_and(|answer| *answer == Answer::Provable);
        for name in &program.about {
            match (self.rules.get_mut(name), self.calls.get_mut(name)) {
                (Some(rule), _) => rule.inside += u64::from(is_inside),
                (None, Some(call)) if is_inside => call.inside += 1,
                (None, Some(call)) => call.outside += 1,
                (None, None) => unreachable!("{name} is neither a rule nor a call"),
            }
        }
        if let Ours::Refused(by) = &judgement.ours
            && let Some(rule) = self.rules.get_mut(by.as_str())
        {
            rule.outside += 1;
        }
    }

    /// A line for each.
    pub(crate) fn table(&self) -> String {
        let all = self.rules.iter().chain(&self.calls);
        let lines = all.map(|(name, sides)| {
            format!("{name:24} {:6} inside {:6} outside\n", sides.inside, sides.outside)
        });
        lines.collect()
    }

    pub(crate) fn figure(&self) -> Value {
        let all = self.rules.values().chain(self.calls.values());
        let least = all.map(|sides| sides.inside.min(sides.outside)).min().unwrap_or(0);
        let goal = self.programs / PROGRAMS_PER_VISIT;
        json!({"figure": "provable_least_visits", "value": least, "unit": "programs",
               "goal": goal, "holds": least >= goal})
    }
}

#[cfg(test)]
mod tests;
