//! The JSON line of a program's run, the same of every engine. Also a module of `sp1-jit`.

use serde_json::{Map, Value, json};

use crate::process;

/// What every engine says of a run that ended by HALT.
pub struct Run<'a> {
    pub engine: &'a str,
    pub cycles: u64,
    pub exit_code: u32,
    /// The words that the program gave to COMMIT.
    pub digest: [u32; 8],
    pub public_values: &'a [u8],
}

impl Run<'_> {
    /// The line's fields, with those of this process.
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = process::fields();
        let outcome = [
            ("engine", json!(self.engine)),
            ("cycles", json!(self.cycles)),
            ("exit_code", json!(self.exit_code)),
            ("digest", json!(self.digest)),
            ("public_values", json!(hex(self.public_values))),
        ];
        fields.extend(outcome.map(|(name, value)| (name.to_owned(), value)));
        fields
    }
}

/// Two lowercase digits per byte.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
