"""Quotes of an SGX enclave that runs under Gramine, by its pseudo-files.

Gramine, Documentation/attestation.rst: 64 bytes are written to `user_report_data`, then the quote,
of version 3, is read from `quote`. Both files are the enclave's own, and a write and the read after
it must not be torn apart. `attestation_type` says what the manifest asks for.
"""

import errno
import threading
from typing import Protocol

from attestor.core.report_data import LENGTH as REPORT_DATA_BYTES
from attestor.errors import (
    QuoteProviderInvalid,
    QuoteUnavailable,
    ReportDataInvalid,
    ReportDataMismatch,
)
from attestor.quote.files import LinuxFiles
from attestor.quote.format import MAX_QUOTE_BYTES, BodyType, parse

DIRECTORY = "/dev/attestation"
DCAP = b"dcap"
MAX_TYPE_BYTES = 64
_SETTING = 'sgx.remote_attestation = "dcap"'
_FOR_GOOD = frozenset({errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR})


class GramineFiles(Protocol):
    """What it takes of `quote.files.Files`."""

    def read(self, path: str, limit: int) -> bytes: ...

    def write(self, path: str, data: bytes) -> None: ...


class GramineProvider:
    """Implements `QuoteProvider`; requests run one after the other."""

    name = "gramine"
    simulated = False

    def __init__(self, files: GramineFiles | None = None, directory: str = DIRECTORY) -> None:
        self._files = files or LinuxFiles()
        self._directory = directory
        self._lock = threading.Lock()

    def quote(self, report_data: bytes) -> bytes:
        """A fresh quote of the enclave, with its report data verified.

        Besides the errors of `QuoteProvider`: `QuoteInvalid` when something else was read,
        `ReportDataMismatch` when the quote has other report data.
        """
        if len(report_data) != REPORT_DATA_BYTES:
            raise ReportDataInvalid(
                f"report data has {len(report_data)} bytes, expected {REPORT_DATA_BYTES}"
            )
        with self._lock:
            self._require_dcap()
            try:
                self._files.write(f"{self._directory}/user_report_data", report_data)
                raw = self._files.read(f"{self._directory}/quote", MAX_QUOTE_BYTES)
            except OSError as error:
                raise self._explained(error) from None
        found = parse(raw)
        if found.report_data != report_data:
            raise ReportDataMismatch("the enclave's quote has other report data than was written")
        if found.body_type is not BodyType.SGX:
            raise QuoteProviderInvalid(
                f"{self._directory}/quote gives a quote of a TD", hint="use the provider configfs"
            )
        return found.trimmed

    def _require_dcap(self) -> None:
        try:
            kind = self._files.read(f"{self._directory}/attestation_type", MAX_TYPE_BYTES)
        except OSError as error:
            raise self._explained(error) from None
        if kind.strip(b"\0\n ") != DCAP:
            raise QuoteProviderInvalid(
                f"Gramine's attestation type is {kind!r:.40}, not dcap",
                hint=f"the manifest needs {_SETTING}",
            )

    def _explained(self, error: OSError) -> QuoteUnavailable | QuoteProviderInvalid:
        if error.errno in _FOR_GOOD:
            return QuoteProviderInvalid(
                f"{self._directory} cannot be used: {error.strerror}",
                hint=f"run under gramine-sgx, with {_SETTING} in the manifest",
            )
        return QuoteUnavailable(
            f"Gramine made no quote: {error.strerror}",
            hint="look at AESM on the host (aesmd, its socket in the manifest) and at its PCCS",
        )
