//! Numbers that follow from a seed.

/// splitmix64 of Steele, Lea, Flood (2014).
pub struct Random(u64);

/// Where arithmetic and addressing have their edge cases.
pub const EDGE_VALUES: [u64; 25] = [
    0,
    1,
    2,
    3,
    7,
    8,
    0x7f,
    0xff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0xffff_ffff_8000_0000,
    0xffff_ffff_7fff_ffff,
    (1 << 40) - 8,
    1 << 40,
    (1 << 48) - 8,
    1 << 48,
    i64::MAX as u64,
    1 << 63,
    (1 << 63) + 1,
    u64::MAX - 1,
    u64::MAX,
];

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from 0 to `bound` - 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.any() % bound
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low) + 1) as i64
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A machine word: an edge value, a neighbour of one, few bits, or any.
    pub fn word(&mut self) -> u64 {
        match self.below(4) {
            0 => self.pick(&EDGE_VALUES),
            1 => self.pick(&EDGE_VALUES).wrapping_add(self.below(17)).wrapping_sub(8),
            2 => self.any() >> self.below(64),
            _ => self.any(),
        }
    }
}
