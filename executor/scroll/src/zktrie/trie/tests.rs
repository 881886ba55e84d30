use std::collections::BTreeMap;

use alloy_primitives::keccak256;

use super::*;
use crate::zktrie::node::{SLOT_FORM, Word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number(u64);

impl Value for Number {
    const FORM: u32 = SLOT_FORM;

    fn from_words(words: &[Word]) -> Option<Self> {
        let word = words.first()?;
        Some(Self(u64::from_be_bytes(*word.last_chunk()?)))
    }

    fn words(&self) -> impl AsRef<[Word]> {
        [word(Fr::from(self.0)).0]
    }
}

/// Keys that share their low bits, so that paths are of all lengths.
fn key(seed: u64) -> Fr {
    let random = keccak256(seed.to_be_bytes());
    let shared = u32::from(random[0] % 40);
    Fr::from(u128::from(random[1] % 4) << shared | u128::from(seed % 3) << 100)
}

/// The hash of these values, and whether it ends a path: made from all of them, at `bit` of keys.
fn expected(poseidon: &Poseidon, values: &[(Fr, u64)], bit: usize) -> (Fr, bool) {
    match values {
        [] => (Fr::zero(), true),
        [(key, value)] => {
            let words = [word(Fr::from(*value)).0];
            (leaf_hash(poseidon, *key, words_hash(poseidon, SLOT_FORM, &words).unwrap()), true)
        }
        _ => {
            let right = |(key, _): &(Fr, u64)| key.into_bigint().get_bit(bit);
            let (right, left): (Vec<_>, Vec<_>) = values.iter().copied().partition(right);
            let [left, right] = [left, right].map(|values| expected(poseidon, &values, bit + 1));
            (branch_hash(poseidon, left, right), false)
        }
    }
}

fn root(poseidon: &Poseidon, values: &BTreeMap<Fr, u64>) -> Fr {
    let values: Vec<(Fr, u64)> = values.iter().map(|(key, value)| (*key, *value)).collect();
    expected(poseidon, &values, 0).0
}

#[test]
fn root_is_that_of_all_values_after_each_change() {
    let (poseidon, nodes) = (Poseidon::new().unwrap(), Nodes::default());
    let (mut trie, mut values) = (Trie::new(Fr::zero()), BTreeMap::new());
    for step in 0..150_u64 {
        let key = key(step * 7 % 40);
        if step % 3 == 2 {
            trie.remove(&nodes, key).unwrap();
            values.remove(&key);
        } else {
            trie.insert(&nodes, key, Number(step)).unwrap();
            values.insert(key, step);
        }
        assert_eq!(trie.root(&poseidon), root(&poseidon, &values), "step {step}");
        assert_eq!(
            trie.get(&nodes, key).unwrap().map(|number| number.0),
            values.get(&key).copied()
        );
    }
}

fn bytes_of_branch(kind: u8, left: Fr, right: Fr) -> Vec<u8> {
    [&[kind], word(left).as_slice(), word(right).as_slice()].concat()
}

fn bytes_of_leaf(key: Fr, form: u32, words: &[Word]) -> Vec<u8> {
    let start = [&[4], word(key).as_slice(), &form.to_le_bytes()].concat();
    [start, words.concat(), vec![0]].concat()
}

fn leaf(key: u64) -> Vec<u8> {
    bytes_of_leaf(Fr::from(key), SLOT_FORM, &[word(Fr::from(7)).0])
}

fn hash(poseidon: &Poseidon, bytes: &[u8]) -> Fr {
    Parsed::new(bytes).unwrap().hash(poseidon).unwrap()
}

#[test]
fn leaf_beside_a_removed_one_moves_up_unread() {
    let poseidon = Poseidon::new().unwrap();
    let (mine, other) = (leaf(0b01), leaf(0b11));
    let [removed, kept] = [&mine, &other].map(|bytes| hash(&poseidon, bytes));
    let below = bytes_of_branch(6, removed, kept);
    let top = bytes_of_branch(7, Fr::zero(), hash(&poseidon, &below));
    let nodes = Nodes::new(&poseidon, [&mine[..], &below, &top]);
    let mut trie = Trie::<Number>::new(hash(&poseidon, &top));

    trie.remove(&nodes, Fr::from(0b01)).unwrap();

    assert_eq!(trie.root(&poseidon), kept);
    let error = trie.get(&nodes, Fr::from(0b11)).unwrap_err();
    assert!(matches!(error, WitnessError::MissingNode { hash, .. } if hash == word(kept)));
}

#[test]
fn branch_beside_a_removed_leaf_stays() {
    let poseidon = Poseidon::new().unwrap();
    let mine = leaf(0);
    let below = Fr::from(9);
    let top = bytes_of_branch(7, hash(&poseidon, &mine), below);
    let nodes = Nodes::new(&poseidon, [&mine[..], &top]);
    let mut trie = Trie::<Number>::new(hash(&poseidon, &top));

    trie.remove(&nodes, Fr::zero()).unwrap();

    assert_eq!(trie.root(&poseidon), branch_hash(&poseidon, (Fr::zero(), true), (below, false)));
}

#[test]
fn nodes_in_a_wrong_place_are_refused() {
    let poseidon = Poseidon::new().unwrap();
    let account = bytes_of_leaf(Fr::zero(), 0x0805, &[[0; 32]; 5]);
    let below = bytes_of_branch(6, Fr::zero(), hash(&poseidon, &leaf(1)));
    let below_hash = hash(&poseidon, &below);
    for (top, why) in [
        (bytes_of_branch(6, hash(&poseidon, &leaf(1)), Fr::zero()), "path of its key"),
        (bytes_of_branch(7, below_hash, Fr::zero()), "another kind of node"),
        (bytes_of_branch(9, hash(&poseidon, &leaf(0)), Fr::zero()), "another kind of node"),
        (bytes_of_branch(6, hash(&poseidon, &account), Fr::zero()), "another kind of value"),
    ] {
        let given = [&top[..], &below, &account, &leaf(0), &leaf(1)].map(<[u8]>::to_vec);
        let nodes = Nodes::new(&poseidon, given.iter().map(Vec::as_slice));
        let mut trie = Trie::<Number>::new(hash(&poseidon, &top));
        let error = trie.get(&nodes, Fr::zero()).err().unwrap();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn path_longer_than_a_key_ends() {
    let poseidon = Poseidon::new().unwrap();
    let mut all = vec![leaf(0)];
    let mut below = hash(&poseidon, &all[0]);
    for depth in 0..250 {
        let kind = if depth == 0 { 6 } else { 8 };
        all.push(bytes_of_branch(kind, below, Fr::zero()));
        below = hash(&poseidon, &all[depth + 1]);
    }
    let nodes = Nodes::new(&poseidon, all.iter().map(Vec::as_slice));
    let mut trie = Trie::<Number>::new(below);

    let error = trie.get(&nodes, Fr::zero()).err().unwrap();

    assert!(error.to_string().contains("below the last bit"), "{error}");
}

#[test]
fn keys_of_one_path_cannot_both_be_there() {
    let nodes = Nodes::default();
    let mut trie = Trie::new(Fr::zero());
    let mut other = [0; 32];
    other[0] = 1;

    trie.insert(&nodes, Fr::zero(), Number(1)).unwrap();

    let key = crate::zktrie::poseidon::element(&other).unwrap();
    assert!(trie.insert(&nodes, key, Number(1)).is_err());
}

#[test]
fn bytes_that_are_no_node_of_a_state_are_none() {
    let over = [0xff; 32];
    let word = [0; 32];
    for bytes in [
        vec![],
        vec![5],
        b"THIS IS SOME MAGIC BYTES FOR SMT m1rRXgP2xpDI".to_vec(),
        vec![6; 64],
        vec![6; 66],
        [&[6][..], &over, &word].concat(),
        [&[0][..], &word, &word].concat(),
        leaf(1)[..60].to_vec(),
        bytes_of_leaf(Fr::zero(), 0x0001, &[word]),
        bytes_of_leaf(Fr::zero(), 0x0102, &[word; 2]),
        [&[4][..], &over, &SLOT_FORM.to_le_bytes(), &word].concat(),
    ] {
        assert_eq!(Parsed::new(&bytes), None, "{bytes:02x?}");
    }
    let poseidon = Poseidon::new().unwrap();
    let huge = bytes_of_leaf(Fr::zero(), 0x0805, &[word, over, word, word, word]);
    assert_eq!(Parsed::new(&huge).unwrap().hash(&poseidon), None);
}
