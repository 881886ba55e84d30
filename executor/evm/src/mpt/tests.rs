use alloy_primitives::KECCAK256_EMPTY;
use alloy_trie::proof::ProofRetainer;
use alloy_trie::{HashBuilder, Nibbles};

use super::*;

const ADDRESS: Address = Address::repeat_byte(0x11);

/// A trie of these values under the hashes of these keys, by another implementation: its root, and
/// the nodes that lead to `to`.
fn trie<K: AsRef<[u8]>>(values: &[(K, Vec<u8>)], to: Option<&K>) -> (B256, Vec<Vec<u8>>) {
    let path = |key: &K| Nibbles::unpack(keccak256(key));
    let mut values: Vec<_> = values.iter().map(|(key, value)| (path(key), value)).collect();
    values.sort();
    let retainer = ProofRetainer::new(to.into_iter().map(path).collect());
    let mut builder = HashBuilder::default().with_proof_retainer(retainer);
    values.iter().for_each(|(path, value)| builder.add_leaf(*path, value));
    let root = builder.root();
    let nodes = builder.take_proof_nodes().into_nodes_sorted();
    (root, nodes.into_iter().map(|(_, node)| node.to_vec()).collect())
}

fn nodes(bytes: &[Vec<u8>]) -> Nodes<'_> {
    Nodes::new(bytes.iter().map(Vec::as_slice))
}

fn leaf(storage_root: B256) -> Vec<u8> {
    let code_hash = KECCAK256_EMPTY;
    alloy_rlp::encode(TrieAccount { nonce: 1, balance: U256::from(2), storage_root, code_hash })
}

fn account() -> Account {
    Account { nonce: 1, balance: U256::from(2), code_hash: KECCAK256_EMPTY }
}

fn change(address: Address, account: Option<Account>, slots: &[(u64, u64)]) -> Change {
    let of =
        |(key, value): &(u64, u64)| SlotChange { key: U256::from(*key), value: U256::from(*value) };
    Change { address, account, slots: slots.iter().map(of).collect() }
}

/// Three keys whose paths part at the first nibble.
fn apart<K: AsRef<[u8]>>(key: fn(u8) -> K) -> [u8; 3] {
    let mut found = Vec::<u8>::new();
    let first = |number: u8| keccak256(key(number))[0] >> 4;
    for number in 1..=u8::MAX {
        if found.iter().all(|other| first(*other) != first(number)) {
            found.push(number);
        }
    }
    [found[0], found[1], found[2]]
}

fn slot(number: u8) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

/// The node beside the removed one would be needed, if it were alone in between.
#[test]
fn slots_that_are_set_come_before_those_that_are_removed() {
    let [removed, beside, set] = apart(slot);
    let value = |number: U256| alloy_rlp::encode(number);
    let long = value(U256::MAX);
    let held = [(slot(removed), value(U256::ONE)), (slot(beside), long.clone())];
    let (storage, mut bytes) = trie(&held, Some(&slot(removed)));
    let (root, more) = trie(&[(ADDRESS, leaf(storage))], Some(&ADDRESS));
    bytes.extend(more);
    let (storage, _) = trie(&[(slot(beside), long), (slot(set), value(U256::from(9)))], None);
    let (expected, _) = trie(&[(ADDRESS, leaf(storage))], None);
    let nodes = nodes(&bytes);

    let slots = [(removed.into(), 0), (set.into(), 9)];
    let found = Mpt::new(&nodes, root).update(&[change(ADDRESS, Some(account()), &slots)]);

    assert_eq!(found, Ok(expected));
    let alone = change(ADDRESS, Some(account()), &slots[..1]);
    let error = Mpt::new(&nodes, root).update(&[alone]).unwrap_err();
    assert!(matches!(error, WitnessError::MissingNode { place, .. } if place.slot.is_some()));
}

#[test]
fn accounts_that_are_written_come_before_those_that_are_removed() {
    let [removed, beside, written] = apart(Address::repeat_byte).map(Address::repeat_byte);
    let of = |address| (address, leaf(EMPTY_ROOT_HASH));
    let (root, bytes) = trie(&[of(removed), of(beside)], Some(&removed));
    let (expected, _) = trie(&[of(beside), of(written)], None);
    let nodes = nodes(&bytes);

    let changes = [change(removed, None, &[]), change(written, Some(account()), &[])];

    assert_eq!(Mpt::new(&nodes, root).update(&changes), Ok(expected));
    assert!(Mpt::new(&nodes, root).update(&changes[..1]).is_err());
}

#[test]
fn account_that_was_removed_comes_back_without_its_storage() {
    let nodes = Nodes::default();
    let mut tries = Mpt::new(&nodes, EMPTY_ROOT_HASH);
    let made = |slots: &[_]| [change(ADDRESS, Some(account()), slots)];
    let with_slot = tries.update(&made(&[(1, 7)])).unwrap();

    assert_eq!(tries.update(&[change(ADDRESS, None, &[])]), Ok(EMPTY_ROOT_HASH));
    assert_eq!(tries.slot(ADDRESS, U256::ONE), Ok(U256::ZERO));
    let without = tries.update(&made(&[])).unwrap();

    assert_ne!(without, with_slot);
    assert_eq!(without, trie(&[(ADDRESS, leaf(EMPTY_ROOT_HASH))], None).0);
}

#[test]
fn leaf_that_holds_more_than_an_account_is_refused() {
    let more = [leaf(EMPTY_ROOT_HASH), vec![0x80]].concat();
    for value in [more, vec![0xc0], vec![7]] {
        let (root, bytes) = trie(&[(ADDRESS, value)], Some(&ADDRESS));
        let nodes = nodes(&bytes);
        let error = Mpt::new(&nodes, root).account(ADDRESS).unwrap_err();
        assert!(error.to_string().contains("no account"), "{error}");
    }
}

/// A slot of zero is none at all, and a number has one form.
#[test]
fn leaf_that_holds_no_number_or_zero_is_refused() {
    for value in [vec![0x80], vec![7, 7], vec![0x81, 7], vec![0x82, 0, 7], vec![0xc0]] {
        let (storage, mut bytes) = trie(&[(slot(1), value)], Some(&slot(1)));
        let (root, more) = trie(&[(ADDRESS, leaf(storage))], Some(&ADDRESS));
        bytes.extend(more);
        let nodes = nodes(&bytes);
        let error = Mpt::new(&nodes, root).slot(ADDRESS, U256::ONE).unwrap_err();
        assert!(error.to_string().contains("no number"), "{error}");
    }
}
