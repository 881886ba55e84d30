//! Nodes and codes of a request, by their hashes in the tries of the blocks' era.

use alloy_primitives::B256;
use attestor_evm::{Codes, Mpt, Nodes, State, Tries, hashed};

use crate::failure::{Failure, of_witness};
use crate::range::{self, Era};
use crate::request::parts;
use crate::zktrie::{self, Poseidon, Zktries};

/// A state in either kind of tries.
pub(crate) type AnyState<'a> = State<'a, Box<dyn Tries + 'a>>;

pub(crate) struct Witness<'a> {
    nodes: Hashed<'a>,
    codes: Codes<'a>,
}

enum Hashed<'a> {
    Mpt(Nodes<'a>),
    Zktrie(Box<Poseidon>, zktrie::Nodes<'a>),
}

impl<'a> Witness<'a> {
    /// Of the blobs of nodes and codes.
    pub(crate) fn new(era: Era, nodes: &'a [u8], codes: &'a [u8]) -> Result<Self, Failure> {
        let (nodes, codes) = (parts(nodes, "nodes")?, parts(codes, "codes")?);
        let codes = range::with_common(codes);
        if era == Era::Mpt {
            let (nodes, codes) = hashed(nodes, codes);
            return Ok(Self { nodes: Hashed::Mpt(nodes), codes });
        }
        let poseidon = Poseidon::new().ok_or_else(|| Failure::crash("no constants"))?;
        let nodes = zktrie::Nodes::new(&poseidon, nodes);
        Ok(Self { nodes: Hashed::Zktrie(Box::new(poseidon), nodes), codes: Codes::new(codes) })
    }

    /// The state that has this root.
    pub(crate) fn state(&self, root: B256) -> Result<AnyState<'_>, Failure> {
        let tries: Box<dyn Tries> = match &self.nodes {
            Hashed::Mpt(nodes) => Box::new(Mpt::new(nodes, root)),
            Hashed::Zktrie(poseidon, nodes) => {
                let tries = Zktries::new(poseidon, nodes, &self.codes, root);
                Box::new(tries.map_err(|error| of_witness(&error))?)
            }
        };
        Ok(State::new(tries, &self.codes))
    }
}
