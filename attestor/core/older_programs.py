"""Which version of SP1 a 32-bit program is for: v3, v4 and v5 have circuits of their own each, and
nothing in an ELF has to name them.

What tells them apart is what their tools leave in it: the folder of SP1's own crates, with their
version, in the places of panics; and where the code is, which SP1 v5 moved.
"""

import re
from collections.abc import Mapping

from attestor.core import elf_file
from attestor.core.elf_file import EXECUTABLE
from attestor.errors import ProgramInvalid

UP_TO_V4_CODE = 0x0020_0800
V5_CODE = 0x0020_1000
"""Where the code begins (sp1-build's linker arguments, by version)."""
_ALL = frozenset({3, 4, 5})
_BY_CODE: Mapping[int | None, frozenset[int]] = {
    UP_TO_V4_CODE: frozenset({3, 4}),
    V5_CODE: frozenset({5}),
}

_CRATE_FOLDER = re.compile(rb"/sp1-(?:zkvm|lib|primitives)-([345])\.[0-9]")


def majors(program: bytes) -> frozenset[int]:
    """The versions that a 32-bit program can be for, as far as it can be told. Raises nothing."""
    named = frozenset(int(major) for major in _CRATE_FOLDER.findall(program))
    return named if len(named) == 1 else _BY_CODE.get(_code_address(program), _ALL)


def in_words(versions: frozenset[int]) -> str:
    """As errors name them."""
    if versions == _ALL:
        return "SP1 v3 to v5"
    return f"SP1 {' or '.join(f'v{major}' for major in sorted(versions))}"


def may_be_v3(versions: frozenset[int]) -> bool:
    """Whether the executor of SP1 v3 may be asked. Programs for v4 that look the same it refuses by
    where they write (`executor/sp1-v3/src/calls.rs`); what could be anything is not tried."""
    return 3 in versions and 5 not in versions


def _code_address(program: bytes) -> int | None:
    try:
        loads = elf_file.read(program).loads
    except ProgramInvalid:
        return None
    return min((load.address for load in loads if load.flags & EXECUTABLE), default=None)
