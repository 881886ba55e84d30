//! What a transaction pays for its data on L1, by fork.
//!
//! The prices are slots of the oracle at the start of each transaction; those sizes that a fork does
//! not look at are not computed. Results are the same as those of Scroll's node, which multiplies
//! without overflow.

use alloy_primitives::U256;

use crate::compression::Compressor;
use crate::fork::Fork;

const PRECISION: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const MAX_FEE: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);
const ZERO_BYTE_GAS: u64 = 4;
const BYTE_GAS: u64 = 16;
const COMMIT_GAS: U256 = U256::from_limbs([64, 0, 0, 0]);

/// Slots of the oracle.
const BASE_FEE: u64 = 1;
const OVERHEAD: u64 = 2;
const SCALAR: u64 = 3;
const BLOB_BASE_FEE: u64 = 5;
const COMMIT_SCALAR: u64 = 6;
const BLOB_SCALAR: u64 = 7;
const PENALTY_THRESHOLD: u64 = 9;
const PENALTY_FACTOR: u64 = 10;

/// The fee of a transaction, of these bytes and with this calldata; `slot` reads the oracle.
pub(crate) fn fee<E>(
    fork: Fork,
    raw: &[u8],
    calldata: &[u8],
    compressor: &mut Compressor,
    mut slot: impl FnMut(u64) -> Result<U256, E>,
) -> Result<U256, E> {
    let base_fee = slot(BASE_FEE)?;
    let size = U256::from(raw.len());
    let fee = if fork < Fork::Curie {
        let gas = data_gas(raw).saturating_add(slot(OVERHEAD)?).saturating_add(COMMIT_GAS);
        gas.saturating_mul(base_fee).saturating_mul(slot(SCALAR)?) / PRECISION
    } else {
        let blob_base_fee = slot(BLOB_BASE_FEE)?;
        let commit = slot(COMMIT_SCALAR)?.saturating_mul(base_fee);
        let blob_scalar = slot(BLOB_SCALAR)?;
        if fork < Fork::Feynman {
            let blob = size.saturating_mul(blob_base_fee).saturating_mul(blob_scalar);
            commit.saturating_add(blob) / PRECISION
        } else {
            let price = commit.saturating_add(blob_scalar.saturating_mul(blob_base_fee));
            let factor = slot(PENALTY_FACTOR)?;
            if fork < Fork::Galileo {
                let penalty = penalty(calldata, slot(PENALTY_THRESHOLD)?, factor, compressor);
                size.saturating_mul(price).saturating_mul(penalty) / PRECISION / PRECISION
            } else {
                let size = size.min(U256::from(compressor.size(raw)));
                let base = price.saturating_mul(size);
                let penalty = base.saturating_mul(size) / factor.max(U256::ONE);
                base.saturating_add(penalty) / PRECISION
            }
        }
    };
    Ok(fee.min(MAX_FEE))
}

fn data_gas(raw: &[u8]) -> U256 {
    let zeros = raw.iter().filter(|&&byte| byte == 0).count() as u64;
    U256::from(zeros * ZERO_BYTE_GAS + (raw.len() as u64 - zeros) * BYTE_GAS)
}

/// The factor for calldata that does not compress well, in units of `PRECISION`.
fn penalty(calldata: &[u8], threshold: U256, factor: U256, compressor: &mut Compressor) -> U256 {
    // The ratio is never below 1, and that of no data is infinite.
    let decided = factor == PRECISION || threshold <= PRECISION || calldata.is_empty();
    if decided || ratio(calldata, compressor) >= threshold { PRECISION } else { factor }
}

fn ratio(calldata: &[u8], compressor: &mut Compressor) -> U256 {
    let (plain, encoded) = (U256::from(calldata.len()), U256::from(compressor.size(calldata)));
    if encoded >= plain { PRECISION } else { plain * PRECISION / encoded }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn of(fork: Fork, raw: &[u8], calldata: &[u8], oracle: [u64; 11]) -> u64 {
        let slot = |index: u64| Ok::<_, Infallible>(U256::from(oracle[index as usize]));
        fee(fork, raw, calldata, &mut Compressor::new(), slot).unwrap().to()
    }

    /// l1 base fee 7 gwei, blob base fee 3 gwei, and so on, by slot.
    const GWEI: u64 = 1_000_000_000;
    const ORACLE: [u64; 11] =
        [0, 7 * GWEI, 2500, GWEI / 2, 0, 3 * GWEI, 230 * GWEI, 4 * GWEI, 1, GWEI, GWEI];

    #[test]
    fn before_curie_bytes_cost_calldata_gas() {
        let raw = [1, 0, 2, 0];

        let gas = 2 * 16 + 2 * 4 + 2500 + 64;
        assert_eq!(of(Fork::Archimedes, &raw, b"", ORACLE), gas * 7 * GWEI / 2);
        assert_eq!(of(Fork::Bernoulli, &raw, b"", ORACLE), gas * 7 * GWEI / 2);
    }

    #[test]
    fn curie_has_a_part_for_all_and_one_for_each_byte() {
        let expected = 230 * 7 * GWEI + 100 * 3 * 4 * GWEI;
        assert_eq!(of(Fork::Curie, &[1; 100], b"", ORACLE), expected);
        assert_eq!(of(Fork::EuclidV2, &[1; 100], b"", ORACLE), expected);
    }

    #[test]
    fn feynman_charges_the_factor_where_the_calldata_compresses_less_than_the_threshold() {
        let mut oracle = ORACLE;
        (oracle[6], oracle[9], oracle[10]) = (GWEI, 2 * GWEI, 5 * GWEI);
        let plain = 100 * (7 + 12) * GWEI;
        let noise = alloy_primitives::keccak256(b"noise");
        let fee = |calldata: &[u8]| of(Fork::Feynman, &[1; 100], calldata, oracle);

        assert_eq!(fee(&[0; 1000]), plain);
        assert_eq!(fee(b""), plain);
        assert_eq!(fee(&noise[..]), 5 * plain);
    }

    #[test]
    fn feynman_charges_no_factor_at_the_threshold_itself() {
        let calldata = [7; 1000];
        let found: u64 = ratio(&calldata, &mut Compressor::new()).to();
        let mut oracle = ORACLE;
        (oracle[6], oracle[10]) = (GWEI, 5 * GWEI);
        let plain = 100 * (7 + 12) * GWEI;
        for (threshold, times) in [(found - 1, 1), (found, 1), (found + 1, 5)] {
            oracle[9] = threshold;
            assert_eq!(of(Fork::Feynman, &[1; 100], &calldata, oracle), times * plain);
        }
    }

    #[test]
    fn feynman_takes_a_factor_of_none_as_it_is() {
        let mut oracle = ORACLE;
        (oracle[6], oracle[9], oracle[10]) = (GWEI, 2 * GWEI, 0);
        let noise = alloy_primitives::keccak256(b"noise");

        assert_eq!(of(Fork::Feynman, &[1; 100], &noise[..], oracle), 0);
    }

    #[test]
    fn feynman_counts_data_that_grows_as_it_is() {
        let mut oracle = ORACLE;
        (oracle[6], oracle[9], oracle[10]) = (GWEI, GWEI, 5 * GWEI);

        assert_eq!(of(Fork::Feynman, &[1; 100], &[7], oracle), 100 * (7 + 12) * GWEI);
    }

    #[test]
    fn galileo_charges_the_size_of_the_transaction_as_compressed() {
        let mut oracle = ORACLE;
        (oracle[6], oracle[10]) = (GWEI, 10);
        let noise = alloy_primitives::keccak256(b"noise");

        // It does not compress: 32 bytes, and 32 / 10 for each of them.
        let base = 32 * (7 + 12) * GWEI;
        assert_eq!(of(Fork::Galileo, &noise[..], b"", oracle), base + base * 32 / 10);
        assert!(of(Fork::GalileoV2, &[0; 1000], b"", oracle) < base + base * 32 / 10);
    }

    #[test]
    fn galileo_takes_no_factor_for_one() {
        let mut oracle = ORACLE;
        (oracle[6], oracle[10]) = (GWEI, 0);
        let noise = alloy_primitives::keccak256(b"noise");

        let base = 32 * (7 + 12) * GWEI;
        assert_eq!(of(Fork::Galileo, &noise[..], b"", oracle), base + base * 32);
    }

    #[test]
    fn fee_is_at_most_what_64_bits_hold() {
        let oracle = [u64::MAX; 11];
        for fork in [Fork::Archimedes, Fork::Curie, Fork::Feynman, Fork::Galileo] {
            assert_eq!(of(fork, &[1; 1000], &[1; 9], oracle), u64::MAX);
        }
    }
}
