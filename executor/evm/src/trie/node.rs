//! What a trie is made of.

use alloy_primitives::B256;
use alloy_trie::Nibbles;

/// The nibbles of a key.
pub(super) const DEPTH: usize = 64;

#[derive(Clone, Debug, Default)]
pub(super) enum Node {
    #[default]
    Empty,
    Hash(B256),
    Known(Box<Known>),
}

/// A node that was read or made. `hash` is its own while it is as it was read.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) hash: Option<B256>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Leaf(Nibbles, Vec<u8>),
    /// The child is a branch.
    Extension(Nibbles, Node),
    Branch(Box<[Node; 16]>),
}

impl Node {
    /// A node that no witness has.
    pub(super) fn made(kind: Kind) -> Self {
        Self::Known(Box::new(Known { hash: None, kind }))
    }
}
