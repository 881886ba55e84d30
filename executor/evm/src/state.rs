//! The state that blocks are executed on: read from tries on first use, written back after each block.

use std::collections::hash_map::Entry as MapEntry;

use alloy_primitives::map::{AddressMap, HashMap};
use alloy_primitives::{Address, B256, U256};
use revm::Database;
use revm::bytecode::Bytecode;
use revm::state::{AccountInfo, EvmState};

use crate::pool::Codes;
use crate::witness_error::{Place, WitnessError};

/// What a trie has of an account, but for its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub nonce: u64,
    pub balance: U256,
    pub code_hash: B256,
}

/// A slot that is to have this value; zero removes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotChange {
    pub key: U256,
    pub value: U256,
}

/// What is to be written of an account; without `account` it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub address: Address,
    pub account: Option<Account>,
    pub slots: Vec<SlotChange>,
}

/// Tries of whatever kind that hold a state.
pub trait Tries {
    fn account(&mut self, address: Address) -> Result<Option<Account>, WitnessError>;

    /// The value of a slot; zero where there is none.
    fn slot(&mut self, address: Address, key: U256) -> Result<U256, WitnessError>;

    /// Write changes, each of another account, and give the new state root.
    fn update(&mut self, changes: &[Change]) -> Result<B256, WitnessError>;
}

impl<T: Tries + ?Sized> Tries for Box<T> {
    fn account(&mut self, address: Address) -> Result<Option<Account>, WitnessError> {
        (**self).account(address)
    }

    fn slot(&mut self, address: Address, key: U256) -> Result<U256, WitnessError> {
        (**self).slot(address, key)
    }

    fn update(&mut self, changes: &[Change]) -> Result<B256, WitnessError> {
        (**self).update(changes)
    }
}

#[derive(Clone, Copy)]
struct Slot {
    now: U256,
    in_trie: U256,
}

#[derive(Clone, Default)]
struct Entry {
    now: Option<Account>,
    in_trie: Option<Account>,
    slots: HashMap<U256, Slot>,
}

impl Slot {
    fn new(value: U256) -> Self {
        Self { now: value, in_trie: value }
    }
}

impl Entry {
    fn new(account: Option<Account>) -> Self {
        Self { now: account, in_trie: account, slots: HashMap::default() }
    }
}

/// A state over tries and codes.
pub struct State<'a, T> {
    tries: T,
    codes: &'a Codes<'a>,
    entries: AddressMap<Entry>,
    /// Of this block: accounts, and their slots.
    changed: AddressMap<Vec<U256>>,
}

impl<'a, T: Tries> State<'a, T> {
    pub fn new(tries: T, codes: &'a Codes<'a>) -> Self {
        Self { tries, codes, entries: AddressMap::default(), changed: AddressMap::default() }
    }

    /// Read all that `other` has read.
    pub fn preload(&mut self, other: &Self) -> Result<(), WitnessError> {
        for (address, entry) in &other.entries {
            self.entry(*address)?;
            for key in entry.slots.keys() {
                self.storage(*address, *key)?;
            }
        }
        Ok(())
    }

    /// The same over other tries; what was read stays.
    pub fn over<U>(self, tries: U) -> State<'a, U> {
        State { tries, codes: self.codes, entries: self.entries, changed: self.changed }
    }

    /// Take over what a block has changed.
    pub fn commit(&mut self, block: EvmState) {
        for (address, account) in block {
            if !account.is_touched() {
                continue;
            }
            let entry = self.entries.entry(address).or_default();
            if let Some(code) = account.info.code.as_ref().filter(|code| !code.is_empty()) {
                self.codes.add(account.info.code_hash, code);
            }
            entry.now = (!account.info.is_empty()).then(|| of(&account.info));
            let changed = self.changed.entry(address).or_default();
            for (key, slot) in account.storage {
                let now = slot.present_value();
                // Slots that were read are here already; those of an account made just now were zero.
                entry.slots.entry(key).or_insert(Slot::new(U256::ZERO)).now = now;
                changed.push(key);
            }
        }
    }

    /// Write what has changed since the last root into the tries, and give the state root.
    pub fn root(&mut self) -> Result<B256, WitnessError> {
        let mut changes = Vec::with_capacity(self.changed.len());
        for (address, keys) in self.changed.drain() {
            let entry = self.entries.entry(address).or_default();
            let mut slots = Vec::new();
            for key in keys {
                if let Some(slot) =
                    entry.slots.get_mut(&key).filter(|slot| slot.now != slot.in_trie)
                {
                    slots.push(SlotChange { key, value: slot.now });
                    slot.in_trie = slot.now;
                }
            }
            if !slots.is_empty() || entry.now != entry.in_trie {
                changes.push(Change { address, account: entry.now, slots });
                entry.in_trie = entry.now;
            }
        }
        // In an order of their own, so that what is missing is the same in each run.
        changes.sort_unstable_by_key(|change| change.address);
        self.tries.update(&changes)
    }

    fn entry(&mut self, address: Address) -> Result<&mut Entry, WitnessError> {
        match self.entries.entry(address) {
            MapEntry::Occupied(found) => Ok(found.into_mut()),
            MapEntry::Vacant(vacant) => {
                let place = Place { address: Some(address), slot: None };
                let account = self.tries.account(address).map_err(|error| error.at(place))?;
                Ok(vacant.insert(Entry::new(account)))
            }
        }
    }
}

fn of(info: &AccountInfo) -> Account {
    Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
}

impl<T: Tries> Database for State<'_, T> {
    type Error = WitnessError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, WitnessError> {
        Ok(self.entry(address)?.now.map(|Account { nonce, balance, code_hash }| AccountInfo {
            nonce,
            balance,
            code_hash,
            code: None,
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, WitnessError> {
        self.codes.get(hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, WitnessError> {
        self.entry(address)?;
        let entry = self.entries.entry(address).or_default();
        if let Some(slot) = entry.slots.get(&key) {
            return Ok(slot.now);
        }
        let place = Place { address: Some(address), slot: Some(key) };
        let value = self.tries.slot(address, key).map_err(|error| error.at(place))?;
        entry.slots.insert(key, Slot::new(value));
        Ok(value)
    }

    /// Chains have rules of their own for this: those are asked before.
    fn block_hash(&mut self, _number: u64) -> Result<B256, WitnessError> {
        Ok(B256::ZERO)
    }
}

#[cfg(test)]
mod tests;
