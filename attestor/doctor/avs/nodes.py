"""The nodes of L2 and L1 that the service asks."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from attestor.avs.prover_file import MAX_SECONDS
from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.doctor.avs.examined import Examined
from attestor.doctor.chain import CLOCK_SECONDS, OLD_HEAD_SECONDS, head_finding
from attestor.doctor.finding import Finding, failed, of_error, ok, warning
from attestor.errors import AttestorError, WrongChain
from attestor.errors.scroll import ScrollNodeFailed
from attestor.executor.scroll import Chain, ScrollExecutor
from attestor.scroll import headers
from attestor.scroll.client_software import Kind
from attestor.scroll.node import TRACE, WITNESS, ScrollNode
from attestor.scroll.probe import Probe, probe
from attestor.scroll.verification import Verifier
from attestor.signer.poe.settings import PoeProvider

L2, L1 = "L2 node", "L1 node"
_SYNC_ADVICE = (
    "wait (an archive node takes days to weeks); until then empty scroll_endpoint, so that "
    "operators bring contexts"
)


def l2_node(
    examined: Examined,
    open_node: Callable[[str, float], ScrollNode] = lambda url, seconds: ScrollNode(
        Rpc(url, timeout=seconds)
    ),
    now: Callable[[], float] = time.time,
) -> Iterator[Finding]:
    """The Scroll node: its chain, how far it is, what it serves, and its newest block executed."""
    file, chain_id = examined.file, examined.settings.chain_id
    if file.l2_endpoint is None:
        told = "scroll_endpoint is empty: operators are told to bring contexts"
        advice = "contexts that other provers made lack the parent's header: a node would give it"
        yield warning(L2, told, advice)
        return
    if file.l2_timeout_seconds is None:
        yield warning(L2, "l2_timeout_secs is 0: a silent node is waited for a day", "set it to 60")
    with closing(open_node(file.l2_endpoint, file.l2_timeout_seconds or MAX_SECONDS)) as node:
        # First, as a node of another chain is asked for nothing more.
        found_id = node.chain_id()
        if found_id != chain_id:
            told = f"{node.label} is on chain id {found_id}, the configuration says {chain_id}"
            advice = f"set scroll_chain_id to {found_id}, or scroll_endpoint to another node"
            yield failed(L2, told, advice)
            return
        syncing = _syncing(node)
        if syncing is not None:
            told = f"{node.label} syncs: it has block {syncing[0]} of {syncing[1]}"
            yield failed(L2, told, _SYNC_ADVICE)
            return
        found = probe(node)
        yield _head(found, headers.timestamp(node.header(found.head)), now())
        yield _served(found)
        if examined.settings.provider == PoeProvider.GRAMINE:
            told = "under Gramine nothing is executed, and so the newest block was not"
            yield failed("execution", told, "prove on a TDX machine (docs/avs.md, quotes)")
        elif found.has_witness:
            try:
                yield _executed(examined, node, found.head)
            except AttestorError as error:
                yield of_error("execution", error)


def l1_node(examined: Examined, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """The node of L1, which `getPoe` alone asks."""
    url = examined.file.l1_endpoint
    if url is None:
        told = "scroll_chain.endpoint is empty: getPoe is error 14011 (the AVS's operator never "
        yield ok(L1, f"{told}calls it)")
        return
    node = Node.of((url,), examined.l1_chain_id)
    try:
        node.require_chain()
    except WrongChain as error:
        advice = f"set scroll_chain.endpoint to a node of L1's chain {examined.l1_chain_id}"
        yield failed(L1, error.message, f"{advice}, or --l1-chain-id to the one that it is")
        return
    yield head_finding(L1, examined.l1_chain_id, node.head(), now())
    if not examined.has_blobs:
        told = "nobody is named who has blobs: getPoe is an error for codecs 2 and 7 to 10"
        yield warning(L1, told, "name --blob-url or --beacon-url")


def _syncing(node: ScrollNode) -> tuple[int, int] | None:
    try:
        return node.syncing()
    except ScrollNodeFailed:
        # Public endpoints have no such method; the head's age tells as much.
        return None


def _head(found: Probe, timestamp: int, now: float) -> Finding:
    age = now - timestamp
    told = f"{found.kind.value} {found.version}: chain {found.chain_id}, head {found.head}, "
    told += f"{age:.0f} s old"
    if age < -CLOCK_SECONDS:
        return warning(L2, told, "the machine's clock is behind the chain's: set up NTP")
    if age <= OLD_HEAD_SECONDS:
        return ok(L2, told)
    advice = "the node is behind, the chain rests, or the clock is ahead"
    if found.kind is Kind.L2GETH:
        advice += "; l2geth before v5.10.0 follows Scroll to Galileo alone (December 2025)"
    return warning(L2, told, advice)


def _served(found: Probe) -> Finding:
    if found.has_witness:
        return ok(L2, f"serves {found.range}")
    if found.has_trace:
        told = f"serves {found.range}; {WITNESS} is missing, which later ones need"
        return warning(L2, told, "; ".join(found.advice))
    return failed(L2, f"serves neither {WITNESS} nor {TRACE}", "; ".join(found.advice))


def _executed(examined: Examined, node: ScrollNode, head: int) -> Finding:
    """The newest block, through the executor, as batches are."""
    settings = examined.settings
    executor = ScrollExecutor(Path(settings.executor_directory))
    chain = Chain(settings.chain_id, settings.forks)
    witness = node.witness(head, settings.chain_id, examined.euclid)
    (verdict,) = Verifier(executor, chain, settings.limits, node).verify([witness])
    if verdict.error is not None:
        return of_error("execution", verdict.error)
    assert verdict.executed is not None
    return ok(
        "execution",
        f"block {head} came out as its header says: {verdict.executed.transactions} transactions, "
        f"{1000 * verdict.cpu_seconds:.0f} ms",
    )
