"""What an rsp program committed against what was asked."""

import pytest

from attestor.errors import ProofRefused
from attestor.rsp.commitment import require_block

HASH = bytes(range(32))


@pytest.mark.parametrize(
    "values", [HASH, (32).to_bytes(8, "little") + HASH], ids=["bare", "bincode"]
)
def test_require_block__its_hash__is_committed(values: bytes) -> None:
    assert require_block(values, HASH)


def test_require_block__nothing_committed__says_so() -> None:
    assert not require_block(b"", HASH)


@pytest.mark.parametrize(
    "values", [bytes(32), HASH[:-1], HASH + b"\0"], ids=["other", "short", "long"]
)
def test_require_block__another_commitment__is_refused(values: bytes) -> None:
    with pytest.raises(ProofRefused):
        require_block(values, HASH)
