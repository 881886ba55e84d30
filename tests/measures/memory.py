"""Finds what another process keeps in its memory: every mapping, read from outside.

What is looked for never has to pass through that process: a secret is read from the one page that
it keeps locked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LOCKED = {"lo", "dd", "wf"}
"""The flags of a secret's page in smaps: locked, in no core dump, wiped in a child."""
UNREADABLE = ("[vvar]", "[vvar_vclock]", "[vsyscall]")
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Area:
    """A mapping: its bounds, and the flags that smaps gives it."""

    start: int
    end: int
    flags: frozenset[str]


def areas(pid: int) -> list[Area]:
    """All that is mapped and can hold data."""
    found: list[Area] = []
    start = end = 0
    name = rights = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            start, end = (int(part, 16) for part in first.split("-"))
            rights, name = rest[0], rest[4] if len(rest) > 4 else ""
        elif first == "VmFlags:" and rights.startswith("r") and name not in UNREADABLE:
            found.append(Area(start, end, frozenset(rest)))
    return found


def contents(pid: int) -> Iterator[tuple[int, bytes]]:
    """Every area with its address."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for area in areas(pid):
            memory.seek(area.start)
            yield area.start, memory.read(area.end - area.start)


def locked_pages(pid: int) -> list[bytes]:
    """The first 32 bytes of each page that is kept like a secret's."""
    pages = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for area in areas(pid):
            if area.flags >= LOCKED:
                for page in range(area.start, area.end, 4096):
                    memory.seek(page)
                    pages.append(memory.read(32))
    return pages


def occurrences(pid: int, needles: Mapping[str, bytes]) -> list[str]:
    """The name of each needle, as often as it is there."""
    found: list[str] = []
    for _, data in contents(pid):
        for name, needle in needles.items():
            found += [name] * data.count(needle)
    return found


def forms(secret: bytes) -> dict[str, bytes]:
    """A 32-byte number as programs keep it. libsecp256k1's scalars, four words of 64 bits, are the
    little-endian form on this machine."""
    number = int.from_bytes(secret, "big")
    digits = [number >> shift & (1 << 30) - 1 for shift in range(0, 270, 30)]
    return {
        "big-endian": secret,
        "little-endian": secret[::-1],
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "decimal": str(number).encode(),
        "Python's int": b"".join(digit.to_bytes(4, "little") for digit in digits),
        "words of 32 bits": b"".join(secret[at : at + 4][::-1] for at in range(0, 32, 4)),
    }


def parts(secret: bytes) -> dict[str, bytes]:
    """Its halves in either byte order: one is left when a copy is half overwritten."""
    low, high = secret[16:], secret[:16]
    return {"low": low, "high": high, "low reversed": low[::-1], "high reversed": high[::-1]}


def nonces(secret: bytes, digest: bytes, signature: bytes) -> dict[str, bytes]:
    """The nonce of a signature, (z + r·d) / s, which gives the key away as the key itself does. It
    or its negative was used, since s is the lower of two."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    z, d = int.from_bytes(digest, "big"), int.from_bytes(secret, "big")
    nonce = (z + r * d) * pow(s, -1, _ORDER) % _ORDER
    found = {"nonce": nonce.to_bytes(32, "big"), "negative": (_ORDER - nonce).to_bytes(32, "big")}
    return found | {f"{name} reversed": scalar[::-1] for name, scalar in found.items()}
