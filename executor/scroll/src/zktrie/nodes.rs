//! The nodes of a trace by their hashes.

use std::collections::HashSet;

use alloy_primitives::map::{DefaultHashBuilder, HashMap};
use ark_bn254::Fr;
use attestor_evm::{Place, WitnessError};

use super::node::Parsed;
use super::poseidon::{Poseidon, word};

/// Nodes by hash. Bytes that are no node, as those which end each proof of a trace, are not among them.
#[derive(Default)]
pub(crate) struct Nodes<'a>(HashMap<Fr, Parsed<'a>>);

impl<'a> Nodes<'a> {
    /// Of these bytes, each hashed once.
    pub(crate) fn new(poseidon: &Poseidon, given: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let given: HashSet<&[u8], DefaultHashBuilder> = given.into_iter().collect();
        let parsed = given.into_iter().filter_map(Parsed::new);
        Self(parsed.filter_map(|node| Some((node.hash(poseidon)?, node))).collect())
    }

    pub(super) fn get(&self, hash: Fr) -> Result<Parsed<'a>, WitnessError> {
        let missing = || WitnessError::MissingNode { hash: word(hash), place: Place::default() };
        self.0.get(&hash).copied().ok_or_else(missing)
    }
}
