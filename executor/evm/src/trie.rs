//! A partial Merkle-Patricia trie of 32-byte keys over the nodes of a witness.
//!
//! A node is read when a path first leads through it, and hashed anew only if something below it
//! has changed. What is not read stays a hash; needing it is an error.

mod codec;
mod node;
mod rehash;

use alloy_primitives::B256;
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};

use self::node::{Kind, Known, Node};
use crate::pool::Nodes;
use crate::witness_error::WitnessError;

/// A trie, known as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Trie(Node);

impl Trie {
    pub fn new(root: B256) -> Self {
        Self(if root == EMPTY_ROOT_HASH { Node::Empty } else { Node::Hash(root) })
    }

    /// The value under a key.
    pub fn get(&mut self, nodes: &Nodes<'_>, key: B256) -> Result<Option<&[u8]>, WitnessError> {
        let path = Nibbles::unpack_array(&key.0);
        let (mut node, mut depth) = (&mut self.0, 0);
        loop {
            let Some(known) = node.known(nodes, depth)? else {
                return Ok(None);
            };
            match &mut known.kind {
                Kind::Leaf(tail, value) => {
                    let found = path.slice(depth..) == *tail;
                    return Ok(found.then_some(value));
                }
                Kind::Extension(prefix, child) => {
                    if !path.slice(depth..).starts_with(prefix) {
                        return Ok(None);
                    }
                    depth += prefix.len();
                    node = child;
                }
                Kind::Branch(children) => {
                    node = &mut children[usize::from(path.get_unchecked(depth))];
                    depth += 1;
                }
            }
        }
    }

    /// Set the value under a key; `value` is not empty.
    pub fn insert(
        &mut self,
        nodes: &Nodes<'_>,
        key: B256,
        value: Vec<u8>,
    ) -> Result<(), WitnessError> {
        self.0.insert(nodes, &Nibbles::unpack_array(&key.0), 0, value)
    }

    /// Remove the value under a key, if there is one. The node beside it may be needed.
    pub fn remove(&mut self, nodes: &Nodes<'_>, key: B256) -> Result<(), WitnessError> {
        self.0.remove(nodes, &Nibbles::unpack_array(&key.0), 0).map(|_| ())
    }

    /// The root hash.
    pub fn root(&mut self) -> B256 {
        hash_all([&mut *self]);
        match &self.0 {
            Node::Empty => EMPTY_ROOT_HASH,
            Node::Hash(hash) => *hash,
            Node::Known(known) => known.hash.expect("it was hashed just now"),
        }
    }
}

/// Hash what has changed in these tries, so that their roots are at hand.
pub(crate) fn hash_all<'a>(tries: impl IntoIterator<Item = &'a mut Trie>) {
    rehash::hash_all(tries.into_iter().map(|trie| &mut trie.0).collect());
}

impl Node {
    /// This node at `depth`, read if it is not yet; None is the empty one.
    fn known(
        &mut self,
        nodes: &Nodes<'_>,
        depth: usize,
    ) -> Result<Option<&mut Known>, WitnessError> {
        if let Self::Hash(hash) = *self {
            *self = codec::read(nodes.get(hash)?, hash, depth)?;
        }
        Ok(match self {
            Self::Known(known) => Some(known),
            _ => None,
        })
    }

    fn insert(
        &mut self,
        nodes: &Nodes<'_>,
        path: &Nibbles,
        depth: usize,
        value: Vec<u8>,
    ) -> Result<(), WitnessError> {
        let rest = path.slice(depth..);
        let Some(known) = self.known(nodes, depth)? else {
            *self = Self::made(Kind::Leaf(rest, value));
            return Ok(());
        };
        known.hash = None;
        match &mut known.kind {
            Kind::Branch(children) => {
                let child = &mut children[usize::from(rest.get_unchecked(0))];
                return child.insert(nodes, path, depth + 1, value);
            }
            Kind::Leaf(tail, old) if *tail == rest => *old = value,
            Kind::Extension(prefix, child) if rest.starts_with(prefix) => {
                return child.insert(nodes, path, depth + prefix.len(), value);
            }
            Kind::Leaf(known_path, _) | Kind::Extension(known_path, _) => {
                let known_path = *known_path;
                let old = std::mem::take(self);
                *self = old.split(&known_path, &rest, value);
            }
        }
        Ok(())
    }

    /// This leaf or extension of `known_path`, and beside it a leaf of `rest`, which parts from it.
    fn split(self, known_path: &Nibbles, rest: &Nibbles, value: Vec<u8>) -> Self {
        let shared = known_path.common_prefix_length(rest);
        let mut children: [Self; 16] = Default::default();
        let below = known_path.slice(shared + 1..);
        children[usize::from(known_path.get_unchecked(shared))] = match self {
            Self::Known(known) => match known.kind {
                Kind::Leaf(_, value) => Self::made(Kind::Leaf(below, value)),
                Kind::Extension(_, child) if below.is_empty() => child,
                Kind::Extension(_, child) => Self::made(Kind::Extension(below, child)),
                branch @ Kind::Branch(_) => Self::made(branch),
            },
            other => other,
        };
        let tail = rest.slice(shared + 1..);
        children[usize::from(rest.get_unchecked(shared))] = Self::made(Kind::Leaf(tail, value));
        let branch = Self::made(Kind::Branch(Box::new(children)));
        if shared == 0 { branch } else { Self::made(Kind::Extension(rest.slice(..shared), branch)) }
    }

    /// Whether something was removed.
    fn remove(
        &mut self,
        nodes: &Nodes<'_>,
        path: &Nibbles,
        depth: usize,
    ) -> Result<bool, WitnessError> {
        let rest = path.slice(depth..);
        let Some(known) = self.known(nodes, depth)? else {
            return Ok(false);
        };
        let removed = match &mut known.kind {
            Kind::Leaf(tail, _) => {
                if *tail != rest {
                    return Ok(false);
                }
                *self = Self::Empty;
                return Ok(true);
            }
            Kind::Extension(prefix, child) => {
                rest.starts_with(prefix) && child.remove(nodes, path, depth + prefix.len())?
            }
            Kind::Branch(children) => {
                children[usize::from(rest.get_unchecked(0))].remove(nodes, path, depth + 1)?
            }
        };
        if removed {
            known.hash = None;
            self.collapse(nodes, depth)?;
        }
        Ok(removed)
    }

    /// Make one node of a branch with one child, and of an extension and what is no branch below it.
    fn collapse(&mut self, nodes: &Nodes<'_>, depth: usize) -> Result<(), WitnessError> {
        let Self::Known(known) = self else {
            return Ok(());
        };
        let (prefix, child) = match &mut known.kind {
            Kind::Leaf(..) => return Ok(()),
            Kind::Extension(prefix, child) => (*prefix, child),
            Kind::Branch(children) => {
                let mut live = children
                    .iter_mut()
                    .enumerate()
                    .filter(|(_, child)| !matches!(child, Self::Empty));
                let (Some((slot, only)), None) = (live.next(), live.next()) else {
                    return Ok(());
                };
                (Nibbles::from_nibbles([slot as u8]), only)
            }
        };
        child.known(nodes, depth + prefix.len())?;
        *self = std::mem::take(child).below(prefix);
        Ok(())
    }

    /// This node with `prefix` before it.
    fn below(self, prefix: Nibbles) -> Self {
        match self {
            Self::Known(known) => match known.kind {
                Kind::Leaf(tail, value) => Self::made(Kind::Leaf(prefix.join(&tail), value)),
                Kind::Extension(rest, child) => {
                    Self::made(Kind::Extension(prefix.join(&rest), child))
                }
                Kind::Branch(_) => Self::made(Kind::Extension(prefix, Self::Known(known))),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
