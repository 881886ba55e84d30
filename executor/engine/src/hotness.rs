//! How often a block was entered, to find what is worth compiling.

/// Entries of a block before it is compiled: compiling an instruction takes as long as some hundred
/// executions of it by the interpreter.
pub(crate) const HOT: u16 = 16;
/// The block is never compiled.
const NEVER: u16 = u16::MAX;

/// One counter per instruction; none at all where nothing shall be compiled.
pub(crate) struct Hotness {
    counters: Vec<u16>,
    hot: u16,
}

impl Hotness {
    pub(crate) fn off() -> Self {
        Self { counters: Vec::new(), hot: NEVER }
    }

    /// A block is hot after so many entries.
    pub(crate) fn for_instructions(count: usize, hot: u16) -> Self {
        Self { counters: vec![0; count], hot }
    }

    /// Count an entry at this instruction; true: it is hot or compiled.
    #[inline(always)]
    pub(crate) fn enter(&mut self, index: usize) -> bool {
        match self.counters.get_mut(index) {
            None => false,
            Some(counter) if *counter < self.hot => {
                *counter += 1;
                false
            }
            Some(counter) => *counter != NEVER,
        }
    }

    /// Whether a block that starts at this instruction was ever entered, as far as is known.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn was_entered(&self, index: usize) -> bool {
        self.hot == 0 || self.counters.get(index).is_some_and(|counter| *counter > 0)
    }

    /// Compiled code can be entered here.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn mark_compiled(&mut self, index: usize) {
        if let Some(counter) = self.counters.get_mut(index) {
            *counter = self.hot;
        }
    }

    /// Count anew: there was no room in the budget now. Never again, if one entry is enough.
    pub(crate) fn cool(&mut self, index: usize) {
        self.counters[index] = if self.hot <= 1 { NEVER } else { 1 };
    }

    pub(crate) fn forbid(&mut self, index: usize) {
        self.counters[index] = NEVER;
    }
}

#[cfg(test)]
mod tests;
