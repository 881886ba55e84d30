//! Sums of random memory images, on every kernel of this CPU.

use std::sync::Arc;

use attestor_keys::Kernel;
use sp1_core_executor::Program;

/// splitmix64 of Steele, Lea, Flood (2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[test]
fn sums_of_random_memory_are_sp1s() {
    let mut seed = 6;
    for words in [0, 1, 2, 7, 15, 16, 17, 31, 33, 100, 1000, 4096, 4097, 9000, 70_000] {
        let mut image = (*Program::default().memory_image).clone();
        while image.len() < words {
            let word = random(&mut seed);
            // Words of few bits as well as full ones.
            image.insert(random(&mut seed) >> 16 & !7, word >> (word % 64));
        }
        let program = Program { memory_image: Arc::new(image), ..Program::default() };
        let expected = attestor_keys_check::memory_sum(&program);
        for kernel in Kernel::available() {
            assert_eq!(
                attestor_keys::memory_sum(kernel, &program),
                expected,
                "{words} words, {kernel:?}"
            );
        }
    }
}
