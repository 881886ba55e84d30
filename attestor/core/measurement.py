"""The measurement of a TD, and the conditions that every TD must meet.

Offsets are those of the TDREPORT body in a quote: Intel, "TDX DCAP Quoting Library API", section
A.3 (TD quote body). The TEERegistry contract makes the same checks.
"""

from dataclasses import dataclass

from attestor.core.keccak import keccak
from attestor.errors import MeasurementRefused

TD_10_BYTES = 584
TD_15_BYTES = 648
SGX_BYTES = 384

_MR_SIGNER_SEAM = slice(64, 112)
_SEAM_ATTRIBUTES = slice(112, 120)
_MR_SERVICE_TD = slice(600, 648)

_FIELDS = {
    "td_attributes": slice(120, 128),
    "xfam": slice(128, 136),
    "mr_td": slice(136, 184),
    "mr_config_id": slice(184, 232),
    "mr_owner": slice(232, 280),
    "mr_owner_config": slice(280, 328),
    "rtmr0": slice(328, 376),
    "rtmr1": slice(376, 424),
    "rtmr2": slice(424, 472),
    "rtmr3": slice(472, 520),
}

_SEPT_VE_DISABLE = 1 << 28
_MIGRATABLE = 1 << 29
_UNTRUSTED = 0xFF
"""Bits 7:0 of td_attributes, the group TUD: bit 0 is DEBUG, and any of them ends trust."""


@dataclass(frozen=True)
class Measurement:
    """The registers that identify what runs in a TD: two of 8 bytes, then 48 bytes each."""

    td_attributes: bytes
    xfam: bytes
    mr_td: bytes
    mr_config_id: bytes
    mr_owner: bytes
    mr_owner_config: bytes
    rtmr0: bytes
    rtmr1: bytes
    rtmr2: bytes
    rtmr3: bytes

    @classmethod
    def from_td_body(cls, body: bytes) -> "Measurement":
        """The registers in a TD 1.0 or TD 1.5 body. Raises `MeasurementRefused` for others."""
        _require_td_body(body)
        return cls(**{name: body[place] for name, place in _FIELDS.items()})

    @property
    def id(self) -> bytes:
        """keccak256 of the registers in order (32 bytes), by which the TEERegistry allows it."""
        return keccak(b"".join(getattr(self, name) for name in _FIELDS))


def require_trustworthy(body: bytes) -> Measurement:
    """The measurement in a TD body that meets the conditions which hold for every TD.

    Raises `MeasurementRefused` for a debug or otherwise untrusted TD, one without
    SEPT_VE_DISABLE, a migratable one, one bound to a service TD, one of a TDX module that is not
    Intel's production module, and for a body that is not a TD's.
    """
    measurement = Measurement.from_td_body(body)
    attributes = int.from_bytes(measurement.td_attributes, "little")
    if attributes & _UNTRUSTED:
        raise MeasurementRefused(
            f"td_attributes {measurement.td_attributes.hex()} make the TD untrusted",
            hint="start the TD without its debug attribute",
        )
    if not attributes & _SEPT_VE_DISABLE:
        raise MeasurementRefused(
            "SEPT_VE_DISABLE is not set: the host could swap pages unseen",
            hint="start the TD with sept-ve-disable=on",
        )
    if attributes & _MIGRATABLE:
        raise MeasurementRefused(
            "the TD is migratable", hint="start the TD without its migratable attribute"
        )
    _require_zero(body[_MR_SIGNER_SEAM], "mr_signer_seam", "the TDX module is not Intel's")
    _require_zero(
        body[_SEAM_ATTRIBUTES], "seam_attributes", "the TDX module is not a production one"
    )
    _require_zero(body[_MR_SERVICE_TD], "mr_service_td", "a service TD is bound to the TD")
    return measurement


def _require_td_body(body: bytes) -> None:
    if len(body) == SGX_BYTES:
        raise MeasurementRefused(
            "the quote is of an SGX enclave", hint="attestor registers TDX quotes only for now"
        )
    if len(body) not in (TD_10_BYTES, TD_15_BYTES):
        raise MeasurementRefused(
            f"a body of {len(body)} bytes is not a TD report of {TD_10_BYTES} or {TD_15_BYTES}"
        )


def _require_zero(value: bytes, name: str, meaning: str) -> None:
    if any(value):
        raise MeasurementRefused(f"{name} is {value.hex()}, not zero: {meaning}")
