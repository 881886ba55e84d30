//! A partial zktrie over the nodes of a trace: binary, with leaves as high as they can be.
//!
//! As the other trie, it reads a node when a path first leads through it, and hashes it anew only if
//! something below it has changed. A branch says of each child whether that ends a path: so what is
//! beside a removed leaf is moved up without reading it.

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField, Zero};
use attestor_evm::WitnessError;

use super::node::{Parsed, Value, branch_hash, leaf_hash, words_hash};
use super::nodes::Nodes;
use super::poseidon::{Poseidon, word};

/// Bits of a key that a path can use.
const DEPTH: usize = 248;

/// A trie of values `V`, known as far as it was read.
pub(super) struct Trie<V>(Node<V>);

enum Node<V> {
    Empty,
    /// Not read; of the root it is not known whether it ends a path.
    Hash {
        hash: Fr,
        ends: Option<bool>,
    },
    Leaf(Box<Leaf<V>>),
    Branch(Box<Branch<V>>),
}

/// Hashes are None where something has changed.
struct Leaf<V> {
    hash: Option<Fr>,
    key: Fr,
    value: V,
}

struct Branch<V> {
    hash: Option<Fr>,
    children: [Node<V>; 2],
}

impl<V: Value> Trie<V> {
    pub(super) fn new(root: Fr) -> Self {
        Self(Node::unread(root, None))
    }

    /// The value under a key.
    pub(super) fn get(&mut self, nodes: &Nodes<'_>, key: Fr) -> Result<Option<&V>, WitnessError> {
        let path = Path::new(key);
        let (mut node, mut depth) = (&mut self.0, 0);
        loop {
            node.read(nodes, &path, depth)?;
            match node {
                Node::Branch(branch) => {
                    node = &mut branch.children[path.side(depth)];
                    depth += 1;
                }
                Node::Leaf(leaf) if leaf.key == key => return Ok(Some(&leaf.value)),
                _ => return Ok(None),
            }
        }
    }

    /// Set the value under a key.
    pub(super) fn insert(
        &mut self,
        nodes: &Nodes<'_>,
        key: Fr,
        value: V,
    ) -> Result<(), WitnessError> {
        let path = Path::new(key);
        let (mut node, mut depth) = (&mut self.0, 0);
        loop {
            node.read(nodes, &path, depth)?;
            match node {
                Node::Branch(branch) => {
                    branch.hash = None;
                    node = &mut branch.children[path.side(depth)];
                    depth += 1;
                }
                other => {
                    let old = std::mem::replace(other, Node::leaf(key, value));
                    return match old {
                        Node::Leaf(old) if old.key != key => other.part(*old, &path, depth),
                        _ => Ok(()),
                    };
                }
            }
        }
    }

    /// Remove the value under a key, if there is one.
    pub(super) fn remove(&mut self, nodes: &Nodes<'_>, key: Fr) -> Result<(), WitnessError> {
        self.0.remove(nodes, &Path::new(key), 0).map(|_| ())
    }

    /// The root hash.
    pub(super) fn root(&mut self, poseidon: &Poseidon) -> Fr {
        self.0.hash(poseidon)
    }
}

impl<V: Value> Node<V> {
    fn unread(hash: Fr, ends: Option<bool>) -> Self {
        if hash.is_zero() { Self::Empty } else { Self::Hash { hash, ends } }
    }

    fn leaf(key: Fr, value: V) -> Self {
        Self::Leaf(Box::new(Leaf { hash: None, key, value }))
    }

    fn ends(&self) -> bool {
        match self {
            Self::Empty | Self::Leaf(_) => true,
            Self::Branch(_) => false,
            Self::Hash { ends, .. } => ends.unwrap_or_default(),
        }
    }

    /// Read this node at `depth` of a path, if it is not yet.
    fn read(&mut self, nodes: &Nodes<'_>, path: &Path, depth: usize) -> Result<(), WitnessError> {
        let Self::Hash { hash, ends } = *self else {
            return Ok(());
        };
        let malformed = |why| Err(WitnessError::Malformed { hash: word(hash), why });
        let found = nodes.get(hash)?;
        if ends.is_some_and(|ends| ends != matches!(found, Parsed::Leaf { .. })) {
            return malformed("another kind of node than the one above it says");
        }
        *self = match found {
            Parsed::Branch(_) if depth >= DEPTH => return malformed("a branch below the last bit"),
            Parsed::Branch(children) => {
                let children = children.map(|(hash, ends)| Self::unread(hash, Some(ends)));
                Self::Branch(Box::new(Branch { hash: Some(hash), children }))
            }
            Parsed::Leaf { key, form, words } => {
                if !path.leads_to(key, depth) {
                    return malformed("a leaf that is not on the path of its key");
                }
                let value = if form == V::FORM { V::from_words(words) } else { None };
                let Some(value) = value else {
                    return malformed("a leaf with another kind of value");
                };
                Self::Leaf(Box::new(Leaf { hash: Some(hash), key, value }))
            }
        };
        Ok(())
    }

    /// Put `old` beside this leaf, below the bits that both share.
    fn part(&mut self, old: Leaf<V>, path: &Path, depth: usize) -> Result<(), WitnessError> {
        let other = Path::new(old.key);
        let Some(at) = (depth..DEPTH).find(|bit| path.side(*bit) != other.side(*bit)) else {
            let why = "a leaf whose path is that of another one";
            return Err(WitnessError::Malformed { hash: word(old.key), why });
        };
        let mut children = [std::mem::replace(self, Self::Empty), Self::Leaf(Box::new(old))];
        if path.side(at) == 1 {
            children.swap(0, 1);
        }
        *self = Self::branch(children);
        for bit in (depth..at).rev() {
            let mut children = [std::mem::replace(self, Self::Empty), Self::Empty];
            if path.side(bit) == 1 {
                children.swap(0, 1);
            }
            *self = Self::branch(children);
        }
        Ok(())
    }

    fn branch(children: [Self; 2]) -> Self {
        Self::Branch(Box::new(Branch { hash: None, children }))
    }

    /// Whether something was removed.
    fn remove(
        &mut self,
        nodes: &Nodes<'_>,
        path: &Path,
        depth: usize,
    ) -> Result<bool, WitnessError> {
        self.read(nodes, path, depth)?;
        let branch = match self {
            Self::Branch(branch) => branch,
            Self::Leaf(leaf) if leaf.key == path.key => {
                *self = Self::Empty;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        if !branch.children[path.side(depth)].remove(nodes, path, depth + 1)? {
            return Ok(false);
        }
        branch.hash = None;
        // One that ends a path, beside nothing, takes the place of the branch.
        let [left, right] = &mut branch.children;
        let only = match (&left, &right) {
            (Self::Empty, other) if other.ends() => right,
            (other, Self::Empty) if other.ends() => left,
            _ => return Ok(true),
        };
        *self = std::mem::replace(only, Self::Empty);
        Ok(true)
    }

    fn hash(&mut self, poseidon: &Poseidon) -> Fr {
        match self {
            Self::Empty => Fr::zero(),
            Self::Hash { hash, .. } => *hash,
            Self::Leaf(leaf) => *leaf.hash.get_or_insert_with(|| {
                let words = leaf.value.words();
                // Values that were made here are elements, as those are that were read.
                let value = words_hash(poseidon, V::FORM, words.as_ref()).unwrap_or_default();
                leaf_hash(poseidon, leaf.key, value)
            }),
            Self::Branch(branch) => {
                if let Some(hash) = branch.hash {
                    return hash;
                }
                let [left, right] = &mut branch.children;
                let (left_ends, right_ends) = (left.ends(), right.ends());
                let left = (left.hash(poseidon), left_ends);
                let right = (right.hash(poseidon), right_ends);
                *branch.hash.insert(branch_hash(poseidon, left, right))
            }
        }
    }
}

/// The way to a key: its bits, the lowest first.
struct Path {
    key: Fr,
    bits: <Fr as PrimeField>::BigInt,
}

impl Path {
    fn new(key: Fr) -> Self {
        Self { key, bits: key.into_bigint() }
    }

    /// Which child a branch at `depth` has on it.
    fn side(&self, depth: usize) -> usize {
        usize::from(self.bits.get_bit(depth))
    }

    /// Whether the path of another key is the same until `depth`.
    fn leads_to(&self, key: Fr, depth: usize) -> bool {
        let other = Self::new(key);
        (0..depth).all(|bit| self.side(bit) == other.side(bit))
    }
}

#[cfg(test)]
mod tests;
