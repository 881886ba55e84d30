use std::collections::BTreeMap;

use alloy_primitives::keccak256;
use alloy_trie::HashBuilder;

use super::*;

const EMPTY_STRING: u8 = 0x80;

impl Node {
    fn encoded(&self) -> Vec<u8> {
        let Self::Known(known) = self else { panic!("it is only a hash") };
        known.encode().bytes().to_vec()
    }
}

/// The root of these values by another implementation.
fn expected(values: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in values {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}

/// Keys that share long prefixes, so that all kinds of nodes come up.
fn key(seed: u64) -> B256 {
    let mut key = [0; 32];
    let random = keccak256(seed.to_be_bytes());
    let same = usize::from(random[0] % 32);
    key[same..].copy_from_slice(&random[same..]);
    key[31] = random[31] & 0x3;
    B256::from(key)
}

fn value(seed: u64) -> Vec<u8> {
    keccak256(seed.to_le_bytes())[..1 + seed as usize % 32].iter().map(|byte| byte | 1).collect()
}

#[test]
fn root_is_that_of_another_implementation_after_each_change() {
    let nodes = Nodes::default();
    let (mut trie, mut values) = (Trie::default(), BTreeMap::new());
    for step in 0..2000_u64 {
        let key = key(step * 7 % 400);
        if step % 3 == 2 {
            trie.remove(&nodes, key).unwrap();
            values.remove(&key);
        } else {
            trie.insert(&nodes, key, value(step)).unwrap();
            values.insert(key, value(step));
        }
        assert_eq!(trie.root(), expected(&values), "step {step}");
        assert_eq!(trie.get(&nodes, key).unwrap(), values.get(&key).map(Vec::as_slice));
    }
}

#[test]
fn empty_trie_has_the_root_of_nothing() {
    let nodes = Nodes::default();
    let mut trie = Trie::new(EMPTY_ROOT_HASH);

    trie.insert(&nodes, B256::ZERO, vec![1]).unwrap();
    trie.remove(&nodes, B256::ZERO).unwrap();

    assert_eq!(trie.root(), EMPTY_ROOT_HASH);
    assert_eq!(trie.get(&nodes, B256::ZERO), Ok(None));
}

#[test]
fn node_that_is_not_there_is_told_by_its_hash() {
    let hash = B256::repeat_byte(7);
    let nodes = Nodes::default();

    for error in [
        Trie::new(hash).get(&nodes, B256::ZERO).unwrap_err(),
        Trie::new(hash).insert(&nodes, B256::ZERO, vec![1]).unwrap_err(),
        Trie::new(hash).remove(&nodes, B256::ZERO).unwrap_err(),
    ] {
        assert!(
            matches!(error, WitnessError::MissingNode { hash: missing, .. } if missing == hash)
        );
    }
}

#[test]
fn bytes_that_are_no_node_of_a_state_are_refused() {
    let hash = alloy_rlp::encode(B256::repeat_byte(7));
    let list = |items: &[&[u8]]| {
        let body = items.concat();
        let mut bytes = Vec::new();
        alloy_rlp::Header { list: true, payload_length: body.len() }.encode(&mut bytes);
        [bytes, body].concat()
    };
    let leaf = |path: &[u8]| list(&[&alloy_rlp::encode(path), &[1]]);
    for (bytes, why) in [
        (vec![], "not RLP"),
        (vec![0x81, 0x80], "not one list"),
        (list(&[]), "neither 2 nor 17"),
        ([list(&[]), vec![0]].concat(), "not one list"),
        (list(&[&[0xc0], &[1]]), "not a string"),
        (list(&[&[0x80], &[1]]), "not a string"),
        (list(&[&[0x81]]), "an item is"),
        (list(&[&[1][..]; 18]), "too many"),
        (leaf(&[0x20, 0x01]), "another depth"),
        (leaf(&[0x40]), "unknown form"),
        (leaf(&[0x01]), "unknown form"),
        (leaf(&[0x31; 33]), "too long"),
        (leaf(&[0x31; 34]), "unknown form"),
        (list(&[&alloy_rlp::encode(&[0x20; 33][..]), &[0x80]]), "without a value"),
        (list(&[&[0x00], &hash]), "over none"),
        (list(&[&[0x11], &[0x80]]), "no branch"),
        (list(&[&[&[0x80][..]; 16][..], &[&[0x80][..]][..]].concat()), "fewer than two"),
        (list(&[&[&[0x80][..]; 16][..], &[&[0x01][..]][..]].concat()), "a value"),
        (list(&[&[&[0x01][..]; 16][..], &[&[0x80][..]][..]].concat()), "neither a hash"),
    ] {
        let nodes = Nodes::new([&bytes[..]]);
        let error = Trie::new(keccak256(&bytes)).get(&nodes, B256::ZERO).unwrap_err();
        assert!(error.to_string().contains(why), "{bytes:02x?}: {error}");
    }
}

/// Those that are read at once and those that are read item by item are judged by one measure: what
/// is read is written again as it was, by code that knows of no such thing.
#[test]
fn branches_of_hashes_are_read_as_others_are() {
    let full = [&[0xf9, 0x02, 0x11][..], &[&[0xa0][..], &[7; 32]].concat().repeat(16), &[0x80]];
    let full = full.concat();
    let read = |bytes: &[u8]| codec::read(bytes, keccak256(bytes), 63);

    let Ok(Node::Known(known)) = read(&full) else { panic!("it is a branch") };
    assert_eq!(known.encode().bytes(), full);
    assert!(codec::read(&full, keccak256(&full), 64).is_err());
    for place in (0..full.len()).step_by(33).chain([0, 1, 2, 3, 531]) {
        let mut changed = full.clone();
        changed[place] ^= 1;
        if let Ok(Node::Known(known)) = read(&changed) {
            assert_eq!(known.encode().bytes(), changed, "byte {place}");
            assert!((3..531).contains(&place) && (place - 3) % 33 != 0, "byte {place}");
        }
    }
    assert!(read(&full[..531]).is_err());
    assert!(read(&[&full[..], &[0x80]].concat()).is_err());
}

#[test]
fn tries_hashed_together_have_the_roots_that_each_has_alone() {
    let nodes = Nodes::default();
    let mut tries: Vec<Trie> = Vec::new();
    for size in [0, 1, 2, 3, 40, 700, 5] {
        let mut trie = Trie::default();
        for step in 0..size {
            trie.insert(&nodes, key(step + size), value(step)).unwrap();
        }
        tries.push(trie);
    }
    // One has hashes of before, and a change.
    tries[4].root();
    tries[4].insert(&nodes, key(40), vec![9]).unwrap();
    let mut alone = tries.clone();

    hash_all(&mut tries);

    for (together, alone) in tries.iter_mut().zip(&mut alone) {
        assert_eq!(together.root(), alone.root());
    }
}

/// The bytes of all nodes that have a hash, of a trie that was hashed.
fn all_nodes(trie: &Trie) -> Vec<Vec<u8>> {
    fn collect(node: &Node, found: &mut Vec<Vec<u8>>) {
        let Node::Known(known) = node else { return };
        if known.hash.is_some() {
            found.push(known.encode().bytes().to_vec());
        }
        match &known.kind {
            Kind::Leaf(..) => {}
            Kind::Extension(_, child) => collect(child, found),
            Kind::Branch(children) => children.iter().for_each(|child| collect(child, found)),
        }
    }
    let mut found = Vec::new();
    collect(&trie.0, &mut found);
    found
}

fn trie_of(values: &BTreeMap<B256, Vec<u8>>) -> Trie {
    let mut trie = Trie::default();
    for (key, value) in values {
        trie.insert(&Nodes::default(), *key, value.clone()).unwrap();
    }
    trie.root();
    trie
}

/// Nodes that are read on the way, and what is beside a removed leaf, are as those made in memory.
#[test]
fn trie_that_is_read_out_of_its_nodes_changes_as_one_in_memory() {
    for start in 0..60_u64 {
        let mut values: BTreeMap<_, _> =
            (0..start % 12).map(|step| (key(start * 100 + step), value(step + 40))).collect();
        let whole = trie_of(&values);
        let bytes = all_nodes(&whole);
        let nodes = Nodes::new(bytes.iter().map(Vec::as_slice));
        let mut trie = Trie::new(expected(&values));
        let known: Vec<B256> = values.keys().copied().collect();
        for (step, key) in known.iter().enumerate() {
            assert_eq!(trie.get(&nodes, *key).unwrap(), values.get(key).map(Vec::as_slice));
            trie.remove(&nodes, *key).unwrap();
            values.remove(key);
            assert_eq!(trie.root(), expected(&values), "{start}, {step}");
        }
    }
}

/// The keys of one extension: what parts from them within it is not below it.
#[test]
fn key_that_parts_from_an_extension_is_not_there() {
    let nodes = Nodes::default();
    let near = |first: u8, last: u8| {
        let mut key = B256::repeat_byte(0x77);
        (key[0], key[31]) = (first, last);
        key
    };
    let values: BTreeMap<_, _> =
        [near(0x12, 1), near(0x12, 2), near(0x12, 3)].map(|key| (key, vec![7; 40])).into();
    let mut trie = trie_of(&values);

    for other in [near(0x13, 1), near(0x22, 2)] {
        assert_eq!(trie.get(&nodes, other), Ok(None));
        trie.remove(&nodes, other).unwrap();
        assert_eq!(trie.root(), expected(&values));
    }
}

/// What is beside a removed leaf moves up, and so must be known; what is beside two is not needed.
#[test]
fn node_beside_a_removed_leaf_is_needed_where_it_is_the_last() {
    let at = |first: u8| {
        let mut key = B256::repeat_byte(0x77);
        key[0] = first;
        key
    };
    let values: BTreeMap<_, _> =
        [0x10, 0x20, 0x30].map(|first| (at(first), vec![first; 40])).into();
    let bytes = all_nodes(&trie_of(&values));
    let last = Kind::Leaf(Nibbles::unpack(at(0x30)).slice(1..), vec![0x30; 40]);
    let hidden = keccak256(Node::made(last).encoded());
    let nodes =
        Nodes::new(bytes.iter().map(Vec::as_slice).filter(|node| keccak256(node) != hidden));
    let mut trie = Trie::new(expected(&values));

    trie.remove(&nodes, at(0x10)).unwrap();
    let error = trie.remove(&nodes, at(0x20)).unwrap_err();

    assert!(matches!(error, WitnessError::MissingNode { hash, .. } if hash == hidden));
}

/// Of a node that is well-formed by itself, but not there.
#[test]
fn nodes_in_a_wrong_place_are_refused() {
    let bytes_of = |kind| Node::made(kind).encoded();
    let leaf = |nibbles: usize| Kind::Leaf(Nibbles::from_nibbles(vec![0; nibbles]), vec![7; 40]);
    let other = Node::Hash(B256::repeat_byte(7));
    let branch = |below: &[u8]| {
        let mut children: [Node; 16] = Default::default();
        (children[0], children[1]) = (Node::Hash(keccak256(below)), other.clone());
        Kind::Branch(Box::new(children))
    };
    let long = Kind::Extension(Nibbles::from_nibbles([0; 64]), other.clone());
    for (below, why) in [
        (bytes_of(leaf(62)), "another depth"),
        (bytes_of(leaf(64)), "another depth"),
        (bytes_of(long), "all of it"),
    ] {
        let top = bytes_of(branch(&below));
        let nodes = Nodes::new([&top[..], &below]);
        let error = Trie::new(keccak256(&top)).get(&nodes, B256::ZERO).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    let below = bytes_of(leaf(63));
    let top = bytes_of(branch(&below));
    let nodes = Nodes::new([&top[..], &below]);
    assert!(Trie::new(keccak256(&top)).get(&nodes, B256::ZERO).unwrap().is_some());
}

/// A node of 32 bytes or more is by its hash: within its parent it is a second form of the same.
#[test]
fn node_within_its_parent_that_is_not_short_is_refused() {
    let of = |value: usize| {
        let leaf = Node::made(Kind::Leaf(Nibbles::from_nibbles([0; 1]), vec![7; value])).encoded();
        let mut body = [&leaf[..], &leaf].concat();
        body.extend([EMPTY_STRING; 15]);
        let mut top = Vec::new();
        alloy_rlp::Header { list: true, payload_length: body.len() }.encode(&mut top);
        (leaf.len(), codec::read(&[top, body].concat(), B256::ZERO, 62))
    };
    let (short, found) = of(28);
    assert_eq!((short, found.is_ok()), (31, true));
    let (long, found) = of(29);
    assert_eq!((long, found.is_ok()), (32, false));
}
