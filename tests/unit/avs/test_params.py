"""What strangers send as params. Long 0x texts, theirs and those of nodes, cost no more memory than
they have bytes."""

import tracemalloc
from collections.abc import Callable

import pytest

from attestor.avs.params import MAX_BLOBS, ProveTask, bytes_of, evidence_of, number_of
from attestor.chain import wire
from attestor.errors import RpcAnswerInvalid
from attestor.errors.avs import CallFailed

SIZE = 1_000_000
READERS: list[Callable[[object, str], bytes]] = [bytes_of, wire.data]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("end", ["", "0", "zz", " 00"])
def test_hex__of_many_bytes__takes_little_memory(
    read: Callable[[object, str], bytes], end: str
) -> None:
    text = "0x" + "ab" * SIZE + end
    tracemalloc.start()
    try:
        if end:
            with pytest.raises((CallFailed, RpcAnswerInvalid)):
                read(text, "it")
        else:
            assert read(text, "it") == b"\xab" * SIZE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * SIZE


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, -1, 1 << 64])
def test_number__that_is_none_of_64_bits__is_refused(value: object) -> None:
    assert number_of((1 << 64) - 1, "it") == (1 << 64) - 1
    with pytest.raises(CallFailed):
        number_of(value, "it")


def test_evidence__more_items_than_may_be__is_refused() -> None:
    names = ["0x" + "01" * 32] * MAX_BLOBS
    assert len(evidence_of({"versioned_hashes": names}).versioned_hashes) == MAX_BLOBS
    with pytest.raises(CallFailed):
        evidence_of({"versioned_hashes": [*names, names[0]]})


@pytest.mark.parametrize(
    ("said", "found"), [({}, 1), ({"task_type": None}, 1), ({"task_type": 0}, 0)]
)
def test_task__type__is_scroll_only_where_none_is_said(said: dict[str, object], found: int) -> None:
    assert ProveTask.of({"pob_hash": "0x" + "01" * 32, **said}).task_type == found
