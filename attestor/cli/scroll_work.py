"""The work of `attestor scroll verify`: blocks are verified one run after the other and told as
they are, then batches are bound to them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from attestor.cli import scroll_report as report
from attestor.cli.display import Display
from attestor.core.scroll import batch_header, finalization
from attestor.core.scroll.binding import BoundBatch
from attestor.core.scroll.blob import Kzg
from attestor.core.scroll.calldata import Commit, Finalization
from attestor.core.text import one_line
from attestor.errors import AttestorError, ConfigurationInvalid, Transient
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollNodeFailed,
    ScrollUnverified,
    ScrollVerificationFailed,
    ScrollWitnessUnreadable,
)
from attestor.executor.scroll import ExecutedBlock
from attestor.scroll import batches, fetching, keeping
from attestor.scroll.node import ScrollNode
from attestor.scroll.runs import MOST_BLOCKS, MOST_BLOCKS_OF_FILES, runs
from attestor.scroll.verification import Verdict, Verifier
from attestor.scroll.witness import Witness

_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Setting:
    """What the work needs. `euclid` is the time of that fork on a chain that is not known."""

    verifier: Verifier
    chain_id: int
    kzg: Kzg
    node: ScrollNode | None = None
    euclid: int | None = None
    keep: Path | None = None
    finalization: Finalization | None = None


@dataclass
class Work:
    """One call of the command. With `as_json` nothing is told before the end."""

    setting: Setting
    display: Display
    as_json: bool = False
    remembers: bool = False
    """Whether verified blocks are kept in memory, for batches."""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    bound: list[dict[str, Any]] = field(default_factory=list)
    errors: list[AttestorError] = field(default_factory=list)
    verified: dict[int, tuple[Witness, ExecutedBlock]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    """Blocks of `seen` of which nothing was found out."""
    is_finalized: bool = False
    ended_by: dict[str, Any] | None = None
    """Why the rest of the targets was not looked at, for JSON."""

    def files(self, paths: Sequence[Path]) -> None:
        """Verify the blocks in these files, in the order of the numbers in their names."""
        self.display.expect(len(paths))
        self._verify(map(self._read, sorted(paths, key=_order)), MOST_BLOCKS_OF_FILES)

    def range(self, first: int, last: int) -> None:
        """Verify these blocks of the node, both ends included."""
        node = self._node(f"block {first}")
        self.display.expect(last - first + 1)
        fetched = fetching.witnesses(node, first, last, self.setting.chain_id, self.setting.euclid)
        self._verify(self._kept(fetched))

    def commit(self, commit: Commit, known: batches.Known) -> None:
        """Verify the blocks of each batch of a commit that is not verified yet, and bind them."""
        try:
            planned = batches.plan(commit, known, self.setting.kzg)
        except AttestorError as error:
            self.refuse_commit(error)
            return
        for batch in planned:
            if isinstance(batch, batches.Missing):
                self._missing(batch)
            else:
                self._batch(batch)

    def refuse_commit(self, error: AttestorError) -> None:
        """A commit of which not even the blocks are known."""
        self.errors.append(error)
        self.bound.append({"verified": False, **report.error_json(error)})
        self._say(f"batch  {report.word(error)}  {report.error_text(error)}")

    def end(self, cause: BaseException) -> None:
        """Stop before the end: what is left of the targets is not verified."""
        if isinstance(cause, AttestorError):
            self.errors.append(cause)
            self.ended_by = report.error_json(cause)
        else:
            told = "it was interrupted, and targets are left"
            self.ended_by = {"error": "interrupted", "message": told, "hint": None}

    def as_value(self) -> dict[str, Any]:
        """Everything, for JSON."""
        good, refused, failed = self._counts()
        return {
            "chain_id": self.setting.chain_id,
            "verified": not self.errors and self.ended_by is None,
            "blocks_verified": good,
            "blocks_refused": refused,
            "blocks_failed": failed,
            "blocks": self.blocks,
            "batches": self.bound,
            "ended_by": self.ended_by,
        }

    def summary(self) -> str:
        """One line at the end."""
        good, refused, failed = self._counts()
        batches_good = [batch for batch in self.bound if batch["verified"]]
        gas = sum(block["gas_used"] for block in self.blocks if block["verified"])
        parts = [f"{report.counted(good, 'block')} verified, {gas:,} gas"]
        parts += [f"{refused:,} refused"] if refused else []
        parts += [f"{failed:,} failed"] if failed else []
        if self.bound:
            of = report.counted(len(self.bound), "batch")
            parts.append(f"{len(batches_good)} of {of} verified")
        return "; ".join(parts)

    def _counts(self) -> tuple[int, int, int]:
        """How many blocks are verified, refused, and failed."""
        good = sum(block["verified"] for block in self.blocks)
        failed = sum(block.get("failed", False) for block in self.blocks)
        return good, len(self.blocks) - good - failed, failed

    def finish(self) -> None:
        """Raise `ScrollVerificationFailed` if anything was refused, `ConfigurationInvalid` where
        something was not given. Where there are but failures, and trying again may help, it is
        `ScrollNodeFailed` for those of nodes, else `ScrollUnverified`."""
        if self.setting.finalization is not None and not self.is_finalized and not self.errors:
            index = batch_header.parse(self.setting.finalization.header).index
            self.errors.append(
                ScrollBatchMismatch(f"the finalization is of batch {index}, which was not verified")
            )
        if not self.errors:
            return
        refused = [error for error in self.errors if report.word(error) == report.REFUSED]
        lacking = [error for error in self.errors if report.word(error) == report.LACKING]
        first = (refused or lacking or self.errors)[0]
        told = f"the first: {one_line(first.message)}"
        if refused:
            raise ScrollVerificationFailed(f"{len(refused)} refused, {told}")
        if lacking:
            raise ConfigurationInvalid(f"{len(lacking)} not verified, {told}", hint=first.hint)
        if all(isinstance(error, Transient) for error in self.errors):
            raise ScrollNodeFailed(f"{len(self.errors)} failed, {told}")
        raise ScrollUnverified(
            f"{len(self.errors)} failed, {told}",
            hint="nothing was found to differ; try again, and report it if it lasts",
        )

    def _missing(self, batch: batches.Missing) -> None:
        self.errors.append(batch.error)
        self.bound.append(report.missing_batch_json(batch))
        self._say(report.missing_batch_line(batch))

    def _batch(self, batch: batches.Planned) -> None:
        first, last = batch.first_block, batch.last_block
        try:
            for start, end in _gaps(first, last, self.seen):
                self.range(start, end)
            lacking = [number for number in range(first, last + 1) if number not in self.verified]
            if lacking:
                told = f"{len(lacking)} of its blocks are not verified, block {lacking[0]} first"
                if self.failed.issuperset(lacking):
                    raise ScrollUnverified(told)
                raise ScrollBatchMismatch(told)
            found = [self.verified[number] for number in range(first, last + 1)]
            batches.require_states([executed for _, executed in found])
            bound = batch.bind([witness for witness, _ in found], self.setting.kzg)
            self._require_finalized(bound, found[0][1], found[-1][1])
        except AttestorError as error:
            self.errors.append(error)
            self.bound.append(report.refused_batch_json(first, last, error))
            self._say(report.refused_batch_line(first, last, error))
            return
        is_finalized = self._is_finalization_of(bound)
        self.bound.append(report.batch_json(bound, is_finalized))
        self._say(report.batch_line(bound, is_finalized))

    def _require_finalized(
        self, bound: BoundBatch, first: ExecutedBlock, last: ExecutedBlock
    ) -> None:
        if self.setting.finalization is None or not self._is_finalization_of(bound):
            return
        finalization.require(
            self.setting.finalization,
            bound,
            first.pre_state_root,
            last.post_state_root,
            last.withdraw_root,
        )
        self.is_finalized = True

    def _is_finalization_of(self, bound: BoundBatch) -> bool:
        told = self.setting.finalization
        return told is not None and batch_header.parse(told.header).index == bound.index

    def _verify(self, items: Iterable[Witness | Verdict], most_blocks: int = MOST_BLOCKS) -> None:
        for run in runs(items, most_blocks):
            if isinstance(run, Verdict):
                self._tell(run, None)
                continue
            for witness, verdict in zip(run, self.setting.verifier.verify(run), strict=True):
                self._tell(verdict, witness)

    def _tell(self, verdict: Verdict, witness: Witness | None) -> None:
        self.display.advance()
        self.seen.add(verdict.number)
        if verdict.error is not None:
            self.errors.append(verdict.error)
            if report.is_failure(verdict.error):
                self.failed.add(verdict.number)
        if self.remembers and witness is not None and verdict.executed is not None:
            # A batch is bound by headers and transactions.
            light = replace(witness, nodes=frozenset(), codes=frozenset())
            self.verified[verdict.number] = (light, verdict.executed)
        self.blocks.append(report.block_json(verdict))
        self._say(report.block_line(verdict))

    def _read(self, path: Path) -> Witness | Verdict:
        try:
            found = keeping.read(path)
            self._require_chain(found, path)
        except AttestorError as error:
            return Verdict(number=_order(path)[0], hash=b"", error=error, file=str(path))
        return self._keep(found)

    def _require_chain(self, witness: Witness, path: Path) -> None:
        if witness.chain_id != self.setting.chain_id:
            raise ScrollWitnessUnreadable(
                f"{path} is of chain {witness.chain_id}, not {self.setting.chain_id}",
                hint=f"--chain-id {witness.chain_id}, with --fork on a development chain",
            )

    def _kept(self, items: Iterable[Witness | Verdict]) -> Iterator[Witness | Verdict]:
        for item in items:
            yield self._keep(item) if isinstance(item, Witness) else item

    def _keep(self, witness: Witness) -> Witness:
        if self.setting.keep is not None:
            keeping.keep(self.setting.keep, witness)
        return witness

    def _node(self, what: str) -> ScrollNode:
        if self.setting.node is None:
            raise ConfigurationInvalid(
                f"{what} is in no file that was given, and there is no node to ask",
                hint="set --rpc-url",
            )
        return self.setting.node

    def _say(self, line: str) -> None:
        if not self.as_json:
            self.display.say(line)


def _order(path: Path) -> tuple[int, str]:
    """By the last number in a file's name."""
    numbers = _NUMBERS.findall(path.stem)
    return (int(numbers[-1][:18]) if numbers else 0, path.name)


def _gaps(first: int, last: int, seen: set[int]) -> list[tuple[int, int]]:
    """Ranges of the numbers from first to last that are not among those seen."""
    found: list[tuple[int, int]] = []
    for number in range(first, last + 1):
        if number in seen:
            continue
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
