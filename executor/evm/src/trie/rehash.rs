//! The hashes of what has changed in tries, many at once.

use super::codec::HASH_BYTES;
use super::node::{Kind, Known, Node};
use crate::hashes::keccak_all;

/// Hash all nodes of `roots` and below that have changed, the lowest first: those at one depth, of
/// all tries, do not wait for each other.
pub(super) fn hash_all(mut roots: Vec<&mut Node>) {
    let levels = roots.iter().map(|root| root.stale_levels()).max().unwrap_or(0);
    for level in (0..levels).rev() {
        let mut stale = Vec::new();
        roots.iter_mut().for_each(|root| root.stale_at(level, &mut stale));
        let encoded: Vec<_> = stale.iter().map(|known| known.encode()).collect();
        let strings: Vec<&[u8]> = encoded.iter().map(|node| node.bytes()).collect();
        for ((known, hash), bytes) in stale.into_iter().zip(keccak_all(&strings)).zip(&strings) {
            // A shorter node is within its parent, but a root is by hash whatever its length.
            if level == 0 || bytes.len() >= HASH_BYTES {
                known.hash = Some(hash);
            }
        }
    }
}

impl Known {
    fn children(&self) -> &[Node] {
        match &self.kind {
            Kind::Leaf(..) => &[],
            Kind::Extension(_, child) => std::slice::from_ref(child),
            Kind::Branch(children) => &children[..],
        }
    }

    fn children_mut(&mut self) -> &mut [Node] {
        match &mut self.kind {
            Kind::Leaf(..) => &mut [],
            Kind::Extension(_, child) => std::slice::from_mut(child),
            Kind::Branch(children) => &mut children[..],
        }
    }
}

impl Node {
    /// How many levels of nodes have no hash, from this one on.
    fn stale_levels(&self) -> usize {
        match self {
            Self::Known(known) if known.hash.is_none() => {
                let below = known.children().iter().map(Self::stale_levels);
                1 + below.max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Add the nodes without a hash that are so many levels below this one.
    fn stale_at<'a>(&'a mut self, level: usize, found: &mut Vec<&'a mut Known>) {
        match self {
            Self::Known(known) if known.hash.is_none() => {
                if level == 0 {
                    found.push(known);
                } else {
                    let below = known.children_mut().iter_mut();
                    below.for_each(|child| child.stale_at(level - 1, found));
                }
            }
            _ => {}
        }
    }
}
