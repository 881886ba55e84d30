//! Signed transactions of all types of Ethereum, from their raw bytes (EIP-2718).

use alloy_consensus::transaction::SignerRecoverable;
use alloy_consensus::{Transaction, TxEnvelope, Typed2718};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256};
use alloy_trie::root::ordered_trie_root_encoded;
use revm::context::TxEnv;
use revm::context_interface::either::Either;

/// A transaction and who signed it.
#[derive(Clone, Debug)]
pub struct Signed {
    pub envelope: TxEnvelope,
    pub sender: Address,
}

impl Signed {
    /// Read raw bytes, which must be the only ones of the transaction, and recover its sender.
    pub fn decode(raw: &[u8]) -> Result<Self, String> {
        let envelope = TxEnvelope::decode_2718_exact(raw)
            .map_err(|error| format!("it cannot be decoded: {error}"))?;
        if envelope.encoded_2718() != raw {
            return Err("its encoding is not canonical".into());
        }
        let sender =
            envelope.recover_signer().map_err(|_| "its signature is nobody's".to_owned())?;
        Ok(Self { envelope, sender })
    }

    /// What the EVM is given; `chain_id` is that of a transaction that names none.
    pub fn environment(&self) -> TxEnv {
        let transaction = &self.envelope;
        let authorizations = transaction.authorization_list().unwrap_or_default();
        TxEnv {
            tx_type: transaction.ty(),
            caller: self.sender,
            gas_limit: transaction.gas_limit(),
            gas_price: transaction.max_fee_per_gas(),
            kind: transaction.kind(),
            value: transaction.value(),
            data: transaction.input().clone(),
            nonce: transaction.nonce(),
            chain_id: transaction.chain_id(),
            access_list: transaction.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: transaction.max_priority_fee_per_gas(),
            authorization_list: authorizations.iter().cloned().map(Either::Left).collect(),
            ..TxEnv::default()
        }
    }
}

/// The transactions root of a block.
pub fn root<T: AsRef<[u8]>>(raw: &[T]) -> B256 {
    ordered_trie_root_encoded(raw)
}
