"""The buffer of a secret: filled by the kernel, locked, and gone when it is given back."""

import errno
import os

import pytest
from measures.memory import LOCKED, areas

from attestor.errors import MemoryNotLocked
from attestor.hardening import memory
from attestor.hardening.memory import SecretBuffer


def content(buffer: SecretBuffer) -> bytes:
    return bytes(buffer.data[at] for at in range(32))


def test_fill__twice__gives_other_bytes() -> None:
    buffer = SecretBuffer(32)
    assert content(buffer) == bytes(32)
    buffer.fill()
    first = content(buffer)
    buffer.fill()
    assert len({bytes(32), first, content(buffer)}) == 3


def test_page__of_a_buffer__is_locked_in_no_core_dump_and_wiped_in_a_child() -> None:
    buffer = SecretBuffer(32)
    found = [area for area in areas(os.getpid()) if area.start <= buffer.address < area.end]
    assert len(found) == 1
    assert found[0].flags >= LOCKED


def test_destroy__buffer__is_gone_and_unusable() -> None:
    buffer = SecretBuffer(32)
    address = buffer.address
    buffer.destroy()
    buffer.destroy()
    with pytest.raises(ValueError, match="destroyed"):
        buffer.fill()
    left = [area for area in areas(os.getpid()) if area.start <= address < area.end]
    assert not [area for area in left if area.flags >= LOCKED]


def test_buffer__limit_of_locked_memory__is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: int) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(memory, "_lock", refuse)
    with pytest.raises(MemoryNotLocked, match=r"cannot be locked.*LimitMEMLOCK"):
        SecretBuffer(32)


def test_read_from__file__takes_what_fits() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x" * 40)
    buffer = SecretBuffer(32)
    assert buffer.read_from(reading) == 32
    assert content(buffer) == b"x" * 32
    os.close(reading)
    os.close(writing)
