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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&[u8]]) -> Vec<u8> {
        let body = items.concat();
        let mut bytes = Vec::new();
        Header { list: true, payload_length: body.len() }.encode(&mut bytes);
        [bytes, body].concat()
    }

    /// Queue index 5, gas 7, value 9, data of two bytes; `place` holds another item.
    fn fields(place: usize, item: &[u8]) -> Vec<u8> {
        let address = alloy_rlp::encode(Address::repeat_byte(1));
        let mut items = [&[5][..], &[7], &address, &[9], &[0x82, 1, 2], &address];
        items[place] = item;
        list(&items)
    }

    #[test]
    fn fields_are_read_in_their_order() {
        let message = L1Message::decode(&fields(0, &[5])).unwrap();

        assert_eq!((message.queue_index, message.gas, message.value), (5, 7, U256::from(9)));
        assert_eq!((&message.data[..], message.to), (&[1, 2][..], message.sender));
    }

    /// Each would be the same message under another hash.
    #[test]
    fn other_encodings_of_the_same_message_are_refused() {
        let good = fields(0, &[5]);
        let address = alloy_rlp::encode(Address::repeat_byte(1));
        let seven = [5, 7, 9, 0x80].map(|item| vec![item]);
        let seven = [&seven[0], &seven[1], &address, &seven[2], &seven[3], &address, &seven[3]];
        for bytes in [
            [&good[..], &[0x80]].concat(),
            list(&seven.map(Vec::as_slice)),
            good[..good.len() - 1].to_vec(),
            fields(0, &[0x81, 5]),
            fields(0, &[0x82, 0, 5]),
            fields(0, &[0xb8, 1, 5]),
            fields(1, &[0]),
            fields(2, &[0x80]),
            fields(3, &[0x82, 0, 9]),
            fields(4, &[0xb8, 2, 1, 2]),
            fields(4, &[0xc2, 1, 2]),
            [&[0xf8, good[0] - 0xc0][..], &good[1..]].concat(),
            [&[good[0] - 1][..], &good[1..]].concat(),
        ] {
            assert!(L1Message::decode(&bytes).is_err(), "{bytes:02x?}");
        }
    }
}
