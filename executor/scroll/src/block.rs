//! The execution of one block: what is due at its start, and its transactions in order.

use alloy_consensus::Header;
use alloy_primitives::B256;
use attestor_evm::WitnessError;
use attestor_evm::receipt::Receipt;
use revm::context::ContextSetters;
use revm::context::result::{EVMError, ExecutionResult};
use revm::handler::{EvmTr, Handler, SystemCallEvm};
use revm::state::EvmState;
use revm::{Database, ExecuteEvm};

use crate::address::{BLOCK_HASHES, MESSAGE_QUEUE, WITHDRAW_ROOT_SLOT};
use crate::compression::Compressor;
use crate::failure::{Class, Failure, of_witness};
use crate::fork::{Fork, ForkTable};
use crate::handler::{Error, ScrollHandler};
use crate::l1_fee;
use crate::machine::{Machine, Surroundings, machine, parent_hash_input};
use crate::oracle;
use crate::request::Chain;
use crate::transaction::Transaction;
use crate::upgrade;

/// What is executed, beside the transactions.
pub(crate) struct Start<'a> {
    pub(crate) forks: &'a ForkTable,
    pub(crate) fork: Fork,
    pub(crate) surroundings: Surroundings,
    pub(crate) parent_hash: B256,
    pub(crate) parent_time: Option<u64>,
}

impl<'a> Start<'a> {
    /// Of a block with these fields; `parent_time` is that of the block before it, where it is known.
    pub(crate) fn new(chain: &'a Chain, fields: &Header, parent_time: Option<u64>) -> Self {
        let fork = chain.forks.at(fields.number, fields.timestamp);
        Self {
            forks: &chain.forks,
            fork,
            surroundings: Surroundings {
                chain_id: chain.id,
                number: fields.number,
                time: fields.timestamp,
                gas_limit: fields.gas_limit,
                base_fee: fields.base_fee_per_gas.unwrap_or(0),
            },
            parent_hash: fields.parent_hash,
            parent_time,
        }
    }
}

/// What execution gives.
pub(crate) struct Executed {
    pub(crate) gas_used: u64,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) l1_messages: usize,
    pub(crate) withdraw_root: B256,
    pub(crate) changes: EvmState,
}

/// Execute a block's raw transactions on `state`, which is left as it is.
pub(crate) fn execute<D: Database<Error = WitnessError>>(
    state: D,
    start: &Start<'_>,
    transactions: &[&[u8]],
    compressor: &mut Compressor,
) -> Result<Executed, Failure> {
    let mut machine = machine(state, start.fork, start.surroundings);
    begin(&mut machine, start)?;
    let (mut receipts, mut gas_used, mut l1_messages) = (Vec::new(), 0, 0);
    for (index, raw) in transactions.iter().enumerate() {
        let invalid = |why: String| {
            Failure::new(Class::InvalidBlock, format!("transaction {index} is not valid: {why}"))
                .with("transaction", index)
        };
        let transaction = Transaction::decode(raw, start.fork).map_err(invalid)?;
        let left = start.surroundings.gas_limit.saturating_sub(gas_used);
        let outcome = run(&mut machine, &transaction, raw, left, compressor);
        let result = outcome.map_err(|error| of_evm(&error, invalid))?;
        gas_used += result.tx_gas_used();
        l1_messages += usize::from(transaction.is_from_l1());
        receipts.push(Receipt {
            transaction_type: raw.first().copied().filter(|first| *first < 0x80).unwrap_or(0),
            success: result.is_success(),
            cumulative_gas: gas_used,
            logs: result.into_logs(),
        });
    }
    let withdraw_root = oracle::peek(machine.ctx(), MESSAGE_QUEUE, WITHDRAW_ROOT_SLOT);
    let withdraw_root = withdraw_root.map_err(|error| of_witness(&error))?.into();
    let changes = machine.finalize();
    Ok(Executed { gas_used, receipts, l1_messages, withdraw_root, changes })
}

/// Upgrades, and from Feynman on the parent's hash.
fn begin<D: Database<Error = WitnessError>>(
    machine: &mut Machine<D>,
    start: &Start<'_>,
) -> Result<(), Failure> {
    let place = upgrade::Place {
        number: start.surroundings.number,
        time: start.surroundings.time,
        parent_time: start.parent_time,
    };
    upgrade::apply(machine.ctx(), start.forks, place).map_err(|error| of_witness(&error))?;
    if start.fork >= Fork::Feynman {
        let input = parent_hash_input(start.parent_hash);
        let called = machine.system_call_one(BLOCK_HASHES, input);
        called.map_err(|error| of_evm(&error, Failure::crash))?;
    }
    Ok(())
}

fn run<D: Database<Error = WitnessError>>(
    machine: &mut Machine<D>,
    transaction: &Transaction,
    raw: &[u8],
    gas_left: u64,
    compressor: &mut Compressor,
) -> Result<ExecutionResult, Error<D>> {
    let environment = transaction.environment();
    if environment.gas_limit > gas_left {
        return Err(EVMError::Transaction(
            revm::context::result::InvalidTransaction::CallerGasLimitMoreThanBlock,
        ));
    }
    let context = machine.ctx();
    let fork = context.chain.fork;
    context.chain.is_from_l1 = transaction.is_from_l1();
    context.chain.l1_fee = match transaction {
        Transaction::FromL1(_) => Default::default(),
        Transaction::Signed(_) => {
            let slot = |index| oracle::slot(context, index);
            l1_fee::fee(fork, raw, &environment.data, compressor, slot)
                .map_err(EVMError::Database)?
        }
    };
    if !environment.authorization_list.is_empty() {
        settle(machine);
    }
    machine.ctx.set_tx(environment);
    ScrollHandler::new().run(machine)
}

/// Make empty accounts that earlier transactions touched into none again, as they are in the state
/// (EIP-161). In the journal, which lasts for the whole block, an authorization by such an account
/// would count as one by an account that exists (EIP-7702).
fn settle<D: Database>(machine: &mut Machine<D>) {
    for account in machine.ctx().journaled_state.inner.state.values_mut() {
        if account.is_empty() && account.is_loaded_as_not_existing() {
            account.unmark_touch();
        }
    }
}

/// `invalid` makes a failure of what is wrong with the transaction.
fn of_evm(error: &EVMError<WitnessError>, invalid: impl FnOnce(String) -> Failure) -> Failure {
    match error {
        EVMError::Database(error) => of_witness(error),
        EVMError::Transaction(error) => invalid(error.to_string()),
        other => Failure::crash(format!("the EVM failed: {other}")),
    }
}

#[cfg(test)]
mod tests;
