"""What SP1 v3.4's executor runs and its circuits do not accept: each refused, and its neighbour on
the other side of the rule signable."""

import hashlib
import struct
from collections.abc import Sequence

import pytest
from cases.rv32 import (
    A0,
    COMMIT,
    DATA,
    EXIT,
    HALT,
    HINT_LEN,
    HINT_READ,
    T0,
    T1,
    call,
    commit,
    ending,
    jump_to,
    load,
    program,
    put,
    store,
    unconstrained,
)

from attestor.core.execution import Engine, Limits, require_signable
from attestor.errors import GuestFault, Unprovable
from attestor.errors.unprovable import (
    UnprovableCommitConflict,
    UnprovableEqualX,
    UnprovableHintOverMemory,
    UnprovableMisalignedJump,
    UnprovableOffCurve,
    UnprovableQuotient,
    UnprovableUnreduced,
)
from attestor.executor import NativeExecutor

V3 = Engine.SP1_V3
FREE = 0x0100_0000
LIMIT = 0x7800_0000

SECP256K1 = 2**256 - 2**32 - 977
GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
ED25519 = 2**255 - 19
ED_BASE = (
    0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A,
    0x6666666666666666666666666666666666666666666666666666666666666658,
)
BN254 = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47

SHA_EXTEND, SHA_COMPRESS, ED_ADD, ED_DECOMPRESS = 0x300105, 0x010106, 0x010107, 0x000108
KECCAK, K1_ADD, K1_DOUBLE, K1_DECOMPRESS = 0x010109, 0x01010A, 0x00010B, 0x00010C
UINT256_MUL, BN254_FP_SUB = 0x01011D, 0x010127
BN254_FP2_ADD, BN254_FP2_SUB, BN254_FP2_MUL = 0x010129, 0x01012A, 0x01012B


def numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(32, "little") for value in values)


def doubled(point: tuple[int, int]) -> tuple[int, int]:
    """On secp256k1."""
    x, y = point
    slope = 3 * x * x * pow(2 * y, -1, SECP256K1) % SECP256K1
    x3 = (slope * slope - 2 * x) % SECP256K1
    return x3, (slope * (x - x3) - y) % SECP256K1


def run(
    executor: NativeExecutor,
    limits: Limits,
    code: Sequence[int],
    data: bytes = b"",
    stdin: Sequence[bytes] = (),
) -> None:
    """Run it to a HALT with exit code 0, and what may be signed of it."""
    done = executor.execute(program([*code, *ending()], data), stdin, limits, V3)
    require_signable(done)


def through(*instructions: int, address: int) -> list[int]:
    """With the address in a0."""
    return [*put(A0, address), *instructions]


@pytest.mark.parametrize("address", [32, LIMIT - 4])
@pytest.mark.parametrize("access", [load(T1, A0), store(T1, A0)])
def test_memory__first_and_last_word__signable(
    executor: NativeExecutor, limits: Limits, address: int, access: int
) -> None:
    run(executor, limits, through(access, address=address))


@pytest.mark.parametrize("address", [0, 4, 28, LIMIT])
@pytest.mark.parametrize("access", [load(T1, A0), load(0, A0), store(T1, A0)])
def test_memory__where_registers_are_or_beyond_the_field__refused(
    executor: NativeExecutor, limits: Limits, address: int, access: int
) -> None:
    with pytest.raises(Unprovable, match=f"at {address:#x}, outside of memory at pc 0x20"):
        run(executor, limits, through(access, address=address))


def test_memory__in_an_unconstrained_block__counts_for_nothing(
    executor: NativeExecutor, limits: Limits
) -> None:
    run(executor, limits, unconstrained(through(store(0, A0), address=4)))


def test_jump__between_instructions__refused(executor: NativeExecutor, limits: Limits) -> None:
    there = 0x0020_0800 + 4 * 3
    run(executor, limits, through(jump_to(A0), address=there))
    with pytest.raises(UnprovableMisalignedJump):
        run(executor, limits, through(jump_to(A0), address=there + 2))


@pytest.mark.parametrize("target", [0, 0x0020_0800 + 4 * 11])
def test_end__without_halt__refused(executor: NativeExecutor, limits: Limits, target: int) -> None:
    """To address 0, and behind the last instruction: SP1's executor takes both for the end."""
    code = [*through(jump_to(A0), address=target), *call(HALT)][:11]
    with pytest.raises(Unprovable, match="ends without HALT"):
        executor.execute(program(code), [], limits, V3)


def test_exit__without_a_block__refused(executor: NativeExecutor, limits: Limits) -> None:
    with pytest.raises(Unprovable, match="EXIT_UNCONSTRAINED: there is no block"):
        run(executor, limits, call(EXIT))


def test_commit__same_word_twice__signable_and_another_is_refused(
    executor: NativeExecutor, limits: Limits
) -> None:
    (word,) = struct.unpack("<I", hashlib.sha256(b"").digest()[:4])
    run(executor, limits, call(COMMIT, 0, word))
    with pytest.raises(UnprovableCommitConflict):
        run(executor, limits, call(COMMIT, 0, word ^ 1))
    with pytest.raises(GuestFault):
        run(executor, limits, call(COMMIT, 8, word))


def test_rule_broken__and_then_an_exit_code__the_exit_code_is_told(
    executor: NativeExecutor, limits: Limits
) -> None:
    code = [*call(EXIT), *commit(b""), *call(HALT, 1)]
    assert executor.execute(program(code), [], limits, V3).exit_code == 1


HINT = b"eight by"


@pytest.mark.parametrize(
    "before",
    [
        [],
        unconstrained(through(load(T1, A0), address=FREE)),
        through(load(T0, A0), address=FREE + 8),
        through(load(T0, A0), address=FREE - 4),
    ],
)
def test_hint__into_fresh_memory__signable(
    executor: NativeExecutor, limits: Limits, before: list[int]
) -> None:
    code = [*before, *call(HINT_LEN), *call(HINT_READ, FREE, 8)]
    run(executor, limits, code, stdin=[HINT])


@pytest.mark.parametrize(
    ("address", "before"),
    [
        (FREE, through(load(T0, A0), address=FREE)),
        (FREE, through(store(T0, A0), address=FREE + 4)),
        (FREE, call(SHA_EXTEND, FREE - 252)),
        (DATA, []),
        (DATA - 4, []),
        (0x0020_0800, []),
    ],
)
def test_hint__over_memory_in_use__refused(
    executor: NativeExecutor, limits: Limits, address: int, before: list[int]
) -> None:
    """SP1's executor goes on with what was there before, and a proof would with the hint."""
    with pytest.raises(UnprovableHintOverMemory):
        run(executor, limits, [*before, *call(HINT_READ, address, 8)], bytes(8), [HINT])


@pytest.mark.parametrize("address", [28, LIMIT - 4])
def test_hint__outside_of_memory__refused(
    executor: NativeExecutor, limits: Limits, address: int
) -> None:
    with pytest.raises(Unprovable, match="outside of memory"):
        run(executor, limits, call(HINT_READ, address, 8), stdin=[HINT])


G2 = doubled(GENERATOR)
BIG = 2**255


@pytest.mark.parametrize(
    ("number", "second", "data"),
    [
        (SHA_EXTEND, 0, bytes(256)),
        (KECCAK, 0, bytes(200)),
        (SHA_COMPRESS, 256, bytes(288)),
        (K1_ADD, 64, numbers(*GENERATOR, *G2)),
        (K1_DOUBLE, 0, numbers(*GENERATOR)),
        (K1_DECOMPRESS, 0, numbers(0, GENERATOR[0])),
        (ED_ADD, 64, numbers(*ED_BASE, *ED_BASE)),
        (ED_DECOMPRESS, 0, numbers(0, ED_BASE[1])),
        (UINT256_MUL, 32, numbers(BIG, 2, 1 << 1)),
        (UINT256_MUL, 32, numbers(BIG, BIG, 0)),
        (BN254_FP_SUB, 32, numbers(0, BN254 - 1)),
        (BN254_FP2_ADD, 64, numbers(BIG >> 4, 1, 0, 1)),
        (BN254_FP2_MUL, 64, numbers(2, 0, 3, 0)),
    ],
)
def test_precompile__right_numbers__signable(
    executor: NativeExecutor, limits: Limits, number: int, second: int, data: bytes
) -> None:
    run(executor, limits, call(number, DATA, second and DATA + second), data)


@pytest.mark.parametrize(
    ("number", "second", "data", "leaf"),
    [
        (K1_ADD, 64, numbers(*GENERATOR, GENERATOR[0], SECP256K1 - GENERATOR[1]), UnprovableEqualX),
        (K1_ADD, 64, numbers(*GENERATOR, 1, 1), UnprovableOffCurve),
        (K1_ADD, 64, numbers(*GENERATOR, G2[0] + SECP256K1 & 2**256 - 1, 1), UnprovableOffCurve),
        (K1_ADD, 64, numbers(*GENERATOR, SECP256K1 + 1, 1), UnprovableUnreduced),
        (K1_DOUBLE, 0, numbers(1, 0), UnprovableOffCurve),
        (ED_ADD, 64, numbers(*ED_BASE, 1, 1), UnprovableOffCurve),
        (ED_ADD, 64, numbers(*ED_BASE, ED_BASE[0], ED_BASE[1] + ED25519), UnprovableUnreduced),
        (ED_DECOMPRESS, 0, numbers(0, ED25519 + 1), UnprovableUnreduced),
        (UINT256_MUL, 32, numbers(BIG, 4, 2), UnprovableQuotient),
        (BN254_FP_SUB, 32, numbers(0, BN254), UnprovableUnreduced),
        (BN254_FP2_ADD, 64, numbers(0, 1, 0, 1), Unprovable),
        (BN254_FP2_SUB, 64, numbers(5, 1, 5, 0), Unprovable),
        (BN254_FP2_MUL, 64, numbers(0, 1, 1, 0), Unprovable),
        (BN254_FP2_MUL, 64, numbers(BN254, 0, 1, 0), UnprovableUnreduced),
    ],
)
def test_precompile__what_its_circuit_does_not_take__refused(
    executor: NativeExecutor,
    limits: Limits,
    number: int,
    second: int,
    data: bytes,
    leaf: type[Unprovable],
) -> None:
    with pytest.raises(leaf) as caught:
        run(executor, limits, call(number, DATA, second and DATA + second), data)
    assert type(caught.value) is leaf


def test_sha_compress__block_over_its_state__a_fault_for_sp1_itself(
    executor: NativeExecutor, limits: Limits
) -> None:
    with pytest.raises(GuestFault, match="timestamp > prev_timestamp"):
        run(executor, limits, call(SHA_COMPRESS, DATA, DATA + 252), bytes(288))


@pytest.mark.parametrize(
    ("number", "words"),
    [(SHA_EXTEND, 64), (KECCAK, 50), (K1_DECOMPRESS, 16), (ED_DECOMPRESS, 16), (UINT256_MUL, 8)],
)
def test_precompile__pointer_where_registers_are__refused(
    executor: NativeExecutor, limits: Limits, number: int, words: int
) -> None:
    """Where the numbers that are there by chance are none, SP1's own has it first."""
    with pytest.raises((Unprovable, GuestFault)):
        run(executor, limits, call(number, 28, DATA * (number == UINT256_MUL)), bytes(4 * words))
