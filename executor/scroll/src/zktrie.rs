//! State in zktries, as it was before Euclid: one of accounts, and one of each one's storage.

mod node;
mod nodes;
mod poseidon;
mod trie;

use alloy_primitives::map::{AddressMap, B256Map, HashMap};
use alloy_primitives::{Address, B256, U256};
use ark_bn254::Fr;
use attestor_evm::{Account, Change, Codes, Place, SlotChange, Tries, WitnessError};

use self::node::{ACCOUNT_FORM, SLOT_FORM, Value, Word};
pub(crate) use self::nodes::Nodes;
pub(crate) use self::poseidon::Poseidon;
use self::poseidon::{element, word};
use self::trie::Trie;

/// What a leaf has of an account.
struct AccountLeaf {
    code_size: u64,
    nonce: u64,
    balance: U256,
    storage_root: Fr,
    code_hash: B256,
    /// Of the code, by Poseidon.
    code_digest: Fr,
}

struct Slot(Word);

impl Value for AccountLeaf {
    const FORM: u32 = ACCOUNT_FORM;

    fn from_words(words: &[Word]) -> Option<Self> {
        let [numbers, balance, storage_root, code_hash, code_digest] = words else {
            return None;
        };
        let numbers = U256::from_be_bytes(*numbers).into_limbs();
        let [nonce, code_size, 0, 0] = numbers else {
            return None;
        };
        Some(Self {
            code_size,
            nonce,
            balance: U256::from_be_bytes(*balance),
            storage_root: element(storage_root)?,
            code_hash: B256::from(*code_hash),
            code_digest: element(code_digest)?,
        })
    }

    fn words(&self) -> impl AsRef<[Word]> {
        let numbers = U256::from_limbs([self.nonce, self.code_size, 0, 0]);
        [
            numbers.to_be_bytes(),
            self.balance.to_be_bytes(),
            word(self.storage_root).0,
            self.code_hash.0,
            word(self.code_digest).0,
        ]
    }
}

impl Value for Slot {
    const FORM: u32 = SLOT_FORM;

    fn from_words(words: &[Word]) -> Option<Self> {
        words.first().copied().map(Self)
    }

    fn words(&self) -> impl AsRef<[Word]> {
        [self.0]
    }
}

/// The tries of a trace, as far as they were read.
pub(crate) struct Zktries<'a> {
    poseidon: &'a Poseidon,
    nodes: &'a Nodes<'a>,
    codes: &'a Codes<'a>,
    accounts: Trie<AccountLeaf>,
    storage: AddressMap<Trie<Slot>>,
    /// Paths are hashes: each is computed once for all blocks.
    account_keys: AddressMap<Fr>,
    slot_keys: HashMap<U256, Fr>,
    /// Size and digest of codes that accounts got.
    digests: B256Map<(u64, Fr)>,
}

impl<'a> Zktries<'a> {
    pub(crate) fn new(
        poseidon: &'a Poseidon,
        nodes: &'a Nodes<'a>,
        codes: &'a Codes<'a>,
        root: B256,
    ) -> Result<Self, WitnessError> {
        let why = "a state root that no zktrie has";
        let root = element(&root).ok_or(WitnessError::Malformed { hash: root, why })?;
        Ok(Self {
            poseidon,
            nodes,
            codes,
            accounts: Trie::new(root),
            storage: AddressMap::default(),
            account_keys: AddressMap::default(),
            slot_keys: HashMap::default(),
            digests: B256Map::default(),
        })
    }

    fn account_key(&mut self, address: Address) -> Fr {
        *self.account_keys.entry(address).or_insert_with(|| {
            let mut padded = Word::default();
            padded[..Address::len_bytes()].copy_from_slice(address.as_slice());
            self.poseidon.hash_word(&padded)
        })
    }

    fn slot_key(&mut self, key: U256) -> Fr {
        let hash = || self.poseidon.hash_word(&key.to_be_bytes());
        *self.slot_keys.entry(key).or_insert_with(hash)
    }

    fn leaf(&mut self, address: Address) -> Result<Option<&AccountLeaf>, WitnessError> {
        let key = self.account_key(address);
        self.accounts.get(self.nodes, key)
    }

    fn storage_of(&mut self, address: Address) -> Result<&mut Trie<Slot>, WitnessError> {
        if !self.storage.contains_key(&address) {
            let root = self.leaf(address)?.map_or(Fr::default(), |leaf| leaf.storage_root);
            self.storage.insert(address, Trie::new(root));
        }
        Ok(self.storage.entry(address).or_insert_with(|| Trie::new(Fr::default())))
    }

    fn update_slot(&mut self, address: Address, slot: SlotChange) -> Result<(), WitnessError> {
        let (key, nodes) = (self.slot_key(slot.key), self.nodes);
        let trie = self.storage_of(address)?;
        if slot.value.is_zero() {
            trie.remove(nodes, key)
        } else {
            trie.insert(nodes, key, Slot(slot.value.to_be_bytes()))
        }
    }

    fn update_account(&mut self, address: Address, account: Account) -> Result<(), WitnessError> {
        let Account { nonce, balance, code_hash } = account;
        let (mut storage_root, mut code) = (Fr::default(), None);
        if let Some(leaf) = self.leaf(address)? {
            storage_root = leaf.storage_root;
            code = (leaf.code_hash == code_hash).then_some((leaf.code_size, leaf.code_digest));
        }
        if let Some(trie) = self.storage.get_mut(&address) {
            storage_root = trie.root(self.poseidon);
        }
        let (code_size, code_digest) = match code {
            Some(known) => known,
            None => self.digest(code_hash)?,
        };
        if element(&balance.to_be_bytes()).is_none() {
            let why = "a balance that no leaf has room for";
            return Err(WitnessError::Malformed { hash: code_hash, why });
        }
        let leaf = AccountLeaf { code_size, nonce, balance, storage_root, code_hash, code_digest };
        let key = self.account_key(address);
        self.accounts.insert(self.nodes, key, leaf)
    }

    fn digest(&mut self, code_hash: B256) -> Result<(u64, Fr), WitnessError> {
        if let Some(known) = self.digests.get(&code_hash) {
            return Ok(*known);
        }
        let code = self.codes.get(code_hash)?.original_bytes();
        let found = (code.len() as u64, self.poseidon.hash_code(&code));
        self.digests.insert(code_hash, found);
        Ok(found)
    }
}

impl Tries for Zktries<'_> {
    fn account(&mut self, address: Address) -> Result<Option<Account>, WitnessError> {
        let leaf = self.leaf(address)?;
        Ok(leaf.map(|AccountLeaf { nonce, balance, code_hash, .. }| Account {
            nonce: *nonce,
            balance: *balance,
            code_hash: *code_hash,
        }))
    }

    fn slot(&mut self, address: Address, key: U256) -> Result<U256, WitnessError> {
        let (key, nodes) = (self.slot_key(key), self.nodes);
        let slot = self.storage_of(address)?.get(nodes, key)?;
        Ok(slot.map_or(U256::ZERO, |Slot(word)| U256::from_be_bytes(*word)))
    }

    fn update(&mut self, changes: &[Change]) -> Result<B256, WitnessError> {
        for change in changes {
            for slot in &change.slots {
                let place = Place { address: Some(change.address), slot: Some(slot.key) };
                self.update_slot(change.address, *slot).map_err(|error| error.at(place))?;
            }
        }
        for change in changes {
            let done = match change.account {
                Some(account) => self.update_account(change.address, account),
                None => {
                    let key = self.account_key(change.address);
                    self.storage.remove(&change.address);
                    self.accounts.remove(self.nodes, key)
                }
            };
            let place = Place { address: Some(change.address), slot: None };
            done.map_err(|error| error.at(place))?;
        }
        Ok(word(self.accounts.root(self.poseidon)))
    }
}

#[cfg(test)]
mod tests;
