"""Programs that the signer process has already, in bounds."""

import hashlib
import os

import pytest

from attestor.errors import ProgramUnknown
from attestor.signer.workloads.programs import SEALED_FROM, KeptPrograms


def name(program: bytes) -> str:
    return hashlib.sha256(program).hexdigest()


def test_of__kept_before__is_the_program() -> None:
    kept = KeptPrograms()
    assert kept.keep(b"elf").content == b"elf"
    assert kept.of(name(b"elf")).content == b"elf"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"other"))


def test_keep__more_than_there_is_room__the_one_used_longest_ago_goes() -> None:
    kept = KeptPrograms(most=10)
    for program in (b"aaaa", b"bbbb"):
        kept.keep(program)
    kept.of(name(b"aaaa"))
    kept.keep(b"cccc")
    assert kept.of(name(b"aaaa")).content == b"aaaa"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"bbbb"))


def test_keep__larger_than_all_room__is_not_kept_and_drops_nothing() -> None:
    kept = KeptPrograms(most=4)
    kept.keep(b"aaaa")
    assert kept.keep(b"bbbbb").content == b"bbbbb"
    assert kept.of(name(b"aaaa")).content == b"aaaa"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"bbbbb"))


def test_keep__large_program__counts_its_sealed_copy_too() -> None:
    large, other = bytes(SEALED_FROM), b"x" * SEALED_FROM
    kept = KeptPrograms(most=3 * SEALED_FROM)
    sealed = kept.keep(large).sealed
    assert sealed is not None
    assert os.pread(sealed.fileno(), 2 * SEALED_FROM, 0) == large
    with pytest.raises(OSError, match="not permitted"):
        os.pwrite(sealed.fileno(), b"x", 0)
    kept.keep(other)
    with pytest.raises(ProgramUnknown):
        kept.of(name(large))


def test_sealed__last_reference_is_gone__descriptor_is_closed() -> None:
    program = KeptPrograms().keep(bytes(SEALED_FROM))
    assert program.sealed is not None
    descriptor = program.sealed.fileno()
    del program
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
