"""The batch of a task: what it is taken for, and which tasks are the same."""

from dataclasses import replace

import pytest
from cases import scroll_batch

from attestor.core.avs import batch
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import ScrollCalldataInvalid

CASE = scroll_batch.case(4)
ARGUMENTS = CASE.calldata[4:]
KNOWN = {
    "index": Evidence(index=7),
    "another index": Evidence(index=8),
    "hash": Evidence(batch_hash=b"\x01" * 32),
    "versioned hash": Evidence(versioned_hashes=(b"\x01" * 32,)),
    "two versioned hashes": Evidence(versioned_hashes=(b"\x01" * 32, b"\x02" * 32)),
    "blob": Evidence(blobs=(b"\x01" * 32,)),
    "two blobs": Evidence(blobs=(b"\x01" * 32, b"\x02" * 32)),
    "one blob of both": Evidence(blobs=(b"\x01" * 32 + b"\x02" * 32,)),
    "nothing": Evidence(),
}


def test_key__same_calldata_with_other_knowledge__is_another_task() -> None:
    keys = {batch.key_of(ARGUMENTS, known) for known in KNOWN.values()}
    assert len(keys) == len(KNOWN)
    assert batch.key_of(ARGUMENTS + b"\0", Evidence()) not in keys


def test_key__same_calldata_and_knowledge__is_the_same_task() -> None:
    for known in KNOWN.values():
        assert batch.key_of(bytes(ARGUMENTS), replace(known)) == batch.key_of(ARGUMENTS, known)


def test_parse__selector_left_in__is_told_to_leave_it_out() -> None:
    with pytest.raises(ScrollCalldataInvalid, match="begins with the selector"):
        batch.parse(CASE.calldata)


@pytest.mark.parametrize("place", [0, 15, 30])
def test_parse__version_larger_than_a_byte__is_refused(place: int) -> None:
    other = ARGUMENTS[:place] + b"\x01" + ARGUMENTS[place + 1 :]
    with pytest.raises(ScrollCalldataInvalid, match="does not begin with a version"):
        batch.parse(other)


def test_without_selector__of_a_transactions_hash__is_told_so() -> None:
    with pytest.raises(ScrollCalldataInvalid, match="may be the hash of a transaction"):
        batch.without_selector(b"\x01" * 32)
