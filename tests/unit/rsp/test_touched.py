"""What a block reads, by each thing that a node says of it."""

import pytest

from attestor.rsp import touched

ONE, OTHER = b"\x01" * 20, b"\x02" * 20


def test_by_keys__slots__belong_to_the_address_before_them() -> None:
    slot = (5).to_bytes(32, "big")
    assert touched.by_keys([ONE, slot, OTHER, ONE, bytes(32)]) == {ONE: {5, 0}, OTHER: set()}


def test_by_keys__slot_before_any_address__is_nobodys() -> None:
    assert touched.by_keys([bytes(32), ONE, b"odd"]) == {ONE: set()}


def test_by_prestate__several_transactions__are_one() -> None:
    traces = [
        {"0x" + ONE.hex(): {"storage": {"0x01": "0x2"}}},
        {"0x" + ONE.hex(): {"storage": {"0x03": "0x0"}}, "0x" + OTHER.hex(): {"balance": "0x1"}},
    ]
    assert touched.by_prestate(traces) == {ONE: {1, 3}, OTHER: set()}


def test_by_calls__calls_in_calls__both_ends_of_each() -> None:
    third = b"\x03" * 20
    inner = {"from": "0x" + OTHER.hex(), "to": "0x" + third.hex()}
    frame = {"from": "0x" + ONE.hex(), "to": "0x" + OTHER.hex(), "calls": [inner]}
    assert set(touched.by_calls([frame])) == {ONE, OTHER, third}


@pytest.mark.parametrize("trace", [None, [], {"0x12": {}}], ids=["null", "list", "short address"])
def test_by_prestate__no_trace__is_refused(trace: object) -> None:
    with pytest.raises(ValueError, match=r"is no (object|address)"):
        touched.by_prestate([trace])


def test_always__system_calls__have_both_slots_of_the_time() -> None:
    found = touched.always(8191 * 3 + 7, ONE, [OTHER])
    assert found[touched.BEACON_ROOTS] == {7, 8191 + 7}
    assert {ONE, OTHER, touched.SYSTEM, *touched.PRECOMPILES} <= set(found)
