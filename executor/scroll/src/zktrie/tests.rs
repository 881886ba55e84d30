use super::*;

const ADDRESS: Address = Address::repeat_byte(0x11);

fn change(account: Option<(U256, &[u8])>, slots: &[(u64, u64)]) -> Change {
    let account = account.map(|(balance, code)| {
        let code_hash = alloy_primitives::keccak256(code);
        Account { nonce: 1, balance, code_hash }
    });
    let of =
        |(key, value): &(u64, u64)| SlotChange { key: U256::from(*key), value: U256::from(*value) };
    Change { address: ADDRESS, account, slots: slots.iter().map(of).collect() }
}

/// On a state of nothing, with these codes at hand.
fn with_tries<T>(codes: &[&[u8]], use_it: impl FnOnce(&mut Zktries<'_>) -> T) -> T {
    let (poseidon, nodes) = (Poseidon::new().unwrap(), Nodes::default());
    let codes = Codes::new(codes.to_vec());
    use_it(&mut Zktries::new(&poseidon, &nodes, &codes, B256::ZERO).unwrap())
}

#[test]
fn account_that_was_removed_comes_back_without_its_storage() {
    with_tries(&[], |tries| {
        let made = |slots: &[_]| [change(Some((U256::ONE, b"")), slots)];
        let with_slot = tries.update(&made(&[(1, 7)])).unwrap();

        assert_eq!(tries.update(&[change(None, &[])]), Ok(B256::ZERO));
        assert_eq!(tries.slot(ADDRESS, U256::ONE), Ok(U256::ZERO));
        let without = tries.update(&made(&[])).unwrap();

        assert_ne!(without, with_slot);
        assert_eq!(with_tries(&[], |tries| tries.update(&made(&[]))), Ok(without));
    });
}

#[test]
fn balance_that_no_leaf_has_room_for_is_refused() {
    let order = U256::from_be_bytes(word(-Fr::from(1_u64)).0) + U256::ONE;
    for (balance, fits) in [(order - U256::ONE, true), (order, false), (U256::MAX, false)] {
        let found = with_tries(&[], |tries| tries.update(&[change(Some((balance, b"")), &[])]));
        assert_eq!(found.is_ok(), fits, "{balance}");
    }
}

/// A leaf has a code's hash by Keccak and its digest by Poseidon, each of the code that is there now.
#[test]
fn account_that_gets_another_code_has_its_hash_size_and_digest() {
    let (first, second): (&[u8], &[u8]) = (&[0x60; 70], &[0x5f; 31]);
    with_tries(&[first, second], |tries| {
        for code in [first, second] {
            tries.update(&[change(Some((U256::ONE, code)), &[])]).unwrap();
            let poseidon = tries.poseidon;
            let leaf = tries.leaf(ADDRESS).unwrap().unwrap();
            assert_eq!(leaf.code_hash, alloy_primitives::keccak256(code));
            assert_eq!(leaf.code_digest, poseidon.hash_code(code));
            assert_eq!(leaf.code_size, code.len() as u64);
        }
        let missing = tries.update(&[change(Some((U256::ONE, b"other")), &[])]).unwrap_err();
        assert!(matches!(missing, WitnessError::MissingCode { place, .. }
            if place.address == Some(ADDRESS)));
    });
}
