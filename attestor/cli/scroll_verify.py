"""`attestor scroll verify` and `attestor scroll probe` from the options on: what is to be verified,
by which executor and node."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attestor.cli import json_out, scroll_targets
from attestor.cli import scroll_report as report
from attestor.cli.display import shown
from attestor.cli.scroll_commits import by_calldata, by_transaction, open_rpc
from attestor.cli.scroll_work import Setting, Work
from attestor.core.execution import Limits
from attestor.core.scroll.calldata import parse_finalization
from attestor.core.scroll.eras import CHAINS, FORKS, NEVER
from attestor.errors import AttestorError, ConfigurationInvalid, WrongChain
from attestor.executor.scroll import Chain, ScrollExecutor
from attestor.scroll import keeping
from attestor.scroll.node import ScrollNode
from attestor.scroll.probe import probe as probed
from attestor.scroll.verification import Verifier

if TYPE_CHECKING:
    from attestor.core.scroll.blob import Kzg


def verify(
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
    """Verify the targets, and tell of each. Raises at the end where one is not verified."""
    found = scroll_targets.parse(targets)
    _require_commit(found, commit, finalization)
    named = forks_of(forks)
    if chain_id not in CHAINS and named is None:
        raise ConfigurationInvalid(
            f"chain {chain_id} is no chain whose forks are known",
            hint=f"known are {', '.join(map(str, sorted(CHAINS)))}; give others their --fork",
        )
    chain = Chain(chain_id, named)
    node = None if rpc_url is None else ScrollNode(open_rpc(rpc_url))
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
        try:
            _do(work, found, commit)
        except (AttestorError, KeyboardInterrupt) as ended:
            # What cannot go on loses nothing of what is done.
            work.end(ended)
            if work.blocks or work.bound or as_json:
                _tell(work)
            raise
    _tell(work)
    work.finish()


def _do(work: Work, targets: scroll_targets.Targets, commit: dict[str, Any]) -> None:
    if work.setting.node is not None:
        _require_chain(work.setting.node, work.setting.chain_id)
    work.files(targets.files)
    for first, last in targets.blocks:
        work.range(first, last)
    for data in targets.calldata:
        by_calldata(work, data, **commit)
    for name in targets.transactions:
        by_transaction(work, name, **commit)


def _tell(work: Work) -> None:
    if work.as_json:
        json_out.tell(work.as_value())
    else:
        click.echo(work.summary())


def probe(rpc_url: str, as_json: bool) -> None:
    """Tell what the node serves. Raises `ConfigurationInvalid` where that is no witness."""
    found = probed(ScrollNode(open_rpc(rpc_url)))
    if as_json:
        json_out.tell(report.probe_json(found))
    else:
        click.echo("\n".join(report.probe_lines(found)))
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


def _require_chain(node: ScrollNode, chain_id: int) -> None:
    found = node.chain_id()
    if found != chain_id:
        raise WrongChain(
            f"{node.label} is on chain id {found}, expected {chain_id}",
            hint=f"--chain-id {found}, or another --rpc-url",
        )


_BY_BLOCK = ("bernoulli", "curie")
"""Forks that come with a block's number; the others come at a time."""
_OF_A_COMMIT = {
    "blobs": "--blob",
    "versioned_hashes": "--versioned-hash",
    "batch_index": "--batch-index",
    "batch_hash": "--batch-hash",
}


def _require_commit(
    targets: scroll_targets.Targets, commit: dict[str, Any], finalization: Path | None
) -> None:
    """Nobody shall take blocks for a batch, whose commit they forgot to name."""
    given = [option for name, option in _OF_A_COMMIT.items() if commit[name] not in (None, ())]
    given += [] if finalization is None else ["--finalization"]
    if given and not targets.commits:
        raise ConfigurationInvalid(
            f"{', '.join(given)}: no commit was given that this is of",
            hint="give a file of the commit's calldata, or the hash of its L1 transaction, too",
        )


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
        if name not in FORKS[1:]:
            raise ConfigurationInvalid(
                f"--fork {text!r:.60} names no fork of Scroll",
                hint=f"after {FORKS[0]}, which needs none, they are {', '.join(FORKS[1:])}",
            )
        if name in forks:
            raise ConfigurationInvalid(f"--fork {name} is given twice")
        forks[name] = int(when)
    _require_order(forks)
    return forks or None


def _require_order(forks: Mapping[str, int]) -> None:
    """Each fork has those before it, and comes no earlier than they do. The first two come with a
    block, all others at a time."""
    for earlier, later in pairwise(FORKS[1:]):
        if later in forks and earlier not in forks:
            raise ConfigurationInvalid(
                f"--fork {later} is given, but not {earlier}, which comes before it",
                hint=f"add --fork {earlier}=0, and all before it, where the chain began with them",
            )
        same_kind = (earlier in _BY_BLOCK) == (later in _BY_BLOCK)
        if later in forks and same_kind and forks[later] < forks[earlier]:
            raise ConfigurationInvalid(
                f"--fork {later}={forks[later]} is before {earlier}={forks[earlier]}",
                hint=f"in order they are {', '.join(FORKS[1:])}",
            )
