"""`attestor scroll verify` and `attestor scroll probe`."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attestor.cli import scroll_report as report
from attestor.cli import scroll_targets
from attestor.cli.display import shown
from attestor.cli.scroll_commits import by_calldata, by_transaction, open_rpc
from attestor.cli.scroll_work import Setting, Work
from attestor.cli.types import BUILT, URL, WORD
from attestor.core.execution import Limits
from attestor.core.scroll.calldata import parse_finalization
from attestor.core.scroll.eras import MAINNET, NEVER
from attestor.errors import ConfigurationInvalid, WrongChain
from attestor.executor.scroll import Chain, ScrollExecutor
from attestor.scroll import keeping
from attestor.scroll.node import ScrollNode
from attestor.scroll.probe import probe
from attestor.scroll.verification import Verifier

if TYPE_CHECKING:
    from attestor.core.scroll.blob import Kzg


def _rpc_url(required: bool) -> Callable[[Any], Any]:
    return click.option(
        "--rpc-url",
        type=URL,
        envvar="ATTESTOR_SCROLL_RPC_URL",
        required=required,
        help="JSON-RPC endpoint of a Scroll node  [ATTESTOR_SCROLL_RPC_URL].",
    )


_AS_JSON = click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")


@click.group()
def command() -> None:
    """Verify blocks and batches of Scroll by executing them again."""


@command.command("verify")
@click.argument("targets", nargs=-1, required=True)
@_rpc_url(required=False)
@click.option(
    "--chain-id", default=MAINNET, show_default=True, type=click.IntRange(min=1), help="Chain id."
)
@click.option(
    "--fork",
    "forks",
    multiple=True,
    metavar="NAME=WHEN",
    help="On a development chain: a fork and its block or time; may be repeated.",
)
@click.option(
    "--executor",
    type=click.Path(path_type=Path),
    default=BUILT,
    help="Directory of attestor-scroll. Without it, the one built here.",
)
@click.option("--keep", type=click.Path(path_type=Path), help="Folder to store witnesses in.")
@click.option("--l1-rpc-url", type=URL, help="JSON-RPC endpoint of L1, for commits by their hash.")
@click.option(
    "--blob",
    "blobs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File of a blob of the commit; may be repeated.",
)
@click.option(
    "--blob-url", multiple=True, type=URL, help="Base URL that serves blobs by versioned hash."
)
@click.option("--beacon-url", type=URL, help="API of a consensus node of L1, for recent blobs.")
@click.option(
    "--versioned-hash",
    "versioned_hashes",
    multiple=True,
    type=WORD,
    help="Versioned hash that the commit's L1 transaction names; all of them, in their order.",
)
@click.option(
    "--batch-index",
    type=click.IntRange(min=0),
    help="Index of the commit's first batch, as in L1's event CommitBatch.",
)
@click.option("--batch-hash", type=WORD, help="Hash of the commit's first batch.")
@click.option(
    "--finalization",
    type=click.Path(path_type=Path),
    help="File of the calldata that finalized the batch: its header and roots have to agree.",
)
@_AS_JSON
def verify_command(
    targets: tuple[str, ...],
    rpc_url: str | None,
    chain_id: int,
    forks: tuple[str, ...],
    executor: Path,
    keep: Path | None,
    finalization: Path | None,
    as_json: bool,
    **commit: Any,
) -> None:
    """Verify blocks and batches.

    A target is a block (19604670), a range (19604670-19604689), a file or folder of witnesses, or
    what commits batches: a file of its calldata, or the hash of the L1 transaction. Each block is
    executed again; its hash, roots, gas and logs must come out as in its header. A batch is
    verified when its blocks are, and its commitment is to exactly their transactions.

    Exits with code 4 when anything is refused, with 3 when a node failed, which may pass.
    """
    found = scroll_targets.parse(targets)
    named = forks_of(forks)
    chain = Chain(chain_id, named)
    node = None if rpc_url is None else _node(rpc_url, chain_id)
    setting = Setting(
        verifier=Verifier(ScrollExecutor(executor), chain, Limits(), node),
        chain_id=chain_id,
        kzg=_kzg(),
        node=node,
        euclid=None if named is None else named.get("euclid", NEVER),
        keep=keep,
        finalization=None
        if finalization is None
        else parse_finalization(scroll_targets.calldata_of(keeping.read_bytes(finalization))),
    )
    with shown(sys.stderr, "blocks") as display, _closed_at_the_end(node):
        work = Work(setting, display, as_json, remembers=bool(found.commits))
        work.files(found.files)
        for first, last in found.blocks:
            work.range(first, last)
        for data in found.calldata:
            by_calldata(work, data, **commit)
        for name in found.transactions:
            by_transaction(work, name, **commit)
    click.echo(json.dumps(work.as_value(), indent=2) if as_json else work.summary())
    work.finish()


@command.command("probe")
@_rpc_url(required=True)
@_AS_JSON
def probe_command(rpc_url: str, as_json: bool) -> None:
    """Show what a Scroll node serves of what verification needs.

    Only its newest block is asked for. Exits with code 2 when it serves no witnesses.
    """
    found = probe(ScrollNode(open_rpc(rpc_url)))
    text = json.dumps(report.probe_json(found), indent=2)
    click.echo(text if as_json else "\n".join(report.probe_lines(found)))
    if not (found.has_witness or found.has_trace):
        raise ConfigurationInvalid("the node gives no witnesses", hint=found.advice[0])


@contextmanager
def _closed_at_the_end(node: ScrollNode | None) -> Iterator[None]:
    """So that whoever interrupts the command does not wait for a slow node."""
    try:
        yield
    finally:
        if node is not None:
            node.close()


def _node(url: str, chain_id: int) -> ScrollNode:
    node = ScrollNode(open_rpc(url))
    found = node.chain_id()
    if found != chain_id:
        raise WrongChain(
            f"{node.label} is on chain id {found}, expected {chain_id}",
            hint=f"--chain-id {found}, or another --rpc-url",
        )
    return node


def _kzg() -> "Kzg":
    from attestor.kzg.commitments import CKzg

    return CKzg()


def forks_of(texts: Sequence[str]) -> dict[str, int] | None:
    """The forks of `--fork`; None without any. Raises `ConfigurationInvalid`."""
    forks = {}
    for text in texts:
        name, _, when = text.partition("=")
        if not name or not when.isascii() or not when.isdigit() or len(when) > 18:
            raise ConfigurationInvalid(f"--fork {text!r:.60} is not NAME=WHEN, as in feynman=0")
        forks[name] = int(when)
    return forks or None
