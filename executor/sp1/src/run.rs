//! What all engines give for a program that halted.

use serde_json::{Value, json};

use crate::engine_choice::Engine;
use crate::serve::{Answer, SP1_VERSION};

/// The results of a program that halted, on whichever engine.
pub(crate) struct Run {
    pub exit_code: u32,
    /// As SP1's `global_clk` counts.
    pub cycles: u64,
    /// The eight words that the program committed to.
    pub digest: [u32; 8],
    pub public_values: Vec<u8>,
    /// What only our engine reports.
    pub effort: Option<Effort>,
}

impl Run {
    /// The answer to a request to execute.
    pub(crate) fn answer(self, engine: Engine) -> Answer {
        let bytes = self.digest.iter().flat_map(|word| word.to_le_bytes());
        let digest: String = bytes.map(|byte| format!("{byte:02x}")).collect();
        let fields = [
            ("exit_code", json!(self.exit_code)),
            ("cycles", json!(self.cycles)),
            ("digest", json!(digest)),
            ("engine", json!(engine.name())),
            ("sp1", json!(SP1_VERSION)),
        ];
        let mut answer = Answer::new(fields, Some(self.public_values));
        if let Some(effort) = self.effort {
            answer.fields.extend(effort.fields());
        }
        answer
    }
}

/// What a run on our engine took.
pub(crate) struct Effort {
    pub touched_pages: u64,
    pub unconstrained_cycles: u64,
    pub written_bytes: u64,
    pub load_cycles: u64,
    pub windows: u64,
    pub block_windows: u64,
    pub call_cycles: u64,
    pub compiled_instructions: u64,
    pub compile_seconds: f64,
}

impl Effort {
    fn fields(&self) -> [(String, Value); 9] {
        [
            ("touched_pages", json!(self.touched_pages)),
            ("unconstrained_cycles", json!(self.unconstrained_cycles)),
            ("written_bytes", json!(self.written_bytes)),
            ("load_cycles", json!(self.load_cycles)),
            ("windows", json!(self.windows)),
            ("block_windows", json!(self.block_windows)),
            ("call_cycles", json!(self.call_cycles)),
            ("compiled_instructions", json!(self.compiled_instructions)),
            ("compile_seconds", json!(self.compile_seconds)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    }
}
