//! How often a block was entered, to find what is worth compiling.

/// Entries of a block before it is compiled: compiling takes about as long as 3,000 executions.
pub const HOT: u16 = 1500;
/// The block is never compiled.
const NEVER: u16 = u16::MAX;

/// One counter per instruction; none at all where nothing shall be compiled.
pub struct Heat {
    counters: Vec<u16>,
    hot: u16,
}

impl Heat {
    pub fn off() -> Self {
        Self { counters: Vec::new(), hot: NEVER }
    }

    /// A block is hot after so many entries.
    pub fn for_instructions(count: usize, hot: u16) -> Self {
        Self { counters: vec![0; count], hot }
    }

    /// Count an entry at this instruction; true: it is hot or compiled.
    #[inline(always)]
    pub fn enter(&mut self, index: usize) -> bool {
        match self.counters.get_mut(index) {
            None => false,
            Some(counter) if *counter < self.hot => {
                *counter += 1;
                false
            }
            Some(counter) => *counter != NEVER,
        }
    }

    /// Count anew: there was no room in the budget now. Where nothing is counted, never again.
    pub fn cool(&mut self, index: usize) {
        self.counters[index] = if self.hot == 0 { NEVER } else { 0 };
    }

    pub fn forbid(&mut self, index: usize) {
        self.counters[index] = NEVER;
    }
}

#[cfg(test)]
mod tests;
