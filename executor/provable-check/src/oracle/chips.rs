//! One shard after the other: the rows of every chip, the lookups between them, the public values.

use std::collections::{BTreeMap, BTreeSet};

use slop_matrix::Matrix;
use slop_multilinear::Mle;
use sp1_core_executor::{ExecutionRecord, Program};
use sp1_hypercube::air::MachineAir;
use sp1_hypercube::{Chip, Machine, MachineRecord, debug_constraints};
use sp1_primitives::{SP1Field, SP1GlobalContext};

use super::air::{Air, Trace};
use super::lookups::Lookups;
use super::transitions;

/// `CORE_MAX_LOG_ROW_COUNT` of sp1-prover 6.x, crates/prover/src/components.rs.
const MAX_LOG_ROWS: u32 = 22;
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

    /// Its public values, and what does not hold in it.
    fn shard(
        &self,
        record: &ExecutionRecord,
        own: &BTreeMap<String, Trace>,
    ) -> (Vec<SP1Field>, Vec<String>) {
        let chips: Vec<_> =
            self.machine.chips().iter().filter(|chip| chip.included(record)).collect();
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
            if trace.height() > 1 << MAX_LOG_ROWS {
                problems.push(format!("{} has {} rows", chip.name(), trace.height()));
            }
            problems.extend(rows(chip, fixed, trace, &values));
            lookups.add_chip(chip, fixed, trace);
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
