//! A message from L1: a transaction of type 0x7e, which nobody signs and nobody pays for on L2.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_rlp::{Decodable, Header};
use revm::context::TxEnv;

/// 0x7e ‖ rlp([queue index, gas, to, value, data, sender])
pub(crate) const TYPE: u8 = 0x7e;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct L1Message {
    pub(crate) queue_index: u64,
    pub(crate) gas: u64,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) sender: Address,
}

impl L1Message {
    /// Read what follows the type byte.
    pub(crate) fn decode(fields: &[u8]) -> alloy_rlp::Result<Self> {
        let mut rest = fields;
        let header = Header::decode(&mut rest)?;
        if !header.list {
            return Err(alloy_rlp::Error::UnexpectedString);
        }
        if header.payload_length != rest.len() {
            return Err(alloy_rlp::Error::UnexpectedLength);
        }
        let message = Self {
            queue_index: Decodable::decode(&mut rest)?,
            gas: Decodable::decode(&mut rest)?,
            to: Decodable::decode(&mut rest)?,
            value: Decodable::decode(&mut rest)?,
            data: Decodable::decode(&mut rest)?,
            sender: Decodable::decode(&mut rest)?,
        };
        if rest.is_empty() { Ok(message) } else { Err(alloy_rlp::Error::UnexpectedLength) }
    }

    /// What the EVM is given. The nonce is not looked at.
    pub(crate) fn environment(&self) -> TxEnv {
        TxEnv {
            tx_type: TYPE,
            caller: self.sender,
            gas_limit: self.gas,
            gas_price: 0,
            kind: TxKind::Call(self.to),
            value: self.value,
            data: self.data.clone(),
            chain_id: None,
            ..TxEnv::default()
        }
    }
}
