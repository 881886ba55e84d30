//! What both engines give for a program that halted.

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

/// What a run on our engine took.
pub(crate) struct Effort {
    pub touched_pages: u64,
    pub compiled_instructions: u64,
    pub compile_seconds: f64,
}
