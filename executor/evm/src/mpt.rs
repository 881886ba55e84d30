//! State in Merkle-Patricia tries (yellow paper 4.1): one of accounts, and one of each one's storage.

use alloy_primitives::map::{AddressMap, HashMap};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

use crate::pool::Nodes;
use crate::state::{Account, Change, SlotChange, Tries};
use crate::trie::{Trie, hash_all};
use crate::witness_error::{Place, WitnessError};

/// The tries of a witness, as far as they were read.
pub struct Mpt<'a> {
    nodes: &'a Nodes<'a>,
    accounts: Trie,
    storage: AddressMap<Trie>,
    /// Keys are hashes: each is computed once for all blocks.
    account_keys: AddressMap<B256>,
    slot_keys: HashMap<U256, B256>,
}

impl<'a> Mpt<'a> {
    pub fn new(nodes: &'a Nodes<'a>, root: B256) -> Self {
        Self {
            nodes,
            accounts: Trie::new(root),
            storage: AddressMap::default(),
            account_keys: AddressMap::default(),
            slot_keys: HashMap::default(),
        }
    }

    fn account_key(&mut self, address: Address) -> B256 {
        *self.account_keys.entry(address).or_insert_with(|| keccak256(address))
    }

    fn slot_key(&mut self, key: U256) -> B256 {
        *self.slot_keys.entry(key).or_insert_with(|| keccak256(key.to_be_bytes::<32>()))
    }

    fn leaf(&mut self, address: Address) -> Result<Option<TrieAccount>, WitnessError> {
        let key = self.account_key(address);
        let Some(mut value) = self.accounts.get(self.nodes, key)? else {
            return Ok(None);
        };
        match TrieAccount::decode(&mut value) {
            Ok(account) if value.is_empty() => Ok(Some(account)),
            _ => Err(WitnessError::Malformed { hash: key, why: "the leaf's value is no account" }),
        }
    }

    fn storage_of(&mut self, address: Address) -> Result<&mut Trie, WitnessError> {
        if !self.storage.contains_key(&address) {
            let root = self.leaf(address)?.map_or(EMPTY_ROOT_HASH, |leaf| leaf.storage_root);
            self.storage.insert(address, Trie::new(root));
        }
        Ok(self.storage.entry(address).or_default())
    }

    /// Set the slots of an account. What is removed comes last: fewer nodes beside it are needed.
    fn update_slots(&mut self, change: &Change) -> Result<(), WitnessError> {
        let nodes = self.nodes;
        let (removed, set): (Vec<&SlotChange>, Vec<&SlotChange>) =
            change.slots.iter().partition(|slot| slot.value.is_zero());
        for slot in set.into_iter().chain(removed) {
            let key = self.slot_key(slot.key);
            let trie = self.storage_of(change.address)?;
            let done = if slot.value.is_zero() {
                trie.remove(nodes, key)
            } else {
                trie.insert(nodes, key, alloy_rlp::encode(slot.value))
            };
            done.map_err(|error| error.at(place(change.address, Some(slot.key))))?;
        }
        Ok(())
    }

    /// Hash the storage tries of these accounts together: each alone has a node or two per level.
    fn hash_storage_of(&mut self, changes: &[Change]) {
        let addresses = changes.iter().map(|change| &change.address);
        let mut tries: Vec<(Address, Trie)> =
            addresses.filter_map(|address| self.storage.remove_entry(address)).collect();
        hash_all(tries.iter_mut().map(|(_, trie)| trie));
        self.storage.extend(tries);
    }

    fn update_account(&mut self, address: Address, account: Account) -> Result<(), WitnessError> {
        let storage_root = match self.storage.get_mut(&address) {
            Some(trie) => trie.root(),
            None => self.leaf(address)?.map_or(EMPTY_ROOT_HASH, |leaf| leaf.storage_root),
        };
        let Account { nonce, balance, code_hash } = account;
        let leaf = TrieAccount { nonce, balance, storage_root, code_hash };
        let key = self.account_key(address);
        self.accounts.insert(self.nodes, key, alloy_rlp::encode(leaf))
    }
}

impl Tries for Mpt<'_> {
    fn account(&mut self, address: Address) -> Result<Option<Account>, WitnessError> {
        let leaf = self.leaf(address)?;
        Ok(leaf.map(|TrieAccount { nonce, balance, storage_root, code_hash }| {
            self.storage.entry(address).or_insert_with(|| Trie::new(storage_root));
            Account { nonce, balance, code_hash }
        }))
    }

    fn slot(&mut self, address: Address, key: U256) -> Result<U256, WitnessError> {
        let nodes = self.nodes;
        let hashed = self.slot_key(key);
        let Some(mut value) = self.storage_of(address)?.get(nodes, hashed)? else {
            return Ok(U256::ZERO);
        };
        match U256::decode(&mut value) {
            Ok(number) if value.is_empty() && !number.is_zero() => Ok(number),
            _ => {
                Err(WitnessError::Malformed { hash: hashed, why: "the leaf's value is no number" })
            }
        }
    }

    fn update(&mut self, changes: &[Change]) -> Result<B256, WitnessError> {
        for change in changes.iter().filter(|change| !change.slots.is_empty()) {
            self.update_slots(change)?;
        }
        self.hash_storage_of(changes);
        let (kept, removed): (Vec<&Change>, Vec<&Change>) =
            changes.iter().partition(|change| change.account.is_some());
        for change in kept.into_iter().chain(removed) {
            match change.account {
                Some(account) => self.update_account(change.address, account),
                None => {
                    self.storage.remove(&change.address);
                    let key = self.account_key(change.address);
                    self.accounts.remove(self.nodes, key)
                }
            }
            .map_err(|error| error.at(place(change.address, None)))?;
        }
        Ok(self.accounts.root())
    }
}

fn place(address: Address, slot: Option<U256>) -> Place {
    Place { address: Some(address), slot }
}

#[cfg(test)]
mod tests;
