//! Programs on both sides of every rule, each with what our engine must say of it.

mod collection;
mod commits;
mod curves;
mod edges;
mod fields;
mod flow;
mod hashes;
mod hints;
mod large;
mod layout;
mod memory;
mod numbers;
mod pointers;
mod untouched;
mod words;

use collection::Cases;

pub use collection::Case;
pub use numbers::{CURVES, CurveCalls, ED25519, FIELDS, FieldCalls, limbs, number};

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    memory::add(&mut cases);
    flow::add(&mut cases);
    commits::add(&mut cases);
    hints::add(&mut cases);
    pointers::add(&mut cases);
    curves::add(&mut cases);
    fields::add(&mut cases);
    hashes::add(&mut cases);
    untouched::add(&mut cases);
    layout::add(&mut cases);
    words::add(&mut cases);
    large::add(&mut cases);
    edges::add(&mut cases);
    cases.0
}
