//! Programs on both sides of every rule, each with what our engine must say of it.

mod commits;
mod curves;
mod fields;
mod flow;
mod hashes;
mod hints;
mod memory;
mod numbers;
mod pointers;
mod untouched;

use crate::judge::Ours;
use crate::program::{Builder, Program};

pub use numbers::{CURVES, CurveCalls, ED25519, FIELDS, FieldCalls, limbs, number};

/// A program, and what our engine must say.
pub struct Case {
    pub program: Program,
    pub expected: Ours,
}

/// The cases under way.
#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    /// A program that does something and ends well; `refusal` is the code of a rule, or empty.
    fn add(&mut self, name: &str, refusal: &str, body: impl FnOnce(&mut Builder)) {
        self.whole(name, refusal, |builder| {
            body(builder);
            builder.end();
        });
    }

    /// A program that ends by itself.
    fn whole(&mut self, name: &str, refusal: &str, body: impl FnOnce(&mut Builder)) {
        let mut builder = Builder::default();
        body(&mut builder);
        let expected = match refusal {
            "" => Ours::Signable,
            code => Ours::Refused(code.to_owned()),
        };
        self.0.push(Case { program: builder.finish(name), expected });
    }
}

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
    cases.0
}
