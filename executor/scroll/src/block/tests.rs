use std::collections::HashMap;

use alloy_consensus::{SignableTransaction, TxEip2930, TxEip7702, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, Signature, TxKind, U256, hex, keccak256};
use alloy_rlp::Encodable;
use attestor_evm::transaction::Signed;
use attestor_evm::{Account, Change, Codes, Place, State, Tries};

use super::*;
use crate::address::{FEE_VAULT, GAS_ORACLE};
use crate::range;

const CHAIN: u64 = 7;
const SENDER: Address = Address::repeat_byte(0x11);
const CONTRACT: Address = Address::repeat_byte(0x22);
const PARENT: B256 = B256::repeat_byte(0x33);
const TIME: u64 = 1000;

/// Accounts with their slots. A slot that `hidden` names cannot be read.
#[derive(Default)]
struct Memory {
    accounts: HashMap<Address, (Account, HashMap<U256, U256>)>,
    hidden: Option<(Address, U256)>,
}

impl Memory {
    fn with(mut self, address: Address, balance: u64, code: &[u8], slots: &[(u64, u64)]) -> Self {
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(code) };
        let account = Account { nonce: 0, balance: U256::from(balance), code_hash };
        let slots = slots.iter().map(|(key, value)| (U256::from(*key), U256::from(*value)));
        self.accounts.insert(address, (account, slots.collect()));
        self
    }
}

impl Tries for Memory {
    fn account(&mut self, address: Address) -> Result<Option<Account>, WitnessError> {
        Ok(self.accounts.get(&address).map(|(account, _)| *account))
    }

    fn slot(&mut self, address: Address, key: U256) -> Result<U256, WitnessError> {
        if self.hidden == Some((address, key)) {
            return Err(WitnessError::MissingNode { hash: B256::ZERO, place: Place::default() });
        }
        let slots = self.accounts.get(&address).map(|(_, slots)| slots);
        Ok(slots.and_then(|slots| slots.get(&key)).copied().unwrap_or_default())
    }

    fn update(&mut self, _: &[Change]) -> Result<B256, WitnessError> {
        Ok(B256::ZERO)
    }
}

/// All forks up to `last` at once, but for those that `later` names.
fn forks(last: Fork, later: &[(&'static str, u64)]) -> ForkTable {
    let names = ["bernoulli", "curie", "euclid", "euclid_v2", "feynman", "galileo", "galileo_v2"];
    let at = |name: &'static str| {
        (name, later.iter().find(|(known, _)| *known == name).map_or(0, |(_, at)| *at))
    };
    ForkTable::of_names(names.into_iter().take(last as usize).map(at)).unwrap()
}

fn run_block(
    memory: Memory,
    codes: &[&[u8]],
    table: ForkTable,
    parent_time: Option<u64>,
    transactions: &[Vec<u8>],
) -> Result<Executed, Failure> {
    let (number, time) = (100, TIME);
    let surroundings =
        Surroundings { chain_id: CHAIN, number, time, gas_limit: 10_000_000, base_fee: 1 };
    let fork = table.at(number, time);
    let start = Start { forks: &table, fork, surroundings, parent_hash: PARENT, parent_time };
    let codes = Codes::new(range::with_common(codes.to_vec()));
    let mut state = State::new(memory, &codes);
    let raw: Vec<&[u8]> = transactions.iter().map(Vec::as_slice).collect();
    execute(&mut state, &start, &raw, &mut Compressor::new())
}

fn message(to: Address, value: u64) -> Vec<u8> {
    let mut body = Vec::new();
    let fields: [&dyn Encodable; 6] =
        [&5_u64, &100_000_u64, &to, &U256::from(value), &Bytes::new(), &SENDER];
    fields.iter().for_each(|field| field.encode(&mut body));
    let mut raw = vec![0x7e];
    alloy_rlp::Header { list: true, payload_length: body.len() }.encode(&mut raw);
    raw.extend(body);
    raw
}

fn oracle_after(executed: &Executed) -> (Option<B256>, Vec<(U256, U256)>) {
    let Some(account) = executed.changes.get(&GAS_ORACLE).filter(|oracle| oracle.is_touched())
    else {
        return (None, Vec::new());
    };
    let mut slots: Vec<_> =
        account.storage.iter().map(|(key, slot)| (*key, slot.present_value())).collect();
    slots.sort();
    (Some(account.info.code_hash), slots)
}

#[test]
fn message_without_funds_makes_no_block_before_euclid_and_fails_inside_of_one_after() {
    let memory = || Memory::default().with(SENDER, 5, &[], &[]);
    let messages = [message(CONTRACT, 6)];

    let before = run_block(memory(), &[], forks(Fork::Curie, &[]), None, &messages);
    let failure = before.err().unwrap();
    assert_eq!(failure.class, Class::InvalidBlock);
    assert_eq!(failure.fields["transaction"], 0);

    let after = run_block(memory(), &[], forks(Fork::Feynman, &[]), None, &messages);
    let executed = after.unwrap_or_else(|failure| panic!("{}", failure.detail));
    assert!(!executed.receipts[0].success);
    assert_eq!((executed.gas_used, executed.l1_messages), (21_000, 1));
    assert_eq!(executed.receipts[0].transaction_type, 0x7e);
    let sender = &executed.changes[&SENDER].info;
    assert_eq!((sender.nonce, sender.balance), (1, U256::from(5)));
    assert!(!executed.changes.get(&FEE_VAULT).is_some_and(|vault| vault.is_touched()));
}

#[test]
fn message_of_a_contract_makes_no_block_but_one_of_a_delegating_account_does() {
    let delegation = [&[0xef, 0x01, 0x00][..], CONTRACT.as_slice()].concat();
    for (code, is_taken) in [(&[0x00][..], false), (&delegation, true)] {
        let memory = Memory::default().with(SENDER, 5, code, &[]);
        let table = forks(Fork::EuclidV2, &[]);
        let found = run_block(memory, &[code], table, None, &[message(CONTRACT, 1)]);
        assert_eq!(found.is_ok(), is_taken, "{code:02x?}");
    }
}

#[test]
fn message_with_funds_pays_no_gas() {
    let memory = Memory::default().with(SENDER, 6, &[], &[]);
    let executed =
        run_block(memory, &[], forks(Fork::EuclidV2, &[]), None, &[message(CONTRACT, 6)]);
    let executed = executed.ok().unwrap();

    assert!(executed.receipts[0].success);
    assert_eq!(executed.changes[&CONTRACT].info.balance, U256::from(6));
    assert_eq!(executed.changes[&SENDER].info.balance, U256::ZERO);
}

/// Of whoever this signature is.
fn access_list_transaction() -> (Vec<u8>, Address) {
    let transaction = TxEip2930 {
        chain_id: CHAIN,
        gas_price: 3,
        gas_limit: 50_000,
        to: TxKind::Call(CONTRACT),
        ..TxEip2930::default()
    };
    let signature = Signature::new(U256::ONE, U256::from(5), false);
    let raw = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718();
    let sender = Signed::decode(&raw).unwrap().sender;
    (raw, sender)
}

#[test]
fn type_1_comes_with_curie_and_pays_gas_and_l1_fee_to_the_vault() {
    let (raw, sender) = access_list_transaction();
    let oracle = [(1, 2_000_000_000), (5, 0), (6, 10)];
    let memory =
        || Memory::default().with(sender, 1_000_000, &[], &[]).with(GAS_ORACLE, 0, &[], &oracle);
    let transactions = [raw];

    let early = run_block(memory(), &[], forks(Fork::Bernoulli, &[]), None, &transactions);
    assert!(early.err().unwrap().detail.contains("comes with curie"));

    let table = forks(Fork::EuclidV2, &[]);
    let executed = run_block(memory(), &[], table, None, &transactions).ok().unwrap();
    assert_eq!(executed.gas_used, 21_000);
    assert_eq!(executed.receipts[0].transaction_type, 1);
    let paid = U256::from(3 * 21_000 + 20);
    assert_eq!(executed.changes[&FEE_VAULT].info.balance, paid);
    assert_eq!(executed.changes[&sender].info.balance, U256::from(1_000_000) - paid);
}

#[test]
fn transaction_whose_sender_cannot_pay_for_l1_makes_no_block() {
    let (raw, sender) = access_list_transaction();
    let oracle = [(1, 2_000_000_000), (6, 10)];
    let memory =
        Memory::default().with(sender, 3 * 50_000 + 19, &[], &[]).with(GAS_ORACLE, 0, &[], &oracle);

    let failed = run_block(memory, &[], forks(Fork::EuclidV2, &[]), None, &[raw]);
    assert_eq!(failed.err().unwrap().class, Class::InvalidBlock);
}

#[test]
fn blob_transactions_are_in_no_block() {
    for fork in [Fork::Archimedes, Fork::GalileoV2] {
        let failed = run_block(Memory::default(), &[], forks(fork, &[]), None, &[vec![3, 0xc0]]);
        assert!(failed.err().unwrap().detail.contains("no transactions of type 0x03"));
    }
}

#[test]
fn oracle_is_upgraded_at_curies_block_alone() {
    let memory = || Memory::default().with(GAS_ORACLE, 0, b"old", &[]);
    let at = |block| forks(Fork::Curie, &[("curie", block)]);

    let (code, slots) = oracle_after(&run_block(memory(), &[], at(100), None, &[]).ok().unwrap());
    assert!(code.unwrap().to_string().starts_with("0x19e0db18"));
    let expected = [(5, 1), (6, 230_759_955_285), (7, 417_565_260), (8, 1)];
    assert_eq!(
        slots,
        expected.map(|(key, value): (u64, u64)| (U256::from(key), U256::from(value)))
    );
    for other in [99, 101] {
        let executed = run_block(memory(), &[], at(other), None, &[]).ok().unwrap();
        assert_eq!(oracle_after(&executed).0, None);
    }
}

#[test]
fn oracle_is_upgraded_at_the_first_block_that_finds_its_marker_unset() {
    for (fork, marker, code) in
        [(Fork::Feynman, 11, "0xc0be97aa"), (Fork::GalileoV2, 12, "0x46c40600")]
    {
        // Of the upgrades before it, nothing is left to do.
        let old: Vec<_> = (8..marker).map(|slot| (slot, 1)).collect();
        // The block before was of the fork, too: its time decides nothing while the slot is known.
        for parent_time in [None, Some(TIME)] {
            let unset = Memory::default().with(GAS_ORACLE, 0, b"old", &old);
            let table = forks(fork, &[]);
            let executed = run_block(unset, &[], table, parent_time, &[]).ok().unwrap();
            let (hash, slots) = oracle_after(&executed);
            assert!(hash.unwrap().to_string().starts_with(code));
            assert!(slots.contains(&(U256::from(marker), U256::ONE)));
        }

        let set =
            Memory::default().with(GAS_ORACLE, 0, b"old", &[&old[..], &[(marker, 1)]].concat());
        let executed = run_block(set, &[], forks(fork, &[]), None, &[]).ok().unwrap();
        assert_eq!(oracle_after(&executed).0, None);
    }
}

#[test]
fn marker_that_the_witness_hides_is_decided_by_the_parents_time() {
    let memory = || Memory {
        hidden: Some((GAS_ORACLE, U256::from(11))),
        ..Memory::default().with(GAS_ORACLE, 0, b"old", &[])
    };
    let table = forks(Fork::Feynman, &[("feynman", TIME)]);
    let upgraded = |parent| {
        run_block(memory(), &[], table, parent, &[]).map(|done| oracle_after(&done).0.is_some())
    };

    assert_eq!(upgraded(Some(TIME)).ok(), Some(false));
    assert_eq!(upgraded(None).err().unwrap().class, Class::MissingNode);
    // The new value of the slot itself cannot be written without what is beside it.
    assert_eq!(upgraded(Some(TIME - 1)).err().unwrap().class, Class::MissingNode);
}

#[test]
fn block_hash_is_of_the_number_and_from_feynman_on_of_the_parent() {
    // sstore(0, blockhash(number - 1)); sstore(1, blockhash(number)); sstore(2, blockhash(number - 257))
    let code = hex!("60014303405f5543406001556101014303406002550000");
    let history = &alloy_eips::eip2935::HISTORY_STORAGE_CODE;
    for (fork, expected) in [
        (Fork::Bernoulli, keccak256([CHAIN.to_be_bytes(), 99_u64.to_be_bytes()].concat())),
        (Fork::EuclidV2, keccak256([CHAIN.to_be_bytes(), 99_u64.to_be_bytes()].concat())),
        (Fork::Feynman, PARENT),
        (Fork::GalileoV2, PARENT),
    ] {
        let memory = Memory::default()
            .with(SENDER, 0, &[], &[])
            .with(CONTRACT, 0, &code, &[])
            .with(GAS_ORACLE, 0, b"old", &[(11, 1), (12, 1)])
            .with(BLOCK_HASHES, 0, history, &[]);
        let table = forks(fork, &[]);
        let executed = run_block(memory, &[&code], table, None, &[message(CONTRACT, 0)]);
        let executed = executed.unwrap_or_else(|failure| panic!("{}", failure.detail));
        let slot = |key: u64| {
            let slots = &executed.changes[&CONTRACT].storage;
            slots.get(&U256::from(key)).map_or(U256::ZERO, |slot| slot.present_value())
        };
        assert!(executed.receipts[0].success, "{fork}");
        assert_eq!(B256::from(slot(0)), expected, "{fork}");
        assert_eq!((slot(1), slot(2)), (U256::ZERO, U256::ZERO));
    }
}

#[test]
fn opcodes_come_with_their_forks_and_some_never() {
    use Fork::*;
    for (code, first) in [
        (&hex!("5f5000")[..], Some(Archimedes)), // PUSH0
        (&hex!("4800"), Some(Curie)),            // BASEFEE
        (&hex!("5f5f5d00"), Some(Curie)),        // TSTORE
        (&hex!("5f5f5f5e00"), Some(Curie)),      // MCOPY
        (&hex!("5f1e00"), Some(Galileo)),        // CLZ
        (&hex!("5fff00"), None),                 // SELFDESTRUCT
        (&hex!("5f4900"), None),                 // BLOBHASH
        (&hex!("4a00"), None),                   // BLOBBASEFEE
    ] {
        for fork in [Archimedes, Bernoulli, Curie, EuclidV2, Feynman, Galileo, GalileoV2] {
            let memory = Memory::default()
                .with(SENDER, 0, &[], &[])
                .with(CONTRACT, 0, code, &[])
                .with(GAS_ORACLE, 0, b"old", &[(11, 1), (12, 1)]);
            let table = forks(fork, &[]);
            let executed = run_block(memory, &[code], table, None, &[message(CONTRACT, 0)]);
            let works = executed.ok().unwrap().receipts[0].success;
            assert_eq!(works, first.is_some_and(|first| fork >= first), "{code:02x?} {fork}");
        }
    }
}

/// An empty account of the state, as there are some from genesis, is removed by the block that touches
/// it (EIP-161), whatever comes after; one that is nowhere does not come to be.
#[test]
fn empty_account_that_was_touched_before_a_delegation_is_removed() {
    let (empty, nowhere) = (Address::repeat_byte(0x44), Address::repeat_byte(0x55));
    let authorization = Authorization { chain_id: U256::from(CHAIN), address: CONTRACT, nonce: 0 };
    let authorization = SignedAuthorization::new_unchecked(authorization, 0, U256::ONE, U256::ONE);
    let transaction = TxEip7702 {
        chain_id: CHAIN,
        gas_limit: 100_000,
        max_fee_per_gas: 3,
        to: CONTRACT,
        authorization_list: vec![authorization],
        ..TxEip7702::default()
    };
    let signature = Signature::new(U256::ONE, U256::from(5), false);
    let raw = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718();
    let sender = Signed::decode(&raw).unwrap().sender;
    let memory = Memory::default().with(sender, 1_000_000, &[], &[]).with(empty, 0, &[], &[]);
    let transactions = [message(empty, 0), message(nowhere, 0), raw];

    let executed = run_block(memory, &[], forks(Fork::EuclidV2, &[]), None, &transactions);
    let executed = executed.unwrap_or_else(|failure| panic!("{}", failure.detail));

    let touched = |address| executed.changes[&address].is_touched();
    assert_eq!((touched(empty), touched(nowhere)), (true, false));
    assert!(executed.changes[&empty].is_empty());
    assert_eq!((executed.receipts.len(), executed.l1_messages), (3, 2));
}

#[test]
fn gas_of_a_block_bounds_its_transactions_together() {
    let memory = || Memory::default().with(SENDER, 0, &[], &[]);
    let messages = vec![message(CONTRACT, 0); 101];
    let table = forks(Fork::EuclidV2, &[]);

    // Each may use 100,000 of 10,000,000, and does 21,000.
    assert!(run_block(memory(), &[], table, None, &messages).is_ok());
    let many = vec![message(CONTRACT, 0); 473];
    let failure = run_block(memory(), &[], table, None, &many).err().unwrap();
    assert_eq!((failure.class, &failure.fields["transaction"]), (Class::InvalidBlock, &472.into()));
}
