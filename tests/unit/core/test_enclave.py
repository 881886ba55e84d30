"""What every SGX enclave must be."""

import pytest

from attestor.core.enclave import require_trustworthy_enclave
from attestor.errors import MeasurementRefused


def report(flags: int) -> bytes:
    return bytes(48) + flags.to_bytes(8, "little") + bytes(384 - 56)


@pytest.mark.parametrize("flags", [0x01, 0x05, 0x85, 0x05 | 1 << 63])
def test_require__production_enclave__passes(flags: int) -> None:
    require_trustworthy_enclave(report(flags))


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (0x07, "debug"),
        (0x02, "debug"),
        (0x04, "not initialised"),
        (0x00, "not initialised"),
        (0x15, "keys of Intel"),
        (0x25, "keys of Intel"),
    ],
)
def test_require__other_flags__are_refused_with_the_reason(flags: int, reason: str) -> None:
    with pytest.raises(MeasurementRefused, match=reason):
        require_trustworthy_enclave(report(flags))


def test_require__debug__says_how_to_build_it() -> None:
    with pytest.raises(MeasurementRefused) as caught:
        require_trustworthy_enclave(report(0x07))
    assert "sgx.debug" in (caught.value.hint or "")


@pytest.mark.parametrize("size", [0, 383, 385, 584])
def test_require__body_of_another_length__is_refused(size: int) -> None:
    with pytest.raises(MeasurementRefused, match=f"a body of {size} bytes"):
        require_trustworthy_enclave(bytes(size))
