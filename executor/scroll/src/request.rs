//! The blobs of a request.
//!
//! ```text
//! blob 0: rlp([pre-state root, parent, [block, …]])
//!         parent: the header before the first block as a string of RLP, or empty
//!         block:  [header, hash, [transaction, …]], all strings; the hash may be empty
//! blob 1: trie nodes, blob 2: codes; each u32 BE length ‖ bytes
//! ```

use alloy_primitives::B256;
use alloy_rlp::{Decodable, Header};
use attestor_child::Fields;
use attestor_evm::Pool;
use serde_json::Value;

use crate::failure::{Class, Failure, invalid_request};
use crate::fork::ForkTable;

/// The most blocks of one request, so that the answer's header has room for all.
pub(crate) const MAX_BLOCKS: usize = 1024;

/// The chain that the blocks are of, from a request's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) id: u64,
    pub(crate) forks: ForkTable,
}

impl Chain {
    /// Read the header's `chain`: `id`, and `forks` where the chain is none that is known.
    pub(crate) fn parse(fields: &Fields) -> Result<Self, Failure> {
        let chain = fields.get("chain");
        let id = chain.and_then(|chain| chain.get("id")?.as_u64());
        let id = id.ok_or_else(|| invalid_request("the request has no chain.id"))?;
        let forks = match chain.and_then(|chain| chain.get("forks")) {
            Some(Value::Object(names)) => Self::named(names)?,
            Some(_) => return Err(invalid_request("chain.forks is not an object")),
            None => ForkTable::of_chain(id).ok_or_else(|| {
                let detail = format!(
                    "no forks are known of chain {id}: only of 534352 (Scroll) and 534351 (Scroll \
                     Sepolia)"
                );
                Failure::new(Class::UnknownChain, detail).with("chain", id)
            })?,
        };
        Ok(Self { id, forks })
    }

    fn named(names: &Fields) -> Result<ForkTable, Failure> {
        let mut forks = Vec::new();
        for (name, at) in names {
            let why = || invalid_request(format!("chain.forks.{name} is no number"));
            forks.push((name.as_str(), at.as_u64().ok_or_else(why)?));
        }
        ForkTable::of_names(forks).map_err(invalid_request)
    }
}

/// A block as it was given.
pub(crate) struct Block<'a> {
    pub(crate) header: &'a [u8],
    pub(crate) hash: Option<B256>,
    pub(crate) transactions: Vec<&'a [u8]>,
}

/// Consecutive blocks, and the state before them.
pub(crate) struct Blocks<'a> {
    pub(crate) pre_state_root: B256,
    pub(crate) parent: Option<&'a [u8]>,
    pub(crate) blocks: Vec<Block<'a>>,
}

impl<'a> Blocks<'a> {
    /// Read blob 0.
    pub(crate) fn decode(blob: &'a [u8]) -> Result<Self, Failure> {
        let malformed = |error| invalid_request(format!("the blocks are not RLP: {error}"));
        let decoded = decode(blob).map_err(malformed)?;
        match decoded.blocks.len() {
            1..=MAX_BLOCKS => Ok(decoded),
            count => Err(invalid_request(format!("{count} blocks, 1 to {MAX_BLOCKS} are taken"))),
        }
    }
}

/// The parts of a blob of nodes or codes.
pub(crate) fn parts<'a>(blob: &'a [u8], what: &str) -> Result<Vec<&'a [u8]>, Failure> {
    let cut = || invalid_request(format!("the blob of {what} ends within a part"));
    Pool::new(blob).map(|part| part.ok_or_else(cut)).collect()
}

fn decode(mut blob: &[u8]) -> alloy_rlp::Result<Blocks<'_>> {
    let mut fields = list(&mut blob)?;
    end(blob)?;
    let pre_state_root = B256::decode(&mut fields)?;
    let parent = string(&mut fields)?;
    let mut rest = list(&mut fields)?;
    end(fields)?;
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        blocks.push(block(list(&mut rest)?)?);
    }
    let parent = (!parent.is_empty()).then_some(parent);
    Ok(Blocks { pre_state_root, parent, blocks })
}

fn block(mut fields: &[u8]) -> alloy_rlp::Result<Block<'_>> {
    let header = string(&mut fields)?;
    let hash = match string(&mut fields)? {
        [] => None,
        hash => Some(B256::try_from(hash).map_err(|_| alloy_rlp::Error::UnexpectedLength)?),
    };
    let mut rest = list(&mut fields)?;
    end(fields)?;
    let mut transactions = Vec::new();
    while !rest.is_empty() {
        transactions.push(string(&mut rest)?);
    }
    Ok(Block { header, hash, transactions })
}

fn list<'a>(rest: &mut &'a [u8]) -> alloy_rlp::Result<&'a [u8]> {
    Header::decode_bytes(rest, true)
}

fn string<'a>(rest: &mut &'a [u8]) -> alloy_rlp::Result<&'a [u8]> {
    Header::decode_bytes(rest, false)
}

fn end(rest: &[u8]) -> alloy_rlp::Result<()> {
    if rest.is_empty() { Ok(()) } else { Err(alloy_rlp::Error::UnexpectedLength) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chain(fields: Value) -> Result<Chain, Failure> {
        Chain::parse(json!({ "chain": fields }).as_object().unwrap())
    }

    #[test]
    fn known_chains_need_no_forks() {
        assert_eq!(
            chain(json!({"id": 534_352})).unwrap().forks,
            ForkTable::of_chain(534_352).unwrap()
        );
    }

    #[test]
    fn chains_without_a_table_are_refused_by_name() {
        let failure = chain(json!({"id": 534_353})).unwrap_err();

        assert_eq!(failure.class, Class::UnknownChain);
        assert!(failure.detail.contains("534353"));
        assert!(chain(json!({"id": 534_353, "forks": {"bernoulli": 0}})).is_ok());
    }

    #[test]
    fn odd_chains_are_refused() {
        for fields in [
            json!(null),
            json!({}),
            json!({"id": -1}),
            json!({"id": "534352"}),
            json!({"id": 534_352, "forks": []}),
            json!({"id": 534_352, "forks": {"bernoulli": "0"}}),
            json!({"id": 534_352, "forks": {"curie": 0}}),
        ] {
            assert_eq!(chain(fields).unwrap_err().class, Class::InvalidRequest);
        }
    }

    #[test]
    fn blobs_that_are_no_blocks_are_refused() {
        for blob in [&b""[..], b"\xc0", b"\x80", b"\xc3\x80\x80\xc0", b"\xff\xff"] {
            assert!(Blocks::decode(blob).is_err(), "{blob:02x?}");
        }
    }

    #[test]
    fn blob_that_ends_within_a_node_is_refused() {
        assert!(parts(b"\0\0\0\x02a", "nodes").is_err());
    }
}
