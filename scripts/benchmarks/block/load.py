"""The transactions of the benchmark's block: many kinds, in the proportions of a busy chain."""

from collections.abc import Mapping
from itertools import chain, zip_longest

from eth_account import Account

from benchmarks.block.kinds import KINDS, Wanted
from benchmarks.block.world import CHAIN_ID, World

GWEI = 10**9
COUNTS: Mapping[str, int] = {
    "transfer": 56,
    "token": 60,
    "swap": 44,
    "approve": 14,
    "permit": 10,
    "claim": 12,
    "journal": 8,
    "pairing": 2,
    "rsa": 1,
    "signed": 4,
}


def transactions(world: World, counts: Mapping[str, int]) -> list[bytes]:
    """Signed transactions as nodes take them; the kinds alternate, and so do the senders.

    `counts` is how many there are of each kind in `KINDS`.
    """
    columns = [[KINDS[kind](world, n) for n in range(count)] for kind, count in counts.items()]
    wanted = [one for one in chain.from_iterable(zip_longest(*columns)) if one is not None]
    return [_sign(world, index, one) for index, one in enumerate(wanted)]


def _sign(world: World, index: int, wanted: Wanted) -> bytes:
    """One transaction in three is of the legacy type."""
    nonce, who = divmod(index, len(world.senders))
    fields: dict[str, object] = {
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "gas": wanted.gas,
        "to": wanted.to,
        "value": wanted.value,
        "data": wanted.data,
    }
    if index % 3 == 0:
        fields["gasPrice"] = 3 * GWEI + index
    else:
        fields |= {"maxFeePerGas": 20 * GWEI, "maxPriorityFeePerGas": GWEI + index, "type": 2}
    signed = Account.sign_transaction(fields, world.senders[who].to_bytes())
    return bytes(signed.raw_transaction)
