//! The gas price oracle as it is between two transactions.

use alloy_primitives::U256;
use revm::Database;
use revm::context::JournalTr;

use crate::address::GAS_ORACLE;
use crate::machine::ScrollContext;

/// The value of one of its slots. Nothing becomes warm by this.
pub(crate) fn slot<D: Database>(
    context: &mut ScrollContext<D>,
    slot: u64,
) -> Result<U256, D::Error> {
    peek(context, GAS_ORACLE, U256::from(slot))
}

/// The value of a slot of any account, without making it warm.
pub(crate) fn peek<D: Database>(
    context: &mut ScrollContext<D>,
    address: alloy_primitives::Address,
    slot: U256,
) -> Result<U256, D::Error> {
    let (state, accounts) = context.journaled_state.db_and_state_mut();
    match accounts.get(&address).and_then(|account| account.storage.get(&slot)) {
        Some(known) => Ok(known.present_value()),
        None => state.storage(address, slot),
    }
}
