"""A report that is handed to a user who may make none."""

import errno
from collections.abc import Callable

import pytest

from attestor.errors import QuoteProviderInvalid, QuoteUnavailable
from attestor.quote import configfs_access
from attestor.quote.configfs import ConfigfsProvider
from attestor.quote.simulated import SimulatedPlatform

ROOT = "/tsm"
REPORT_DATA = bytes(range(64))


class Kernel:
    """configfs as far as its permissions go: root makes reports and owns their files, `inblob` is
    its owner's to write, all else everybody's to read. `uid` is who asks."""

    def __init__(self, make_quote: Callable[[bytes], bytes]) -> None:
        self.make_quote = make_quote
        self.uid = 0
        self.owners: dict[str, int] = {}
        self.inblobs: dict[str, bytes] = {}
        self.generations: dict[str, int] = {}
        self.fault: int | None = None

    def exists(self, path: str) -> bool:
        return path in self.owners

    def listdir(self, path: str) -> list[str]:
        return sorted(report.removeprefix(f"{ROOT}/") for report in self.owners)

    def mkdir(self, path: str) -> None:
        if self.fault is not None:
            raise OSError(self.fault, "injected")
        self._require(0)
        self.owners[path] = 0
        self.generations[path] = 0

    def rmdir(self, path: str) -> None:
        self._require(0)
        del self.owners[path]

    def chown(self, path: str, uid: int) -> None:
        self._require(0)
        self.owners[path.removesuffix("/inblob")] = uid

    def write(self, path: str, data: bytes) -> None:
        report = path.removesuffix("/inblob")
        self._require(self._owner(report))
        self.inblobs[report] = data
        self.generations[report] += 1

    def read(self, path: str, limit: int) -> bytes:
        report, attribute = path.rsplit("/", 1)
        self._owner(report)
        if attribute == "provider":
            return b"tdx_guest\n"
        if attribute == "generation":
            return b"%d\n" % self.generations[report]
        return self.make_quote(self.inblobs[report])

    def _owner(self, report: str) -> int:
        if report not in self.owners:
            raise OSError(errno.ENOENT, "no such report")
        return self.owners[report]

    def _require(self, owner: int) -> None:
        if self.uid not in (0, owner):
            raise OSError(errno.EACCES, "Permission denied")


@pytest.fixture
def kernel(platform: SimulatedPlatform) -> Kernel:
    return Kernel(platform.quote)


def hand_over(kernel: Kernel, uid: int, *gone: int) -> str:
    return configfs_access.hand_over(kernel, uid, lambda other: other in gone, ROOT)


def test_quote__user_without_a_report__is_told_what_to_prepare(kernel: Kernel) -> None:
    kernel.uid = 1000
    with pytest.raises(QuoteProviderInvalid, match="prepare a report"):
        ConfigfsProvider(kernel, ROOT).quote(REPORT_DATA)


def test_quote__report_that_was_handed_over__serves_again_and_again(
    kernel: Kernel, platform: SimulatedPlatform
) -> None:
    report = hand_over(kernel, 1000)
    kernel.uid = 1000
    provider = ConfigfsProvider(kernel, ROOT, kept_report=report)
    for first in range(3):
        data = bytes([first]) * 64
        assert data in provider.quote(data)
    assert list(kernel.owners) == [f"{ROOT}/attestor.1000"]


def test_quote__report_of_another_user__is_refused(kernel: Kernel) -> None:
    report = hand_over(kernel, 1000)
    kernel.uid = 1001
    with pytest.raises(QuoteProviderInvalid, match="prepare a report"):
        ConfigfsProvider(kernel, ROOT, kept_report=report).quote(REPORT_DATA)


def test_quote__report_that_is_gone__says_so(kernel: Kernel) -> None:
    report = hand_over(kernel, 1000)
    kernel.rmdir(report)
    with pytest.raises(QuoteProviderInvalid, match=r"attestor\.1000 is not there any more"):
        ConfigfsProvider(kernel, ROOT, kept_report=report).quote(REPORT_DATA)


def test_hand_over__again__is_the_same_report(kernel: Kernel) -> None:
    assert hand_over(kernel, 1000) == hand_over(kernel, 1000)


def test_hand_over__users_that_are_gone__lose_theirs(kernel: Kernel) -> None:
    for uid in (61200, 61201, 1000):
        hand_over(kernel, uid)
    kernel.mkdir(f"{ROOT}/attestor-0011")
    kernel.mkdir(f"{ROOT}/another")
    hand_over(kernel, 61202, 61200, 61202)
    assert kernel.listdir(ROOT) == [
        "another",
        "attestor-0011",
        "attestor.1000",
        "attestor.61201",
        "attestor.61202",
    ]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENXIO, QuoteProviderInvalid),
        (errno.ENOENT, QuoteProviderInvalid),
        (errno.EACCES, QuoteProviderInvalid),
        (errno.EBUSY, QuoteUnavailable),
    ],
)
def test_hand_over__kernel_refuses__is_typed(
    kernel: Kernel, number: int, error: type[Exception]
) -> None:
    kernel.fault = number
    with pytest.raises(error, match=ROOT):
        hand_over(kernel, 1000)


def test_prepared__by_the_unit__is_found_by_the_user_it_is_for(kernel: Kernel) -> None:
    report = hand_over(kernel, 1000)
    assert configfs_access.prepared(kernel, 1000, ROOT) == report
    assert configfs_access.prepared(kernel, 1001, ROOT) is None
