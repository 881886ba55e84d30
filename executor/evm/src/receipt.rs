//! Receipts, and what a header commits to of them (yellow paper 4.3.1; EIP-658, EIP-2718).

use alloy_consensus::{Eip658Value, Receipt as Fields, TxReceipt};
use alloy_primitives::{B256, Bloom, Log};
use alloy_rlp::Encodable;
use alloy_trie::root::ordered_trie_root_encoded;

/// What an executed transaction leaves in its block.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub transaction_type: u8,
    pub success: bool,
    /// Of this transaction and all before it in the block.
    pub cumulative_gas: u64,
    pub logs: Vec<Log>,
}

/// What a header says of a block's receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub root: B256,
    pub bloom: Bloom,
}

/// The receipts root and the logs bloom of a block.
pub fn summary(receipts: Vec<Receipt>) -> Summary {
    let mut bloom = Bloom::ZERO;
    let encoded: Vec<Vec<u8>> = receipts
        .into_iter()
        .map(|receipt| {
            let mut bytes = Vec::new();
            if receipt.transaction_type != 0 {
                bytes.push(receipt.transaction_type);
            }
            let fields = Fields {
                status: Eip658Value::Eip658(receipt.success),
                cumulative_gas_used: receipt.cumulative_gas,
                logs: receipt.logs,
            }
            .into_with_bloom();
            bloom |= fields.logs_bloom;
            fields.encode(&mut bytes);
            bytes
        })
        .collect();
    Summary { root: ordered_trie_root_encoded(&encoded), bloom }
}
