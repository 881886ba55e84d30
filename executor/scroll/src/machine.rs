//! The EVM as each fork has it: its specification, opcodes and precompiles.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use revm::bytecode::opcode;
use revm::context::{BlockEnv, CfgEnv, Context, Evm, Journal, TxEnv};
use revm::context_interface::block::BlobExcessGasAndPrice;
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EthPrecompiles, MainBuilder};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{
    Host, Instruction, InstructionContext, InstructionExecResult, InstructionResult,
};
use revm::primitives::BLOCK_HASH_HISTORY;
use revm::primitives::hardfork::SpecId;
use revm::{Database, MainContext};

use crate::address::{BLOCK_HASHES, BLOCK_HASHES_LENGTH, FEE_VAULT};
use crate::fork::Fork;
use crate::precompile;

const BLOCK_HASH_GAS: u16 = 20;

/// What the EVM knows beside Ethereum's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rollup {
    pub(crate) fork: Fork,
    /// What the transaction pays for its data on L1; messages from L1 pay nothing at all.
    pub(crate) l1_fee: U256,
    pub(crate) is_from_l1: bool,
}

pub(crate) type ScrollContext<D> = Context<BlockEnv, TxEnv, CfgEnv, D, Journal<D>, Rollup>;
type Instructions<D> = EthInstructions<EthInterpreter, ScrollContext<D>>;
pub(crate) type Machine<D> =
    Evm<ScrollContext<D>, (), Instructions<D>, EthPrecompiles, EthFrame<EthInterpreter>>;

/// What a block's transactions see of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    pub(crate) chain_id: u64,
    pub(crate) number: u64,
    pub(crate) time: u64,
    pub(crate) gas_limit: u64,
    pub(crate) base_fee: u64,
}

/// The EVM of `fork` for a block.
pub(crate) fn machine<D: Database>(state: D, fork: Fork, surroundings: Surroundings) -> Machine<D> {
    let spec = specification(fork);
    let block = BlockEnv {
        number: U256::from(surroundings.number),
        beneficiary: FEE_VAULT,
        timestamp: U256::from(surroundings.time),
        gas_limit: surroundings.gas_limit,
        basefee: surroundings.base_fee,
        difficulty: U256::ZERO,
        prevrandao: Some(B256::ZERO),
        // There are no blobs on L2, but the EVM asks for a price.
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
            excess_blob_gas: 0,
            blob_gasprice: 1,
        }),
        ..BlockEnv::default()
    };
    let rollup = Rollup { fork, l1_fee: U256::ZERO, is_from_l1: false };
    let context =
        Context::mainnet().with_db(state).with_chain(rollup).with_block(block).modify_cfg_chained(
            |cfg| {
                cfg.set_spec_and_mainnet_gas_params(spec);
                cfg.chain_id = surroundings.chain_id;
                cfg.disable_eip7623 = fork < Fork::Feynman;
                // Osaka's limit of one transaction's gas is not taken over.
                cfg.tx_gas_limit_cap = Some(u64::MAX);
            },
        );
    let mut machine = context.build_mainnet();
    machine.precompiles = EthPrecompiles { precompiles: precompile::of_fork(fork), spec };
    set_opcodes(&mut machine.instruction, fork);
    machine
}

/// Of Ethereum's forks, the one whose rules are nearest.
fn specification(fork: Fork) -> SpecId {
    match fork {
        Fork::Archimedes | Fork::Bernoulli => SpecId::SHANGHAI,
        Fork::Curie | Fork::Euclid => SpecId::CANCUN,
        Fork::EuclidV2 | Fork::Feynman => SpecId::PRAGUE,
        Fork::Galileo | Fork::GalileoV2 => SpecId::OSAKA,
    }
}

fn set_opcodes<D: Database>(instructions: &mut Instructions<D>, fork: Fork) {
    for code in [opcode::SELFDESTRUCT, opcode::BLOBHASH, opcode::BLOBBASEFEE] {
        instructions.insert_instruction(code, Instruction::unknown(), 0);
    }
    if fork < Fork::Curie {
        instructions.insert_instruction(opcode::BASEFEE, Instruction::unknown(), 0);
    }
    let block_hash = Instruction::new(block_hash::<D>);
    instructions.insert_instruction(opcode::BLOCKHASH, block_hash, BLOCK_HASH_GAS);
}

/// BLOCKHASH: a hash of the number alone, and from Feynman on that of the block, out of the contract
/// of EIP-2935, whose slot is warm afterwards.
fn block_hash<D: Database>(
    context: InstructionContext<'_, ScrollContext<D>, EthInterpreter>,
) -> InstructionExecResult {
    let host = context.host;
    let Some(top) = context.interpreter.stack.top() else {
        return Err(InstructionResult::StackUnderflow);
    };
    let current = host.block_number();
    let is_known = *top < current && current - *top <= U256::from(BLOCK_HASH_HISTORY);
    if !is_known {
        *top = U256::ZERO;
        return Ok(());
    }
    let number: u64 = top.saturating_to();
    *top = if host.chain.fork < Fork::Feynman {
        keccak256([host.cfg.chain_id.to_be_bytes(), number.to_be_bytes()].concat()).into()
    } else {
        let slot = U256::from(number % BLOCK_HASHES_LENGTH);
        host.load_account_delegated(BLOCK_HASHES)
            .and_then(|_| host.sload(BLOCK_HASHES, slot))
            .ok_or(InstructionResult::FatalExternalError)?
            .data
    };
    Ok(())
}

/// What `machine` is told to call before a block's first transaction: the parent's hash (EIP-2935).
pub(crate) fn parent_hash_input(parent: B256) -> Bytes {
    Bytes::copy_from_slice(parent.as_slice())
}
