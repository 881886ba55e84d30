"""Poseidon over BN254's scalar field, of width 3: x^5, 8 full rounds and 57 partial ones, in the
plain form, with constants that the paper's generator makes (https://eprint.iacr.org/2019/458,
appendix F).
"""

from collections.abc import Iterator
from functools import lru_cache

ORDER = 0x30644E72E131A029B85045B68181585D2833E84879B9709143E1F593F0000001
BITS, WIDTH, FULL_ROUNDS, PARTIAL_ROUNDS = 254, 3, 8, 57
WORD_DOMAIN = 512
CHUNK_BYTES = 31


def _grain() -> Iterator[int]:
    """Bits of the paper's LFSR: of each two, the second where the first is one."""
    fields = ((1, 2), (0, 4), (BITS, 12), (WIDTH, 12), (FULL_ROUNDS, 10), (PARTIAL_ROUNDS, 10))
    text = "".join(f"{value:0{length}b}" for value, length in fields) + "1" * 30
    state = [int(bit) for bit in text]

    def step() -> int:
        new = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
        del state[0]
        state.append(new)
        return new

    for _ in range(160):
        step()
    while True:
        chosen, bit = step(), step()
        if chosen:
            yield bit


def _number(bits: Iterator[int]) -> int:
    return int("".join(str(next(bits)) for _ in range(BITS)), 2)


@lru_cache(maxsize=1)
def parameters() -> tuple[list[list[int]], list[list[int]]]:
    """The constants of each round, and the matrix."""
    bits = _grain()
    constants: list[int] = []
    while len(constants) < WIDTH * (FULL_ROUNDS + PARTIAL_ROUNDS):
        number = _number(bits)
        if number < ORDER:
            constants.append(number)
    points = [_number(bits) % ORDER for _ in range(2 * WIDTH)]
    assert len(set(points)) == len(points)
    matrix = [[pow(left + right, -1, ORDER) for right in points[WIDTH:]] for left in points[:WIDTH]]
    return [constants[at : at + WIDTH] for at in range(0, len(constants), WIDTH)], matrix


def permuted(state: list[int]) -> list[int]:
    rounds, matrix = parameters()
    half = FULL_ROUNDS // 2
    for index, constants in enumerate(rounds):
        state = [one + constant for one, constant in zip(state, constants, strict=True)]
        powers = WIDTH if not half <= index < half + PARTIAL_ROUNDS else 1
        state[:powers] = [pow(one, 5, ORDER) for one in state[:powers]]
        a, b, c = state
        state = [(row[0] * a + row[1] * b + row[2] * c) % ORDER for row in matrix]
    return state


def hashed(left: int, right: int, domain: int) -> int:
    return permuted([domain, left, right])[0]


@lru_cache(maxsize=100_000)
def hashed_word(word: bytes) -> int:
    """Of 32 bytes in two halves, as they may be no element."""
    return hashed(int.from_bytes(word[:16]), int.from_bytes(word[16:]), WORD_DOMAIN)


@lru_cache(maxsize=1_000)
def hashed_code(code: bytes) -> int:
    """A sponge that begins with the code's length."""
    state = [len(code) << 64, 0, 0]
    for start in range(0, max(len(code), 1), 2 * CHUNK_BYTES):
        for place in (0, 1):
            first = start + place * CHUNK_BYTES
            chunk = code[first : first + CHUNK_BYTES].ljust(CHUNK_BYTES, b"\0")
            state[1 + place] += int.from_bytes(chunk)
        state = permuted(state)
    return state[0]
