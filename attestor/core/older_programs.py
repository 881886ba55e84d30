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
_BY_CODE: Mapping[int | None, str] = {UP_TO_V4_CODE: "SP1 v3 or v4", V5_CODE: "SP1 v5"}

_CRATE_FOLDER = re.compile(rb"/sp1-(?:zkvm|lib|primitives)-([345])\.[0-9]")


def named(program: bytes) -> str:
    """The version in words, as far as it can be told of a 32-bit program. Raises nothing."""
    majors = {int(major) for major in _CRATE_FOLDER.findall(program)}
    if len(majors) == 1:
        return f"SP1 v{majors.pop()}"
    return _BY_CODE.get(_code_address(program), "SP1 v3 to v5")


def _code_address(program: bytes) -> int | None:
    try:
        loads = elf_file.read(program).loads
    except ProgramInvalid:
        return None
    return min((load.address for load in loads if load.flags & EXECUTABLE), default=None)
