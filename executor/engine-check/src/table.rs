//! Each instruction on each pair of edge values, with what it must give.
//!
//! A case is a program that goes through the values several times, so that an engine with tiers
//! runs it in each of them, and writes the results to the public values.

mod computing;
mod faults;
mod flow;
mod memory;
mod rows;

pub use faults::faults;
pub use rows::Case;

/// The cases of all instructions.
pub fn cases() -> Vec<Case> {
    let mut cases = computing::cases();
    cases.extend(memory::cases());
    cases.extend(flow::cases());
    cases
}
