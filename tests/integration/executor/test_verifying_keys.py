"""Verifying keys of real programs, against values computed elsewhere."""

import struct
from collections.abc import Callable

import pytest
from benchmarks.guest import Guest

from attestor.core.execution import Limits
from attestor.errors import (
    ExecutionMemoryLimit,
    ExecutionTimeLimit,
    ProgramInvalid,
    ProgramUnsupported,
)
from attestor.executor import NativeExecutor

Programs = Callable[[str], bytes]

PUBLISHED = [
    (
        "fibonacci",
        "00008e674be45931e7904344d9d82a0731bd28d2f13fe53150529b5080039dce",
        "004733a579164c797208689b1d82a0730de9469744ff94c520a536a100039dce",
    ),
    (
        "keccak",
        "004b7318353ed91b7ec8e432dbf2e46995db54267a5427568f28eea335ec8dff",
        "25b98c1a4fb646df591c865b3f2e46992edaa13369509d5a1e51dd4635ec8dff",
    ),
    (
        "rsp",
        "00200165eac542a20edc1e54401dcd12fec11e3df63ed3ffc02d3f55c06c1dc0",
        "1000b2f53150a8835b83ca8801dcd12f7608f1ef58fb4fff005a7eab406c1dc0",
    ),
]


@pytest.mark.parametrize(("name", "program_vkey", "vk_hash_bytes"), PUBLISHED)
def test_verifying_key__published_program__both_forms_as_known(
    executor: NativeExecutor,
    published: Programs,
    name: str,
    program_vkey: str,
    vk_hash_bytes: str,
) -> None:
    key = executor.verifying_key(published(name), Limits())

    assert key.program_vkey.hex() == program_vkey
    assert key.vk_hash_bytes.hex() == vk_hash_bytes


def test_verifying_key__own_guest_twice__the_same_within_128_mib(
    executor: NativeExecutor, guest: Programs
) -> None:
    limits = Limits(wall_seconds=60, memory_bytes=128 << 20)
    program = guest("fibonacci")

    assert executor.verifying_key(program, limits) == executor.verifying_key(program, limits)


def with_zeros(program: bytes, size: int) -> bytes:
    """The ELF, with so many more bytes of zeros behind the content of its last segment."""
    headers, count = struct.unpack_from("<Q", program, 32)[0], struct.unpack_from("<H", program, 56)
    place = headers + 56 * (count[0] - 1) + 40
    memory_bytes = struct.unpack_from("<Q", program, place)[0]
    longer = struct.pack("<Q", memory_bytes + size)
    return program[:place] + longer + program[place + 8 :]


def test_verifying_key__much_zeroed_memory__computed_behind_all_walls(
    executor: NativeExecutor, guest: Programs
) -> None:
    # What threads allocate for it makes their heaps grow and shrink, for which no file may be read.
    key = executor.verifying_key(with_zeros(guest("fibonacci"), 4 << 20), Limits())

    assert key.program_vkey.hex() == (
        "00efbf66481caaf57fd41ff5b04528f58b13fabcc4b3957f1b02888d5b7de4c1"
    )


def test_verifying_key__untrusted_program__refused(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    with pytest.raises(ProgramUnsupported, match="SUCCINCT note"):
        executor.verifying_key(published("trap"), limits)


def test_verifying_key__no_elf__refused(executor: NativeExecutor, limits: Limits) -> None:
    with pytest.raises(ProgramInvalid):
        executor.verifying_key(b"no program", limits)


def test_verifying_key__too_little_memory__memory_limit(
    executor: NativeExecutor, guest: Programs
) -> None:
    with pytest.raises(ExecutionMemoryLimit):
        executor.verifying_key(guest("fibonacci"), Limits(memory_bytes=16 << 20))


def test_verifying_key__too_little_time__time_limit(executor: NativeExecutor) -> None:
    """Of 60 MB of zeros, which is dear on any machine."""
    with pytest.raises(ExecutionTimeLimit, match="CPU time"):
        executor.verifying_key(Guest().elf(zeros=60_000_000), Limits(cpu_seconds=1))
