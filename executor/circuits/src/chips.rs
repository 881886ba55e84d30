//! One shard after the other: the rows of every chip, the lookups between them, the public values.

use std::collections::{BTreeMap, BTreeSet};

use slop_matrix::Matrix;
use slop_multilinear::Mle;
use sp1_core_executor::{ELEMENT_THRESHOLD, ExecutionRecord, HEIGHT_THRESHOLD, Program};
use sp1_hypercube::air::MachineAir;
use sp1_hypercube::{Chip, Machine, MachineRecord, debug_constraints};
use sp1_primitives::{SP1Field, SP1GlobalContext};

use super::air::{Air, Trace};
use super::lookups::Lookups;
use super::transitions;

/// How many problems of a kind are told.
const TOLD: usize = 4;

/// SP1's machine, and the tables that it has for every program.
pub struct Circuit {
    machine: Machine<SP1Field, Air>,
    /// Of chips whose fixed columns do not depend on the program, by name.
    fixed: BTreeMap<String, Trace>,
}

impl Circuit {
    /// Takes most of a second: one serves a whole process.
    #[must_use]
    pub fn new() -> Self {
        let machine = Air::machine();
        let nothing = Program { instructions: Vec::new(), ..Program::default() };
        let tables = machine.chips().iter().filter(|chip| !depends_on_program(chip));
        let fixed = tables
            .filter_map(|chip| {
                Some((chip.name().to_owned(), chip.generate_preprocessed_trace(&nothing)?))
            })
            .collect();
        Self { machine, fixed }
    }

    pub(super) fn generate_dependencies(&self, records: &mut [ExecutionRecord]) {
        self.machine.generate_dependencies(records.iter_mut(), None);
    }

    /// Why no proof of these shards verifies; empty when one does.
    pub(super) fn problems(&self, program: &Program, records: &[ExecutionRecord]) -> Vec<String> {
        let too_large: Vec<_> = records.iter().flat_map(|record| self.oversize(record)).collect();
        if !too_large.is_empty() {
            return too_large;
        }
        let chips = self.machine.chips().iter().filter(|chip| depends_on_program(chip));
        let own: BTreeMap<String, Trace> = chips
            .filter_map(|chip| {
                Some((chip.name().to_owned(), chip.generate_preprocessed_trace(program)?))
            })
            .collect();
        let mut problems = Vec::new();
        let mut public_values = Vec::new();
        for (index, record) in records.iter().enumerate() {
            let (values, found) = self.shard(record, &own);
            problems.extend(found.into_iter().map(|text| format!("shard {index}: {text}")));
            public_values.push(values);
        }
        problems.extend(transitions::problems(program, records.len(), &public_values));
        problems
    }

    fn included<'a>(
        &'a self,
        record: &'a ExecutionRecord,
    ) -> impl Iterator<Item = &'a Chip<SP1Field, Air>> {
        self.machine.chips().iter().filter(|chip| chip.included(record))
    }

    /// What is larger than the tables of SP1's prover may be in one shard.
    pub(super) fn oversize(&self, record: &ExecutionRecord) -> Vec<String> {
        let rows = |chip: &Chip<SP1Field, Air>| chip.num_rows(record).unwrap_or(0) as u64;
        let high = self.included(record).filter(|chip| rows(chip) > HEIGHT_THRESHOLD);
        let mut problems: Vec<_> =
            high.map(|chip| format!("{} has {} rows", chip.name(), rows(chip))).collect();
        let cells: u64 = self.included(record).map(|chip| rows(chip) * chip.cost()).sum();
        if cells > ELEMENT_THRESHOLD {
            problems.push(format!("a shard has {cells} cells"));
        }
        problems
    }

    /// Its public values, and what does not hold in it.
    fn shard(
        &self,
        record: &ExecutionRecord,
        own: &BTreeMap<String, Trace>,
    ) -> (Vec<SP1Field>, Vec<String>) {
        let chips: Vec<_> = self.included(record).collect();
        // All tables come before the public values, of which one is a sum that a table makes.
        let traces: Vec<Trace> =
            chips.iter().map(|chip| chip.generate_trace(record, &mut Default::default())).collect();
        let values = record.public_values::<SP1Field>();
        let mut problems = Vec::new();
        let names: BTreeSet<_> = chips.iter().map(|&chip| chip.clone()).collect();
        if self.machine.smallest_cluster(&names).is_none() {
            problems.push("no circuit has all of these chips".to_owned());
        }
        let mut lookups = Lookups::default();
        for (chip, trace) in chips.iter().zip(&traces) {
            let fixed = self.fixed.get(chip.name()).or_else(|| own.get(chip.name()));
            lookups.add_chip(chip, fixed, trace);
            problems.extend(rows(chip, fixed, trace, &values));
        }
        if !lookups.add_public_values(&values) {
            problems.push("a constraint of the public values does not hold".to_owned());
        }
        problems.extend(lookups.unbalanced(TOLD));
        (values, problems)
    }
}

impl Default for Circuit {
    fn default() -> Self {
        Self::new()
    }
}

fn depends_on_program(chip: &Chip<SP1Field, Air>) -> bool {
    !matches!(chip.name(), "Byte" | "Range")
}

/// The rows of a chip on which a constraint does not hold.
fn rows(
    chip: &Chip<SP1Field, Air>,
    fixed: Option<&Trace>,
    trace: &Trace,
    public_values: &[SP1Field],
) -> Vec<String> {
    if chip.num_constraints == 0 || trace.height() == 0 {
        return Vec::new();
    }
    let main = Mle::from(trace.clone());
    let fixed = fixed.map(|fixed| Mle::from(fixed.clone()));
    let failed =
        debug_constraints::<SP1GlobalContext, Air>(chip, fixed.as_ref(), &main, public_values);
    let told = failed.iter().take(TOLD);
    told.map(|(row, which, _)| format!("{} row {row}: constraints {which:?}", chip.name()))
        .collect()
}
