"""Small guests, assembled here: a loop around system calls, then the calls of an honest end.

Encodings: The RISC-V Instruction Set Manual, volume I; system calls: docs/engine.md.
"""

import hashlib
import struct
from collections.abc import Sequence

CODE = 0x7800_0000
DATA = 0x7801_0000
FREE = 0x8000_0000
"""Memory that nothing touches by itself."""

HALT, WRITE, ENTER, EXIT, HINT_READ = 0x00, 0x02, 0x03, 0x04, 0xF1
COMMIT, COMMIT_DEFERRED = 0x10, 0x1A
ZERO, T0, T1, T2, S1, A0, A1, A2, S2, S3 = 0, 5, 6, 7, 9, 10, 11, 12, 18, 19

ECALL, DIVISION = 0x73, 0x2B5_4533
"""Instructions; the latter is `div a0, a0, a1`."""

_EHDR = "<16sHHIQQQIHHHHHH"
_PHDR = "<IIQQQQQQ"
_EXECUTABLE, _RISCV, _LOAD, _READ, _WRITE, _RUN = 2, 243, 1, 4, 2, 1


class Guest:
    """A program in the making: methods add instructions, `elf` ends it."""

    def __init__(self, data: bytes = bytes(4096)) -> None:
        """`data` is at `DATA` when the program starts."""
        self._code: list[int] = []
        self._data = data

    def add_immediate(self, to: int, of: int, value: int) -> None:
        """`value` is from -2048 to 2047."""
        self._code.append((value & 0xFFF) << 20 | of << 15 | to << 7 | 0x13)

    def add(self, to: int, left: int, right: int) -> None:
        self._code.append(right << 20 | left << 15 | to << 7 | 0x33)

    def remainder(self, to: int, left: int, right: int) -> None:
        """Of an unsigned division."""
        self._code.append(1 << 25 | right << 20 | left << 15 | 7 << 12 | to << 7 | 0x33)

    def load(self, to: int, base: int) -> None:
        """A double word."""
        self._code.append(base << 15 | 3 << 12 | to << 7 | 0x03)

    def store(self, value: int, base: int) -> None:
        """A double word."""
        self._code.append(value << 20 | base << 15 | 3 << 12 | 0x23)

    def set(self, to: int, value: int) -> None:
        """Any value of 64 bits, by no more instructions than it takes in pieces of 11 bits."""
        pieces = max(0, value.bit_length() - 1) // 11
        self.add_immediate(to, ZERO, value >> 11 * pieces)
        for shift in range(11 * (pieces - 1), -1, -11):
            self._code.append(11 << 20 | to << 15 | 1 << 12 | to << 7 | 0x13)
            self.add_immediate(to, to, value >> shift & 0x7FF)

    def call(self, number: int, *arguments: int) -> None:
        """A system call with constants."""
        for register, argument in zip((A0, A1, A2), arguments, strict=False):
            self.set(register, argument)
        self.set(T0, number)
        self.again()

    def again(self) -> None:
        """A system call with what is in its registers."""
        self._code.append(0x73)

    def here(self) -> int:
        """The place of the next instruction."""
        return len(self._code)

    def repeat(self, start: int, counter: int) -> None:
        """Take one from the counter, and go on at `start` unless it is 0."""
        self.add_immediate(counter, counter, -1)
        offset = 4 * (start - self.here())
        high = (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25
        low = (offset >> 1 & 0xF) << 8 | (offset >> 11 & 1) << 7
        self._code.append(high | counter << 15 | 1 << 12 | low | 0x63)

    def skip_unless(self, register: int, count: int) -> None:
        """Leave out the next `count` instructions where the register is 0."""
        offset = 4 * (count + 1)
        low = (offset >> 1 & 0xF) << 8 | (offset >> 5 & 0x3F) << 25
        self._code.append(low | register << 15 | 0x63)

    def auipc(self, to: int) -> None:
        """The address of this instruction."""
        self._code.append(to << 7 | 0x17)

    def jump(self, base: int, offset: int) -> None:
        """To the address in a register and some more."""
        self._code.append(offset << 20 | base << 15 | 0x67)

    def repeated(self, instruction: int, count: int) -> None:
        self._code += [instruction] * count

    def include(self, other: "Guest") -> None:
        """The instructions of another one, which has no data."""
        self._code += other._code

    def elf(self, zeros: int = 0, places: Sequence[int] = ()) -> bytes:
        """The program, which commits to empty public values at its end.

        `zeros`: bytes of .bss after the data; `places`: addresses of further words of .bss.
        """
        digest = hashlib.sha256(b"").digest()
        for index, (word,) in enumerate(struct.iter_unpack("<I", digest)):
            self.call(COMMIT, index, word)
        for index in range(8):
            self.call(COMMIT_DEFERRED, index, 0)
        self.call(HALT, 0)
        code = struct.pack(f"<{len(self._code)}I", *self._code)
        ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
        start = _whole_pages(64 + 56 * (2 + len(places)))
        header = struct.pack(
            _EHDR,
            ident,
            *(_EXECUTABLE, _RISCV, 1, CODE, 64, 0, 0, 64, 56, 2 + len(places), 0, 0, 0),
        )
        segments = b""
        for flags, address, content, offset, more in (
            (_READ | _RUN, CODE, code, start, 0),
            (_READ | _WRITE, DATA, self._data, start + len(code), zeros),
            *((_READ | _WRITE, place, b"", 0, 8) for place in places),
        ):
            size = len(content)
            sizes = (size, size + more)
            segments += struct.pack(_PHDR, _LOAD, flags, offset, address, address, *sizes, 4)
        return (header + segments).ljust(start, b"\0") + code + self._data


def _whole_pages(size: int) -> int:
    return -(-size // 4096) * 4096


def loop(times: int, number: int, *arguments: int, data: bytes = bytes(4096)) -> bytes:
    """A program that makes one system call so many times."""
    guest = Guest(data)
    guest.set(S1, times)
    for register, argument in zip((A0, A1, A2), arguments, strict=False):
        guest.set(register, argument)
    start = guest.here()
    guest.set(T0, number)
    guest.again()
    guest.repeat(start, S1)
    return guest.elf()


def bn254_points() -> bytes:
    """Data with the generator of BN254's first group, and its double 2,048 bytes behind it."""
    prime = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
    return _point_and_double((1, 2), prime, 32)


def bls12_381_points() -> bytes:
    """The same of BLS12-381."""
    prime = int(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
        "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
        16,
    )
    x = int(
        "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905"
        "a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
        16,
    )
    # The prime is 3 modulo 4. Either root will do.
    return _point_and_double((x, pow(x**3 + 4, (prime + 1) // 4, prime)), prime, 48)


def _point_and_double(point: tuple[int, int], prime: int, size: int) -> bytes:
    """Of a curve y^2 = x^3 + b; numbers are little endian."""
    x, y = point
    slope = 3 * x * x * pow(2 * y, -1, prime) % prime
    double_x = (slope * slope - 2 * x) % prime
    numbers = (x, y, double_x, (slope * (x - double_x) - y) % prime)
    first, second = (
        b"".join(number.to_bytes(size, "little") for number in pair)
        for pair in (numbers[:2], numbers[2:])
    )
    return first.ljust(2048, b"\0") + second.ljust(2048, b"\0")


def windows(count: int, step: int = 2 << 20) -> bytes:
    """A program that writes one word in each of so many windows of `step` bytes."""
    guest = Guest()
    guest.set(S1, count)
    guest.set(S2, FREE)
    guest.set(S3, step)
    start = guest.here()
    guest.store(S1, S2)
    guest.add(S2, S2, S3)
    guest.repeat(start, S1)
    return guest.elf()


def empty_hints(count: int, step: int = 2 << 20) -> bytes:
    """A program that gives itself so many hints of no bytes, and reads each into another window."""
    guest = Guest()
    guest.set(S1, count)
    guest.set(S2, FREE)
    guest.set(S3, step)
    start = guest.here()
    guest.call(WRITE, 14, DATA, 0)
    guest.add(A0, S2, ZERO)
    guest.set(A1, 0)
    guest.set(T0, HINT_READ)
    guest.again()
    guest.add(S2, S2, S3)
    guest.repeat(start, S1)
    return guest.elf()


def never_executed(count: int, instruction: int) -> bytes:
    """A program that jumps over so many instructions: some 15,000 at most, up to its data."""
    guest = Guest()
    guest.set(T2, 4 * count)
    guest.auipc(T1)
    guest.add(T1, T1, T2)
    guest.jump(T1, 12)
    guest.repeated(instruction, count)
    return guest.elf()


def sparse_image(count: int) -> bytes:
    """A program whose file has so many words of .bss, each in another window of 2 MiB."""
    return Guest().elf(places=[FREE + (place << 21) for place in range(count)])


def blocks(count: int) -> bytes:
    """A program that enters so many unconstrained blocks, and stores one word in each."""
    guest = Guest()
    guest.set(S1, count)
    guest.set(S2, FREE)
    start = guest.here()
    guest.call(ENTER)
    # Behind the exit execution goes on here, with 0 in t0 instead of 1.
    inside = Guest()
    inside.store(S1, S2)
    inside.call(EXIT)
    guest.skip_unless(T0, inside.here())
    guest.include(inside)
    guest.repeat(start, S1)
    return guest.elf()


def divisions(count: int) -> bytes:
    """A program that makes so many divisions of 64 bits."""
    guest = Guest()
    guest.set(S1, count)
    guest.set(S2, 0x1234_5678_9ABC_DEF1)
    start = guest.here()
    for _ in range(8):
        guest.remainder(T1, S2, S1)
        guest.add(S2, S2, T1)
    guest.repeat(start, S1)
    return guest.elf()
