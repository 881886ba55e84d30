//! Numbers for tests, from a seed.

use crate::field::P;

/// splitmix64 of Steele, Lea, Flood (2014).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A field element, one in four at an edge.
    pub(crate) fn element(&mut self) -> u32 {
        let edges = [0, 1, P / 2, P / 2 + 1, P - 2, P - 1, 1 << 24, 1 << 30];
        let number = self.number();
        match number % 4 {
            0 => edges[(number >> 8) as usize % edges.len()],
            _ => ((number >> 16) % u64::from(P)) as u32,
        }
    }
}
