"""Nodes' words about a transaction that they do not take, as one table.

The words that geth introduced are taken over by most others: a row names the first node that says
them, and where. A refusal in words that are not here is settled by the transaction's hash, as every
refusal is (`chain.sending`): what an endpoint has counts as sent, whatever it says.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from attestor.errors import AttestorError, RpcError
from attestor.transactions.send_state import SendAnswer


@dataclass(frozen=True)
class Refusal:
    """Words, lower case, what they mean, the node that says them, and its file and version (a
    release, or the commit that was read)."""

    words: str
    answer: SendAnswer
    node: str
    source: str


GETH = "core/txpool/errors.go, v1.17.10"
GETH_CORE = "core/error.go, v1.17.10"
GETH_LEGACY = "core/txpool/legacypool/legacypool.go, v1.17.10"
GETH_API = "internal/ethapi/api.go, v1.17.10"
RETH = "crates/rpc/rpc-eth-types/src/error/mod.rs, 4106803d"
NETHERMIND = "Nethermind.TxPool/TxPoolErrorMessages.cs, cbea1e0d"
NETHERMIND_BEFORE = "Nethermind.TxPool/AcceptTxResult.cs, 07870f1e"
ERIGON = "txnprovider/txpool/txpoolcfg/txpoolcfg.go, 05916db2"
ERIGON_BEFORE = "erigon-lib/txpool/txpoolcfg/txpoolcfg.go, version 2"
BESU = "RpcErrorType.java, 4759b670"
ANVIL = "crates/anvil/src/eth/error.rs, 1.7.1"

_A = SendAnswer

REFUSALS: tuple[Refusal, ...] = (
    Refusal("already known", _A.ALREADY_KNOWN, "geth", GETH),
    Refusal("already imported", _A.ALREADY_KNOWN, "anvil", ANVIL),
    Refusal("alreadyknown", _A.ALREADY_KNOWN, "nethermind", NETHERMIND_BEFORE),
    Refusal("known transaction", _A.ALREADY_KNOWN, "besu", BESU),
    Refusal("existing txn with same hash", _A.ALREADY_KNOWN, "erigon", ERIGON),
    Refusal("existing tx with same hash", _A.ALREADY_KNOWN, "erigon", ERIGON_BEFORE),
    Refusal("nonce too low", _A.NONCE_TOO_LOW, "geth", GETH_CORE),
    Refusal("oldnonce", _A.NONCE_TOO_LOW, "nethermind", NETHERMIND_BEFORE),
    Refusal("nonce too high", _A.NONCE_GAP, "geth", GETH_CORE),
    Refusal("nonce too far in future", _A.NONCE_GAP, "nethermind", NETHERMIND),
    Refusal("noncegap", _A.NONCE_GAP, "nethermind", NETHERMIND_BEFORE),
    Refusal("noncetoofarinfuture", _A.NONCE_GAP, "nethermind", NETHERMIND_BEFORE),
    Refusal("nonce is too distant", _A.NONCE_GAP, "besu", BESU),
    Refusal("gapped-nonce tx from delegated accounts", _A.NONCE_GAP, "geth", GETH_LEGACY),
    Refusal("replacement transaction underpriced", _A.UNDERPRICED, "geth", GETH),
    Refusal("insufficient gas price to replace", _A.UNDERPRICED, "anvil", ANVIL),
    Refusal("replacementnotallowed", _A.UNDERPRICED, "nethermind", NETHERMIND_BEFORE),
    Refusal("could not replace existing tx", _A.UNDERPRICED, "erigon", ERIGON),
    Refusal("gas price below current base fee", _A.FEE_TOO_LOW, "besu", BESU),
    Refusal("gas price below configured minimum", _A.FEE_TOO_LOW, "besu", BESU),
    Refusal("less than block base fee", _A.FEE_TOO_LOW, "geth", GETH_CORE),
    # Before the words "fee too low", which its name begins with.
    Refusal("feetoolowtocompete", _A.POOL_FULL, "nethermind", NETHERMIND_BEFORE),
    Refusal("feetoolow", _A.FEE_TOO_LOW, "nethermind", NETHERMIND_BEFORE),
    Refusal("fee too low", _A.FEE_TOO_LOW, "erigon", ERIGON),
    # "transaction underpriced" of geth, reth and nethermind, "underpriced" of erigon: below what
    # the pool takes at all, or below the cheapest of a full one.
    Refusal("underpriced", _A.UNDERPRICED, "geth", GETH),
    Refusal("insufficient funds", _A.NO_FUNDS, "geth", GETH_CORE),
    Refusal("insufficientfunds", _A.NO_FUNDS, "nethermind", NETHERMIND_BEFORE),
    Refusal("upfront cost exceeds account balance", _A.NO_FUNDS, "besu", BESU),
    Refusal("txpool is full", _A.POOL_FULL, "geth", GETH_LEGACY),
    Refusal("sub-pool is full", _A.POOL_FULL, "erigon", ERIGON),
    Refusal("in-flight transaction limit reached", _A.POOL_FULL, "geth", GETH),
    Refusal("exceeds the configured cap", _A.ABOVE_NODES_CAP, "geth", GETH_API),
    Refusal("transaction fee cap exceeded", _A.ABOVE_NODES_CAP, "besu", BESU),
)
"""In the order in which they are looked for: the first one that is found counts."""

HINTS = {
    _A.NONCE_GAP: "a transaction with a nonce before it is missing, and is sent again",
    _A.UNDERPRICED: "it is offered more at one of the next heads, up to payer.max_fee_gwei",
    _A.FEE_TOO_LOW: "it is offered more at one of the next heads, up to payer.max_fee_gwei",
    _A.NO_FUNDS: "top the payer up",
    _A.POOL_FULL: "the node's pool is full: it is sent again at each head, and outbid",
    _A.ABOVE_NODES_CAP: "the node has a cap of its own: raise it (--rpc.txfeecap in geth, "
    "--rpc-tx-feecap in besu), or lower payer.max_fee_gwei",
}
"""What to do, or what is done."""


def answer_of(error: AttestorError) -> SendAnswer:
    """What the error of a send says. Only a node's own words are looked into."""
    if not isinstance(error, RpcError):
        return SendAnswer.UNREACHABLE
    said = error.message.lower()
    found = (known.answer for known in REFUSALS if known.words in said)
    return next(found, SendAnswer.REFUSED)


@contextmanager
def explained() -> Iterator[None]:
    """A refusal in known words leaves the block with what to do about it."""
    try:
        yield
    except RpcError as error:
        if error.hint is None:
            error.hint = HINTS.get(answer_of(error))
        raise
