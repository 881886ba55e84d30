"""Quotes of a real TD through Linux's configfs-tsm (kernel 6.7 and later).

Documentation/ABI/testing/configfs-tsm-report of Linux. One directory is made per request: 64
bytes go to `inblob`, the quote is read from `outblob`, and `generation` counts the writes, which
shows whether somebody else wrote in between. The kernel takes `inblob` when it is closed, where
errors are lost; so the count is the only proof that our bytes were taken.
"""

import errno
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from attestor.core.report_data import LENGTH as REPORT_DATA_BYTES
from attestor.errors import (
    QuoteProviderInvalid,
    QuoteUnavailable,
    ReportDataInvalid,
    ReportDataMismatch,
)
from attestor.quote.files import Files, LinuxFiles
from attestor.quote.format import MAX_QUOTE_BYTES, parse

DIRECTORY = "/sys/kernel/config/tsm/report"
PREFIX = "attestor-"
PROVIDER = b"tdx_guest"
MAX_ATTRIBUTE_BYTES = 4096

DEADLINE_SECONDS = 60.0
"""The kernel waits 30 s for the host; a block's hash is out of reach after some minutes."""
FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 5.0

PERMISSION = (
    "prepare a report for the daemon's user (docs/operate-machine.md, quotes), or start it as root"
)

_PASSING = frozenset({errno.EBUSY, errno.EINTR, errno.ETIMEDOUT})
"""EBUSY: the host still owns the buffer; ETIMEDOUT: no answer; EINTR: a signal arrived."""


class ConfigfsProvider:
    """The TDX guest driver. Implements `QuoteProvider`; requests run one after the other."""

    name = "configfs"
    simulated = False

    def __init__(
        self,
        files: Files | None = None,
        directory: str = DIRECTORY,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: secrets.randbelow(1000) / 1000,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
        deadline_seconds: float = DEADLINE_SECONDS,
        kept_report: str | None = None,
    ) -> None:
        """`jitter` gives numbers in [0, 1), `token` names that never repeat. `kept_report` is a
        directory that this process may write to, where it may make none (`configfs_access`)."""
        self._files = files or LinuxFiles()
        self._directory = directory
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._token = token
        self._deadline_seconds = deadline_seconds
        self._kept_report = kept_report
        self._lock = threading.Lock()
        self._leftovers = kept_report is None

    def quote(self, report_data: bytes) -> bytes:
        """A fresh quote, trimmed, with its report data verified.

        Besides the errors of `QuoteProvider`: `QuoteInvalid` when the host gives something else,
        `ReportDataMismatch` when the quote is another's.
        """
        if len(report_data) != REPORT_DATA_BYTES:
            raise ReportDataInvalid(
                f"report data has {len(report_data)} bytes, expected {REPORT_DATA_BYTES}"
            )
        deadline = self._clock() + self._deadline_seconds
        if not self._lock.acquire(timeout=self._deadline_seconds):
            raise QuoteUnavailable("another request for a quote did not end in time")
        try:
            self._remove_leftovers()
            quote = parse(self._request_until(deadline, report_data))
        finally:
            self._lock.release()
        if quote.report_data != report_data:
            raise ReportDataMismatch(
                f"the platform's quote carries {quote.report_data.hex()}, not what was asked for",
                hint="another program may use the same quote provider; try again",
            )
        return quote.trimmed

    def _request_until(self, deadline: float, report_data: bytes) -> bytes:
        """Try until an answer, another error than those that pass, or the deadline."""
        delay = FIRST_DELAY_SECONDS
        while True:
            try:
                return self._request(report_data)
            except OSError as error:
                if error.errno not in _PASSING:
                    raise _explained(error) from None
                pause = delay * (0.5 + self._jitter())
                if self._clock() + pause >= deadline:
                    raise QuoteUnavailable(
                        f"no quote within {self._deadline_seconds:g} s, at last {_name(error)}",
                        hint="check on the host that its quote generation service (QGS) runs",
                    ) from None
                self._sleep(pause)
                delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    def _request(self, report_data: bytes) -> bytes:
        """One write and one read. Raises what the kernel raises, as `OSError`."""
        with self._report_directory() as report:
            provider = self._files.read(f"{report}/provider", MAX_ATTRIBUTE_BYTES).strip()
            if provider != PROVIDER:
                raise QuoteProviderInvalid(
                    f"the kernel's report provider is {provider!r:.60}, not {PROVIDER!r}",
                    hint="run in an Intel TDX guest",
                )
            before = self._generation(report)
            self._files.write(f"{report}/inblob", report_data)
            raw = self._files.read(f"{report}/outblob", MAX_QUOTE_BYTES)
            after = self._generation(report)
        if after != before + 1:
            raise QuoteUnavailable(
                f"the report's generation went from {before} to {after}, not by one: "
                "the report data was not taken, or another program wrote in between"
            )
        if not raw:
            raise QuoteUnavailable(
                "the host answered with an empty quote",
                hint="its quote generation service (QGS) failed: see its log, and its version",
            )
        return raw

    @contextmanager
    def _report_directory(self) -> Iterator[str]:
        """A directory for one request, which is removed whatever happens; or the one that is kept.
        Only `generation` says then whether an `outblob` is of this request."""
        if self._kept_report is not None:
            try:
                yield self._kept_report
            except FileNotFoundError:
                raise QuoteProviderInvalid(
                    f"the report {self._kept_report} is not there any more",
                    hint="restart the service, whose start makes it",
                ) from None
            return
        report = f"{self._directory}/{PREFIX}{self._token()}"
        try:
            self._files.mkdir(report)
        except OSError as error:
            raise setup_explained(error, self._directory) from None
        try:
            yield report
        finally:
            self._remove(report)

    def _generation(self, report: str) -> int:
        text = self._files.read(f"{report}/generation", MAX_ATTRIBUTE_BYTES).strip()
        if not text.isdigit():
            raise QuoteUnavailable(f"the report's generation is {text!r:.60}, not a number")
        return int(text)

    def _remove_leftovers(self) -> None:
        """Our directories that a crash, or a failed removal, left over."""
        if not self._leftovers:
            return
        self._leftovers = False
        names: list[str] = []
        with suppress(OSError):
            # A fault of the parent directory is reported when the next one is made in it.
            names = self._files.listdir(self._directory)
        for name in names:
            if name.startswith(PREFIX):
                self._remove(f"{self._directory}/{name}")

    def _remove(self, report: str) -> None:
        try:
            self._files.rmdir(report)
        except OSError:
            self._leftovers = True


def setup_explained(error: OSError, directory: str) -> Exception:
    """Why no directory could be made, and what to do; the error itself when it may pass."""
    hints = {
        errno.ENXIO: "load the module tdx_guest, and run in an Intel TDX guest",
        errno.ENOENT: "mount configfs at /sys/kernel/config, on Linux 6.7 or later",
        errno.EACCES: PERMISSION,
        errno.EPERM: PERMISSION,
    }
    if error.errno not in hints:
        return error
    return QuoteProviderInvalid(
        f"cannot make a report in {directory}: {_name(error)}", hint=hints[error.errno]
    )


def _explained(error: OSError) -> Exception:
    """An error of the request itself that is not one of those that pass."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return QuoteProviderInvalid(
            f"the kernel does not let us write report data: {_name(error)}",
            hint=PERMISSION,
        )
    if error.errno == errno.EINVAL:
        return QuoteProviderInvalid(
            "the kernel refused the report data (EINVAL)",
            hint="its provider wants another length than the 64 bytes of TDX",
        )
    return QuoteUnavailable(f"the kernel gave no quote: {_name(error)}")


def _name(error: OSError) -> str:
    return f"{errno.errorcode.get(error.errno or 0, error.errno)} ({error.strerror})"
