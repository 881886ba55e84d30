//! Where Scroll's predeployed contracts are, and what of their storage execution uses.

use alloy_primitives::{Address, U256, address};

/// Gets the fees of transactions; the EVM's coinbase, whatever the header's is.
pub(crate) const FEE_VAULT: Address = address!("5300000000000000000000000000000000000005");

/// L1GasPriceOracle: what a transaction's data costs on L1.
pub(crate) const GAS_ORACLE: Address = address!("5300000000000000000000000000000000000002");

/// L2MessageQueue, whose slot 0 is the withdraw root.
pub(crate) const MESSAGE_QUEUE: Address = address!("5300000000000000000000000000000000000000");
pub(crate) const WITHDRAW_ROOT_SLOT: U256 = U256::ZERO;

/// Hashes of the last blocks (EIP-2935), from Feynman on.
pub(crate) const BLOCK_HASHES: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");
/// It is a ring of so many slots.
pub(crate) const BLOCK_HASHES_LENGTH: u64 = 8191;
