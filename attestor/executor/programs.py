"""The executor's programs: those that were recorded when the executor was built, and what runs.

The build writes the sha256 of each into this package (`scripts/record_programs.py`), which is part
of the measured image as they are. The signer process reads every program once, into sealed memory
(memfd_create(2)): what it hashed there is what each child runs, whatever becomes of the files.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.execution import ExecutorBuild
from attestor.errors import ExecutorMissing, ExecutorUnrecorded
from attestor.executor import sealed_memory
from attestor.executor.starting import BUILD_COMMAND

RECORD = Path(__file__).with_name("programs.json")
MAX_PROGRAM_BYTES = 256 << 20
_MFD_EXEC = 0x10
"""Asked for by name where the kernel knows the flag, Linux 6.3 and later."""


@dataclass(frozen=True)
class Programs:
    """Programs in sealed memory: a descriptor each, by name. `differing` names those that are not
    as they were recorded."""

    directory: Path
    descriptors: Mapping[str, int]
    differing: tuple[str, ...]

    @property
    def build(self) -> ExecutorBuild:
        """Whether all are those that were recorded."""
        return ExecutorBuild.UNRECORDED if self.differing else ExecutorBuild.RECORDED

    def require_recorded(self) -> None:
        """Raise `ExecutorUnrecorded` unless all are those that were recorded."""
        if self.differing:
            raise ExecutorUnrecorded(
                f"not the executor that was built with this attestor: {', '.join(self.differing)} "
                f"in {self.directory}",
                hint=f"{BUILD_COMMAND}; executor.directory names where it is",
            )


def recorded(path: Path = RECORD) -> Mapping[str, str]:
    """sha256 in hexadecimal by name; empty where no build has recorded any.

    Raises `ExecutorMissing` for a file that is no such record.
    """
    try:
        found = strict_json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _bad_record(path, str(error)) from None
    if not isinstance(found, dict) or not all(map(_is_sha256, found.values())):
        raise _bad_record(path, "not one sha256 by name of each program")
    return found


def load(
    directory: Path,
    names: tuple[str, ...],
    record: Mapping[str, str],
    optional: tuple[str, ...] = (),
) -> Programs:
    """Read these programs into sealed memory, those that are `optional` where they are there, and
    compare them with `record`.

    Raises `ExecutorMissing` for one that cannot be read.
    """
    descriptors, differing = {}, []
    for name in (*names, *(other for other in optional if (directory / other).exists())):
        content = _read(directory / name)
        if hashlib.sha256(content).hexdigest() != record.get(name):
            differing.append(name)
        descriptors[name] = _seal(name, content)
    return Programs(directory, descriptors, tuple(differing))


def _read(path: Path) -> bytes:
    try:
        content = regular_file.read(path, MAX_PROGRAM_BYTES + 1)
    except OSError as error:
        raise ExecutorMissing(
            f"{path} cannot be read: {error.strerror}", hint=BUILD_COMMAND
        ) from None
    if len(content) > MAX_PROGRAM_BYTES:
        raise ExecutorMissing(f"{path} has more than {MAX_PROGRAM_BYTES} bytes")
    return content


def _seal(name: str, content: bytes) -> int:
    """A descriptor of these bytes, which nobody can change any more, nor unseal."""
    try:
        descriptor = sealed_memory.make(name, _MFD_EXEC)
    except OSError as error:
        raise ExecutorMissing(
            f"{name} cannot be kept in memory to run: {error.strerror}",
            hint="vm.memfd_noexec must not be 2",
        ) from None
    sealed_memory.fill(descriptor, content)
    return descriptor


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _bad_record(path: Path, reason: str) -> ExecutorMissing:
    return ExecutorMissing(
        f"the record of the executor's programs cannot be read, {path}: {reason}",
        hint=BUILD_COMMAND,
    )
