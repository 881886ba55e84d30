"""Witnesses as files: kept from a node, and read again."""

import os
from pathlib import Path

from attestor import regular_file
from attestor.errors import ConfigurationInvalid
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll.witness import MAX_FILE_BYTES, Witness, from_text, to_text

SUFFIX = ".json"


def keep(folder: Path, witness: Witness) -> Path:
    """Write the witness into `folder`, whole or not at all. Raises `ConfigurationInvalid` where
    nothing can be written."""
    path = folder / f"scroll-{witness.chain_id}-{witness.number}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        regular_file.write(path, to_text(witness).encode())
    except OSError as error:
        raise ConfigurationInvalid(
            f"the witness of block {witness.number} cannot be kept in {folder}: {error.strerror}",
            hint="free some space there, or name another folder",
        ) from None
    return path


def files_in(path: Path) -> list[Path]:
    """The file, or those in a folder: without pipes, which nobody may ever write to. Raises
    `ConfigurationInvalid` for a folder without any."""
    if not path.is_dir():
        return [path]
    try:
        names = sorted(one for one in os.listdir(path) if one.endswith(SUFFIX) and one[0] != ".")
    except OSError as error:
        raise ConfigurationInvalid(f"{path} cannot be read: {error.strerror}") from None
    found = [path / one for one in names if not (path / one).is_fifo()]
    if not found:
        raise ConfigurationInvalid(
            f"{path} has no witness files (*{SUFFIX})", hint="name a folder of --keep, or files"
        )
    return found


def read(path: Path) -> Witness:
    """The witness in a file. Raises `ScrollWitnessUnreadable`."""
    return from_text(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """A file's content, of at most `MAX_FILE_BYTES`. Raises `ScrollWitnessUnreadable`."""
    try:
        content = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ScrollWitnessUnreadable(
            f"{path} cannot be read: {error.strerror}",
            hint="name a file; what a pipe or <(…) gives, write into one first",
        ) from None
    if len(content) > MAX_FILE_BYTES:
        raise ScrollWitnessUnreadable(f"{path} has more than {MAX_FILE_BYTES} bytes")
    return content
