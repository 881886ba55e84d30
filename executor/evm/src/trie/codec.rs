//! Nodes from and to their RLP (yellow paper, appendix D).

use alloy_primitives::B256;
use alloy_rlp::{Encodable, Header};
use alloy_trie::Nibbles;
use alloy_trie::nodes::encode_path_leaf;

use super::node::{DEPTH, Kind, Known, Node};
use crate::witness_error::WitnessError;

const BRANCH_ITEMS: usize = 17;
const EMPTY_STRING: u8 = 0x80;
/// Begins a string of `HASH_BYTES`.
const HASH_STRING: u8 = 0xa0;
/// A node of fewer bytes is within its parent, instead of its hash.
pub(super) const HASH_BYTES: usize = 32;
/// The longest header of a node's list, which is written when its length is known.
const HEADER_ROOM: usize = 9;
/// Of the first nibble of a path.
const IS_ODD: u8 = 1;
const IS_LEAF: u8 = 2;

type Item<'a> = (bool, &'a [u8], &'a [u8]);

/// The node whose hash is `hash`, at `depth` nibbles from the root.
pub(super) fn read(bytes: &[u8], hash: B256, depth: usize) -> Result<Node, WitnessError> {
    let malformed = |why| WitnessError::Malformed { hash, why };
    if depth < DEPTH
        && let Some(children) = full_branch(bytes)
    {
        return Ok(Node::Known(Box::new(Known { hash: Some(hash), kind: Kind::Branch(children) })));
    }
    Ok(match parse(bytes, depth).map_err(malformed)? {
        Node::Known(mut known) => {
            known.hash = Some(hash);
            Node::Known(known)
        }
        _ => return Err(malformed("an empty node")),
    })
}

/// The children of a branch that are hashes all, as they are near the root of any state: what is
/// read most, without a look at one item after the other.
fn full_branch(bytes: &[u8]) -> Option<Box<[Node; 16]>> {
    let [0xf9, 0x02, 0x11, body @ .., EMPTY_STRING] = bytes else {
        return None;
    };
    let items: &[[u8; 1 + HASH_BYTES]; 16] = body.as_chunks().0.first_chunk()?;
    let fits = body.len() == size_of_val(items) && items.iter().all(|item| item[0] == HASH_STRING);
    fits.then(|| {
        Box::new(std::array::from_fn(|slot| Node::Hash(B256::from_slice(&items[slot][1..]))))
    })
}

fn parse(bytes: &[u8], depth: usize) -> Result<Node, &'static str> {
    let mut rest = bytes;
    let header = Header::decode(&mut rest).map_err(|_| "not RLP")?;
    if !header.list || rest.len() != header.payload_length {
        return Err("not one list");
    }
    let mut items = [(false, &[][..], &[][..]); BRANCH_ITEMS];
    let mut count = 0;
    while !rest.is_empty() {
        *items.get_mut(count).ok_or("too many items")? = item(&mut rest)?;
        count += 1;
    }
    match count {
        BRANCH_ITEMS => branch(&items, depth),
        2 => path_node(items[0], items[1], depth),
        _ => Err("neither 2 nor 17 items"),
    }
}

/// (whether it is a list, its payload, all of it)
fn item<'a>(rest: &mut &'a [u8]) -> Result<Item<'a>, &'static str> {
    let start = *rest;
    // What nearly all items are: nothing, or a hash.
    let common = match start.first() {
        Some(&EMPTY_STRING) => 1,
        Some(&HASH_STRING) => 1 + HASH_BYTES,
        _ => 0,
    };
    if let Some((whole @ [_, payload @ ..], after)) = start.split_at_checked(common) {
        *rest = after;
        return Ok((false, payload, whole));
    }
    let header = Header::decode(rest).map_err(|_| "an item is not RLP")?;
    let payload = rest.split_off(..header.payload_length).ok_or("an item is cut")?;
    Ok((header.list, payload, &start[..start.len() - rest.len()]))
}

fn branch(items: &[Item<'_>; BRANCH_ITEMS], depth: usize) -> Result<Node, &'static str> {
    if depth >= DEPTH {
        return Err("a branch below the last nibble");
    }
    if items[BRANCH_ITEMS - 1].2 != [EMPTY_STRING] {
        return Err("a branch with a value");
    }
    let mut children: [Node; 16] = Default::default();
    for (place, item) in children.iter_mut().zip(items) {
        *place = child(item, depth + 1)?;
    }
    if children.iter().filter(|child| !matches!(child, Node::Empty)).count() < 2 {
        return Err("a branch of fewer than two children");
    }
    Ok(Node::made(Kind::Branch(Box::new(children))))
}

fn child(item: &Item<'_>, depth: usize) -> Result<Node, &'static str> {
    match *item {
        (true, _, whole) if whole.len() < HASH_BYTES => parse(whole, depth),
        (false, [], _) => Ok(Node::Empty),
        (false, hash, _) if hash.len() == HASH_BYTES => Ok(Node::Hash(B256::from_slice(hash))),
        _ => Err("a child is neither a hash nor a short node"),
    }
}

fn path_node(path: Item<'_>, second: Item<'_>, depth: usize) -> Result<Node, &'static str> {
    let (false, &[first, ref rest @ ..], _) = path else {
        return Err("a path is not a string");
    };
    let (flags, nibble) = (first >> 4, first & 0xf);
    if flags > IS_ODD | IS_LEAF || (flags & IS_ODD == 0 && nibble != 0) || rest.len() > HASH_BYTES {
        return Err("a path of unknown form");
    }
    let mut nibbles = Nibbles::new();
    if flags & IS_ODD != 0 {
        nibbles.push(nibble);
    }
    if nibbles.len() + 2 * rest.len() > DEPTH {
        return Err("a path is too long");
    }
    nibbles.extend(&Nibbles::unpack(rest));
    let end = depth + nibbles.len();
    if flags & IS_LEAF != 0 {
        let (false, value @ [_, ..], _) = second else {
            return Err("a leaf without a value");
        };
        if end != DEPTH {
            return Err("a leaf at another depth than its key's end");
        }
        return Ok(Node::made(Kind::Leaf(nibbles, value.to_vec())));
    }
    if nibbles.is_empty() || end >= DEPTH {
        return Err("an extension over none of the key, or all of it");
    }
    let below = child(&second, end)?;
    match &below {
        Node::Hash(_) => {}
        Node::Known(known) if matches!(known.kind, Kind::Branch(_)) => {}
        _ => return Err("an extension of no branch"),
    }
    Ok(Node::made(Kind::Extension(nibbles, below)))
}

impl Known {
    /// Its RLP. All nodes below it that have a hash must know it: `hash_all` begins with the lowest.
    pub(super) fn encode(&self) -> Encoded {
        let mut body = Vec::with_capacity(HEADER_ROOM + BRANCH_ITEMS * (HASH_BYTES + 1));
        body.resize(HEADER_ROOM, 0);
        match &self.kind {
            Kind::Leaf(tail, value) => {
                encode_path_leaf(tail, true).as_slice().encode(&mut body);
                value.as_slice().encode(&mut body);
            }
            Kind::Extension(prefix, child) => {
                encode_path_leaf(prefix, false).as_slice().encode(&mut body);
                child.encode_reference(&mut body);
            }
            Kind::Branch(children) => {
                children.iter().for_each(|child| child.encode_reference(&mut body));
                body.push(EMPTY_STRING);
            }
        }
        let header = Header { list: true, payload_length: body.len() - HEADER_ROOM };
        let start = HEADER_ROOM.saturating_sub(header.length());
        header.encode(&mut &mut body[start..HEADER_ROOM]);
        Encoded { body, start }
    }
}

/// A node's RLP, from `start` on.
pub(super) struct Encoded {
    body: Vec<u8>,
    start: usize,
}

impl Encoded {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.body[self.start..]
    }
}

impl Node {
    fn encode_reference(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => out.push(EMPTY_STRING),
            Self::Hash(hash) => hash.encode(out),
            Self::Known(known) => match known.hash {
                Some(hash) => hash.encode(out),
                None => out.extend_from_slice(known.encode().bytes()),
            },
        }
    }
}
