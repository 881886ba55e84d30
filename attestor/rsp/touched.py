"""Which accounts and slots a block reads, by what a node says of its execution.

The guest has to be given every account and slot by name, as hashes alone lead nowhere. A witness
names them where its node adds `keys` (reth, without accounts that do not exist); geth's tracers
name all.
"""

from collections.abc import Iterable, Iterator
from typing import Any

ADDRESS_BYTES, WORD_BYTES = 20, 32

Touched = dict[bytes, set[int]]
"""Slots by the 20 bytes of an address."""

BEACON_ROOTS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
SYSTEM = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffe")
"""EIP-4788's contract and the caller of its system call, which no transaction names."""
BEACON_ROOTS_KEPT = 8191
PRECOMPILES = tuple(number.to_bytes(ADDRESS_BYTES, "big") for number in range(1, 11))


def always(timestamp: int, beneficiary: bytes, withdrawn: Iterable[bytes]) -> Touched:
    """What every block of that time touches: `withdrawn` are the addresses of its withdrawals."""
    place = timestamp % BEACON_ROOTS_KEPT
    found: Touched = {address: set() for address in (*PRECOMPILES, SYSTEM, beneficiary, *withdrawn)}
    return found | {BEACON_ROOTS: {place, place + BEACON_ROOTS_KEPT}}


def by_keys(keys: Iterable[bytes]) -> Touched:
    """Of a witness's `keys`: each address with the slots that follow it."""
    found: Touched = {}
    slots: set[int] = set()
    for key in keys:
        if len(key) == ADDRESS_BYTES:
            slots = found.setdefault(key, set())
        elif len(key) == WORD_BYTES:
            slots.add(int.from_bytes(key))
    return found


def by_prestate(traces: Iterable[Any]) -> Touched:
    """Of geth's prestateTracer, for each transaction. Raises `ValueError` for what is no trace."""
    found: Touched = {}
    for trace in traces:
        for address, account in _object(trace).items():
            slots = found.setdefault(_address(address), set())
            slots |= {int(slot, 16) for slot in _object(account.get("storage") or {})}
    return found


def by_calls(traces: Iterable[Any]) -> Touched:
    """Of geth's callTracer: whoever calls, is called or created, whether it comes to be or not."""
    return {
        _address(frame[end]): set()
        for trace in traces
        for frame in _frames(_object(trace))
        for end in ("from", "to")
        if frame.get(end)
    }


def together(*found: Touched) -> Touched:
    """All of them."""
    union: Touched = {}
    for one in found:
        for address, slots in one.items():
            union.setdefault(address, set()).update(slots)
    return union


def _frames(trace: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A call and all that it made, without recursion: frames come from somebody else."""
    waiting = [trace]
    while waiting:
        frame = waiting.pop()
        yield frame
        waiting += [_object(inner) for inner in frame.get("calls") or []]


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r:.60} is no object")
    return value


def _address(text: str) -> bytes:
    address = bytes.fromhex(text.removeprefix("0x"))
    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"{text!r:.60} is no address")
    return address
