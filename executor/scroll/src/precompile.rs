//! The precompiled contracts of each fork.
//!
//! Those that Scroll lacks are addresses at which every call fails, but for those that came with
//! Cancun and later, which are accounts like any other.

use std::sync::OnceLock;

use alloy_primitives::U256;
use revm::precompile::bn254::pair::{ISTANBUL_PAIR_BASE, ISTANBUL_PAIR_PER_POINT};
use revm::precompile::bn254::{self, PAIR_ELEMENT_LEN};
use revm::precompile::{
    EthPrecompileResult, Precompile, PrecompileHalt, PrecompileId, PrecompileOutput,
    PrecompileResult, Precompiles, eth_precompile_fn, hash, identity, modexp, secp256k1, secp256r1,
    u64_to_address,
};

use crate::fork::Fork;

const FORKS: usize = Fork::GalileoV2 as usize + 1;
/// The longest base, exponent and modulus, and the most pairs, that the first circuits could prove.
const MAX_OPERAND_BYTES: U256 = U256::from_limbs([32, 0, 0, 0]);
const MAX_PAIRS: usize = 4;

const SHORT_MODEXP: Precompile =
    Precompile::new(PrecompileId::ModExp, u64_to_address(5), short_modexp);
const SHORT_PAIRING: Precompile =
    Precompile::new(PrecompileId::Bn254Pairing, u64_to_address(8), short_pairing);

/// Those of `fork`.
pub(crate) fn of_fork(fork: Fork) -> &'static Precompiles {
    static SETS: [OnceLock<Precompiles>; FORKS] = [const { OnceLock::new() }; FORKS];
    SETS[fork as usize].get_or_init(|| {
        let since = |first: Fork, new: Precompile, old: Precompile| {
            if fork >= first { new } else { old }
        };
        let mut set = Precompiles::default();
        set.extend([
            secp256k1::ECRECOVER,
            since(Fork::Bernoulli, hash::SHA256, absent(PrecompileId::Sha256, 2)),
            absent(PrecompileId::Ripemd160, 3),
            identity::FUN,
            since(Fork::Galileo, modexp::OSAKA, SHORT_MODEXP),
            bn254::add::ISTANBUL,
            bn254::mul::ISTANBUL,
            since(Fork::Feynman, bn254::pair::ISTANBUL, SHORT_PAIRING),
            absent(PrecompileId::Blake2F, 9),
        ]);
        if fork >= Fork::Euclid {
            set.extend([since(Fork::Galileo, secp256r1::P256VERIFY_OSAKA, secp256r1::P256VERIFY)]);
        }
        set
    })
}

const fn absent(id: PrecompileId, number: u64) -> Precompile {
    fn fail(_: &[u8], _: u64, reservoir: u64) -> PrecompileResult {
        Ok(PrecompileOutput::halt(PrecompileHalt::other_static("not on Scroll"), reservoir))
    }
    Precompile::new(id, u64_to_address(number), fail)
}

eth_precompile_fn!(short_modexp, |input: &[u8], gas: u64| -> EthPrecompileResult {
    let is_short = |index: usize| {
        let word: Vec<u8> =
            input.iter().copied().skip(32 * index).chain([0; 32]).take(32).collect();
        U256::from_be_slice(&word) <= MAX_OPERAND_BYTES
    };
    if (0..3).all(is_short) {
        modexp::berlin_run(input, gas)
    } else {
        Err(PrecompileHalt::other_static("an operand of more than 32 bytes"))
    }
});

eth_precompile_fn!(short_pairing, |input: &[u8], gas: u64| -> EthPrecompileResult {
    if input.len() <= MAX_PAIRS * PAIR_ELEMENT_LEN {
        bn254::run_pair(input, ISTANBUL_PAIR_PER_POINT, ISTANBUL_PAIR_BASE, gas)
    } else {
        Err(PrecompileHalt::other_static("more than four pairs"))
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn succeeds(fork: Fork, number: u64, input: &[u8]) -> Option<bool> {
        let precompile = of_fork(fork).get(&u64_to_address(number))?;
        Some(precompile.execute(input, 10_000_000, 0).unwrap().is_success())
    }

    #[test]
    fn each_comes_with_its_fork() {
        use Fork::*;
        for (number, input, from) in [
            (1, &[][..], Archimedes),
            (2, &[], Bernoulli),
            (4, &[], Archimedes),
            (5, &[], Archimedes),
            (8, &[], Archimedes),
            (8, &[0; 5 * 192], Feynman),
        ] {
            for fork in
                [Archimedes, Bernoulli, Curie, Euclid, EuclidV2, Feynman, Galileo, GalileoV2]
            {
                assert_eq!(succeeds(fork, number, input), Some(fork >= from), "{number} {fork}");
            }
        }
    }

    #[test]
    fn some_fail_for_ever_and_later_ones_are_no_precompiles() {
        for fork in [Fork::Archimedes, Fork::GalileoV2] {
            assert_eq!(succeeds(fork, 3, &[]), Some(false));
            assert_eq!(succeeds(fork, 9, &[0; 213]), Some(false));
            for number in 10..=0x11 {
                assert_eq!(succeeds(fork, number, &[]), None);
            }
        }
        assert_eq!(succeeds(Fork::Curie, 0x100, &[]), None);
        assert_eq!(succeeds(Fork::Euclid, 0x100, &[]), Some(true));
    }

    #[test]
    fn modexp_takes_long_operands_from_galileo_on() {
        let mut input = [0; 96];
        input[31] = 32;
        assert_eq!(succeeds(Fork::Feynman, 5, &input), Some(true));
        input[31] = 33;
        assert_eq!(succeeds(Fork::Feynman, 5, &input), Some(false));
        assert_eq!(succeeds(Fork::Feynman, 5, &[0xff]), Some(false));
        assert_eq!(succeeds(Fork::Galileo, 5, &input), Some(true));
    }
}
