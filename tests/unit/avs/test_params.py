"""Long 0x texts, which strangers and nodes send, cost no more memory than they have bytes."""

import tracemalloc
from collections.abc import Callable

import pytest

from attestor.avs.params import bytes_of
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
