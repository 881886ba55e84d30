"""The configfs provider against a double that keeps the kernel's rules, with faults to inject."""

import errno
import itertools
import threading
from collections import deque
from collections.abc import Callable

import pytest

from attestor.errors import (
    AttestorError,
    QuoteInvalid,
    QuoteProviderInvalid,
    QuoteUnavailable,
    ReportDataInvalid,
    ReportDataMismatch,
)
from attestor.quote.configfs import PREFIX, ConfigfsProvider
from attestor.quote.format import MAX_QUOTE_BYTES
from attestor.quote.simulated import SimulatedPlatform

ROOT = "/tsm"


class Kernel:
    """drivers/virt/coco/guest/report.c: attributes of reports, taken when they are closed."""

    def __init__(self, make_quote: Callable[[bytes], bytes]) -> None:
        self.make_quote = make_quote
        self.provider = b"tdx_guest\n"
        self.generations: dict[str, int] = {}
        self.inblobs: dict[str, bytes] = {}
        self.faults: dict[str, deque[int]] = {}
        self.foreign_writes = 0
        self.loses_writes = False
        self.calls: list[str] = []

    def fail(self, call: str, *numbers: int) -> None:
        """Let the next calls fail: `mkdir`, `rmdir`, `inblob`, `outblob`, …"""
        self.faults.setdefault(call, deque()).extend(numbers)

    def _enter(self, call: str) -> None:
        self.calls.append(call)
        if self.faults.get(call):
            number = self.faults[call].popleft()
            raise OSError(number, f"injected {errno.errorcode[number]}")

    def _report(self, path: str) -> str:
        report = path.removeprefix(ROOT + "/").split("/")[0]
        if report not in self.generations:
            raise OSError(errno.ENOENT, "no such report")
        return report

    def listdir(self, path: str) -> list[str]:
        self._enter("listdir")
        return sorted(self.generations)

    def mkdir(self, path: str) -> None:
        self._enter("mkdir")
        name = path.removeprefix(ROOT + "/")
        if name in self.generations:
            raise OSError(errno.EEXIST, "exists")
        self.generations[name] = 0

    def rmdir(self, path: str) -> None:
        self._enter("rmdir")
        report = self._report(path)
        del self.generations[report]
        self.inblobs.pop(report, None)

    def write(self, path: str, data: bytes) -> None:
        self._enter("inblob")
        assert path.endswith("/inblob")
        report = self._report(path)
        if len(data) > 64:
            raise OSError(errno.EFBIG, "inblob is 64 bytes")
        if self.loses_writes:
            return  # The close failed, and nobody is told.
        self.inblobs[report] = data
        self.generations[report] += 1

    def read(self, path: str, limit: int) -> bytes:
        report, attribute = self._report(path), path.rsplit("/", 1)[1]
        self._enter(attribute)
        if attribute == "provider":
            return self.provider
        if attribute == "generation":
            return b"%d\n" % self.generations[report]
        assert attribute == "outblob"
        if len(self.inblobs.get(report, b"")) != 64:
            raise OSError(errno.EINVAL, "inblob is not 64 bytes")
        quote = self.make_quote(self.inblobs[report])
        self.generations[report] += self.foreign_writes
        if len(quote) > limit:
            raise OSError(errno.EFBIG, "too large")
        return quote


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def kernel(platform: SimulatedPlatform) -> Kernel:
    return Kernel(platform.quote)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def provider(kernel: Kernel, time: Time) -> ConfigfsProvider:
    numbers = itertools.count()
    return ConfigfsProvider(
        files=kernel,
        directory=ROOT,
        clock=lambda: time.now,
        sleep=time.sleep,
        jitter=lambda: 0.5,
        token=lambda: f"{next(numbers):04x}",
        deadline_seconds=20.0,
    )


def test_quote__healthy_kernel__gives_the_quote_and_removes_its_directory(
    provider: ConfigfsProvider,
    kernel: Kernel,
    platform: SimulatedPlatform,
    bound: bytes,
    time: Time,
) -> None:
    assert provider.quote(bound) == platform.quote(bound)
    assert kernel.generations == {}
    assert time.pauses == []
    assert (provider.name, provider.simulated) == ("configfs", False)


def test_quote__padded_by_the_host__is_trimmed(
    provider: ConfigfsProvider, kernel: Kernel, platform: SimulatedPlatform, bound: bytes
) -> None:
    kernel.make_quote = lambda data: platform.quote(data).ljust(8000, b"\0")
    assert provider.quote(bound) == platform.quote(bound)


def test_quote__twice__uses_a_new_directory_each_time(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes
) -> None:
    provider.quote(bound)
    provider.quote(bound)
    assert kernel.calls.count("mkdir") == kernel.calls.count("rmdir") == 2


@pytest.mark.parametrize("size", [0, 63, 65])
def test_quote__other_than_64_bytes__is_refused_before_the_kernel(
    provider: ConfigfsProvider, kernel: Kernel, size: int
) -> None:
    with pytest.raises(ReportDataInvalid, match=f"{size} bytes"):
        provider.quote(bytes(size))
    assert kernel.calls == []


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EINTR, errno.ETIMEDOUT])
@pytest.mark.parametrize("call", ["mkdir", "inblob", "outblob", "generation"])
def test_quote__passing_fault__is_tried_again_in_a_new_directory(
    provider: ConfigfsProvider,
    kernel: Kernel,
    platform: SimulatedPlatform,
    bound: bytes,
    time: Time,
    call: str,
    number: int,
) -> None:
    kernel.fail(call, number, number)
    assert provider.quote(bound) == platform.quote(bound)
    assert time.pauses == [0.25, 0.5]
    assert kernel.generations == {}


def test_quote__host_always_busy__gives_up_before_the_deadline(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes, time: Time
) -> None:
    kernel.fail("outblob", *[errno.EBUSY] * 100)
    with pytest.raises(QuoteUnavailable, match="no quote within 20 s, at last EBUSY") as caught:
        provider.quote(bound)
    assert "QGS" in str(caught.value)
    assert time.pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert time.now < 1020.0
    assert kernel.generations == {}


def test_quote__with_jitter__pauses_between_half_and_one_and_a_half(
    kernel: Kernel, time: Time, bound: bytes
) -> None:
    draws = iter([0.0, 0.999])
    provider = ConfigfsProvider(
        files=kernel,
        directory=ROOT,
        clock=lambda: time.now,
        sleep=time.sleep,
        jitter=lambda: next(draws),
    )
    kernel.fail("outblob", errno.EBUSY, errno.EBUSY)
    provider.quote(bound)
    assert time.pauses == [0.125, pytest.approx(0.7495)]


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENXIO, "tdx_guest"),
        (errno.ENOENT, "mount configfs"),
        (errno.EACCES, "root"),
        (errno.EPERM, "root"),
    ],
)
def test_quote__no_directory_can_be_made__says_what_to_do(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes, number: int, hint: str
) -> None:
    kernel.fail("mkdir", number)
    with pytest.raises(QuoteProviderInvalid, match=errno.errorcode[number]) as caught:
        provider.quote(bound)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("call", "number", "kind"),
    [
        ("mkdir", errno.EEXIST, QuoteUnavailable),
        ("mkdir", errno.ENOSPC, QuoteUnavailable),
        ("inblob", errno.EACCES, QuoteProviderInvalid),
        ("inblob", errno.ENOENT, QuoteUnavailable),
        ("inblob", errno.EFBIG, QuoteUnavailable),
        ("outblob", errno.EIO, QuoteUnavailable),
        ("outblob", errno.EINVAL, QuoteProviderInvalid),
        ("outblob", errno.EFBIG, QuoteUnavailable),
    ],
)
def test_quote__lasting_fault__is_typed_named_and_not_repeated(
    provider: ConfigfsProvider,
    kernel: Kernel,
    bound: bytes,
    time: Time,
    call: str,
    number: int,
    kind: type[AttestorError],
) -> None:
    kernel.fail(call, number)
    with pytest.raises(kind, match=errno.errorcode[number]):
        provider.quote(bound)
    assert time.pauses == []
    assert kernel.generations == {}


def test_quote__empty_outblob__is_a_failure_of_the_host(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes
) -> None:
    kernel.make_quote = lambda data: b""
    with pytest.raises(QuoteUnavailable, match="empty quote") as caught:
        provider.quote(bound)
    assert "QGS" in (caught.value.hint or "")
    assert kernel.generations == {}


@pytest.mark.parametrize("size", [1, 100, 632, 4000])
def test_quote__short_outblob__is_not_a_quote(
    provider: ConfigfsProvider, kernel: Kernel, platform: SimulatedPlatform, bound: bytes, size: int
) -> None:
    kernel.make_quote = lambda data: platform.quote(data)[:size]
    with pytest.raises(QuoteInvalid):
        provider.quote(bound)


def test_quote__outblob_over_the_limit__is_refused(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes
) -> None:
    kernel.make_quote = lambda data: bytes(MAX_QUOTE_BYTES + 1)
    with pytest.raises(QuoteUnavailable, match="EFBIG"):
        provider.quote(bound)


@pytest.mark.parametrize("writes", [1, 2])
def test_quote__another_writer_in_between__is_discarded(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes, writes: int
) -> None:
    kernel.foreign_writes = writes
    with pytest.raises(QuoteUnavailable, match=f"from 0 to {1 + writes}, not by one"):
        provider.quote(bound)
    assert kernel.generations == {}


def test_quote__write_lost_at_close__is_noticed(
    provider: ConfigfsProvider,
    kernel: Kernel,
    platform: SimulatedPlatform,
    bound: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel.loses_writes = True
    with pytest.raises(QuoteProviderInvalid, match="EINVAL"):
        provider.quote(bound)
    kernel.make_quote = lambda data: platform.quote(bound)

    def mkdir(path: str) -> None:
        kernel.generations[path[5:]], kernel.inblobs[path[5:]] = 0, bytes(64)

    monkeypatch.setattr(kernel, "mkdir", mkdir)
    with pytest.raises(QuoteUnavailable, match="from 0 to 0"):
        provider.quote(bound)


def test_quote__generation_not_a_number__is_typed(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = kernel.read

    def not_a_number(path: str, limit: int) -> bytes:
        return b"many\n" if path.endswith("generation") else read(path, limit)

    monkeypatch.setattr(kernel, "read", not_a_number)
    with pytest.raises(QuoteUnavailable, match="not a number"):
        provider.quote(bound)


def test_quote__of_other_report_data__is_refused(
    provider: ConfigfsProvider, kernel: Kernel, platform: SimulatedPlatform, bound: bytes
) -> None:
    kernel.make_quote = lambda data: platform.quote(bytes(64))
    with pytest.raises(ReportDataMismatch):
        provider.quote(bound)


@pytest.mark.parametrize("name", [b"sev_guest\n", b"arm_cca_guest\n", b"", b"tdx_guest2\n"])
def test_quote__other_tee__is_refused_by_name(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes, name: bytes
) -> None:
    kernel.provider = name
    with pytest.raises(QuoteProviderInvalid, match="Intel TDX guest"):
        provider.quote(bound)
    assert "inblob" not in kernel.calls
    assert kernel.generations == {}


def test_quote__leftovers_of_a_crash__are_removed_once_and_others_left(
    provider: ConfigfsProvider, kernel: Kernel, bound: bytes
) -> None:
    kernel.generations = {f"{PREFIX}old1": 1, f"{PREFIX}old2": 3, "of-another-program": 1}
    provider.quote(bound)
    provider.quote(bound)
    assert kernel.generations == {"of-another-program": 1}
    assert kernel.calls.count("listdir") == 1


def test_quote__directory_not_removable__still_answers_and_removes_it_later(
    provider: ConfigfsProvider, kernel: Kernel, platform: SimulatedPlatform, bound: bytes
) -> None:
    kernel.fail("rmdir", errno.EBUSY)
    assert provider.quote(bound) == platform.quote(bound)
    assert len(kernel.generations) == 1
    provider.quote(bound)
    assert kernel.generations == {}


def test_quote__from_two_threads__runs_one_after_the_other(
    kernel: Kernel, platform: SimulatedPlatform, bound: bytes
) -> None:
    provider = ConfigfsProvider(files=kernel, directory=ROOT)
    inside, entered, proceed = [], threading.Event(), threading.Event()

    def slow(data: bytes) -> bytes:
        inside.append(len(kernel.generations))
        entered.set()
        assert proceed.wait(5)
        return platform.quote(data)

    kernel.make_quote = slow
    threads = [threading.Thread(target=provider.quote, args=(bound,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert entered.wait(5)
    proceed.set()
    for thread in threads:
        thread.join(5)
    assert inside == [1, 1]


def test_quote__another_request_hangs__gives_up_at_the_deadline(
    kernel: Kernel, platform: SimulatedPlatform, bound: bytes
) -> None:
    provider = ConfigfsProvider(files=kernel, directory=ROOT, deadline_seconds=0.01)
    entered, proceed = threading.Event(), threading.Event()

    def hanging(data: bytes) -> bytes:
        entered.set()
        assert proceed.wait(5)
        return platform.quote(data)

    kernel.make_quote = hanging
    first = threading.Thread(target=provider.quote, args=(bound,))
    first.start()
    assert entered.wait(5)
    with pytest.raises(QuoteUnavailable, match="did not end in time"):
        provider.quote(bound)
    proceed.set()
    first.join(5)
