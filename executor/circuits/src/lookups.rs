//! What chips send to each other and receive must cancel out in a shard.

use std::marker::PhantomData;

use hashbrown::HashMap;
use slop_algebra::{AbstractField, Field, PrimeField32};
use slop_matrix::Matrix;
use sp1_core_executor::ExecutionRecord;
use sp1_hypercube::air::MachineAir;
use sp1_hypercube::{Chip, DebugPublicValuesConstraintFolder, InteractionKind, MachineRecord};
use sp1_primitives::SP1Field;

use super::air::{Air, Trace};

/// With which the constraints of public values are folded: a number that nobody chose for them.
const CHALLENGE: u32 = 1_234_567_891;

/// By message: what is sent less what is received, and the chip that was last at it.
#[derive(Default)]
pub(super) struct Lookups(HashMap<(InteractionKind, Vec<u32>), (SP1Field, &'static str)>);

impl Lookups {
    pub(super) fn add_chip(
        &mut self,
        chip: &Chip<SP1Field, Air>,
        fixed: Option<&Trace>,
        trace: &Trace,
    ) {
        let one = SP1Field::one();
        for row in 0..trace.height() {
            let main = trace.row_slice(row);
            // Of the two large tables, nearly all rows: their multiplicities are columns.
            if fixed.is_some() && main.iter().all(SP1Field::is_zero) {
                continue;
            }
            let fixed = fixed.map(|fixed| fixed.row_slice(row));
            let fixed = fixed.as_deref().unwrap_or(&[]);
            let sends = chip.sends().iter().map(|send| (send, one));
            let receives = chip.receives().iter().map(|receive| (receive, -one));
            for (interaction, sign) in sends.chain(receives) {
                let times: SP1Field = interaction.multiplicity.apply(fixed, &main);
                if !times.is_zero() {
                    let values = interaction.values.iter();
                    let values = values.map(|value| value.apply::<SP1Field, _>(fixed, &main));
                    self.add(interaction.kind, values.collect(), times * sign, chip.name());
                }
            }
        }
    }

    /// The public values send and receive too; false when they do not hold by themselves.
    pub(super) fn add_public_values(&mut self, public_values: &[SP1Field]) -> bool {
        let mut folder = DebugPublicValuesConstraintFolder::<SP1Field> {
            perm_challenges: (&SP1Field::zero(), &[]),
            alpha: SP1Field::from_canonical_u32(CHALLENGE),
            accumulator: SP1Field::zero(),
            public_values,
            interactions: Vec::new(),
            _marker: PhantomData,
        };
        ExecutionRecord::eval_public_values(&mut folder);
        for (kind, _, values, times) in folder.interactions {
            self.add(kind, values, times, "public values");
        }
        folder.accumulator.is_zero()
    }

    fn add(
        &mut self,
        kind: InteractionKind,
        values: Vec<SP1Field>,
        times: SP1Field,
        by: &'static str,
    ) {
        let values = values.iter().map(SP1Field::as_canonical_u32).collect();
        let entry = self.0.entry((kind, values)).or_default();
        *entry = (entry.0 + times, by);
    }

    /// Some of the messages that are sent and received differently often.
    pub(super) fn unbalanced(self, most: usize) -> Vec<String> {
        let left = self.0.into_iter().filter(|(_, (times, _))| !times.is_zero());
        let mut lines: Vec<String> = left
            .map(|((kind, values), (_, by))| format!("lookup {kind:?} {values:?}, last by {by}"))
            .collect();
        lines.sort();
        lines.truncate(most);
        lines
    }
}
