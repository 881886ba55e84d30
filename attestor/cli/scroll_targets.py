"""What `attestor scroll verify` is told to verify."""

import re
from dataclasses import dataclass
from pathlib import Path

from attestor.core.scroll import calldata
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll.keeping import files_in, read_bytes

MOST_BLOCKS = 100_000
_BLOCKS = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_COMMITS = (
    calldata.COMMIT_BATCH,
    calldata.COMMIT_WITH_PROOF,
    calldata.COMMIT_BATCHES,
    calldata.COMMIT_AND_FINALIZE,
)


@dataclass(frozen=True)
class Targets:
    """Ranges of blocks, both ends included; files of witnesses; and what commits batches: calldata,
    or hashes of L1 transactions."""

    blocks: tuple[tuple[int, int], ...] = ()
    files: tuple[Path, ...] = ()
    calldata: tuple[bytes, ...] = ()
    transactions: tuple[bytes, ...] = ()

    @property
    def commits(self) -> int:
        """How many commits there are."""
        return len(self.calldata) + len(self.transactions)


def parse(texts: tuple[str, ...]) -> Targets:
    """Raises `ConfigurationInvalid` for what is none of them, and for a file that is missing."""
    blocks, files, commits, transactions = [], [], [], []
    for text in texts:
        path = Path(text)
        if (found := _BLOCKS.fullmatch(text)) and not _exists(path):
            blocks.append(_range(text, found))
        elif _HASH.fullmatch(text):
            transactions.append(from_hex(text))
        elif not _exists(path):
            raise ConfigurationInvalid(
                f"{text!r:.80} is no block, no range of blocks, no hash, and no file",
                hint="give a block (19604670), a range (19604670-19604689), a file or folder of "
                "witnesses, a file of a commit's calldata, or the hash of an L1 transaction",
            )
        elif path.is_file() and (data := _commit(path)) is not None:
            commits.append(data)
        else:
            files += files_in(path)
    return Targets(tuple(blocks), tuple(files), tuple(commits), tuple(transactions))


def _range(text: str, found: "re.Match[str]") -> tuple[int, int]:
    first = int(found[1])
    last = first if found[2] is None else int(found[2])
    if not first <= last < first + MOST_BLOCKS:
        raise ConfigurationInvalid(
            f"{text} is no range of 1 to {MOST_BLOCKS} blocks", hint="give it as first-last"
        )
    if first == 0:
        raise ConfigurationInvalid("block 0 is the genesis, which nothing executes")
    return first, last


def _exists(path: Path) -> bool:
    """Calldata as text, in the place of its file, is too long for a name."""
    try:
        return path.exists()
    except OSError:
        return False


def calldata_of(content: bytes) -> bytes:
    """Calldata in a file: its bytes, or their 0x text."""
    if len(content) > 4 * calldata.MAX_CALLDATA:
        return content
    try:
        return from_hex(content.strip().decode("ascii"))
    except ValueError:
        return content


def _commit(path: Path) -> bytes | None:
    """The calldata in a file, if it calls what commits batches. Raises `ConfigurationInvalid` for
    what only finalizes one."""
    try:
        found = calldata_of(read_bytes(path))
    except ScrollWitnessUnreadable:
        # That is told in its place, among the files.
        return None
    if found[:4] in calldata.FINALIZATIONS:
        raise ConfigurationInvalid(
            f"{path} is the calldata that finalized a batch, which commits to no transactions",
            hint="give it as --finalization, and the calldata of the batch's commit",
        )
    return found if found[:4] in _COMMITS else None
