use alloy_primitives::KECCAK256_EMPTY;
use revm::state::{Account as Executed, EvmStorageSlot, TransactionId};

use super::*;

const ADDRESS: Address = Address::repeat_byte(0x11);
const KEY: U256 = U256::ONE;

/// One account with one slot; what is written is kept.
#[derive(Default)]
struct Recorded(Vec<Vec<Change>>);

impl Tries for Recorded {
    fn account(&mut self, _: Address) -> Result<Option<Account>, WitnessError> {
        Ok(Some(account(5)))
    }

    fn slot(&mut self, _: Address, _: U256) -> Result<U256, WitnessError> {
        Ok(U256::from(7))
    }

    fn update(&mut self, changes: &[Change]) -> Result<B256, WitnessError> {
        self.0.push(changes.to_vec());
        Ok(B256::ZERO)
    }
}

fn account(balance: u64) -> Account {
    Account { nonce: 0, balance: U256::from(balance), code_hash: KECCAK256_EMPTY }
}

/// What a block has made of the account and its slot.
fn block(balance: u64, slot: u64) -> EvmState {
    let info = AccountInfo { balance: U256::from(balance), ..AccountInfo::default() };
    let slot = EvmStorageSlot::new_changed(U256::from(99), U256::from(slot), TransactionId::ZERO);
    let account = Executed::from(info).with_touched_mark().with_storage([(KEY, slot)].into_iter());
    [(ADDRESS, account)].into_iter().collect()
}

/// What each of these blocks, which follow one another, writes.
fn written(blocks: &[(u64, u64)]) -> Vec<Vec<Change>> {
    let codes = Codes::default();
    let mut state = State::new(Recorded::default(), &codes);
    state.storage(ADDRESS, KEY).unwrap();
    for (balance, slot) in blocks {
        state.commit(block(*balance, *slot));
        state.root().unwrap();
    }
    state.tries.0
}

fn change(balance: u64, slot: Option<u64>) -> Vec<Change> {
    let slots = slot.map(|value| SlotChange { key: KEY, value: U256::from(value) });
    let slots = slots.into_iter().collect();
    vec![Change { address: ADDRESS, account: Some(account(balance)), slots }]
}

#[test]
fn value_that_is_as_it_was_before_the_last_block_is_written_again() {
    assert_eq!(written(&[(5, 8), (5, 7)]), [change(5, Some(8)), change(5, Some(7))]);
    assert_eq!(written(&[(6, 7), (5, 7)]), [change(6, None), change(5, None)]);
}

#[test]
fn what_a_block_leaves_as_it_was_is_not_written() {
    assert_eq!(written(&[(5, 7), (6, 8), (6, 8)]), [vec![], change(6, Some(8)), vec![]]);
}

#[test]
fn account_that_is_empty_after_a_block_is_removed() {
    let removed = written(&[(0, 7)]);
    assert_eq!(removed, [vec![Change { address: ADDRESS, account: None, slots: vec![] }]]);
}

#[test]
fn account_that_no_block_has_touched_stays() {
    let codes = Codes::default();
    let mut state = State::new(Recorded::default(), &codes);
    let untouched = Executed::from(AccountInfo::default());
    state.commit([(ADDRESS, untouched)].into_iter().collect());
    state.root().unwrap();
    assert_eq!(state.tries.0, [vec![]]);
}
