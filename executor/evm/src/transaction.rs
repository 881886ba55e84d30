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

#[cfg(test)]
mod tests {
    use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
    use alloy_primitives::{Signature, TxKind, U256};
    use alloy_rlp::Header;

    use super::*;

    fn signature() -> Signature {
        Signature::new(U256::ONE, U256::from(5), false)
    }

    fn raw(is_legacy: bool) -> Vec<u8> {
        let (chain_id, nonce, to) = (7, 0x1234, TxKind::Call(Address::repeat_byte(1)));
        if is_legacy {
            let transaction =
                TxLegacy { chain_id: Some(chain_id), nonce, to, ..Default::default() };
            TxEnvelope::from(transaction.into_signed(signature())).encoded_2718()
        } else {
            let transaction = TxEip1559 { chain_id, nonce, to, ..Default::default() };
            TxEnvelope::from(transaction.into_signed(signature())).encoded_2718()
        }
    }

    #[test]
    fn transaction_is_read_with_its_sender() {
        for is_legacy in [true, false] {
            let signed = Signed::decode(&raw(is_legacy)).unwrap();
            assert_eq!(signed.envelope.nonce(), 0x1234);
            assert_eq!(signed.sender, signed.envelope.recover_signer().unwrap());
        }
    }

    /// Each would be the same transaction under another hash.
    #[test]
    fn other_encodings_of_the_same_transaction_are_refused() {
        for is_legacy in [true, false] {
            let bytes = raw(is_legacy);
            let start = usize::from(!is_legacy);
            let Ok(header) = Header::decode(&mut &bytes[start..]) else { panic!("it is a list") };
            let body = &bytes[bytes.len() - header.payload_length..];
            let at = body.windows(3).position(|part| part == [0x82, 0x12, 0x34]).unwrap();
            let with = |item: &[u8], after: &[u8]| {
                let body = [&body[..at], item, &body[at + 3..], after].concat();
                let mut list = Vec::new();
                Header { list: true, payload_length: body.len() }.encode(&mut list);
                [&bytes[..start], &list, &body].concat()
            };
            assert_eq!(with(&[0x82, 0x12, 0x34], &[]), bytes);
            for other in [
                with(&[0x83, 0, 0x12, 0x34], &[]),
                with(&[0xb8, 2, 0x12, 0x34], &[]),
                with(&[0x81, 0x12], &[]),
                with(&[0x00], &[]),
                with(&[0xc2, 0x12, 0x34], &[]),
                with(&[0x82, 0x12, 0x34], &[0x80]),
                [&bytes[..], &[0x80]].concat(),
                [&[0], &bytes[..]].concat(),
                [&bytes[..start], &[0xf9, 0, body.len() as u8], body].concat(),
                bytes[..bytes.len() - 1].to_vec(),
            ] {
                assert!(Signed::decode(&other).is_err(), "{other:02x?}");
            }
        }
    }

    /// Whether `v` or a parity of the signature: there is one way to say each.
    #[test]
    fn parity_said_in_another_way_is_refused() {
        let bytes = raw(false);
        // The last items are parity, r and s: 0x80, 0x01, 0x05.
        let place = bytes.len() - 3;
        assert_eq!(bytes[place..], [0x80, 1, 5]);
        for parity in [0x00, 0x02, 27, 28] {
            let mut other = bytes.clone();
            other[place] = parity;
            assert!(Signed::decode(&other).is_err(), "{parity}");
        }
    }
}
