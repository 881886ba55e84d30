//! A block's header, with its hash recomputed.

use alloy_consensus::Header;
use alloy_primitives::{B256, keccak256};
use alloy_rlp::{Decodable, Encodable};

/// A header and the hash of its RLP.
#[derive(Clone, Debug)]
pub struct HashedHeader {
    pub fields: Header,
    pub hash: B256,
}

impl HashedHeader {
    /// Read the RLP of a header, which must be the only one of its fields.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut rest = bytes;
        let fields =
            Header::decode(&mut rest).map_err(|error| format!("the header is not RLP: {error}"))?;
        let mut again = Vec::with_capacity(bytes.len());
        fields.encode(&mut again);
        if again != bytes {
            return Err(
                "the header's RLP is not canonical, or has fields that are not known".into()
            );
        }
        Ok(Self { fields, hash: keccak256(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_hashed_as_it_was_given() {
        let header = Header { number: 7, base_fee_per_gas: Some(1), ..Header::default() };
        let decoded = HashedHeader::decode(&alloy_rlp::encode(&header)).unwrap();

        assert_eq!(decoded.fields, header);
        assert_eq!(decoded.hash, header.hash_slow());
    }

    /// Each would be the same header under another hash.
    #[test]
    fn other_encodings_of_the_same_fields_are_refused() {
        let header = Header { number: 0x1234, base_fee_per_gas: Some(1), ..Header::default() };
        let bytes = alloy_rlp::encode(&header);
        let body = &bytes[3..];
        let at = body.windows(3).position(|part| part == [0x82, 0x12, 0x34]).unwrap();
        let with = |item: &[u8], after: &[u8]| {
            let body = [&body[..at], item, &body[at + 3..], after].concat();
            let mut bytes = Vec::new();
            alloy_rlp::Header { list: true, payload_length: body.len() }.encode(&mut bytes);
            [bytes, body].concat()
        };
        assert_eq!(with(&[0x82, 0x12, 0x34], &[]), bytes);

        for other in [
            with(&[0x83, 0, 0x12, 0x34], &[]),
            with(&[0xb8, 2, 0x12, 0x34], &[]),
            with(&[0x81, 0x12], &[]),
            with(&[0x00], &[]),
            with(&[0xc2, 0x12, 0x34], &[]),
            with(&[0x82, 0x12, 0x34], &[0x80; 9]),
            [&[0xfa, 0, bytes[1], bytes[2]], body].concat(),
        ] {
            assert!(HashedHeader::decode(&other).is_err(), "{other:02x?}");
        }
    }

    #[test]
    fn bytes_after_a_header_and_other_things_are_refused() {
        let header = alloy_rlp::encode(Header::default());

        assert!(HashedHeader::decode(&[&header[..], &[0x80]].concat()).is_err());
        assert!(HashedHeader::decode(&header[..header.len() - 1]).is_err());
        assert!(HashedHeader::decode(b"").is_err());
        assert!(HashedHeader::decode(&[0xc0]).is_err());
    }
}
