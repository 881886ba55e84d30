//! What the cases are collected in.

use crate::judge::Ours;
use crate::program::{Builder, Program};

/// A program, and what our engine must say.
pub struct Case {
    pub program: Program,
    pub expected: Ours,
}

/// The cases under way.
#[derive(Default)]
pub(super) struct Cases(pub(super) Vec<Case>);

impl Cases {
    /// A program that does something and ends well; `refusal` is the code of a rule, or empty.
    pub(super) fn add(&mut self, name: &str, refusal: &str, body: impl FnOnce(&mut Builder)) {
        self.whole(name, refusal, |builder| {
            body(builder);
            builder.end();
        });
    }

    /// A program that ends by itself.
    pub(super) fn whole(&mut self, name: &str, refusal: &str, body: impl FnOnce(&mut Builder)) {
        let mut builder = Builder::default();
        body(&mut builder);
        let expected = match refusal {
            "" => Ours::Signable,
            code => Ours::Refused(code.to_owned()),
        };
        self.0.push(Case { program: builder.finish(name), expected });
    }
}
