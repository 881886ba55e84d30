//! Runs that ours ends by a rule of SP1's circuits, which its executor does not know.
//!
//! Up to there the executor must do what ours does: it may not end before, and where it is stepped, it
//! is at our pc at our cycle.

use attestor_engine::{Image, Limits, Mode, Stop, run};

use crate::outcome::Verdict;
use crate::single_step;

/// SP1 is stepped so far.
const SOON: u64 = 20_000;

/// Where ours ended: the pc, and the cycles with that instruction.
struct Place {
    pc: u64,
    cycles: u64,
}

/// Judge a run of ours that ended as unprovable, without what SP1's executor does behind: it may have
/// no end.
pub fn judge(elf: &[u8], stdin: &[Vec<u8>], limits: &Limits) -> Verdict {
    match place(elf, stdin, limits) {
        Some(place) if is_on_way(elf, stdin, &place) => Verdict::Unprovable,
        _ => Verdict::Different,
    }
}

/// By the lowest limit of cycles at which ours ends by the rule.
fn place(elf: &[u8], stdin: &[Vec<u8>], limits: &Limits) -> Option<Place> {
    let image = Image::parse(elf).ok()?;
    let broken = |cycles| {
        let limits = Limits { cycles, ..*limits };
        match run(&image, stdin, &limits, Mode::InterpreterOnly) {
            Err(Stop::Unprovable(unprovable)) => Some(unprovable),
            _ => None,
        }
    };
    let pc = broken(limits.cycles)?.pc;
    let (mut low, mut high) = (0, limits.cycles);
    while low < high {
        let middle = low.midpoint(high);
        match broken(middle) {
            Some(_) => high = middle,
            None => low = middle + 1,
        }
    }
    Some(Place { pc, cycles: low })
}

/// Whether SP1's executor is at the pc at that cycle. A place that is too late is taken as reached.
/// Where unconstrained blocks come before it, which SP1 does not count, it may only not end before.
fn is_on_way(elf: &[u8], stdin: &[Vec<u8>], place: &Place) -> bool {
    if place.cycles > SOON {
        return true;
    }
    let states = single_step::states(elf, stdin, place.cycles as usize + 1);
    let counted = states.iter().zip(0..).all(|(state, cycle)| state.global_clk == cycle);
    if !counted {
        return states.len() as u64 >= place.cycles;
    }
    let there = states.iter().skip((place.cycles as usize).saturating_sub(1));
    there.into_iter().any(|state| state.pc == place.pc)
}

#[cfg(test)]
mod tests;
