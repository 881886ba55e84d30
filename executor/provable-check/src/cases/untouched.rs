//! Memory that precompiles alone access: SP1's prover does not initialize it.

use super::collection::Cases;
use crate::program::{BSS, DATA, HEAP, HINT_READ};

const KECCAK_PERMUTE: u64 = 0x1_0109;
const UINT256_ADD_CARRY: u64 = 0x1_0130;

pub(super) fn add(cases: &mut Cases) {
    for (loads, refusal) in [(0, "precompile_only"), (24, "precompile_only"), (25, "")] {
        cases.add(&format!("keccak_with_{loads}_words_loaded"), refusal, |builder| {
            builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
            (0..loads).for_each(|word| builder.load_word(HEAP + 8 * word));
        });
    }
    cases.add("keccak_in_bss", "", |builder| builder.call(KECCAK_PERMUTE, &[BSS, 0]));
    cases.add("keccak_at_the_end", "precompile_only", |builder| {
        builder.call(KECCAK_PERMUTE, &[(1 << 40) - 200, 0]);
    });
    cases.add("keccak_of_a_hint", "", |builder| {
        builder.stdin = vec![vec![7; 200]];
        builder.call(HINT_READ, &[HEAP, 200]);
        builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
    });
    for (loaded, refusal) in [(false, "precompile_only"), (true, "")] {
        cases.add(&format!("carry_to_untouched_{loaded}"), refusal, |builder| {
            builder.put(0x100, &[5; 12]);
            let pointers = [DATA + 0x100, DATA + 0x120, DATA + 0x140, HEAP, HEAP + 32];
            builder.call(UINT256_ADD_CARRY, &pointers);
            if loaded {
                (0..8).for_each(|word| builder.load_word(HEAP + 8 * word));
            }
        });
    }
}
