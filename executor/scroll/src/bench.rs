//! What a request costs with all of its checks, and what its execution alone does.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use attestor_child::Fields;
use attestor_evm::{Account, Change, Tries, WitnessError};
use rustix::time::{ClockId, clock_gettime};

use crate::compression::Compressor;
use crate::failure::{Failure, of_witness};
use crate::range::Range;
use crate::request::{Blocks, Chain};
use crate::witness::Witness;

/// CPU times of one request.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Hashing, tries, roots and checks included.
    pub full: Duration,
    /// The same transactions with sender recovery and fees, on a state that is in memory.
    pub plain: Duration,
    pub gas_used: u64,
}

/// Measure one request both ways.
pub fn measure(header: &Fields, blobs: &[Vec<u8>; 3]) -> Result<Cost, Failure> {
    let [blocks, nodes, codes] = blobs;
    let chain = Chain::parse(header)?;
    let start = now();
    let range = Range::new(chain, Blocks::decode(blocks)?)?;
    let witness = Witness::new(range.era()?, nodes, codes)?;
    let mut state = witness.state(&range)?;
    range.execute(&mut state, &mut Compressor::new())?;
    let full = now() - start;
    let mut preloaded = witness.state(&range)?;
    preloaded.preload(&state).map_err(|error| of_witness(&error))?;
    let mut preloaded = preloaded.over(Nothing);
    let start = now();
    let gas_used = range.execute_plain(&mut preloaded, &mut Compressor::new())?;
    Ok(Cost { full, plain: now() - start, gas_used })
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// Tries of which nothing is asked.
struct Nothing;

impl Tries for Nothing {
    fn account(&mut self, _: Address) -> Result<Option<Account>, WitnessError> {
        Ok(None)
    }

    fn slot(&mut self, _: Address, _: U256) -> Result<U256, WitnessError> {
        Ok(U256::ZERO)
    }

    fn update(&mut self, _: &[Change]) -> Result<B256, WitnessError> {
        Ok(B256::ZERO)
    }
}
