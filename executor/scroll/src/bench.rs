//! What a request costs with all of its checks, and what its execution alone does.

use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use attestor_child::Fields;
use attestor_evm::header::HashedHeader;
use attestor_evm::{Account, Change, Tries, WitnessError, receipt, transaction};
use rustix::time::{ClockId, clock_gettime};

use crate::block::{self, Start};
use crate::compression::Compressor;
use crate::failure::{Failure, invalid_request, of_witness};
use crate::range::{Era, Range};
use crate::request::{Block, Blocks, Chain};
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
    let mut state = witness.state(range.pre_state_root())?;
    range.execute(&mut state, &mut Compressor::new())?;
    let full = now() - start;
    let mut preloaded = witness.state(range.pre_state_root())?;
    preloaded.preload(&state).map_err(|error| of_witness(&error))?;
    let mut preloaded = preloaded.over(Nothing);
    let start = now();
    let gas_used = range.execute_plain(&mut preloaded, &mut Compressor::new())?;
    Ok(Cost { full, plain: now() - start, gas_used })
}

/// The headers of a request's blocks with all that their execution comes to filled in, each with the
/// hash of the one before it: so a chain can be made of transactions alone.
pub fn seal(header: &Fields, blobs: &[Vec<u8>; 3]) -> Result<Vec<Vec<u8>>, Failure> {
    let [blocks, nodes, codes] = blobs;
    let (chain, given) = (Chain::parse(header)?, Blocks::decode(blocks)?);
    let witness = Witness::new(Era::Mpt, nodes, codes)?;
    let mut state = witness.state(given.pre_state_root)?;
    let (mut compressor, mut sealed) = (Compressor::new(), Vec::new());
    let mut before: Option<HashedHeader> = None;
    for Block { header, transactions, .. } in &given.blocks {
        let mut fields = HashedHeader::decode(header).map_err(invalid_request)?.fields;
        if let Some(before) = &before {
            fields.parent_hash = before.hash;
        }
        let parent_time = before.as_ref().map(|before| before.fields.timestamp);
        let start = Start::new(&chain, &fields, parent_time);
        let executed = block::execute(&mut state, &start, transactions, &mut compressor)?;
        let receipts = receipt::summary(executed.receipts);
        state.commit(executed.changes);
        fields.transactions_root = transaction::root(transactions);
        fields.gas_used = executed.gas_used;
        (fields.receipts_root, fields.logs_bloom) = (receipts.root, receipts.bloom);
        fields.state_root = state.root().map_err(|error| of_witness(&error))?;
        let bytes = alloy_rlp::encode(&fields);
        before = Some(HashedHeader::decode(&bytes).map_err(invalid_request)?);
        sealed.push(bytes);
    }
    Ok(sealed)
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
