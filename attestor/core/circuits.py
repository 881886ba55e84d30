"""The versions of SP1's circuits that programs are run and signed for.

A program is for one of them: its key is another one, and its executor too. What statements name is
the version of the circuits, which SP1's own releases share (sp1-core-machine,
`SP1_CIRCUIT_VERSION`).
"""

from enum import StrEnum

from attestor.core.elf_file import CLASS_32
from attestor.core.execution import Engine

_CLASS_BYTE = 4


class Circuit(StrEnum):
    """By its name in statements and answers."""

    V6 = "v6.1.0"
    """64-bit programs, of SP1 6.1 to 6.10."""
    V3 = "v3.0.0"
    """32-bit programs, of SP1 3.0 to 3.4."""


def of_engine(engine: Engine) -> Circuit:
    """The circuits whose programs an engine runs."""
    return Circuit.V3 if engine is Engine.SP1_V3 else Circuit.V6


def of_program(program: bytes) -> Circuit:
    """The circuits of a program that `core.elf.check` lets pass, of which one version has 32 bits.
    Raises nothing."""
    return Circuit.V3 if program[_CLASS_BYTE : _CLASS_BYTE + 1] == bytes([CLASS_32]) else Circuit.V6
