//! How long a program may run, and when its code is compiled.

use attestor_engine::Mode;

use crate::random::Random;

pub(super) struct Length {
    /// Jumps back in all.
    pub budget: u64,
    pub mode: Mode,
}

/// Entries after which code is compiled: mostly none, as code outside of loops is entered once.
const HOT: [u16; 8] = [0, 0, 0, 0, 1, 1, 3, 20];
/// Percent of the programs that are long: hot in any tier, and most of the time of all.
const LONG_PERCENT: u64 = 1;
const LONG: [u64; 2] = [3000, 9000];
const SHORT: [u64; 4] = [3, 20, 60, 200];

impl Length {
    pub(super) fn pick(random: &mut Random) -> Self {
        if random.chance(LONG_PERCENT) {
            return Self { budget: random.pick(&LONG), mode: Mode::Tiered };
        }
        let hot = random.pick(&HOT);
        Self { budget: random.pick(&SHORT), mode: Mode::TieredAt { hot } }
    }
}
