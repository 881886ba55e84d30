"""From a world and its block to the guest's input: tries cut to what the block touches."""

from eth_utils.crypto import keccak

from attestor.rsp.stdin import GuestInput
from attestor.rsp.touched import BEACON_ROOTS, PRECOMPILES, SYSTEM
from benchmarks.block import trie
from benchmarks.block.chain import MinedBlock
from benchmarks.block.state import Account, State, slot_key, state_trie, storage_trie
from benchmarks.block.unusable import BlockUnusable


def of(state: State, block: MinedBlock) -> GuestInput:
    """Raises `BlockUnusable` when the state is not what anvil's block stands on."""
    storage = {
        address: storage_trie(account) for address, account in state.items() if account.storage
    }
    whole = state_trie(state, storage)
    if trie.root(whole) != block.state_root:
        raise BlockUnusable("the state's root is not that of anvil")
    slots = {
        address: tuple(sorted(block.touched.get(address, ())))
        for address in sorted({*block.touched, BEACON_ROOTS, SYSTEM, *PRECOMPILES})
    }
    accounts = {address: state.get(address, Account()) for address in slots}
    return GuestInput(
        header=block.header,
        transactions=block.transactions,
        ancestors=(block.parent,),
        state_trie=trie.pruned(whole, map(keccak, slots)),
        storage_tries={
            address: trie.pruned(storage.get(address), map(slot_key, read))
            for address, read in slots.items()
        },
        slots=slots,
        codes=tuple(dict.fromkeys(account.code for account in accounts.values())),
    )
