//! Consecutive blocks on one state, each checked against its header.
//!
//! Everything that a header commits to is computed here and compared; the first thing that differs
//! is the answer, and nothing of what came before it is given.

use alloy_consensus::constants::EMPTY_OMMER_ROOT_HASH;
use alloy_primitives::{B256, Keccak256, keccak256};
use attestor_evm::header::HashedHeader;
use attestor_evm::{State, Tries, WitnessError, receipt, transaction};

use crate::block::{self, Executed, Start};
use crate::compression::Compressor;
use crate::failure::{Class, Failure, invalid_request, mismatch, of_witness};
use crate::fork::Fork;
use crate::request::{Block, Blocks, Chain};

/// What state is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// zktrie, until Euclid.
    Zktrie,
    /// Merkle-Patricia tries.
    Mpt,
}

impl Era {
    fn of(fork: Fork) -> Self {
        if fork < Fork::Euclid { Self::Zktrie } else { Self::Mpt }
    }
}

/// What is known of a block that was executed, and is as its header says.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) header: HashedHeader,
    pub(crate) fork: Fork,
    pub(crate) pre_state_root: B256,
    pub(crate) withdraw_root: B256,
    pub(crate) transactions: usize,
    pub(crate) l1_messages: usize,
    /// Of the hashes of all transactions.
    pub(crate) transactions_digest: B256,
}

/// The block before the next one.
struct Before {
    header: Option<HashedHeader>,
    state_root: B256,
}

/// A range whose headers are read, and follow each other.
pub(crate) struct Range<'a> {
    chain: Chain,
    pre_state_root: B256,
    parent: Option<HashedHeader>,
    /// Each with its fork.
    blocks: Vec<(Block<'a>, HashedHeader, Fork)>,
    /// The parent says what the state before the first block is.
    pub(crate) parent_checked: bool,
}

impl<'a> Range<'a> {
    /// Read the headers, and check all that needs no execution.
    pub(crate) fn new(chain: Chain, given: Blocks<'a>) -> Result<Self, Failure> {
        let parent = given.parent.map(HashedHeader::decode).transpose();
        let parent = parent.map_err(|why| invalid_request(format!("the parent: {why}")))?;
        let mut blocks = Vec::with_capacity(given.blocks.len());
        for block in given.blocks {
            let header = HashedHeader::decode(block.header)
                .map_err(|why| invalid_request(format!("block {}: {why}", blocks.len())))?;
            let fork = chain.forks.at(header.fields.number, header.fields.timestamp);
            blocks.push((block, header, fork));
        }
        let mut before = parent.as_ref();
        for (block, header, fork) in &blocks {
            follows(before, header, block.hash)
                .and_then(|()| takes(header, *fork))
                .map_err(|failure| failure.with("block", header.fields.number))?;
            before = Some(header);
        }
        let mut range = Self {
            chain,
            pre_state_root: given.pre_state_root,
            parent,
            blocks,
            parent_checked: false,
        };
        range.check_parent()?;
        Ok(range)
    }

    /// The kind of state that all of its blocks have.
    pub(crate) fn era(&self) -> Result<Era, Failure> {
        let mut eras = self.blocks.iter().map(|(_, header, fork)| (header, Era::of(*fork)));
        let era = eras.next().map_or(Era::Mpt, |(_, era)| era);
        match eras.find(|(_, other)| *other != era) {
            None => Ok(era),
            Some((header, _)) => {
                let detail = "with Euclid the state came into another kind of trie: execute the \
                              blocks before it and those from it on in two requests";
                let failure = Failure::new(Class::UnsupportedEra, detail);
                Err(failure.with("block", header.fields.number))
            }
        }
    }

    pub(crate) fn pre_state_root(&self) -> B256 {
        self.pre_state_root
    }

    /// The parent's state root, where it is of the same kind as that of the first block.
    fn check_parent(&mut self) -> Result<(), Failure> {
        let (Some(parent), Some((_, first, fork))) = (&self.parent, self.blocks.first()) else {
            return Ok(());
        };
        let before = self.chain.forks.at(parent.fields.number, parent.fields.timestamp);
        if Era::of(before) != Era::of(*fork) {
            return Ok(());
        }
        if parent.fields.state_root != self.pre_state_root {
            let differs = mismatch("pre_state_root", parent.fields.state_root, self.pre_state_root);
            return Err(differs.with("block", first.fields.number));
        }
        self.parent_checked = true;
        Ok(())
    }

    /// Execute all blocks, one after the other.
    pub(crate) fn execute<T: Tries>(
        &self,
        state: &mut State<'_, T>,
        compressor: &mut Compressor,
    ) -> Result<Vec<Checked>, Failure> {
        let mut before = Before { header: self.parent.clone(), state_root: self.pre_state_root };
        let mut checked = Vec::with_capacity(self.blocks.len());
        for entry in &self.blocks {
            let number = entry.1.fields.number;
            let done = self
                .execute_one(entry, &before, state, compressor)
                .map_err(|failure| failure.with("block", number))?;
            before = Before {
                header: Some(done.header.clone()),
                state_root: done.header.fields.state_root,
            };
            checked.push(done);
        }
        Ok(checked)
    }

    fn execute_one<T: Tries>(
        &self,
        (block, header, fork): &(Block<'a>, HashedHeader, Fork),
        before: &Before,
        state: &mut State<'_, T>,
        compressor: &mut Compressor,
    ) -> Result<Checked, Failure> {
        let fields = &header.fields;
        let transactions_root = transaction::root(&block.transactions);
        same("transactions_root", fields.transactions_root, transactions_root)?;
        let start = self.start(header, before);
        let executed = block::execute(&mut *state, &start, &block.transactions, compressor)?;
        let Executed { gas_used, receipts, l1_messages, withdraw_root, changes } = executed;
        same("gas_used", fields.gas_used, gas_used)?;
        let receipts = receipt::summary(receipts);
        same("receipts_root", fields.receipts_root, receipts.root)?;
        same("logs_bloom", fields.logs_bloom, receipts.bloom)?;
        state.commit(changes);
        let state_root = state.root().map_err(|error: WitnessError| of_witness(&error))?;
        same("state_root", fields.state_root, state_root)?;
        Ok(Checked {
            header: header.clone(),
            fork: *fork,
            pre_state_root: before.state_root,
            withdraw_root,
            transactions: block.transactions.len(),
            l1_messages,
            transactions_digest: digest(&block.transactions),
        })
    }

    fn start(&self, header: &HashedHeader, before: &Before) -> Start<'_> {
        let parent_time = before.header.as_ref().map(|parent| parent.fields.timestamp);
        Start::new(&self.chain, &header.fields, parent_time)
    }

    /// Execute all blocks on a state that has everything already, and check nothing: what the checks
    /// cost is measured against this.
    pub(crate) fn execute_plain<T: Tries>(
        &self,
        state: &mut State<'_, T>,
        compressor: &mut Compressor,
    ) -> Result<u64, Failure> {
        let mut before = Before { header: self.parent.clone(), state_root: self.pre_state_root };
        let mut gas_used = 0;
        for (block, header, _) in &self.blocks {
            let start = self.start(header, &before);
            let executed = block::execute(&mut *state, &start, &block.transactions, compressor)?;
            state.commit(executed.changes);
            gas_used += executed.gas_used;
            before.header = Some(header.clone());
        }
        Ok(gas_used)
    }
}

/// The codes of a witness, and those that every chain has.
pub(crate) fn with_common(given: Vec<&[u8]>) -> impl Iterator<Item = &[u8]> {
    let history: &[u8] = &alloy_eips::eip2935::HISTORY_STORAGE_CODE;
    given.into_iter().chain([history])
}

/// Whether a header follows the one before it, and has the hash that it is given with.
fn follows(
    before: Option<&HashedHeader>,
    header: &HashedHeader,
    given: Option<B256>,
) -> Result<(), Failure> {
    let fields = &header.fields;
    if let Some(before) = before {
        let next = before.fields.number.saturating_add(1);
        same("number", next, fields.number)?;
        same("parent_hash", fields.parent_hash, before.hash)?;
        if fields.timestamp < before.fields.timestamp {
            return Err(mismatch("timestamp", before.fields.timestamp, fields.timestamp));
        }
    }
    given.map_or(Ok(()), |given| same("hash", given, header.hash))
}

/// Whether a header has what Scroll's have, and no more.
fn takes(header: &HashedHeader, fork: Fork) -> Result<(), Failure> {
    let fields = &header.fields;
    let invalid = |why| Err(Failure::new(Class::InvalidBlock, why));
    if fields.number == 0 {
        return invalid("block 0 is the genesis, which nothing executes");
    }
    if fields.ommers_hash != EMPTY_OMMER_ROOT_HASH {
        return invalid("the header names uncles, which Scroll has none of");
    }
    let later = [fields.withdrawals_root, fields.parent_beacon_block_root, fields.requests_hash];
    if later.iter().any(Option::is_some) || fields.blob_gas_used.is_some() {
        return invalid("the header has fields that Scroll's have not");
    }
    if fork >= Fork::Curie && fields.base_fee_per_gas.is_none() {
        return invalid("the header has no base fee, which is there from Curie on");
    }
    if fork < Fork::Curie && fields.base_fee_per_gas.is_some() {
        return invalid("the header has a base fee, which comes with Curie");
    }
    Ok(())
}

fn same<V: PartialEq + std::fmt::Display>(
    field: &str,
    expected: V,
    computed: V,
) -> Result<(), Failure> {
    if expected == computed { Ok(()) } else { Err(mismatch(field, expected, computed)) }
}

fn digest(transactions: &[&[u8]]) -> B256 {
    let mut all = Keccak256::new();
    transactions.iter().for_each(|raw| all.update(keccak256(raw)));
    all.finalize()
}
