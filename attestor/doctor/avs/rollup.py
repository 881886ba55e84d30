"""What only the chains can say: whether batches are of a codec version that is known here, and
whether the blocks come out at which Scroll's own verifier is reported to fail."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from attestor.avs.prover_file import MAX_SECONDS
from attestor.chain import wire
from attestor.chain.rpc import Rpc
from attestor.core.scroll import codec
from attestor.core.scroll.calldata import parse_commit
from attestor.core.scroll.eras import CHAINS, MAINNET
from attestor.core.text import to_hex
from attestor.doctor.avs.examined import Examined
from attestor.doctor.finding import Finding, ok, warning
from attestor.errors import AttestorError
from attestor.errors.scroll import ScrollMethodMissing, ScrollNodeFailed
from attestor.executor.scroll import Chain, ScrollExecutor
from attestor.scroll import l1_commit
from attestor.scroll.fields import Fields, data
from attestor.scroll.node import TRACE, ScrollNode, Transport
from attestor.scroll.verification import Executor, Verifier

CODECS, OLD_BLOCKS = "codecs", "old blocks"
FAILING = (80956, 82693, 92219)
"""Of Scroll's mainnet (scroll-tech/stateless-block-verifier, issue 48)."""
L1_BLOCKS = 1000
"""In which to look for a commit: some three hours, where there is one every few minutes."""
L1_SECONDS = 30
_KNOWN = f"codec versions {min(codec.CODECS)} to {max(codec.CODECS)} are known here"


def codecs(
    examined: Examined,
    open_rpc: Callable[[str], Transport] = lambda url: Rpc(url, timeout=L1_SECONDS),
) -> Iterator[Finding]:
    """The codec version of the newest commit on L1."""
    url, known = examined.file.l1_endpoint, CHAINS.get(examined.settings.chain_id)
    if url is None or known is None:
        why = "scroll_chain.endpoint is empty" if url is None else "this chain's contract on L1"
        why += "" if url is None else " is not known"
        told = f"{_KNOWN}; which one batches have now was not checked, as {why}"
        yield warning(CODECS, told, "only L1 says it: a task with another one is error 14001")
        return
    with closing(open_rpc(url)) as rpc:
        transaction = _newest_commit(rpc, known.rollup)
        if transaction is None:
            told = f"no batch was committed in the last {L1_BLOCKS} blocks of L1; {_KNOWN}"
            yield warning(CODECS, told, "scroll_chain.endpoint may be behind, or the rollup rests")
            return
        found = l1_commit.read(rpc, transaction, examined.settings.chain_id)
        commit = parse_commit(found.calldata)
    index = found.batches[-1][0]
    yield ok(CODECS, f"batch {index}, the newest, has version {commit.codec.version}; {_KNOWN}")


def _newest_commit(rpc: Transport, rollup: bytes) -> bytes | None:
    head = wire.count(rpc.call("eth_blockNumber", []), "block number")
    wanted = {
        "fromBlock": hex(max(0, head - L1_BLOCKS)),
        "toBlock": hex(head),
        "address": to_hex(rollup),
        "topics": [to_hex(l1_commit.COMMITTED)],
    }
    logs = rpc.call("eth_getLogs", [wanted])
    if not isinstance(logs, list):
        raise ScrollNodeFailed(f"{rpc.label}: eth_getLogs gave no list")
    if not logs:
        return None
    return data(Fields(logs[-1], "the newest log").get("transactionHash"), "transactionHash")


def old_blocks(
    examined: Examined,
    open_node: Callable[[str, float], ScrollNode] = lambda url, seconds: ScrollNode(
        Rpc(url, timeout=seconds)
    ),
    executor: Executor | None = None,
) -> Iterator[Finding]:
    """The blocks that fail elsewhere, executed here where the node has their traces."""
    settings, url = examined.settings, examined.file.l2_endpoint
    if settings.chain_id != MAINNET:
        return
    listed = ", ".join(map(str, FAILING))
    told = f"Scroll's own verifier is reported to fail at blocks {listed}"
    advice = "a batch that holds one of them may be error 15001, whichever prover is asked"
    if url is None:
        yield warning(OLD_BLOCKS, f"{told}: not tried here, without an L2 node", advice)
        return
    made = executor or ScrollExecutor(Path(settings.executor_directory))
    chain = Chain(settings.chain_id, settings.forks)
    with closing(open_node(url, examined.file.l2_timeout_seconds or MAX_SECONDS)) as node:
        verifier = Verifier(made, chain, settings.limits, node)
        try:
            witnesses = [node.witness(number, settings.chain_id) for number in FAILING]
        except ScrollMethodMissing:
            yield warning(OLD_BLOCKS, f"{told}: not tried, as the node has no {TRACE}", advice)
            return
        except AttestorError as error:
            why = f"not tried, as the node has no traces of them [{error.code}]"
            yield warning(OLD_BLOCKS, f"{told}: {why}", advice)
            return
        verdicts = [verdict for one in witnesses for verdict in verifier.verify([one])]
    wrong = [one for one in verdicts if one.error is not None]
    for one in wrong:
        yield warning(OLD_BLOCKS, f"block {one.number} does not come out: {one.error}", advice)
    if not wrong:
        yield ok(OLD_BLOCKS, f"{told}: they come out here")
