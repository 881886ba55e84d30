"""Programs that the signer process has already, in bounds."""

import hashlib

import pytest

from attestor.errors import ProgramUnknown
from attestor.signer.workloads.programs import KeptPrograms


def name(program: bytes) -> str:
    return hashlib.sha256(program).hexdigest()


def test_of__kept_before__is_the_program() -> None:
    kept = KeptPrograms()
    assert kept.keep(b"elf") == b"elf"
    assert kept.of(name(b"elf")) == b"elf"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"other"))


def test_keep__more_than_there_is_room__the_one_used_longest_ago_goes() -> None:
    kept = KeptPrograms(most=10)
    for program in (b"aaaa", b"bbbb"):
        kept.keep(program)
    kept.of(name(b"aaaa"))
    kept.keep(b"cccc")
    assert kept.of(name(b"aaaa")) == b"aaaa"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"bbbb"))


def test_keep__larger_than_all_room__is_not_kept_and_drops_nothing() -> None:
    kept = KeptPrograms(most=4)
    kept.keep(b"aaaa")
    assert kept.keep(b"bbbbb") == b"bbbbb"
    assert kept.of(name(b"aaaa")) == b"aaaa"
    with pytest.raises(ProgramUnknown):
        kept.of(name(b"bbbbb"))
