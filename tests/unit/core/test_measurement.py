"""Measurements: registers, the id that the contract computes too, and the conditions on a TD."""

from dataclasses import fields

import pytest
from eth_utils.crypto import keccak

from attestor.core.measurement import Measurement, require_trustworthy
from attestor.errors import MeasurementRefused, QuoteRefused, Rejected

SEPT_VE_DISABLE = bytes.fromhex("0000001000000000")


def td_body(td_15: bool = False, **places: bytes) -> bytes:
    """A body of recognisable bytes; `places` are written at the offset in their name (`at_…`)."""
    body = bytearray(number * 7 % 251 for number in range(648 if td_15 else 584))
    body[64:120] = bytes(56)
    body[120:128] = SEPT_VE_DISABLE
    body[600:648] = bytes(48) if td_15 else b""
    for name, value in places.items():
        offset = int(name.removeprefix("at_"))
        body[offset : offset + len(value)] = value
    return bytes(body)


@pytest.mark.parametrize("td_15", [False, True])
def test_from_td_body__either_length__reads_every_register(td_15: bool) -> None:
    body = td_body(td_15)
    measurement = Measurement.from_td_body(body)
    assert measurement.td_attributes == body[120:128]
    assert measurement.xfam == body[128:136]
    assert measurement.mr_td == body[136:184]
    assert measurement.mr_config_id == body[184:232]
    assert measurement.mr_owner == body[232:280]
    assert measurement.mr_owner_config == body[280:328]
    assert measurement.rtmr0 == body[328:376]
    assert measurement.rtmr1 == body[376:424]
    assert measurement.rtmr2 == body[424:472]
    assert measurement.rtmr3 == body[472:520]


def test_id__any_body__is_keccak_of_the_measured_part() -> None:
    body = td_body()
    assert Measurement.from_td_body(body).id == keccak(body[120:520])


@pytest.mark.parametrize("offset", range(120, 520, 8))
def test_id__any_register_changed__changes(offset: int) -> None:
    body = td_body()
    changed = td_body(False, **{f"at_{offset}": bytes([body[offset] ^ 1])})
    assert Measurement.from_td_body(changed).id != Measurement.from_td_body(body).id


@pytest.mark.parametrize("offset", [0, 16, 119, 520, 583])
def test_id__other_byte_changed__stays(offset: int) -> None:
    body = td_body()
    changed = td_body(False, **{f"at_{offset}": bytes([body[offset] ^ 1])})
    assert Measurement.from_td_body(changed).id == Measurement.from_td_body(body).id


def test_measurement__its_fields__are_all_in_the_id() -> None:
    sizes = {"td_attributes": 8, "xfam": 8}
    assert sum(sizes.get(field.name, 48) for field in fields(Measurement)) == 520 - 120


def test_require_trustworthy__healthy_td__gives_its_measurement() -> None:
    for td_15 in (False, True):
        body = td_body(td_15)
        assert require_trustworthy(body) == Measurement.from_td_body(body)


def test_require_trustworthy__other_harmless_attributes__are_taken() -> None:
    pks_and_perfmon = bytes.fromhex("0000005000000080")
    assert require_trustworthy(td_body(at_120=pks_and_perfmon)).td_attributes == pks_and_perfmon


@pytest.mark.parametrize("bit", range(8))
def test_require_trustworthy__untrusted_bit_set__is_refused(bit: int) -> None:
    with pytest.raises(MeasurementRefused, match="untrusted"):
        require_trustworthy(td_body(at_120=bytes([1 << bit])))


def test_require_trustworthy__sept_ve_not_disabled__is_refused() -> None:
    with pytest.raises(MeasurementRefused, match="SEPT_VE_DISABLE"):
        require_trustworthy(td_body(at_120=bytes(8)))


def test_require_trustworthy__migratable__is_refused() -> None:
    with pytest.raises(MeasurementRefused, match="migratable"):
        require_trustworthy(td_body(at_120=bytes.fromhex("0000003000000000")))


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (64, "mr_signer_seam"),
        (111, "mr_signer_seam"),
        (112, "seam_attributes"),
        (119, "seam_attributes"),
        (600, "mr_service_td"),
        (647, "mr_service_td"),
    ],
)
def test_require_trustworthy__field_not_zero__is_refused_by_name(offset: int, name: str) -> None:
    with pytest.raises(MeasurementRefused, match=name):
        require_trustworthy(td_body(td_15=True, **{f"at_{offset}": b"\x01"}))


def test_from_td_body__enclave__is_refused_as_sgx() -> None:
    with pytest.raises(MeasurementRefused, match="SGX enclave.*TDX quotes only"):
        Measurement.from_td_body(bytes(384))


@pytest.mark.parametrize("size", [0, 383, 583, 585, 647, 649, 885])
def test_from_td_body__other_length__is_refused(size: int) -> None:
    with pytest.raises(MeasurementRefused, match=f"{size} bytes"):
        Measurement.from_td_body(bytes(size))


def test_measurement_refused__its_kind__is_a_refused_quote_that_is_not_retried() -> None:
    assert issubclass(MeasurementRefused, QuoteRefused)
    assert issubclass(QuoteRefused, Rejected)
