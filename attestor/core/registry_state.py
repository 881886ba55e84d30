"""Whether our TEERegistry holds a signer valid, read from its storage: what `signerStatus` of
contracts/src/registry/Signers.sol decides, from the slots that it reads and the block's time.

The slots are those of forge's storage layout, the words those of contracts/src/libraries
(SignerEntry, AdmissionEntry, Terms).
"""

from collections.abc import Callable

from attestor.core.keccak import keccak

SLOTS = {
    "_terms": 2,
    "_admissions": 9,
    "_admittedPlatforms": 10,
    "_platforms": 11,
    "_buckets": 12,
    "_overflow": 13,
}
"""Where the contract's state variables are."""
Read = Callable[[list[int]], list[int]]
"""The words in some slots."""

_BUCKETS = 1024
_ENDED = 2


def is_valid(signer: bytes, timestamp: int, read: Read) -> bool:
    """Whether it is valid in a block of that time (Unix seconds). `read` is asked at most three
    times: for the signer, for its admission, and for its platform where one was revoked since."""
    number = int.from_bytes(signer, "big")
    bucket, other, terms = read(
        [
            _place("_buckets", number % _BUCKETS),
            _place("_overflow", number),
            SLOTS["_terms"],
        ]
    )
    is_of = bucket >> 106 == number // _BUCKETS and _valid_until(bucket) != 0
    is_marked = bucket & 1 == 1
    if is_marked and other & 1:
        return False
    entry = bucket if is_of else other * is_marked
    # An empty entry ended before all times.
    if timestamp >= _valid_until(entry):
        return False
    return _is_vouched_for(entry, terms, read)


def _is_vouched_for(entry: int, terms: int, read: Read) -> bool:
    """Whether its admission still is the one that it was registered under, and holds."""
    place = _bits(entry, 9, 32)
    admission, platform = read([_place("_admissions", place), _place("_admittedPlatforms", place)])
    era, policy = _bits(admission, 200, 24), _bits(admission, 224, 8)
    is_same = _bits(admission, 232, 8) == _bits(entry, 1, 8)
    is_current = era >= _bits(terms, 64, 24) and terms >> 96 >> policy & 1 == 1
    if not is_same or not is_current or admission >> 248 & _ENDED:
        return False
    if era == _bits(terms, 40, 24):
        return True
    (record,) = read([_place("_platforms", platform)])
    return _bits(record, 8, 24) <= era


def _valid_until(entry: int) -> int:
    return _bits(entry, 70, 36)


def _bits(word: int, lowest: int, width: int) -> int:
    return word >> lowest & (1 << width) - 1


def _place(mapping: str, key: int) -> int:
    """The slot of a mapping's value (Solidity, layout of state variables in storage)."""
    words = key.to_bytes(32, "big") + SLOTS[mapping].to_bytes(32, "big")
    return int.from_bytes(keccak(words), "big")
