use slop_algebra::{AbstractField, PrimeField32};
use slop_symmetric::Permutation;
use sp1_primitives::{SP1Field, poseidon2_init};

use super::*;
use crate::field::{P, R, R_INVERSE, multiply};
use crate::kernel::{Kernel, Work};
use crate::lanes::MAX_WIDTH;
use crate::modular::reduce;
use crate::random::Random;

/// Permute canonical states, one per lane; those of `FEW` words when `few`.
struct Permuted<'a> {
    states: &'a [[u32; WIDTH]; MAX_WIDTH],
    few: bool,
}

impl Work for Permuted<'_> {
    type Output = Vec<[u32; WIDTH]>;

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let constants = Constants::new();
        let mut state = [T::splat(0); WIDTH];
        for (index, word) in state.iter_mut().enumerate() {
            *word = T::load(&self.states.map(|lane| multiply(lane[index], R)));
        }
        if self.few {
            T::outlined(PermuteFew { state: &mut state, constants: &constants });
        } else {
            T::outlined(Permute { state: &mut state, constants: &constants });
        }
        unscale(&mut state, &constants);
        let mut states = vec![[0; WIDTH]; T::WIDTH];
        for (index, word) in state.into_iter().enumerate() {
            for (state, lane) in states.iter_mut().zip(reduce(word).to_array()) {
                state[index] = multiply(lane, R_INVERSE);
            }
        }
        states
    }
}

fn assert_sp1s(states: &[[u32; WIDTH]; MAX_WIDTH], few: bool) {
    let plain = poseidon2_init();
    for kernel in Kernel::available() {
        for (state, result) in states.iter().zip(kernel.run(Permuted { states, few })) {
            let expected = plain.permute(state.map(SP1Field::from_canonical_u32));
            assert_eq!(result, expected.map(|word| word.as_canonical_u32()), "{kernel:?}");
        }
    }
}

#[test]
fn permutation_is_sp1s_on_every_kernel() {
    let mut random = Random(3);
    for round in 0..100 {
        let mut states: [[u32; WIDTH]; MAX_WIDTH] =
            std::array::from_fn(|_| std::array::from_fn(|_| random.element()));
        if round == 0 {
            states[0] = [0; WIDTH];
            states[1] = [P - 1; WIDTH];
        }
        assert_sp1s(&states, false);
        for state in &mut states {
            state[FEW..].fill(0);
        }
        assert_sp1s(&states, true);
    }
}
