"""The conditions that every SGX enclave must meet, checked in its report.

Offsets are those of the report body: Intel, "SGX Developer Reference", sgx_report_body_t. The
attributes' flags are the first 8 bytes, little-endian.
"""

from attestor.errors import MeasurementRefused

ENCLAVE_REPORT_BYTES = 384

_FLAGS = slice(48, 56)
_INIT = 0x01
_DEBUG = 0x02
_LAUNCH_KEYS = 0x10 | 0x20
"""The provisioning key, which only Intel's own enclaves use, and the key of launch tokens."""


def require_trustworthy_enclave(body: bytes) -> None:
    """Raises `MeasurementRefused` for a debug enclave, one that is not initialised, one with the
    keys of Intel's own enclaves, and for a body that is not an enclave's."""
    if len(body) != ENCLAVE_REPORT_BYTES:
        raise MeasurementRefused(
            f"a body of {len(body)} bytes is not an enclave's report of {ENCLAVE_REPORT_BYTES}"
        )
    flags = int.from_bytes(body[_FLAGS], "little")
    if flags & _DEBUG:
        raise MeasurementRefused(
            f"attributes {body[_FLAGS].hex()} are of a debug enclave: the host can read its memory",
            hint="build the enclave for production (Gramine: sgx.debug = false)",
        )
    if not flags & _INIT:
        raise MeasurementRefused(f"attributes {body[_FLAGS].hex()}: the enclave is not initialised")
    if flags & _LAUNCH_KEYS:
        raise MeasurementRefused(
            f"attributes {body[_FLAGS].hex()} give the enclave keys of Intel's own enclaves"
        )
